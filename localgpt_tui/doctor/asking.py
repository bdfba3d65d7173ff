"""Asking a terminal what it is and can do: it answers on the line that keys come from."""

import os
import re
import select
import statistics
import termios
import time
from types import TracebackType
from typing import Self

_ASK_WHO = "\x1b[c"
"""Primary device attributes (DA1): every terminal answers, after everything that was asked before."""
_WHO = re.compile(r"\x1b\[\?[\d;]*c")
_ASK_PLACE = "\x1b[6n"
_PLACE = re.compile(r"\x1b\[\d+;(\d+)R")
_BLANK_LINE = "\r\x1b[2K"


class Line:
    """A terminal that is asked one thing after the other; keys are not echoed meanwhile."""

    def __init__(self, handle: int, *, patience: float = 1.0) -> None:
        """The terminal behind the descriptor `handle`.

        Args:
            patience: seconds to wait for an answer.
        """
        self._handle = handle
        self._patience = patience
        self._before: list[int | list[bytes | int]] = []

    def __enter__(self) -> Self:
        self._before = termios.tcgetattr(self._handle)
        raw = termios.tcgetattr(self._handle)
        raw[3] &= ~(termios.ICANON | termios.ECHO)
        raw[6][termios.VMIN], raw[6][termios.VTIME] = 1, 0
        termios.tcsetattr(self._handle, termios.TCSAFLUSH, raw)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.write(self._handle, _BLANK_LINE.encode())
        termios.tcsetattr(self._handle, termios.TCSAFLUSH, self._before)

    def ask(self, question: str = "") -> str | None:
        """What the terminal answers to `question` (empty where it does not know it), and who it is.

        Returns None where it answers nothing at all.
        """
        return self._exchange(question + _ASK_WHO, _WHO)

    def cells(self, text: str) -> int | None:
        """How many cells `text` takes on this terminal; None where it does not say."""
        answer = self._exchange(f"\r{text}{_ASK_PLACE}", _PLACE)
        self._write(_BLANK_LINE)
        found = _PLACE.search(answer or "")
        return int(found[1]) - 1 if found else None

    def round_trip(self, times: int = 5) -> float | None:
        """Seconds from a question to its answer, the median of a few; None where there is none."""
        taken: list[float] = []
        for _ in range(times):
            begin = time.monotonic()
            if self._exchange(_ASK_PLACE, _PLACE) is None:
                return None
            taken.append(time.monotonic() - begin)
        return statistics.median(taken)

    def _exchange(self, question: str, end: re.Pattern[str]) -> str | None:
        self._write(question)
        until = time.monotonic() + self._patience
        answer = ""
        while not end.search(answer):
            rest = until - time.monotonic()
            if rest <= 0 or not select.select([self._handle], [], [], rest)[0]:
                return None
            read = os.read(self._handle, 4096)
            if not read:
                return None
            answer += read.decode(errors="replace")
        return answer

    def _write(self, text: str) -> None:
        rest = text.encode()
        while rest:
            rest = rest[os.write(self._handle, rest) :]
