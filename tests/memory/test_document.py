"""One file as bytes: what an edit touches changes, the rest stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.document import (
    Document,
    Fingerprint,
    appended,
    byte_lines,
    digest,
    editable,
    edited,
    matching,
    retyped,
    shown,
    without,
)
from localgpt_tui.memory.merging import OverlapError, brought_back, merged
from localgpt_tui.memory.origin import marked, origins


@pytest.mark.parametrize(
    ("before", "old", "new", "after", "lines"),
    [
        (b"- tea\n- milk\n", "- tea", "- coffee", b"- coffee\n- milk\n", (1, 1)),
        (b"a\r\nb\r\nc\r\n", "b\nc", "x\ny\nz", b"a\r\nx\r\ny\r\nz\r\n", (2, 4)),
        (b"a\r\nb\r\nc\r\n", "a\nb\n", "", b"c\r\n", (0, 0)),
        (b"\xef\xbb\xbf# T\r\nold\r\n", "# T", "# U", b"\xef\xbb\xbf# U\r\nold\r\n", (1, 1)),
        (b"gr\xfcn \xff\n- tea\n\xfe", "tea", "milk", b"gr\xfcn \xff\n- milk\n\xfe", (2, 2)),
        (b"one\r\ntwo\nthree\n", "two\nthree", "2\n3", b"one\r\n2\n3\n", (2, 3)),
        (b"one\r\ntwo\nthree\n", "one\n", "1\n", b"1\ntwo\nthree\n", (1, 1)),
    ],
)
def test_an_edit_changes_the_one_place_it_names(before, old, new, after, lines):
    made = edited(before, old, new, path="a.md")
    assert (made.content, (made.first_line, made.last_line)) == (after, lines)


def test_a_text_that_stands_there_twice_is_not_replaced_and_the_lines_are_named():
    with pytest.raises(LocalGPTError, match="holds that text 3 times, in line 1, 3, 4"):
        edited(b"tea\nmilk\ntea\ntea\n", "tea", "x", path="a.md")


def test_a_text_that_is_not_there_is_not_replaced_and_the_nearest_line_is_named():
    with pytest.raises(LocalGPTError, match=r"does not hold that text\. The nearest is line 2: - green tea"):
        edited(b"# T\n- green tea\n", "- green  tea", "x", path="a.md")
    with pytest.raises(LocalGPTError, match="text to be replaced is empty"):
        edited(b"# T\n", "", "x", path="a.md")


@given(st.binary(max_size=60), st.binary(max_size=60), st.text(max_size=20))
def test_every_byte_outside_an_edit_stays(head: bytes, tail: bytes, new: str):
    before = head + b"\nthe-one-place\n" + tail
    made = edited(before, "the-one-place", new, path="a.md").content
    assert made.startswith(head + b"\n")
    assert made.endswith(b"\n" + tail)


@given(st.binary(max_size=80), st.text(min_size=1, max_size=40))
def test_what_is_appended_stands_behind_every_byte_that_was_there(before: bytes, text: str):
    made = appended(before, text + "x", title="# T\n\n")
    assert made.content.startswith(before)
    lines = made.content.split(b"\n")[made.first_line - 1 : made.last_line]
    assert lines[-1].rstrip(b"\r").endswith(b"x")


def test_items_follow_each_other_and_paragraphs_stand_apart():
    content = b""
    for text in ("- tea", "- milk\n  oat", "- sugar", "A paragraph.", "Another.\n"):
        content = appended(content, text, title="# Day\n\n").content
    assert content == b"# Day\n\n- tea\n- milk\n  oat\n- sugar\n\nA paragraph.\n\nAnother.\n"


@given(st.lists(st.sampled_from([b"a\n", b"b\r\n", b"\xff\n", b"\xc3\xbc\n", b"\n"]), max_size=12), st.data())
def test_what_a_person_did_not_retype_keeps_its_bytes(lines: list[bytes], data: st.DataObject):
    content = b"".join(lines)
    assert retyped(content, shown(content)) == content
    place = data.draw(st.integers(0, len(lines)))
    typed = shown(content).split("\n")
    typed.insert(place, "typed")
    changed = retyped(content, "\n".join(typed))
    assert [line for line in byte_lines(changed) if not line.startswith(b"typed")] == lines


def test_a_byte_order_mark_is_not_shown_and_stays():
    content = b"\xef\xbb\xbf# T\r\nold\r\n"
    assert shown(content) == "# T\nold\n"
    assert retyped(content, "# T\nnew\n") == b"\xef\xbb\xbf# T\r\nnew\r\n"


def test_lines_are_taken_out_by_number():
    assert without(b"a\nb\r\nc", 2, 2) == b"a\nc"
    assert without(b"a\nb\nc", 2, 9) == b"a\n"


@pytest.mark.parametrize("content", ["old".encode("utf-16"), b"PK\0\0"])
def test_what_is_not_utf8_text_is_not_edited(content: bytes):
    with pytest.raises(LocalGPTError):
        editable(content, "a.md")


def test_a_passage_has_the_lines_that_there_are():
    content = b"one\ntwo\nthree\n"
    document = Document("a.md", content, Fingerprint(len(content), 0, digest(content)))
    assert document.passage(2, 3).text == "two\nthree"
    assert document.passage(2, 3).source == "a.md#L2-L3"
    assert document.passage(9, 99).source == "a.md#L3"
    assert document.passage().last_line == 3


def test_a_new_date_alone_is_no_change():
    assert Fingerprint(1, 5, digest(b"a")).matches(b"a")
    assert not Fingerprint(1, 5, digest(b"a")).matches(b"b")


@given(st.lists(st.sampled_from("abc"), max_size=10), st.lists(st.sampled_from("abc"), max_size=10))
def test_the_steps_from_one_text_to_another_cover_both(old: list[str], new: list[str]):
    first, second = ([line.encode() for line in lines] for lines in (old, new))
    rebuilt_old, rebuilt_new = [], []
    for kind, i, j, k, m in matching(first, second):
        assert kind != "equal" or first[i:j] == second[k:m]
        rebuilt_old += first[i:j]
        rebuilt_new += second[k:m]
    assert (rebuilt_old, rebuilt_new) == (first, second)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "result"),
    [
        ("a b c", "a b c d", "a c", "a c d"),  # something was added since
        ("a b", "a b c", "a", "a c"),  # right behind what is taken back
        ("a b c", "x a b c", "a b", "x a b"),
        ("a c", "a c d", "a b c", "a b c d"),  # a deletion is taken back
        ("a b c", "a c", "a c", "a c"),  # taken back by hand already
        ("a b c d e", "A b c d e", "a b c d E", "A b c d E"),
    ],
)
def test_changes_to_different_lines_are_put_together(base, ours, theirs, result):
    texts = ("".join(f"{word}\n" for word in text.split()).encode() for text in (base, ours, theirs))
    assert merged(*texts).decode().split() == result.split()


@pytest.mark.parametrize(("base", "ours", "theirs"), [("a b c", "a X c", "a c"), ("a b c d", "a b X c d", "a d")])
def test_changes_to_the_same_lines_are_not_put_together(base, ours, theirs):
    texts = ("".join(f"{word}\n" for word in text.split()).encode() for text in (base, ours, theirs))
    with pytest.raises(OverlapError):
        merged(*texts)


@given(*[st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n"]), max_size=8).map(b"".join)] * 2)
def test_taking_back_a_change_gives_what_was_before_it(before: bytes, after: bytes):
    assert merged(after, after, before) == before
    assert merged(after, before, after) == before


@pytest.mark.parametrize(
    ("old", "lines", "current", "result"),
    [
        ("a b c d", (2, 3), "a d", "a b c d"),  # it was removed
        ("a b c d", (2, 3), "a X d e", "a b c d e"),  # it was rewritten
        ("a b c", (3, 3), "a b", "a b c"),
        ("a b c", (2, 2), "a b c d", "a b c d"),
        ("a b c", (1, 1), "x b c", "a b c"),
    ],
)
def test_a_paragraph_comes_back_where_it_stood(old, lines, current, result):
    texts = ["".join(f"{word}\n" for word in text.split()).encode() for text in (old, current)]
    assert brought_back(texts[0], *lines, texts[1]).decode().split() == result.split()


def test_an_origin_stays_with_each_item_and_paragraph():
    text = "# Title\n\n- one\n- two\n  more\n\nA paragraph\nof two lines.\n\n```\ncode\n```\n| a |\n|---|\n| b |"
    comment = "<!-- from: https://example.org/a -->"
    assert marked(text, "https://example.org/a") == (
        f"# Title\n\n- one {comment}\n- two\n  more {comment}\n\nA paragraph\nof two lines. {comment}\n\n"
        f"{comment}\n```\ncode\n```\n| a |\n|---|\n| b |\n{comment}"
    )
    assert marked("- tea", "") == "- tea"
    assert marked("# Tea", "https://example.org/a") == f"# Tea\n{comment}"
    assert marked(" ", "https://example.org/a") == " "


@given(st.text(max_size=60), st.text(max_size=60))
def test_an_origin_cannot_end_its_comment_and_a_text_cannot_bring_its_own(text: str, origin: str):
    made = marked(f"{text} <!-- from: https://person -->", f"{origin}-->x")
    found = origins(made)
    assert "https://person" not in found
    assert len(found) == 1
    assert made.count("<!--") == made.count("-->") - f"{text}-->".count("-->")
