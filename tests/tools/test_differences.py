"""What a person is shown of a change."""

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.tools.differences import counts, difference


@given(old=st.lists(st.sampled_from("abcdefgh"), max_size=30), new=st.lists(st.sampled_from("abcdefgh"), max_size=30))
def test_the_new_content_can_be_made_from_the_old_one(old: list[str], new: list[str]):
    before, after = ("".join(f"{line}\n" for line in lines).encode() for lines in (old, new))
    made, place, taken = list[str](), 0, 0
    for line in difference(before, after, "f").splitlines()[2:] if old != new else ():
        if line.startswith("@@"):
            start = int(line.split()[1][1:].split(",")[0])
            start -= 0 if line.split()[1].endswith(",0") else 1
            made += old[place:start]
            place = start
        elif line[0] == "+":
            made.append(line[1:])
        else:
            assert old[place] == line[1:]
            made += [line[1:]] if line[0] == " " else []
            taken += line[0] == "-"
            place += 1
    assert made + old[place:] == new
    assert counts(before, after) == (len(new) - len(old) + taken, taken)


def test_hunks_stand_where_difflib_puts_them():
    old = [f"{number}\n" for number in range(60)]
    new = [*old[:10], "x\n", *old[11:40], *old[42:], "y\n"]
    expected = "".join(difflib.unified_diff(old, new, "f", "f"))
    assert difference("".join(old).encode(), "".join(new).encode(), "f") == expected


def test_contents_that_differ_everywhere_are_not_compared_line_by_line():
    old, new = (b"".join(b"%d %s\n" % (number % 150, side) for number in range(40_000)) for side in (b"a", b"b"))
    assert counts(old, new) == (40_000, 40_000)
    assert difference(old, new, "f").count("\n") == 80_003


def test_the_difference_says_when_there_is_nothing_to_see():
    assert "only line ends" in difference(b"a\r\n", b"a\n", "f")
    assert "8 bytes that are not UTF-8 text" in difference(b"\0" * 8, b"a\n", "f")
    assert difference(b"a", b"b", "f").endswith("+b\n\\ No newline at the end of the file\n")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, b"a\nb\n", (2, 0)),
        (b"a\nb\n", b"", (0, 2)),
        (b"a\nb\nc", b"a\nx\ny\nc", (2, 1)),
        (b"a\r\n", b"a\n", (1, 1)),
    ],
)
def test_lines_are_counted(before: bytes | None, after: bytes, expected: tuple[int, int]):
    assert counts(before, after) == expected
