"""Every process that a command has started, also those that left its session, and the end of them all."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from localgpt_tui.safety.sandbox.environment import MARK
from localgpt_tui.safety.sandbox.kernel import adopt_orphans
from localgpt_tui.safety.sandbox.seccomp import STACKED

_PATIENCE = 2.0  # seconds
_PAUSE = 0.001
_FREEZING_ROUNDS = 20
_LARGEST = 262_144  # bytes of a process's environment that are looked at

_running: dict[int, str] = {}
"""The commands that run: the process and the mark of each."""
_lock = threading.RLock()
"""Held while a command is born and while processes are counted, so that none is met before it is known."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process as the kernel shows it; an `ended` one is only waiting to be reaped."""

    pid: int
    parent: int
    session: int
    ended: bool


def born(start: Callable[[], "subprocess.Popen[bytes]"], mark: str) -> "subprocess.Popen[bytes]":
    """Start a command; while any runs, orphans of descendants come to this process and are found among its children.

    Raises:
        OSError: it was not started.
    """
    with _lock:
        if not _running and sys.platform == "linux":
            adopt_orphans(adopt=True)
        process = start()
        _running[process.pid] = mark
        return process


def end(pid: int, mark: str) -> None:
    """Kill the command `pid` and all that descends from it; blocks until they are gone, for at most 2 seconds.

    Where the kernel shows no processes (macOS), only those of its process group are found.
    """
    if sys.platform == "linux":
        _end_all(pid, mark)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    with _lock:
        _running.pop(pid, None)
        if not _running and sys.platform == "linux":
            adopt_orphans(adopt=False)


def _end_all(pid: int, mark: str) -> None:
    """First they are frozen, so that none can start another meanwhile; then they are killed."""
    frozen: set[int] = set()
    deadline = time.monotonic() + _PATIENCE
    rounds = 0
    while members := _family(pid, mark):
        living = {member.pid for member in members if not member.ended}
        fresh = living - frozen
        rounds += 1
        if fresh and rounds < _FREEZING_ROUNDS:
            _send(fresh, signal.SIGSTOP)
            frozen |= fresh
            continue
        _send(living, signal.SIGKILL)
        for member in members:
            if member.pid != pid and member.parent == os.getpid():
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(member.pid, os.WNOHANG)
        if time.monotonic() > deadline or all(member.pid == pid and member.ended for member in members):
            return
        time.sleep(_PAUSE)


def _send(pids: set[int], what: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, what)


def _family(pid: int, mark: str) -> list[Process]:
    """All processes of the command: of its session, adopted orphans of it, and whatever descends from those.

    Once the command itself has ended, all that is left of it descends from children that this process has adopted.
    """
    with _lock:
        children = _children()
        if children is not None and pid not in children and not _own(children, pid, mark):
            return []
        everyone = processes()
        found = {process.pid for process in everyone if pid in {process.pid, process.session}}
        found |= _own([process.pid for process in everyone if process.parent == os.getpid()], pid, mark)
        grown = True
        while grown:
            born_of = {process.pid for process in everyone if process.parent in found} - found
            found |= born_of
            grown = bool(born_of)
        return [process for process in everyone if process.pid in found]


def _own(children: Iterable[int], pid: int, mark: str) -> set[int]:
    """Which of `children`, processes that this one has started or adopted, belong to the command `pid`."""
    strangers = (_process(child) for child in children if child not in _running)
    return {child.pid for child in strangers if child and (child.session == pid or _is_orphan_of(child, mark))}


def _is_orphan_of(process: Process, mark: str) -> bool:
    """By the mark in its environment; one that wiped it away is nobody's, and whoever ends first takes it along."""
    said = "" if process.ended else _mark_of(process.pid)
    return said == mark or (said not in _running.values() and _filters(str(process.pid)) >= _own_filters() + STACKED)


def _children() -> list[int] | None:
    """The children of this process; None where the kernel does not list them.

    The list leaves out some only if others are reaped meanwhile, which nobody but this process can do.
    """
    try:
        threads = os.listdir("/proc/self/task")  # noqa: PTH208 - see `_read`
    except OSError:
        return None
    lists = [_read(f"/proc/self/task/{thread}/children") for thread in threads]
    listed = any(lists) or os.path.exists(f"/proc/self/task/{os.getpid()}/children")  # noqa: PTH110 - see `_read`
    return [int(child) for line in lists for child in line.split()] if listed else None


def processes() -> list[Process]:
    """All processes that the kernel shows."""
    found = (_process(int(name)) for name in os.listdir("/proc") if name.isdecimal())  # noqa: PTH208 - as above
    return [process for process in found if process]


def _process(pid: int) -> Process | None:
    line = _read(f"/proc/{pid}/stat")
    if not line:
        return None
    # the name in brackets may itself hold brackets and spaces
    state, parent, _, session, *_ = line[line.rindex(b")") + 2 :].split(maxsplit=4)
    return Process(pid, int(parent), int(session), ended=state in {b"Z", b"X"})


def _mark_of(pid: int) -> str:
    for _ in range(3):
        environment = _read(f"/proc/{pid}/environ")
        if environment:  # it is empty for a moment while a program is exchanged for another
            break
        time.sleep(_PAUSE)
    found = re.search(rb"(?:^|\0)" + MARK.encode() + rb"=([^\0]*)", environment)
    return found[1].decode("ascii", "replace") if found else ""


def _filters(pid: str) -> int:
    found = re.search(rb"^Seccomp_filters:\s*(\d+)", _read(f"/proc/{pid}/status"), re.MULTILINE)
    return int(found[1]) if found else 0


@cache
def _own_filters() -> int:
    return _filters("self")


def _read(path: str) -> bytes:
    """All of a small file of the kernel's; it is read by the hundred, so by the shortest way."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # it has ended, or is not ours to look into
        return b""
    try:
        return os.read(handle, _LARGEST)
    except OSError:
        return b""
    finally:
        os.close(handle)
