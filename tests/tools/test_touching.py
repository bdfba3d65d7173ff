"""Which files a line names to change or delete."""

import time
from pathlib import Path

import pytest

from localgpt_tui.tools.touching import amount, touched


@pytest.mark.parametrize(
    ("command", "writes", "deletes"),
    [
        ("echo a > x; echo b >> sub/y 2> errors", "x sub/y errors", ""),
        ("cmd > /dev/null 2>&1 < input", "", ""),
        ("rm -rf one two/ -- -three", "", "one two -three"),
        ("cd sub && rm f", "", "sub/f"),
        ("rm *.txt", "", "a.txt b.txt"),
        ("rm *.none", "", "*.none"),
        ("rm */*/x", "", "*/*/x"),
        ("mv a.txt sub", "sub/a.txt", "a.txt"),
        ("mv a.txt new", "new", "a.txt"),
        ("cp -r a.txt b.txt sub", "sub/a.txt sub/b.txt", ""),
        ("tee -a log < x | touch -d yesterday t", "log t", ""),
        ("sed -i 's/a/b/' a.txt b.txt", "a.txt b.txt", ""),
        ("sed -i -e 's/a/b/' a.txt", "a.txt", ""),
        ("sed 's/a/b/' a.txt", "", ""),
        ("truncate -s 0 a.txt", "a.txt", ""),
        ("mkdir -p -m 700 d/e", "d/e", ""),
        ("bash -c 'rm inner; echo > outer'", "outer", "inner"),
        ("rm $UNKNOWN $(cat list)", "", ""),
        ("X=a.txt; rm $X", "", "a.txt"),
        ("ls -l; cat a.txt", "", ""),
    ],
)
def test_a_line_names_what_it_touches(tmp_path: Path, command: str, writes: str, deletes: str):
    (tmp_path / "sub").mkdir()
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).touch()
    found = touched(command, folder=tmp_path, home=tmp_path / "home")
    assert [str(path.relative_to(tmp_path)) for path in found.writes] == writes.split()
    assert [str(path.relative_to(tmp_path)) for path in found.deletes] == deletes.split()


def test_a_link_is_named_itself_and_the_way_to_it_is_real(tmp_path: Path):
    (tmp_path / "real").mkdir()
    (tmp_path / "way").symlink_to("real")
    (tmp_path / "real" / "link").symlink_to("/etc")
    assert touched("rm way/link", folder=tmp_path, home=tmp_path).deletes == (tmp_path / "real" / "link",)


def test_a_line_too_long_to_be_read_names_nothing(tmp_path: Path):
    assert touched("rm a;" * 10_000, folder=tmp_path, home=tmp_path).deletes == ()


def test_what_would_go_is_counted(tmp_path: Path):
    for number in range(3):
        (tmp_path / str(number)).write_bytes(b"x" * 700_000)
    (tmp_path / "link").symlink_to("/etc")
    later = time.monotonic() + 60
    assert str(amount(tmp_path, later)) == "3 files, 2.1 MB"
    assert str(amount(tmp_path / "1", later)) == "1 file, 700.0 kB"
    assert not amount(tmp_path / "none", later).files
    assert amount(tmp_path, later).can_be_kept
    assert str(amount(tmp_path, 0)) == "more than 1 file, more than 700.0 kB"
    assert not amount(tmp_path, 0).can_be_kept
