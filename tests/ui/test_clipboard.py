"""Which way a copied text takes, seen from the terminal's end."""

import base64
import os
import re
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ptys import running

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.ui.clipboard import LARGEST, osc52, write_copy

PROGRAM = """
import os, sys
from textual.app import App
from textual.widgets import Static
from localgpt_tui.ui.clipboard import Clipboard
from localgpt_tui.ui.output import ThriftyOutput
from localgpt_tui.ui.plainprint import print_plain

TEXT = os.environ["TEXT"] * int(os.environ.get("TIMES", "1"))

class Program(ThriftyOutput, Clipboard, App):
    BINDINGS = [("c", "copy", "Copy"), ("p", "print", "Print"), ("q", "quit", "Quit")]
    ticks = 0

    def compose(self):
        yield Static("ready", id="word", markup=False)
        yield Static("", id="ticks")

    def on_mount(self):
        self.set_interval(0.01, self.tick)

    def tick(self):
        self.ticks += 1
        self.query_one("#ticks").update(str(self.ticks % 7))

    async def action_copy(self):
        self.query_one("#word").update(await self.copy(TEXT))

    def action_print(self):
        self.run_worker(self.print())

    async def print(self):
        await print_plain(self, TEXT)
        self.query_one("#word").update("back again")

Program().run()
"""


def program(**environ):
    return running("-c", PROGRAM, **environ)


@pytest.fixture
def tmux(tmp_path, monkeypatch):
    """Puts a `tmux` on the path that does the given thing with what it gets."""

    def install(script):
        (tmp_path / "bin").mkdir()
        file = tmp_path / "bin/tmux"
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        monkeypatch.setenv("PATH", f"{file.parent}:{os.environ['PATH']}")

    return install


def copied(seen: bytes) -> list[str]:
    """What a terminal with OSC 52 would have taken."""
    return [base64.b64decode(text).decode() for text in re.findall(rb"\x1b\]52;c;(.*?)\x07", seen)]


def test_a_terminal_gets_it_by_its_own_sequence_and_the_person_is_told_so():
    with program(TEXT="x = \x1b[31m1 äß漢") as terminal:
        terminal.until("ready")
        terminal.press("c")
        terminal.until("Sent to your terminal (OSC 52)")
        terminal.until("^X y f")
        assert copied(terminal.seen) == ["x = 1 äß漢"]


def test_tmux_gets_it_as_a_buffer(tmux, tmp_path):
    tmux(f'echo "$@" > {tmp_path}/arguments; cat > {tmp_path}/buffer')
    with program(TEXT="a\nb", TMUX="/tmp/tmux,1,0") as terminal:
        terminal.until("ready")
        terminal.press("c")
        terminal.until("Sent to your terminal (tmux)")
        assert copied(terminal.seen) == []
    assert (tmp_path / "buffer").read_text() == "a\nb"
    assert (tmp_path / "arguments").read_text() == "load-buffer -w -\n"


@pytest.mark.parametrize("script", ["exit 1", "sleep 60"])
def test_a_tmux_that_fails_or_hangs_is_no_way_and_the_next_is_taken(tmux, script):
    tmux(script)
    with program(TEXT="a", TMUX="/tmp/tmux,1,0") as terminal:
        terminal.until("ready")
        terminal.press("c")
        terminal.until("Sent to your terminal (OSC 52)")
        assert copied(terminal.seen) == ["a"]


def test_what_is_too_long_for_terminals_is_not_said_to_be_sent():
    with program(TEXT="0123456789", TIMES="8000") as terminal:
        terminal.until("ready")
        terminal.press("c")
        terminal.until("80 kB are more than terminals take")
        assert copied(terminal.seen) == []


def test_what_is_printed_plain_stands_on_the_ordinary_screen_until_a_key_is_pressed():
    with program(TEXT="# A title\n\n\x1b]0;evil\x07text\n") as terminal:
        terminal.until("ready")
        terminal.press("p")
        terminal.until("any key goes back")
        assert "# A title" in terminal.shown
        printed = terminal.seen.rpartition(b"\x1b[?1049l")[2]
        assert b"evil" not in printed
        terminal.read(0.7)  # the program goes on ticking, more often than its writer could queue
        assert terminal.seen.rpartition(b"any key goes back. ---")[2].strip() == b""
        terminal.press("\x03")  # a key like any other
        terminal.until("back again")
        assert not terminal.ended()


def test_gnu_screen_gets_it_in_pieces_that_it_passes_on():
    pieces = list(osc52("x" * 3000, {"STY": "1.pts"}))

    assert all(piece.startswith("\x1bP") and piece.endswith("\x1b\\") and len(piece) <= 772 for piece in pieces)
    inner = "".join(piece[2:-2] for piece in pieces)
    assert copied(inner.encode()) == ["x" * 3000]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_arrives_as_it_was(text):
    assert copied("".join(osc52(text, {})).encode()) == [text]


def test_a_copy_on_the_disk_is_for_its_owner_only(tmp_path):
    (tmp_path / "copied").mkdir()
    first = write_copy("one\x1b[0m", tmp_path / "copied")
    named = write_copy("two", tmp_path / "new/place.md")

    assert first.parent == tmp_path / "copied"
    assert (first.read_text(), named.read_text()) == ("one", "two")
    assert stat.S_IMODE(first.stat().st_mode) == stat.S_IMODE(named.stat().st_mode) == 0o600


def test_a_copy_replaces_no_file(tmp_path):
    (tmp_path / "mine.md").write_text("precious")

    with pytest.raises(LocalGPTError, match="there already"):
        write_copy("new", tmp_path / "mine.md")
    assert (tmp_path / "mine.md").read_text() == "precious"


def test_a_copy_that_cannot_be_written_is_an_error_with_a_way_out(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(LocalGPTError, match="could not be written"):
        write_copy("new", tmp_path / "file/below.md")


def test_the_limit_is_what_terminals_commonly_take():
    assert len("".join(osc52("x" * LARGEST, {}))) <= 100_000
