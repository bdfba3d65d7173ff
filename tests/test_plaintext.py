"""Text files that others write."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localgpt_tui.plaintext import UnreadableError, numbered_lines, open_text, shown_name


def lines(path: Path, longest: int = 2000) -> list[tuple[int, str]]:
    with open_text(path) as text:
        return list(numbered_lines(text, longest=longest))


def test_lines_end_at_a_line_feed_and_lose_their_carriage_return(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"one\r\ntwo\rstill two\n\nfour")
    assert lines(tmp_path / "a") == [(1, "one"), (2, "two\rstill two"), (3, ""), (4, "four")]


def test_a_long_line_is_cut_and_marked_and_the_next_one_keeps_its_number(tmp_path: Path):
    (tmp_path / "a").write_text("x" * 200_000 + "\nnext\n" + "y" * 10)
    assert lines(tmp_path / "a", longest=10) == [(1, "x" * 10 + " … [line cut]"), (2, "next"), (3, "y" * 10)]


def test_a_nul_behind_the_beginning_is_replaced(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"x\n" * 5000 + b"a\0b\n")
    assert lines(tmp_path / "a")[-1] == (5001, "a\N{REPLACEMENT CHARACTER}b")


@pytest.mark.parametrize("content", [b"\0", b"PK\x03\x04\0\0", b"\x7fELF\0"])
def test_what_has_a_nul_at_its_beginning_is_not_text(tmp_path: Path, content: bytes):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(UnreadableError, match="not text"):
        open_text(tmp_path / "a")


def test_a_link_is_not_followed(tmp_path: Path):
    (tmp_path / "a").write_text("a")
    (tmp_path / "link").symlink_to("a")
    with pytest.raises(UnreadableError, match="not a regular file"):
        open_text(tmp_path / "link")


@pytest.mark.parametrize("name", ["\0", "\udfff", "x" * 300])
def test_an_impossible_name_is_an_expected_error(tmp_path: Path, name: str):
    with pytest.raises(UnreadableError):
        open_text(tmp_path / name)


def test_a_device_is_not_opened():
    with pytest.raises(UnreadableError, match="not a regular file"):
        open_text(Path(os.devnull))


def test_nothing_stays_open_where_opening_fails(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"\0")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        with pytest.raises(UnreadableError):
            open_text(tmp_path / "a")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@settings(deadline=None)
@given(content=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    path = tmp_path_factory.mktemp("any") / "file"
    path.write_bytes(content)
    try:
        read = lines(path)
    except UnreadableError:
        return
    assert "\0" not in "".join(text for _, text in read)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("notes.md", "notes.md"),
        ("Zürich 東京.md", "Zürich 東京.md"),
        ("a\nb", "a\\nb"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\u202egnp", "\\u202egnp"),
        ("\udcff", "\\xff"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_a_name_is_shown_in_printable_characters(name: str, shown: str):
    assert shown_name(name) == shown
