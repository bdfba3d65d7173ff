"""What a command prints, byte for byte: the first part in memory, and once there is more, all of it in a file."""

import contextlib
import os
import tempfile
import time
from pathlib import Path
from typing import BinaryIO

from localgpt_tui.files import private_folder

_SUFFIX = ".output"
_KEPT_SECONDS = 24 * 3600.0


class Spool:
    """Output as it arrives, to be read from any place while more arrives.

    Attributes:
        size: the bytes that are kept.
        line_ends: how many lines end among them.
        full: whether there was more than may be kept, or the disk did not take it; what follows is dropped.
    """

    def __init__(self, folder: Path, *, in_memory: int, most: int) -> None:
        """Keep `in_memory` bytes in memory and at most `most` in a file in `folder`."""
        self.size = self.line_ends = 0
        self.full = False
        self._folder = folder
        self._in_memory = in_memory
        self._most = max(most, in_memory)
        self._start = bytearray()
        self._file: BinaryIO | None = None
        self._path: Path | None = None

    def add(self, piece: bytes) -> None:
        """Take in what came next."""
        taken = piece[: self._most - self.size]
        self.full = self.full or len(taken) < len(piece)
        if self._file is None and self.size + len(taken) <= self._in_memory:
            self._start += taken
        else:
            try:
                self._into_file(taken)
            except OSError:
                self.full = True
                return
        self.size += len(taken)
        self.line_ends += taken.count(b"\n")

    def read(self, start: int, count: int) -> bytes:
        """At most `count` bytes from `start`."""
        if self._file is None:
            return bytes(self._start[start : start + count])
        return os.pread(self._file.fileno(), min(count, max(0, self.size - start)), start)

    def close(self) -> None:
        """Let go of it all; the file is removed."""
        self._start.clear()
        self.size = 0
        if self._file is not None and self._path is not None:
            self._file.close()
            self._file = None
            self._path.unlink(missing_ok=True)

    def _into_file(self, piece: bytes) -> None:
        if self._file is None:
            private_folder(self._folder)
            sweep_outputs(self._folder)
            handle, name = tempfile.mkstemp(suffix=_SUFFIX, dir=self._folder)
            self._path = Path(name)
            self._file = os.fdopen(handle, "w+b", buffering=0)
            piece = bytes(self._start) + piece
            self._start.clear()
        rest = memoryview(piece)
        while rest:
            rest = rest[self._file.write(rest) :]


def sweep_outputs(folder: Path, *, older_than: float = _KEPT_SECONDS) -> int:
    """Remove what crashed programs left in `folder`, if older than `older_than` seconds; returns how many."""
    removed = 0
    for leftover in folder.glob("*" + _SUFFIX):
        with contextlib.suppress(OSError):
            if time.time() - leftover.stat().st_mtime > older_than:
                leftover.unlink()
                removed += 1
    return removed
