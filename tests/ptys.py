"""A real program on a real pseudo-terminal: what it writes, what its screen shows, and keys for it."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyte

Answer = Callable[[bytes], bytes]
"""What a terminal sends back for what was written to it just now."""

_PRIVATE = re.compile(rb"\x1b\[[?>][\d;]*\$?[pqu]|\x1b\[22;2t|\x1b\[23;2t|\x1bP.*?\x1b\\")  # pyte takes them for text


class Terminal:
    """A pseudo-terminal with a program on it."""

    def __init__(
        self, arguments: Sequence[str], *, size: tuple[int, int], answer: Answer | None, **environ: str
    ) -> None:
        self.seen = b""
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self._answer = answer
        self.process, self.handle = pty.fork()
        if self.process == 0:
            settings = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_DISABLE_KITTY_KEY": "1", **environ}
            os.execve(sys.executable, [sys.executable, *arguments], os.environ | settings)
        fcntl.ioctl(self.handle, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.open = True

    @property
    def shown(self) -> str:
        """What a person reads, line by line."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def until(self, true: str | bytes | Callable[[], object], *, seconds: float = 30.0) -> None:
        """Read until text is on the screen, bytes were written, or something holds."""
        end = time.monotonic() + seconds
        while not self._holds(true):
            in_time = time.monotonic() < end and not (self.ended() and not self.read(0.02))
            assert in_time or self._holds(true), f"{true!r} never came:\n{self.shown}\n{self.seen[-300:]!r}"
            self.read(0.02)

    def until_read(self, true: Callable[[str], object], *, seconds: float = 30.0) -> None:
        """Read until what a person reads is as it should be; looked at only where something was written."""
        end = time.monotonic() + seconds
        while not true(self._text()):
            while not self.read(0.02):
                assert time.monotonic() < end, f"it never came:\n{self.shown}"

    def read(self, seconds: float = 0.05) -> bytes:
        """What is written in the next `seconds`; the terminal's answers go back at once."""
        taken = b""
        end = time.monotonic() + seconds
        while (rest := end - time.monotonic()) > 0:
            if select.select([self.handle], [], [], rest)[0]:
                try:
                    arrived = os.read(self.handle, 65536)
                except OSError:  # the program has ended
                    break
                taken += arrived
                if self._answer is not None:
                    os.write(self.handle, self._answer(arrived))
        self.seen += taken
        self._stream.feed(_PRIVATE.sub(b"", taken))
        return taken

    def press(self, keys: str) -> None:
        os.write(self.handle, keys.encode("utf-8", "surrogatepass"))

    def close(self) -> None:
        """Take the terminal away, as a lost line does."""
        if self.open:
            os.close(self.handle)
            self.open = False

    def ended(self) -> bool:
        """True once the program has ended; `status` says how."""
        return self._wait(os.WNOHANG)

    status: int | None = None

    def end(self) -> None:
        """Whatever happened: nothing is left."""
        if self.status is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process, signal.SIGKILL)
            self._wait(0)
        self.close()

    def processor_seconds(self) -> float:
        """Processor time the program has used so far."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _text(self) -> str:
        """Like `shown`, in a tenth of the time."""
        rows, columns = self.screen.buffer, range(self.screen.columns)
        return "\n".join("".join(rows[y][x].data for x in columns) for y in range(self.screen.lines))

    def _holds(self, true: str | bytes | Callable[[], object]) -> bool:
        if isinstance(true, bytes):
            return true in self.seen
        return true in self.shown if isinstance(true, str) else bool(true())

    def _wait(self, how: int) -> bool:
        if self.status is None:
            process, status = os.waitpid(self.process, how)
            if process:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None


@contextlib.contextmanager
def running(
    *arguments: str, size: tuple[int, int] = (80, 24), answer: Answer | None = None, **environ: str
) -> Iterator[Terminal]:
    """Run `python arguments` on a pseudo-terminal for a block."""
    terminal = Terminal(arguments, size=size, answer=answer, **environ)
    try:
        yield terminal
    finally:
        terminal.end()
