"""One confined command: its start, its output as it comes, and its end, after which nothing of it is left."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, Protocol

from localgpt_tui.core.errors import ToolError
from localgpt_tui.core.ports import Progress
from localgpt_tui.safety.sandbox.bounds import Bounds, Tier
from localgpt_tui.tools.live import Live
from localgpt_tui.tools.spool import Spool

_PIECE = 1 << 16
_STOPPERS = ThreadPoolExecutor(4, thread_name_prefix="stopping")  # never waits for what else threads are busy with
_GRACE = 1.0  # seconds for the last output once everything that could write is gone

Stopped = Literal["", "time", "output", "wish"]
"""Why a command was ended from outside: it took too long, printed too much, or somebody wanted it to."""


class Confined(Protocol):
    """A process that the sandbox holds."""

    @property
    def pid(self) -> int:
        """Of the process that was started."""
        ...

    async def wait(self) -> int:
        """Its exit status, 128 and the signal where one ended it."""
        ...

    def stop(self) -> None:
        """End it with all its descendants."""
        ...


class Sandbox(Protocol):
    """What commands are started by."""

    @property
    def tier(self) -> Tier:
        """How much holds them in."""
        ...

    def describe(self) -> str:
        """The same in words for a person."""
        ...

    def start(self, argv: Sequence[str], bounds: Bounds, *, stdout: int, stderr: int) -> Confined:
        """Start a program; its input is empty."""
        ...


class Running:
    """A command that was started.

    Attributes:
        status: its exit status once it has ended; None where it was stopped or still runs.
        stopped: why it was ended from outside.
        told: for one in the background, at its end what came of it for the files.
    """

    def __init__(self, command: str, spool: Spool, progress: Progress | None) -> None:
        self.command = command
        self.spool = spool
        self.status: int | None = None
        self.stopped: Stopped = ""
        self.told: asyncio.Task[str] | None = None
        self._live = Live(progress) if progress else None
        self._pipe = -1
        self._no_more = asyncio.Event()
        self._ending = asyncio.Event()
        self._ended = asyncio.Event()
        self._confined: Confined | None = None
        self._began = time.monotonic()
        self._seconds = 0.0

    def start(self, sandbox: Sandbox, bounds: Bounds) -> None:
        """Start it; takes milliseconds. Who starts it sees to it that `finish` is awaited.

        Raises:
            ToolError: it could not be started.
        """
        try:
            self._pipe, theirs = os.pipe()
            try:
                argv = ["/bin/bash", "-c", self.command]
                self._confined = sandbox.start(argv, bounds, stdout=theirs, stderr=theirs)
            finally:
                os.close(theirs)
        except (OSError, ValueError) as error:
            self._close_pipe()
            raise ToolError(f"The command could not be started: {error}.", "Nothing was run.") from None
        except ToolError:
            self._close_pipe()
            raise
        os.set_blocking(self._pipe, False)
        asyncio.get_running_loop().add_reader(self._pipe, self._arrived)

    async def finish(self, seconds: float | None) -> None:
        """Wait for its end, at most `seconds`, then end all that it has started; cancelling ends it at once."""
        assert self._confined is not None  # noqa: S101 - `start` comes first
        exited = asyncio.ensure_future(self._confined.wait())
        ending = asyncio.ensure_future(self._ending.wait())
        try:
            done, _ = await asyncio.wait((exited, ending), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if exited in done:
                self.status = exited.result()
            elif not done:
                self.stopped = "time"
        finally:
            for each in (exited, ending):
                each.cancel()
            await self._clear_away(self._confined)

    async def stop(self) -> None:
        """End it and all that it has started, because somebody wants that; `finish` returns then."""
        self._end("wish")
        await self._ended.wait()

    async def ended_within(self, seconds: float) -> bool:
        """Wait for its end, but no longer than that."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), seconds)
        return self.has_ended

    @property
    def has_ended(self) -> bool:
        """Whether nothing of it runs any more."""
        return self._ended.is_set()

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return self._seconds if self.has_ended else time.monotonic() - self._began

    @property
    def outcome(self) -> str:
        """How it stands with it, in words."""
        match self.stopped:
            case "time":
                return f"stopped after {self.seconds:.3g} s: it took longer than it was given"
            case "output":
                return f"stopped: it printed more than the {self.spool.size:,} bytes that can be kept"
            case "wish":
                return "stopped on request"
            case _ if self.status is not None:
                return status_in_words(self.status)
            case _:
                return f"still running after {self.seconds:.3g} s" if not self.has_ended else "stopped"

    def _arrived(self) -> None:
        try:
            piece = os.read(self._pipe, _PIECE)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece:
            self._close_pipe()
            return
        self.spool.add(piece)
        if self._live is not None:
            self._live.add(piece)
        if self.spool.full:
            self._end("output")

    def _end(self, why: Stopped) -> None:
        if not self._ending.is_set() and not self.has_ended:
            self.stopped = why
            self._ending.set()

    async def _clear_away(self, confined: Confined) -> None:
        """Kill what is left, and take in what it had printed."""
        stopping = asyncio.get_running_loop().run_in_executor(_STOPPERS, confined.stop)
        try:
            await asyncio.shield(stopping)
            if not self.spool.full:
                await asyncio.wait_for(self._no_more.wait(), _GRACE)
        except TimeoutError:
            pass  # something outside of our reach holds the pipe; what it may still print is nobody's
        finally:
            self._seconds = time.monotonic() - self._began
            self._close_pipe()
            if self._live is not None:
                self._live.close()
            self._ended.set()

    def _close_pipe(self) -> None:
        if self._pipe >= 0:
            asyncio.get_running_loop().remove_reader(self._pipe)
            os.close(self._pipe)
            self._pipe = -1
        self._no_more.set()


def status_in_words(status: int) -> str:
    """An exit status as a shell gives it, and what it usually means."""
    known = {126: "found, but it cannot be run", 127: "there is no such program"}
    if status in known:
        return f"exit status {status}: {known[status]}"
    number = status - 128 if status > 128 else -status
    if number > 0:
        try:
            name = signal.Signals(number).name
        except ValueError:
            return f"exit status {status}"
        reasons = {
            "SIGXCPU": ", it used more processor time than it may",
            "SIGXFSZ": ", it wrote a larger file than it may",
        }
        return f"exit status {status}: ended by {name}{reasons.get(name, '')}"
    return f"exit status {status}"
