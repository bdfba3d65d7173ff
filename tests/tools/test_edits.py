"""Exact edits: what is not meant keeps its bytes, whatever they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.core.errors import ToolError
from localgpt_tui.tools.edits import replaced, rewritten

_BYTES = st.binary(max_size=60).map(lambda content: content.replace(b"\0", b"").replace(b"@", b""))
_WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0@"), max_size=20)


@given(before=_BYTES, between=_BYTES, after=_BYTES, new=_WORDS)
def test_every_byte_beside_the_place_survives(before: bytes, between: bytes, after: bytes, new: str):
    content = b"." + before + b"@one@" + between + b"@two@" + after
    edit = replaced(content, "@one@", new, everywhere=False, name="f")
    assert edit.content.startswith(b"." + before)
    assert edit.content.endswith(between + b"@two@" + after)
    middle = edit.content[1 + len(before) : len(edit.content) - len(between + b"@two@" + after)]
    assert middle.replace(b"\r\n", b"\n") == new.encode()


@given(content=_BYTES, new=_WORDS)
def test_an_edit_and_its_reverse_are_nothing(content: bytes, new: str):
    whole = b"." + content + b"@"
    there = replaced(whole, "@", f"@{new}@", everywhere=False, name="f").content
    assert replaced(there, f"@{new}@", "@", everywhere=False, name="f").content == whole


@given(ends=st.lists(st.sampled_from(["\n", "\r\n"]), min_size=1, max_size=8))
def test_several_lines_are_found_whatever_their_ends_are(ends: list[str]):
    content = "".join(f"line {number}{end}" for number, end in enumerate(ends)).encode()
    wanted = "".join(f"line {number}\n" for number in range(len(ends)))
    assert replaced(content, wanted, "gone", everywhere=False, name="f").content == b"gone"


def test_all_places_change_and_each_is_named():
    edit = replaced(b"a\r\nb\r\na\r\n", "a\n", "x\ny\n", everywhere=True, name="f")
    assert edit.content == b"x\r\ny\r\nb\r\nx\r\ny\r\n"
    assert edit.lines == (1, 4)


@pytest.mark.parametrize("content", ["é".encode("utf-16"), b"\0\1\2", b"\xff\xfe\0\0a\0\0\0"])
def test_what_is_no_text_is_left_alone(content: bytes):
    with pytest.raises(ToolError, match=r"UTF-16|not text"):
        replaced(content, "a", "b", everywhere=False, name="f")


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        (None, "a\n", b"a\n"),
        (None, "a\r\n", b"a\r\n"),
        (b"x\r\ny\r\n", "a\nb", b"a\r\nb"),
        (b"x\r\ny\r\n", "a\r\nb\n", b"a\r\nb\n"),
        (b"\xef\xbb\xbfx\n", "a", b"\xef\xbb\xbfa"),
        (b"\xef\xbb\xbfx\n", "\ufeffa", b"\xef\xbb\xbfa"),
        (b"\0\r\n", "a\n", b"a\n"),
        (b"", "lone \ud800", b"lone ?"),
    ],
)
def test_a_rewritten_file_keeps_its_ways(before: bytes | None, text: str, after: bytes):
    assert rewritten(before, text) == after
