"""A real program on a real pseudo-terminal, and what it writes there."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyte
import pytest
import textual
from textual.app import App

from localgpt_tui.ui.output import ThriftyOutput

PROGRAM = """
import os, sys
from textual.app import App
from textual.widgets import Input, Static
from localgpt_tui.ui.output import ThriftyOutput

class Program(ThriftyOutput, App):
    ticks = 0
    BINDINGS = [("f2", "flood", "Flood"), ("f3", "suspend_process", "Suspend"), ("f4", "quit", "Quit")]

    def compose(self):
        yield Static("ready", id="word")
        line = Input()
        line.cursor_blink = False
        yield line

    def action_flood(self):
        self.set_interval(0.005, self.tick)

    def tick(self):
        self.ticks += 1
        self.query_one("#word").update(("x" if self.ticks % 2 else "o") * 400)
        if self.ticks == 200:
            with open(sys.argv[1], "w") as file:
                file.write("alive")

Program().run()
"""


@dataclass
class Terminal:
    """A pseudo-terminal with a program on it, and what the program has drawn."""

    process: int
    handle: int
    screen: pyte.Screen = field(default_factory=lambda: pyte.Screen(60, 10))
    seen: bytes = b""

    def __post_init__(self) -> None:
        self._stream = pyte.ByteStream(self.screen)

    def until(self, text: str) -> None:
        """Read until the screen shows `text`."""
        end = time.monotonic() + 20
        while text not in "\n".join(self.screen.display):
            assert time.monotonic() < end, f"{text!r} never came: {self.screen.display}"
            self.read(0.05)

    def read(self, seconds: float) -> bytes:
        """What is written in the next `seconds`."""
        taken = b""
        end = time.monotonic() + seconds
        while (rest := end - time.monotonic()) > 0:
            if select.select([self.handle], [], [], rest)[0]:
                with contextlib.suppress(OSError):
                    taken += os.read(self.handle, 65536)
        self.seen += taken
        # pyte takes the private answers' `$p` and `>u` for text
        self._stream.feed(taken.replace(b"\x1b[?2026$p", b"").replace(b"\x1b[?2048$p", b"").replace(b"\x1b[>25u", b""))
        return taken

    def press(self, keys: bytes) -> None:
        os.write(self.handle, keys)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    process, handle = pty.fork()
    if process == 0:
        # not inherited: readline writes COLUMNS and LINES where Python's own environment does not show them
        settings = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_DISABLE_KITTY_KEY": "1"}
        os.execve(sys.executable, [sys.executable, "-c", PROGRAM, str(tmp_path / "alive")], os.environ | settings)
    fcntl.ioctl(handle, termios.TIOCSWINSZ, struct.pack("HHHH", 10, 60, 0, 0))
    yield Terminal(process, handle)
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    os.close(handle)


def test_a_key_costs_few_bytes_and_rest_costs_none(terminal: Terminal):
    terminal.until("ready")
    terminal.press(b"a")
    terminal.until("a")
    terminal.read(0.3)
    terminal.press(b"b")
    assert len(terminal.read(0.4)) < 200
    terminal.until("ab")
    assert terminal.read(0.3) == b""


def test_the_mouse_is_never_reported_for_mere_moves(terminal: Terminal):
    terminal.until("ready")
    assert b"\x1b[?1002h" in terminal.seen
    assert b"\x1b[?1003h" not in terminal.seen


def test_a_terminal_that_takes_nothing_does_not_stop_the_program(terminal: Terminal, tmp_path: Path):
    terminal.until("ready")
    terminal.press(b"\x1bOQ")
    end = time.monotonic() + 20
    while not (tmp_path / "alive").exists():  # nobody reads what it writes
        assert time.monotonic() < end, "the program hangs on its terminal"
        time.sleep(0.02)
    terminal.press(b"z")
    terminal.until("z")
    terminal.until("oooo")


def test_after_a_suspension_everything_is_written_again(terminal: Terminal):
    terminal.until("ready")
    terminal.press(b"typed")
    terminal.until("typed")
    terminal.press(b"\x1bOR")
    os.waitpid(terminal.process, os.WUNTRACED)
    terminal.read(0.2)
    terminal.screen.reset()
    os.kill(terminal.process, signal.SIGCONT)
    terminal.until("ready")
    terminal.until("typed")


def test_a_new_size_is_drawn_whole(terminal: Terminal):
    terminal.until("ready")
    terminal.screen.resize(12, 40)
    terminal.screen.reset()
    fcntl.ioctl(terminal.handle, termios.TIOCSWINSZ, struct.pack("HHHH", 12, 40, 0, 0))
    terminal.until("ready")


async def test_a_textual_that_is_not_known_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(textual, "__version__", "8.99.0")

    class Program(ThriftyOutput, App[None]):
        pass

    app = Program()
    assert app._output is None
    assert app.get_driver_class() is App().get_driver_class()
    async with app.run_test() as pilot:
        await pilot.pause()
    app.forget_terminal()
