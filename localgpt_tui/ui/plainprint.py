"""Text printed as it is, outside the app, where the terminal's own selection and scrollback work."""

import asyncio
import os
import sys
import termios
from typing import Any

from textual.app import App

from localgpt_tui.safety.terminal import printable

_INVITATION = "--- Select what you need; any key goes back. ---"


async def print_plain(app: App[Any], text: str) -> None:
    """Put the app aside, print `text` undecorated, and wait for a key."""
    if app.is_headless:
        return
    with app.suspend(), app.batch_update():  # nothing may be drawn meanwhile: Textual's writer is stopped
        await asyncio.to_thread(_show, printable(text))


def _show(text: str, terminal: int = 0, out: int = 1) -> None:
    before = termios.tcgetattr(terminal)
    quiet = termios.tcgetattr(terminal)
    quiet[3] &= ~(termios.ICANON | termios.ECHO | termios.ISIG)  # Ctrl+C is a key like any other here
    quiet[6][termios.VMIN], quiet[6][termios.VTIME] = 1, 0
    termios.tcsetattr(terminal, termios.TCSAFLUSH, quiet)
    try:
        _write(out, f"{text.rstrip()}\n\n{_INVITATION}\n")
        os.read(terminal, 64)
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)


def _write(out: int, text: str) -> None:
    rest = text.encode(sys.__stdout__.encoding if sys.__stdout__ else "utf-8", "replace")
    while rest:
        rest = rest[os.write(out, rest) :]
