"""The commands of a session: those in the background, and those whose output is longer than one answer."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

from pydantic import Field

from localgpt_tui.core.approvals import Act
from localgpt_tui.core.errors import ToolError
from localgpt_tui.core.ports import Progress, Tool
from localgpt_tui.safety.sandbox.bounds import Bounds
from localgpt_tui.safety.terminal import printable
from localgpt_tui.tools.running import Running, Sandbox
from localgpt_tui.tools.schema import tool
from localgpt_tui.tools.spool import Spool

ORIGIN = "the output of a command"
_MOST_RUNNING = 8
_MOST_KEPT = 20


class Jobs:
    """Commands by their id, such as `c3`.

    Attributes:
        folder: where long outputs are kept; on_close: called when all has ended.
    """

    def __init__(self, folder: Path, *, in_memory: int, most: int) -> None:
        """Keep `in_memory` bytes of each output in memory, and at most `most` in a file in `folder`."""
        self.folder = folder
        self.on_close: Callable[[], object] = lambda: None
        self._in_memory = in_memory
        self._most = most
        self._numbers = itertools.count(1)
        self._jobs: dict[str, Running] = {}
        self._looked: dict[str, int] = {}
        self._tasks: set[asyncio.Task[str]] = set()

    def start(
        self, command: str, sandbox: Sandbox, bounds: Bounds, progress: Progress | None = None
    ) -> tuple[str, Running]:
        """Start `command`, and the id that it has from now on.

        Raises:
            ToolError: it could not be started.
        """
        running = Running(command, Spool(self.folder, in_memory=self._in_memory, most=self._most), progress)
        running.start(sandbox, bounds)
        job = f"c{next(self._numbers)}"
        self._jobs[job] = running
        return job, running

    def leave_running(self, running: Running, seconds: float | None, then: Callable[[], Awaitable[str]]) -> None:
        """Let a started command run on in the background, at most `seconds`; `then` says at its end what came of it."""

        async def watched() -> str:
            try:
                await running.finish(seconds)
            finally:
                told = await then()
            return told

        task = running.told = asyncio.create_task(watched())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def see_that_there_is_room(self) -> None:
        """Make sure that another command may be put into the background.

        Raises:
            ToolError: too many run already.
        """
        if len(self._tasks) >= _MOST_RUNNING:
            names = ", ".join(job for job, running in self._jobs.items() if not running.has_ended)
            raise ToolError(f"{_MOST_RUNNING} jobs run already: {names}.", "Wait for one, or end it with job_kill.")

    def find(self, job: str) -> Running:
        """The command `job`.

        Raises:
            ToolError: there is none of that id.
        """
        if job in self._jobs:
            return self._jobs[job]
        there_are = f"There are {', '.join(self._jobs)}." if self._jobs else "There are none at present."
        raise ToolError(f"There is no job {printable(job)[:40]!r}.", f"{there_are} Jobs end with the session.")

    def unread(self, job: str) -> int:
        """Where the output of `job` begins that nobody has looked at."""
        return self._looked.get(job, 0)

    def looked(self, job: str, end: int) -> None:
        """Note that the output of `job` was seen up to the byte `end`."""
        self._looked[job] = max(end, self.unread(job))

    def forget(self, job: str) -> None:
        """Let go of an ended command and its output."""
        self._looked.pop(job, None)
        if running := self._jobs.pop(job, None):
            running.spool.close()

    def keep(self, job: str) -> None:
        """Keep an ended command's output for later; the oldest of too many go."""
        ended = [each for each, running in self._jobs.items() if running.has_ended and each != job]
        for each in ended[: max(0, len(ended) + 1 - _MOST_KEPT)]:
            self.forget(each)

    async def aclose(self) -> None:
        """End every command with all that it has started, and let go of all output."""
        running = [each for each in self._jobs.values() if not each.has_ended]
        await asyncio.gather(*(each.stop() for each in running))
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for job in tuple(self._jobs):
            self.forget(job)
        self.on_close()


def job_tools(jobs: Jobs, *, result_chars: int) -> tuple[Tool, ...]:
    """The tools `job_output` and `job_kill`."""

    async def foresee_output(job: str, **_: object) -> Act:
        jobs.find(job)
        return Act("read", f"look at the output of {job}", verdict="safe", origin=ORIGIN)

    @tool(foresee=foresee_output)
    async def job_output(
        job: str,
        offset: Annotated[int, Field(ge=0)] | None = None,
        wait_seconds: Annotated[float, Field(ge=0, le=300)] = 0,
    ) -> str:
        """Look at the output of a background job, or read on in that of a command which was too long.

        Args:
            job: its id, such as c3.
            offset: the byte to read from; left out, it goes on where the last look ended.
            wait_seconds: how long to wait for the job to end first; 0 looks at once.
        """
        running = jobs.find(job)
        if wait_seconds:
            await running.ended_within(wait_seconds)
        outcome = running.outcome  # before the output is read, so that nothing printed before the end is missed
        start = jobs.unread(job) if offset is None else offset
        if start > running.spool.size:
            raise ToolError(f"{job} has printed {running.spool.size:,} bytes only.", "Give a smaller offset.")
        text, end = part_of(running.spool, start, result_chars, last=running.has_ended)
        jobs.looked(job, end)
        more = f"; there is more from offset={end}" if end < running.spool.size else ""
        aftermath = await asyncio.shield(running.told) if running.has_ended and running.told else ""
        return "\n".join(filter(None, (text or "Nothing new.", aftermath, f"[{job}: {outcome}{more}]")))

    async def foresee_kill(job: str) -> Act:
        running = jobs.find(job)
        return Act("run", f"end {job}", shown=running.command, verdict="safe", reasons=("it was started by a tool",))

    @tool(foresee=foresee_kill)
    async def job_kill(job: str) -> str:
        """End a background job with everything it has started.

        Args:
            job: its id, such as c3.
        """
        running = jobs.find(job)
        if running.has_ended:
            return f"{job} had ended already: {running.outcome}."
        await running.stop()
        return f"Ended {job}."

    return job_output, job_kill


def part_of(spool: Spool, start: int, most: int, *, last: bool) -> tuple[str, int]:
    """At most `most` bytes of output from `start` as clean text, and where it ends; no character is split.

    Args:
        last: whether no more will come, so that half a character is not waited for.
    """
    piece = spool.read(start, most)
    whole = last and start + len(piece) >= spool.size
    if not whole:
        piece = piece[: len(piece) - _half_character(piece)] or piece
    return printable(piece.decode("utf-8", "replace")).removesuffix("\n"), start + len(piece)


def _half_character(piece: bytes) -> int:
    """How many bytes at the end are the beginning of a character whose rest is missing."""
    for back in range(1, min(4, len(piece)) + 1):
        byte = piece[-back]
        if byte >= 0xC0:
            return back if back < (2 if byte < 0xE0 else 3 if byte < 0xF0 else 4) else 0
        if byte < 0x80:
            return 0
    return 0
