"""Text on its way to the person's clipboard; nobody can tell whether it arrives, so we say which way it went.

What gets through was measured: tmux, as it comes, swallows the terminal's own sequence for it (OSC 52), but passes on
what it is given as a buffer.
"""

import asyncio
import base64
import contextlib
import os
import shutil
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from textual.app import App

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.messages import now
from localgpt_tui.files import atomic_write, private_folder
from localgpt_tui.safety.terminal import printable

LARGEST = 74_994
"""Bytes that terminals commonly take by OSC 52: 100,000 with their encoding."""

_SCREEN_PIECE = 768  # bytes that GNU screen passes on at once
_PATIENCE = 2.0  # seconds for tmux
_OTHERWISE = "didn't arrive? ^X y f: file, ^X y p: print"


class Clipboard(App[Any]):
    """Mix into an app, before `App`: whatever is copied anywhere in it goes this way.

    Attributes:
        copied: what was copied last, made printable.
    """

    copied: str = ""

    async def copy(self, text: str) -> str:
        """Send `text` towards the clipboard and say which way, in words for a person; never that it arrived."""
        self.copied = printable(text)
        size = len(self.copied.encode())
        if not size:
            return "There is nothing to copy here."
        if await _through_tmux(self.copied):
            if size > LARGEST:
                return f"{_sized(size)} are in tmux's buffer; a terminal may refuse so much · ^X y f: file"
            return f"Sent to your terminal (tmux) · {_OTHERWISE}"
        if size > LARGEST:
            return f"{_sized(size)} are more than terminals take · ^X y f writes a file, ^X y p prints it"
        self.copy_to_clipboard(self.copied)
        return f"Sent to your terminal (OSC 52) · {_OTHERWISE}"

    def copy_to_clipboard(self, text: str) -> None:
        """Send `text` by OSC 52 where it is not too long for that; what is copied can be pasted inside the app too."""
        self._clipboard = text = printable(text)
        if self._driver is not None and len(text.encode()) <= LARGEST:
            for piece in osc52(text, os.environ):
                self._driver.write(piece)


def osc52(text: str, environ: Mapping[str, str]) -> Iterator[str]:
    """What to write so that the terminal takes `text`; in GNU screen, in pieces that it passes on."""
    sequence = f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07"
    if not environ.get("STY") or environ.get("TMUX"):
        yield sequence
        return
    for start in range(0, len(sequence), _SCREEN_PIECE):
        piece = sequence[start : start + _SCREEN_PIECE]
        yield f"\x1bP{piece}\x1b\\"


def write_copy(text: str, target: Path, *, folder: bool = False) -> Path:
    """Write `text`, made printable, to `target`, which only its owner can read.

    Args:
        folder: `target` is a folder; the file in it is named after the time.

    Raises:
        LocalGPTError: the file is there already, or cannot be written.
    """
    target = target.expanduser().absolute()
    if folder or target.is_dir():
        target /= f"{now():%Y-%m-%d-%H%M%S.%f}.md"
    if target.exists():
        raise LocalGPTError(f"{target} is there already.", "Name another file: /copy file NAME.")
    try:
        private_folder(target.parent)
        atomic_write(target, printable(text).encode())
    except OSError as error:
        raise LocalGPTError(f"{target} could not be written: {error.strerror}.", "Name another file.") from error
    return target


async def _through_tmux(text: str) -> bool:
    """Give `text` to the tmux we are in, which sends it on; False where there is none, or it does not answer."""
    if not (os.environ.get("TMUX") and shutil.which("tmux")):
        return False
    tmux = await asyncio.create_subprocess_exec(
        "tmux", "load-buffer", "-w", "-",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        async with asyncio.timeout(_PATIENCE):
            await tmux.communicate(text.encode())
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(tmux.pid, signal.SIGKILL)
        await tmux.wait()
        return False
    return tmux.returncode == 0


def _sized(size: int) -> str:
    return f"{size / 1000:.0f} kB" if size >= 1000 else f"{size} bytes"
