"""Output that is kept: in memory, then in a file, then not at all; and shown while it comes."""

import asyncio
import os
import time
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.tools.jobs import part_of
from localgpt_tui.tools.live import Live
from localgpt_tui.tools.spool import Spool, sweep_outputs


@given(pieces=st.lists(st.binary(max_size=12), max_size=8), start=st.integers(0, 60), count=st.integers(0, 60))
def test_every_part_can_be_read_wherever_it_is_kept(pieces: list[bytes], start: int, count: int, tmp_path_factory):
    spool = Spool(tmp_path_factory.getbasetemp() / "outputs", in_memory=20, most=50)
    for piece in pieces:
        spool.add(piece)
    whole = b"".join(pieces)
    assert spool.full == (len(whole) > 50)
    assert spool.read(start, count) == whole[:50][start : start + count]
    spool.close()


def test_where_the_disk_does_not_take_it_the_beginning_is_kept(tmp_path: Path):
    (tmp_path / "outputs").write_text("a file is in the way")
    spool = Spool(tmp_path / "outputs", in_memory=4, most=100)
    spool.add(b"abc")
    spool.add(b"defg")
    assert (spool.full, spool.size, spool.read(0, 10)) == (True, 3, b"abc")


def test_what_a_crash_left_behind_is_swept(tmp_path: Path):
    for name, age in (("old.output", 100_000), ("new.output", 0), ("other", 100_000)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    assert sweep_outputs(tmp_path) == 1
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["new.output", "other"]


@given(text=st.text(max_size=30), most=st.integers(1, 9))
def test_parts_put_together_are_the_whole_and_split_no_character(text: str, most: int):
    spool = Spool(Path("/nowhere"), in_memory=1000, most=1000)
    whole = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode()
    spool.add(b"".join(byte for byte in (bytes([each]) for each in whole) if byte >= b" "))
    content = spool.read(0, 1000)
    start, parts = 0, b""
    while start < spool.size:
        _, end = part_of(spool, start, max(most, 4), last=True)
        part = spool.read(start, end - start)
        part.decode()
        parts, start = parts + part, end
    assert parts == content


async def test_what_is_shown_live_is_clean_and_not_too_much():
    shown: list[str] = []
    live = Live(shown.append)
    for piece in (b"caf\xc3", b"\xa9 \x1b[3", b"1mred\x1b[0m \x1b]0;ti", b"tle\x07end\n"):
        live.add(piece)
        await asyncio.sleep(0)
    live.add(b"x" * 100_000 + b"\nlast\n\x1b[2")
    live.close()
    assert "".join(shown) == "[…]\nlast\n"
    live = Live(shown.append)
    for piece in (b"caf\xc3", b"\xa9 \x1b[3", b"1mred\x1b[0m \x1b]0;ti"):
        live.add(piece)
    await asyncio.sleep(0.15)
    assert shown[-1] == "café red "
    live.add(b"tle\x07end\n")
    live.close()
    assert shown[-1] == "end\n"
