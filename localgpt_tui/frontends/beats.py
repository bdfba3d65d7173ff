"""One beat or job in this process, from its opening to its row."""

import asyncio
import contextlib
import signal
from collections.abc import Callable

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.frontends.opening import open_assistant, stopped_by_signals
from localgpt_tui.heartbeat.outside import AssistantOutside
from localgpt_tui.heartbeat.running import Rehearsal, Runner
from localgpt_tui.ledger import Row
from localgpt_tui.paths import Places, make_folders
from localgpt_tui.schedule.unattended import Chosen, Due, Stop


async def run_due(places: Places, due: Due, tell: Callable[[str], object]) -> Row | None:
    """Run what is due in the workspace and return its row; a signal ends it, and its row says so.

    Returns None where another program did, or where it has to wait for the person.

    Raises:
        LocalGPTError: the ledger cannot be written, or the configuration not be used.
        CancelledError: it was stopped.
    """
    make_folders(places)
    with contextlib.chdir(places.workspace):  # wherever it is started: what was asked about there must be the same
        return await _run(places, due, tell)


async def _run(places: Places, due: Due, tell: Callable[[str], object]) -> Row | None:
    assistant = open_assistant(places, tell)
    try:
        work = asyncio.ensure_future(Runner(assistant).run(due))
        with stopped_by_signals(lambda _: work.cancel(), signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            return await work
    finally:
        await assistant.aclose()


async def rehearse(places: Places, tell: Callable[[str], object]) -> Rehearsal:
    """What a beat would do now. No model is asked.

    Raises:
        LocalGPTError: HEARTBEAT.md or the configuration cannot be read.
    """
    assistant = open_assistant(places, tell)
    try:
        return await Runner(assistant).rehearse()
    finally:
        await assistant.aclose()


async def destination_of_beats(places: Places, tell: Callable[[str], object]) -> Chosen:
    """The model that beats use, and where it would send text.

    Raises:
        LocalGPTError: there is none, or the configuration cannot be used.
    """
    assistant = open_assistant(places, tell)
    try:
        return await AssistantOutside(assistant).choose(assistant.config.heartbeat.model)
    except Stop as stop:
        raise LocalGPTError(stop.reason) from None
    finally:
        await assistant.aclose()
