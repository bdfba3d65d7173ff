"""Textual's driver for terminals, calmer: no reports of mere mouse moves, no trouble when the terminal goes away."""

import contextlib
import os
import selectors
from codecs import getincrementaldecoder
from typing import IO, Any, cast

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from localgpt_tui.ui.keyboard import Pastes

_TICK = 0.1  # seconds until an Escape that nothing follows counts as the key


class TerminalGone(Message):
    """Nobody can read or write there any more: the line was cut, or the window was closed."""


class CalmDriver(LinuxDriver):
    """Asks for clicks, wheel and drags (modes 1000, 1002, 1006), never for every move.

    Textual's own reads a terminal that is gone for ever, at a whole processor's cost, and its writer ends with the
    first failure, after which the next few frames wait without end.
    """

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._file = cast("Any", _Unfailing(self._file))
        self._title = ""

    def start_application_mode(self) -> None:
        """Take the terminal; the window's own title is put aside, where the terminal can."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if _has_titles():
            self.write("\x1b[22;2t")
            self.set_title(self._title)

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was, with its title; one that could not keep its title shows none."""
        if _has_titles():
            self.write("\x1b]2;\x07\x1b[23;2t")
        super().stop_application_mode()

    def set_title(self, title: str) -> None:
        """Make `title`, a printable line, the window's title until the terminal is given back."""
        self._title = title
        if title and _has_titles():
            self.write(f"\x1b]2;{title}\x07")

    def write(self, data: str) -> None:
        """Send `data` to the terminal; while another program has it, nothing is sent."""
        if self._writer_thread is not None and self._writer_thread.is_alive():
            self._writer_thread.write(data)

    def switch_mouse(self, *, on: bool) -> None:
        """Take the mouse, or leave it to the terminal, whose own selection works then."""
        if on:
            self._mouse = True
            self._enable_mouse_support()
        else:
            self._disable_mouse_support()
            self._mouse = False

    def run_input_thread(self) -> None:
        """Read keys until the driver is stopped or the terminal is gone."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode  # one wrong byte is no reason to end
        pastes = Pastes()
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_TICK):
                    read = self._read()
                    if not read and not os.isatty(self.fileno):
                        self.send_message(TerminalGone())
                        return
                    for event in parser.feed(pastes.harmless(decode(read))) if read else ():
                        self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)

    def _read(self) -> bytes:
        with contextlib.suppress(OSError):
            return os.read(self.fileno, 4096)
        return b""

    def _enable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1002h\x1b[?1006h")
            self.flush()

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1000l\x1b[?1002l\x1b[?1006l\x1b[?1016l")
            self.flush()


def _has_titles() -> bool:
    """False for a console without windows, where older kernels would print the title."""
    return not os.environ.get("TERM", "").startswith(("linux", "vt"))


class _Unfailing:
    """A stream whose far end may be gone; what is written then goes nowhere."""

    def __init__(self, stream: IO[str] | None) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            if self._stream is not None:
                self._stream.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            if self._stream is not None:
                self._stream.flush()

    def fileno(self) -> int:
        return self._stream.fileno() if self._stream is not None else -1
