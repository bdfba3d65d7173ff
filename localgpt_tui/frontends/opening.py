"""What every front end does first: folders, configuration, log, and the session it was asked for."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

from localgpt_tui.assistant import Assistant
from localgpt_tui.core.errors import SessionError
from localgpt_tui.crashes import install_crash_hook, keep_crash
from localgpt_tui.logs import start_logging
from localgpt_tui.paths import Places, make_folders
from localgpt_tui.sessions.journal import Journal


def open_assistant(places: Places, tell: Callable[[str], object]) -> Assistant:
    """An assistant whose log is running and whose defects end in crash files.

    Args:
        tell: takes what the person should know: settings that were not understood, folders that cannot be written.

    Raises:
        ConfigError: the configuration cannot be used.
    """
    trouble = make_folders(places)
    assistant = Assistant.open(places)
    for sentence in dict.fromkeys(filter(None, (trouble, *assistant.warnings))):
        tell(sentence)
    settings, secrets = assistant.config.logging, assistant.config.secrets()
    start_logging(places, settings.level, secrets, max_bytes=settings.max_bytes, backups=settings.backups, tell=tell)
    install_crash_hook(places, secrets)
    assistant.on_crash = lambda error: keep_crash(places, error, secrets)
    return assistant


def open_journal(assistant: Assistant, *, session: str = "", resume: bool = False, incognito: bool = False) -> Journal:
    """The session whose id begins with `session`, else the latest to `resume`, else a new one.

    Args:
        incognito: begin one that is never on the disk.

    Raises:
        SessionError: there is no such session, or nothing to resume.
    """
    if incognito:
        return assistant.shelf.incognito(cwd=str(Path.cwd()))
    if session:
        return assistant.shelf.open(session)
    if not resume:
        return assistant.shelf.new(cwd=str(Path.cwd()))
    latest = assistant.shelf.latest()
    if latest is None:
        raise SessionError("There is no session to resume yet.", "Leave --resume out to start one.")
    return latest


@contextlib.contextmanager
def stopped_by_signals(stop: Callable[[int], object], *signals: signal.Signals) -> Iterator[None]:
    """Call `stop` with the status a shell expects (128 and the signal's number) when one of `signals` arrives."""
    loop = asyncio.get_running_loop()
    for each in signals:
        loop.add_signal_handler(each, stop, 128 + each)
    try:
        yield
    finally:
        for each in signals:
            loop.remove_signal_handler(each)
