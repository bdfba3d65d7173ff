"""A file of lines reads the same from both ends, and no further than asked."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localgpt_tui.sessions.lines import LONGEST_LINE, Tape

lines = st.lists(st.binary(max_size=9000).map(lambda line: line.replace(b"\n", b"")), max_size=12)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(lines=lines, finished=st.booleans())
def test_a_file_reads_the_same_from_both_ends(tmp_path: Path, lines: list[bytes], finished: bool):
    path = tmp_path / "file"
    content = b"\n".join(lines) + (b"\n" if finished else b"")
    path.write_bytes(content)
    with Tape(path) as tape:
        forwards = list(tape.forwards())
        assert list(tape.backwards())[::-1] == forwards
    assert [line.content for line in forwards] == [line for line in content.split(b"\n") if line]
    for line in forwards:
        assert content[line.offset : line.offset + line.size] == line.content
        assert line.finished == (content[line.offset + line.size :][:1] == b"\n")


def test_reading_starts_and_stops_where_it_is_told(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(b"one\ntwo\nthree\n")
    with Tape(path) as tape:
        assert [line.content for line in tape.forwards(4)] == [b"two", b"three"]
        assert [line.content for line in tape.forwards(0, 8)] == [b"one", b"two"]
        assert [line.content for line in tape.backwards(8)] == [b"two", b"one"]


def test_of_a_line_that_is_too_long_only_the_beginning_is_kept(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(b"short\n" + b"x" * (LONGEST_LINE + 1) + b"\nlast\n")
    with Tape(path) as tape:
        for read in (list(tape.forwards()), list(tape.backwards())[::-1]):
            assert [line.too_long for line in read] == [False, True, False]
            assert read[1].size == LONGEST_LINE + 1
            assert len(read[1].content) == 1024
            assert read[2].content == b"last"


def test_the_last_lines_of_a_long_file_are_read_alone(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(b"some words\n" * 100_000)
    with Tape(path) as tape:
        next(tape.backwards())
        assert tape.bytes_read == 4096


def test_what_is_not_a_regular_file_is_refused(tmp_path: Path):
    with pytest.raises(OSError, match="not a regular file"):
        Tape(tmp_path)
