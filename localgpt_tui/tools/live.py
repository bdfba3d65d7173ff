"""The output of a running command for somebody who watches: readable, and not more than can be looked at."""

import asyncio
import codecs
import re

from localgpt_tui.core.ports import Progress
from localgpt_tui.safety.terminal import printable

_PAUSE = 0.1  # seconds between two pieces
_MOST = 4000  # characters of a piece
_UNFINISHED = re.compile("[\x1b\x80-\x9f][^\n\x1b\x80-\x9f]*$")
_LONGEST_UNFINISHED = 400


class Live:
    """Bytes in, now and then a piece of clean text out; where too much comes at once, its beginning is left out."""

    def __init__(self, progress: Progress) -> None:
        """Give the pieces to `progress`, in the running event loop."""
        self._progress = progress
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._waiting = ""
        self._left_out = False
        self._timer: asyncio.TimerHandle | None = None

    def add(self, piece: bytes) -> None:
        """Take in what came next."""
        self._waiting += self._decoder.decode(piece)
        if len(self._waiting) > 4 * _MOST:
            self._waiting, self._left_out = self._waiting[-2 * _MOST :], True
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_PAUSE, self._show)

    def close(self) -> None:
        """Show what is left."""
        if self._timer is not None:
            self._timer.cancel()
        self._waiting += self._decoder.decode(b"", final=True)
        self._show(last=True)

    def _show(self, *, last: bool = False) -> None:
        self._timer = None
        text = self._waiting
        # an escape sequence that has not ended yet waits for its end, so that it goes as a whole
        unfinished = None if last else _UNFINISHED.search(text[-_LONGEST_UNFINISHED:])
        kept = unfinished[0] if unfinished else ""
        text, self._waiting = text[: len(text) - len(kept)], kept
        if len(text) > _MOST:
            text, self._left_out = text[-_MOST:].partition("\n")[2] or text[-_MOST:], True
        if self._left_out:
            text, self._left_out = f"[…]\n{text}", False
        if shown := printable(text):
            self._progress(shown)
