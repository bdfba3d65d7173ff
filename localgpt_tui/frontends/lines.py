"""Lines a person types, read so that nothing else has to wait for them."""

import asyncio
import contextlib
import os
import threading


class Lines:
    """Reads lines from a descriptor in a thread of its own; what is typed ahead waits its turn."""

    def __init__(self, descriptor: int) -> None:
        """Begin to read.

        The descriptor is read directly: a thread left waiting in `sys.stdin` would hold a lock that Python needs at
        its end.
        """
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        threading.Thread(target=self._read, daemon=True, name="stdin").start()

    async def next(self) -> str | None:
        """The next line without its end, or None once there are no more."""
        line = await self._lines.get()
        if line is None:
            self._lines.put_nowait(None)
        return line

    async def fresh(self) -> str | None:
        """The next line that is typed from now on; those typed ahead keep their turn after it."""
        ahead = [self._lines.get_nowait() for _ in range(self._lines.qsize())]
        if None in ahead:  # there are no more lines
            for line in ahead:
                self._lines.put_nowait(line)
            return None
        typed = await self._lines.get()
        later = [self._lines.get_nowait() for _ in range(self._lines.qsize())]
        for line in (*ahead, *([None] if typed is None else []), *later):
            self._lines.put_nowait(line)
        return typed

    def end(self) -> None:
        """Let `next` answer that there are no more lines, after those that are there already."""
        self._lines.put_nowait(None)

    def _read(self) -> None:
        rest = b""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits for lines any more
            while chunk := self._chunk():
                *whole, rest = (rest + chunk).split(b"\n")
                for line in whole:
                    self._pass_on(line)
            if rest:
                self._pass_on(rest)
            self._loop.call_soon_threadsafe(self._lines.put_nowait, None)

    def _chunk(self) -> bytes:
        try:
            return os.read(self._descriptor, 65536)
        except OSError:  # the terminal went away
            return b""

    def _pass_on(self, line: bytes) -> None:
        text = line.removesuffix(b"\r").decode("utf-8", "replace")
        self._loop.call_soon_threadsafe(self._lines.put_nowait, text)
