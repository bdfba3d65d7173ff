"""Reading a file of lines from either end, no further than needed."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

LONGEST_LINE = 32 * 1024 * 1024
"""Bytes; a longer line is not loaded, only its beginning is."""

_FIRST_CHUNK = 4 * 1024
_CHUNK = 256 * 1024
_HEAD = 1024


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file, without its newline.

    Attributes:
        offset: where it begins, in bytes.
        size: its length in bytes; `content` is only its beginning where it is longer than `LONGEST_LINE`.
        finished: False for what stands after the last newline.
    """

    offset: int
    content: bytes
    size: int
    finished: bool

    @property
    def too_long(self) -> bool:
        """True where `content` is only the beginning."""
        return self.size > len(self.content)


class Tape:
    """An open file of lines; `bytes_read` counts what was asked of the disk."""

    def __init__(self, path: Path) -> None:
        # O_NONBLOCK: a FIFO in place of the file must not hang the program.
        self._handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        self.bytes_read = 0
        if not stat.S_ISREG(os.fstat(self._handle).st_mode):
            os.close(self._handle)
            raise OSError(f"{path.name} is not a regular file")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._handle)

    @property
    def size(self) -> int:
        """The file's present length in bytes."""
        return os.fstat(self._handle).st_size

    def read(self, offset: int, length: int) -> bytes:
        """At most `length` bytes from `offset`."""
        chunk = os.pread(self._handle, length, offset)
        self.bytes_read += len(chunk)
        return chunk

    def backwards(self, end: int | None = None) -> Iterator[Line]:
        """The lines before `end` (default: the end of the file), the last one first; empty ones are left out."""
        stop = self.size if end is None else end
        position, line_end, later, chunk_size = stop, stop, _Pieces(), _FIRST_CHUNK
        while position > 0:
            begin, chunk_size = max(0, position - chunk_size), min(2 * chunk_size, _CHUNK)
            chunk = self.read(begin, position - begin)
            cut = len(chunk)
            while (newline := chunk.rfind(b"\n", 0, cut)) >= 0:
                later.put_before(chunk[newline + 1 : cut])
                yield from self._line(begin + newline + 1, line_end, later, finished=line_end < stop)
                later, line_end, cut = _Pieces(), begin + newline, newline
            later.put_before(chunk[:cut])
            position = begin
        yield from self._line(0, line_end, later, finished=line_end < stop)

    def forwards(self, start: int = 0, end: int | None = None) -> Iterator[Line]:
        """The lines from `start`, where a line begins, up to `end`; empty ones are left out."""
        stop = self.size if end is None else end
        position, line_start, earlier, chunk_size = start, start, _Pieces(), _FIRST_CHUNK
        while position < stop and (chunk := self.read(position, min(chunk_size, stop - position))):
            cut, chunk_size = 0, min(2 * chunk_size, _CHUNK)
            while (newline := chunk.find(b"\n", cut)) >= 0:
                earlier.put_after(chunk[cut:newline])
                yield from self._line(line_start, position + newline, earlier, finished=True)
                earlier, cut = _Pieces(), newline + 1
                line_start = position + cut
            earlier.put_after(chunk[cut:])
            position += len(chunk)
        yield from self._line(line_start, position, earlier, finished=False)

    def _line(self, begin: int, end: int, pieces: "_Pieces", *, finished: bool) -> Iterator[Line]:
        if end > begin:
            content = self.read(begin, _HEAD) if pieces.dropped else pieces.joined()
            yield Line(begin, content, end - begin, finished)


class _Pieces:
    """The parts of one line as they are read; given up once they are more than `LONGEST_LINE`."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._held = 0
        self._reversed = False
        self.dropped = False

    def put_after(self, part: bytes) -> None:
        self._put(part)

    def put_before(self, part: bytes) -> None:
        self._reversed = True
        self._put(part)

    def joined(self) -> bytes:
        return b"".join(reversed(self._parts) if self._reversed else self._parts)

    def _put(self, part: bytes) -> None:
        self._held += len(part)
        if self._held > LONGEST_LINE:
            self.dropped = True
            self._parts.clear()
        else:
            self._parts.append(part)
