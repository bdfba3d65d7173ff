"""The tool `bash`: a command in the sandbox, watched while it runs, and ended with all that it has started."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import Field

from localgpt_tui.core.approvals import Act
from localgpt_tui.core.errors import ToolError
from localgpt_tui.core.ports import Progress, Tool
from localgpt_tui.safety.sandbox.bounds import Bounds
from localgpt_tui.tools.aftermath import Aftermath
from localgpt_tui.tools.changes import Changes
from localgpt_tui.tools.foresight import act_of, too_weak
from localgpt_tui.tools.grounds import Grounds
from localgpt_tui.tools.jobs import ORIGIN, Jobs, job_tools, part_of
from localgpt_tui.tools.running import Running, Sandbox
from localgpt_tui.tools.schema import tool
from localgpt_tui.tools.watching import Watch

Milliseconds = Annotated[int, Field(ge=100, le=3_600_000)]

_GOES_ON = "goes on in the background until it ends, is stopped, or the session is closed"


def shell_tools(
    grounds: Grounds,
    sandbox: Sandbox,
    jobs: Jobs,
    *,
    changes: Changes,
    session: str,
    hidden: Callable[[], tuple[Path, ...]],
    timeout_ms: int = 120_000,
    result_chars: int = 40_000,
    max_file_bytes: int = 52_428_800,
    unattended: bool = False,
    noticed: Callable[[str], object] = lambda _names: None,
) -> tuple[Tool, ...]:
    """The tools `bash`, `job_output` and `job_kill`.

    Args:
        jobs: keeps the commands of this session; whoever made it closes it.
        changes: keeps what files held that a command changed, under the name `session`.
        hidden: what no command may read; asked anew for each.
        timeout_ms: for a command that asks for no time of its own.
        result_chars: of one answer; the rest of an output is read with job_output.
        max_file_bytes: the largest file that a command may write.
        unattended: whether nobody is there; commands then need a reliable sandbox.
        noticed: told, from any thread, of changed files that other programs run or obey by themselves.
    """
    watch = Watch(jobs.folder)
    jobs.on_close = watch.close
    aftermath = Aftermath(grounds, changes, watch, session, noticed)

    def foresee_bash(command: str, *, background: bool = False, **_: object) -> Act:
        confined = sandbox.describe()
        act = act_of(command, grounds, tier=sandbox.tier, confined=confined, unattended=unattended, origin=ORIGIN)
        return replace(act, afterwards=_GOES_ON if background else "")

    def bounds() -> Bounds:
        return Bounds(
            folder=grounds.start,
            writable=tuple(root for root in grounds.writable if root.is_dir()),
            readable=grounds.readable,
            hidden=hidden(),
            max_file_bytes=max_file_bytes,
        )

    default_ms = timeout_ms

    @tool(foresee=foresee_bash)
    async def bash(
        command: str,
        progress: Progress,
        *,
        timeout_ms: Milliseconds | None = None,
        background: bool = False,
        description: str = "",  # noqa: ARG001 - for whoever reads the call
    ) -> str:
        """Run a command with bash in the working folder.

        Each command is a shell of its own, without a terminal, input, network or sockets; only the working folder can
        be changed, and temporary files go to $TMPDIR. What it prints is returned with its exit status. Use read_file,
        search_files and edit_file rather than cat, grep and sed.

        Args:
            command: the line, or several.
            timeout_ms: milliseconds after which it is ended; left out, the usual time, and for a background job none.
            background: run it as a job and return at once; job_output shows what it prints, job_kill ends it.
            description: in a few words, what it is for.
        """
        if weak := too_weak(sandbox.tier, unattended=unattended):
            raise ToolError(f"Not run: {weak}.", "Do it without a command, or leave it for the person.")
        if "\0" in command or not command.strip():
            raise ToolError("There is no command that could be run.", "Give the line as bash is to read it.")
        if background:
            jobs.see_that_there_is_room()
        before = await asyncio.to_thread(aftermath.before, command, background=background)
        job, running = jobs.start(command, sandbox, bounds(), None if background else progress)

        async def told() -> str:
            return await asyncio.to_thread(aftermath.after, before)

        if background:
            jobs.leave_running(running, timeout_ms / 1000 if timeout_ms else None, told)
            return f"Started in the background as {job}. job_output shows what it prints, job_kill ends it."
        try:
            await running.finish((timeout_ms or default_ms) / 1000)
        except asyncio.CancelledError:
            jobs.forget(job)
            _aloud(await asyncio.shield(told()), progress)
            raise
        return _told(job, running, jobs, result_chars, await told())

    return (bash, *job_tools(jobs, result_chars=result_chars))


def _aloud(text: str, progress: Progress) -> None:
    """Show to whoever watches what no result will tell."""
    if text:
        progress(f"\n{text}")


def _told(job: str, running: Running, jobs: Jobs, most: int, aftermath: str) -> str:
    """The output, what came of it, and how it ended; a `ToolError` with the same words where it was stopped."""
    spool = running.spool
    if spool.size <= most:
        text, _ = part_of(spool, 0, most, last=True)
        jobs.looked(job, spool.size)
    else:
        text, end = part_of(spool, 0, most // 2, last=True)
        tail, _ = part_of(spool, spool.size - most // 3, most, last=True)
        jobs.looked(job, end)
        left_out = f"[{spool.size - end - most // 3:,} of {spool.size:,} bytes are left out here; "
        lines = spool.line_ends + (spool.read(spool.size - 1, 1) != b"\n")
        text += f"\n{left_out}job_output with job={job} and offset={end} reads on; {lines:,} lines in all]\n{tail}"
    cut = spool.size > most
    outcome = "\n".join(filter(None, (text, aftermath, f"[{running.outcome}]")))
    if cut:
        jobs.keep(job)
    else:
        jobs.forget(job)
    if running.stopped:
        raise ToolError(outcome)
    return outcome
