"""The tool `bash`: a command in the sandbox, watched while it runs, and ended with all that it has started."""

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from pydantic import Field

from localgpt_tui.core.approvals import Act
from localgpt_tui.core.errors import ToolError
from localgpt_tui.core.ports import Progress, Tool
from localgpt_tui.safety.sandbox.bounds import Bounds
from localgpt_tui.tools.changes import Changes
from localgpt_tui.tools.foresight import act_of, too_weak
from localgpt_tui.tools.grounds import Grounds
from localgpt_tui.tools.jobs import ORIGIN, Jobs, job_tools, part_of
from localgpt_tui.tools.noted import Change
from localgpt_tui.tools.running import Running, Sandbox
from localgpt_tui.tools.schema import tool
from localgpt_tui.tools.touching import amount, files_below, touched

_log = logging.getLogger(__name__)

_MOST_IMAGES = 500
_COUNTED_SECONDS = 0.3

Milliseconds = Annotated[int, Field(ge=100, le=3_600_000)]


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
) -> tuple[Tool, ...]:
    """The tools `bash`, `job_output` and `job_kill`.

    Args:
        jobs: keeps the commands of this session; whoever made it closes it.
        changes: keeps what files held that a command names to change or delete, under the name `session`.
        hidden: what no command may read; asked anew for each.
        timeout_ms: for a command that asks for no time of its own.
        result_chars: of one answer; the rest of an output is read with job_output.
        max_file_bytes: the largest file that a command may write.
        unattended: whether nobody is there; commands then need a reliable sandbox.
    """

    def foresee_bash(command: str, **_: object) -> Act:
        confined = sandbox.describe()
        return act_of(command, grounds, tier=sandbox.tier, confined=confined, unattended=unattended, origin=ORIGIN)

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
        images = await asyncio.to_thread(_images, command, grounds, changes, session)
        job, running = jobs.start(command, sandbox, bounds(), None if background else progress)
        if background:
            seconds = timeout_ms / 1000 if timeout_ms else None
            jobs.leave_running(running, seconds, lambda: _settle(changes, session, images))
            return f"Started in the background as {job}. job_output shows what it prints, job_kill ends it."
        try:
            await running.finish((timeout_ms or default_ms) / 1000)
        except asyncio.CancelledError:
            jobs.forget(job)
            raise
        finally:
            _settle(changes, session, images)
        return _told(job, running, jobs, result_chars)

    return (bash, *job_tools(jobs, result_chars=result_chars))


def _told(job: str, running: Running, jobs: Jobs, most: int) -> str:
    """The output and how it ended; raises `ToolError` with the same words where it was ended from outside."""
    spool = running.spool
    if spool.size <= most:
        text, _ = part_of(spool, 0, most, last=True)
        jobs.looked(job, spool.size)
    else:
        text, end = part_of(spool, 0, most // 2, last=True)
        tail, _ = part_of(spool, spool.size - most // 3, most, last=True)
        jobs.looked(job, end)
        left_out = f"[{spool.size - end - most // 3:,} of {spool.size:,} bytes are left out here; "
        text += f"\n{left_out}job_output with job={job} and offset={end} reads on]\n{tail}"
    cut = spool.size > most
    outcome = "\n".join(filter(None, (text, f"[{running.outcome}]")))
    if cut:
        jobs.keep(job)
    else:
        jobs.forget(job)
    if running.stopped:
        raise ToolError(outcome)
    return outcome


def _images(command: str, grounds: Grounds, changes: Changes, session: str) -> list[Change]:
    """What the files hold that `command` names to change or delete, where they are few and small enough."""
    named = touched(command, folder=grounds.start, home=grounds.protected.home)
    until = time.monotonic() + _COUNTED_SECONDS
    wanted: dict[Path, None] = {}
    for path in (*named.writes, *named.deletes):
        ours = any(path.is_relative_to(root) for root in grounds.writable) and not path.is_symlink()
        if ours and len(wanted) <= _MOST_IMAGES and amount(path, until).can_be_kept:
            wanted |= dict.fromkeys(files_below(path, _MOST_IMAGES))
    return changes.images(session, list(wanted))


def _settle(changes: Changes, session: str, images: list[Change]) -> None:
    """Note what a command has changed; where the disk is full, the command has run all the same."""
    try:
        changes.settle(session, images)
    except OSError as error:
        _log.warning("what a command changed cannot be given back: %s", error.strerror)
