"""Each run in a process of its own: a crash stays there, and whoever keeps the schedule stays small."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from datetime import datetime

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.ledger import HEARTBEAT
from localgpt_tui.memory.history import History
from localgpt_tui.memory.workspace import Workspace
from localgpt_tui.paths import Places
from localgpt_tui.schedule.beat import NO_TASK, NOT_DUE
from localgpt_tui.schedule.marking import TaskFile
from localgpt_tui.schedule.settings import Settings
from localgpt_tui.schedule.unattended import Due

_LAST_WORDS = 3.5  # seconds; a daemon that is told to end has five


async def run_in_child(places: Places, due: Due, *, attached: bool = False) -> None:
    """Run `due` in a process of its own and wait for its end.

    Where the wait is cancelled the run goes on; an `attached` one is told to end, and ended if it does not.

    Raises:
        LocalGPTError: no process can be started.
    """
    command = [sys.executable, "-m", "localgpt_tui", "heartbeat", "beat", "--job", due.job]
    command += ["--due", due.due.isoformat(), "--trigger", due.trigger, "--missed", str(due.missed)]
    command += ["--put-off", due.put_off]
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=places.workspace if places.workspace.is_dir() else None,
            env=environment(places),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise LocalGPTError(f"No process can be started for the heartbeat: {error.strerror or error}.") from error
    try:
        await process.wait()
    except asyncio.CancelledError:
        if attached:
            await _ended(process)
        raise


def environment(places: Places, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables with which another process of ours finds the same places."""
    return {
        **{name: value for name, value in environ.items() if name not in {"LOCALGPT_PROFILE", "LOCALGPT_HOME"}},
        "LOCALGPT_CONFIG": str(places.config_file),
        "LOCALGPT_WORKSPACE": str(places.workspace),
        "LOCALGPT_CONFIG_DIR": str(places.config_file.parent),
        "LOCALGPT_DATA_DIR": str(places.data),
        "LOCALGPT_STATE_DIR": str(places.state),
        "LOCALGPT_CACHE_DIR": str(places.cache),
        "LOCALGPT_AGENT": places.agent,
    }


def nothing_due(places: Places, settings: Settings, due: Due, now: datetime) -> str:
    """Why a beat would find no task due, as far as the file and the clock tell; "" where one may be, and for jobs."""
    if due.job != HEARTBEAT:
        return ""
    workspace = Workspace(places.workspace)
    try:
        plan = TaskFile(workspace, History(workspace), settings.zone).plan()
    except LocalGPTError:
        return ""  # the run itself says what is wrong
    if all(task.done for task in plan.tasks):
        return NO_TASK
    return "" if plan.due(now, settings.zone) else NOT_DUE


async def _ended(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(_LAST_WORDS):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
