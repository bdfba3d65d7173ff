"""The daemon: keeps the schedule with no terminal, and lets every run have a process of its own."""

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping

from localgpt_tui.config import Config, load_config
from localgpt_tui.config.show import plain
from localgpt_tui.core.errors import ConfigError, LocalGPTError
from localgpt_tui.crashes import install_crash_hook
from localgpt_tui.files import private_folder
from localgpt_tui.heartbeat import Heartbeat
from localgpt_tui.heartbeat.children import environment
from localgpt_tui.logs import start_logging
from localgpt_tui.paths import Places, make_folders
from localgpt_tui.processes import Process

STOPPING = 5.0
"""Seconds that the daemon may take to end."""

_STARTING = 10.0
_COMPLAINTS = "daemon.err"

log = logging.getLogger(__name__)


async def serve(places: Places) -> None:
    """Be the daemon until told to end.

    SIGTERM and SIGINT end it, and what runs; SIGHUP makes it read the configuration again.

    Raises:
        LocalGPTError: there is a daemon already, or the configuration cannot be used.
    """
    make_folders(places)
    config = load_config(places).config
    heartbeat = Heartbeat.of(places, config)
    heartbeat.daemon.take()
    settings, secrets = config.logging, config.secrets()
    start_logging(places, settings.level, secrets, max_bytes=settings.max_bytes, backups=settings.backups)
    install_crash_hook(places, secrets)
    log.info("The daemon keeps the schedule, as process %d.", os.getpid())
    try:
        await _Daemon(heartbeat, config).run()
    finally:
        heartbeat.daemon.leave()
        log.info("The daemon has ended.")


class _Daemon:
    """The schedule, and the signals that reach it."""

    def __init__(self, heartbeat: Heartbeat, config: Config) -> None:
        self._heartbeat = heartbeat
        self._config = config
        self._stop = asyncio.Event()
        self._schedule: asyncio.Task[None] | None = None

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, self._stop.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload)
        self._begin()
        stopping = asyncio.ensure_future(self._stop.wait())
        try:
            while not stopping.done():
                assert self._schedule is not None  # noqa: S101 - it was begun
                await asyncio.wait({stopping, self._schedule}, return_when=asyncio.FIRST_COMPLETED)
                if self._schedule.done() and not self._schedule.cancelled():
                    self._schedule.result()  # a defect ends the daemon, with a crash file
        finally:
            stopping.cancel()
            await self._end()

    def _begin(self) -> None:
        self._schedule = asyncio.ensure_future(self._heartbeat.schedule(lambda: False, attached=True).start())

    async def _end(self) -> None:
        if self._schedule is not None:
            self._schedule.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._schedule

    def _reload(self) -> None:
        """Read the configuration again and say what is new; a broken one changes nothing."""
        try:
            config = load_config(self._heartbeat.places).config
            self._heartbeat.reload()
        except ConfigError as error:
            log.warning("The configuration was not read again: %s", error)
            return
        changes = list(differences(plain(self._config), plain(config)))
        log.info("The configuration was read again: %s.", "; ".join(changes) or "nothing in it has changed")
        self._config = config


def differences(old: Mapping[str, object], new: Mapping[str, object], above: str = "") -> Iterator[str]:
    """What differs between two configurations, as `key: old → new`; secrets are three stars in both."""
    for name, value in new.items():
        before = old.get(name)
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            yield from differences(before, value, f"{above}{name}.")
        elif value != before:
            yield f"{above}{name}: {before} → {value}"


def start(places: Places) -> Process:
    """Start the daemon in the background and return its process.

    Raises:
        LocalGPTError: there is one already, or it did not start.
    """
    heartbeat = Heartbeat.open(places)  # a configuration that cannot be used is told here, not in a log
    if running := heartbeat.daemon.running:
        raise LocalGPTError(
            f"The daemon runs already, as process {running.pid}.", "`localgpt-tui daemon stop` ends it."
        )
    complaints = private_folder(places.logs) / _COMPLAINTS
    command = [sys.executable, "-m", "localgpt_tui", "daemon", "start", "--foreground"]
    with complaints.open("wb") as stderr:
        begun = subprocess.run(
            ["sh", "-c", '"$@" >&2 & echo $!', "sh", *command],  # the shell ends at once: it is nobody's child then
            cwd="/",
            env=environment(places),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
            check=True,
        )
    process = Process.of(int(begun.stdout))
    deadline = time.monotonic() + _STARTING
    while time.monotonic() < deadline and process.alive:
        if heartbeat.daemon.running == process:
            return process
        time.sleep(0.05)
    why = complaints.read_text("utf-8", "replace").strip().splitlines()
    raise LocalGPTError(f"The daemon did not start. {' '.join(why[-2:])}".strip(), f"See {complaints} and the log.")


def stop(places: Places) -> Process | None:
    """End the daemon and return what was its process; None where there was none.

    Raises:
        LocalGPTError: it did not end, or may not be ended by us.
    """
    running = Heartbeat.open(places).daemon.running
    if running is None:
        return None
    _signal(running, signal.SIGTERM)
    deadline = time.monotonic() + STOPPING + 1
    while running.alive:
        if time.monotonic() > deadline:
            raise LocalGPTError(
                f"Process {running.pid} does not end.", f"`kill -9 {running.pid}` ends it; look at its log then."
            )
        time.sleep(0.02)
    return running


def reread(places: Places) -> Process | None:
    """Let the daemon read the configuration again; None where there is none.

    Raises:
        LocalGPTError: it is another user's.
    """
    running = Heartbeat.open(places).daemon.running
    if running is not None:
        _signal(running, signal.SIGHUP)
    return running


def _signal(process: Process, number: signal.Signals) -> None:
    try:
        os.kill(process.pid, number)
    except ProcessLookupError:
        return
    except PermissionError as error:
        raise LocalGPTError(f"Process {process.pid} is another user's.", "Ask them to end it.") from error
