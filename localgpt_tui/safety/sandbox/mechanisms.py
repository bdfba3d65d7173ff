"""The ways of starting a command confined, one for each tier of each system."""

import contextlib
import os
import platform
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from localgpt_tui.safety.sandbox import bubblewrap, landlock, seatbelt, seccomp
from localgpt_tui.safety.sandbox.bounds import Tier
from localgpt_tui.safety.sandbox.kernel import drop_capabilities, forgo_privileges
from localgpt_tui.safety.sandbox.reach import Reach
from localgpt_tui.safety.sandbox.syscalls import Machine, this_machine


@dataclass(frozen=True, slots=True)
class Order:
    """A command, ready to be started.

    Attributes:
        stdout, stderr: open files that take its output.
    """

    argv: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    reach: Reach
    home: Path
    stdout: int
    stderr: int


class Mechanism(Protocol):
    """One way of confining."""

    tier: Tier
    words: str

    def missing(self) -> str:
        """Why it cannot be tried on this machine, in words; "" where it can."""
        ...

    def start(self, order: Order) -> "subprocess.Popen[bytes]":
        """Start a command that is confined from its first instruction.

        Raises:
            OSError: it was not started.
        """
        ...


class Bubblewrap:
    """A world of its own by the program `bwrap`: own files, processes and network, behind the same filter of calls."""

    tier: Tier = "full"
    words = "bubblewrap and seccomp"

    def __init__(self) -> None:
        self._program = bubblewrap.find()
        # bwrap ends its command when the thread that started it ends: so one that stays starts them all
        self._starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bubblewrap")

    def missing(self) -> str:
        """Why it cannot be tried on this machine."""
        if not self._program:
            return "the program bwrap is not installed (its package is called bubblewrap)"
        return "" if this_machine() else _UNKNOWN_MACHINE

    def start(self, order: Order) -> "subprocess.Popen[bytes]":
        """Start `order` inside."""
        return self._starter.submit(self._start, order).result()

    def _start(self, order: Order) -> "subprocess.Popen[bytes]":
        with _in_memory(_filter(truncating=False)) as filter_:
            argv = bubblewrap.command(
                self._program, order.argv, order.reach, folder=order.folder, home=order.home, filter_handle=filter_
            )
            return _popen(argv, order, pass_fds=(filter_,))


class Landlock:
    """A thread that confines itself with Landlock and seccomp, and then starts the command, which inherits both."""

    def __init__(self, tier: Tier) -> None:
        self.tier = tier
        self._version = landlock.abi()
        if tier == "limited":
            self._version = min(self._version, landlock.TRUNCATE_ABI - 1)
        self.words = f"Landlock (version {self._version}) and seccomp"

    def missing(self) -> str:
        """Why it cannot be tried on this machine."""
        if not this_machine():
            return _UNKNOWN_MACHINE
        if self._version == 0:
            return "this kernel has no Landlock, or was started without it"
        if self.tier == "standard" and self._version < landlock.TRUNCATE_ABI:
            return "this kernel's Landlock cannot keep files outside from being emptied (Linux 6.2 can)"
        return ""

    def start(self, order: Order) -> "subprocess.Popen[bytes]":
        """Start `order` from a thread of its own; the program's other threads stay free."""
        outcome: list[subprocess.Popen[bytes] | Exception] = []

        def run() -> None:
            try:
                outcome.append(self._start(order))
            except Exception as error:  # noqa: BLE001 - raised again below, in the thread that asked
                outcome.append(error)

        thread = threading.Thread(target=run, name="confining")
        thread.start()
        thread.join()
        match outcome[0]:
            case Exception() as error:
                raise error
            case process:
                return process

    def _start(self, order: Order) -> "subprocess.Popen[bytes]":
        filter_ = _filter(truncating=self._version < landlock.TRUNCATE_ABI)
        forgo_privileges()
        handles = tuple(handle for handle in (order.stdout, order.stderr) if handle >= 0)
        with landlock.ruleset(order.reach, version=self._version, handles=handles) as rules:
            drop_capabilities(_machine().numbers["capset"])
            landlock.restrict(rules)
        seccomp.install(filter_)
        return _popen(order.argv, order)


class Seatbelt:
    """macOS's own sandbox, by `sandbox-exec`. Written from its documentation: nobody has tried it yet."""

    tier: Tier = "standard"
    words = "Seatbelt (untried on a Mac but for these probes)"

    def missing(self) -> str:
        """Why it cannot be tried on this machine."""
        return "" if Path(seatbelt.PROGRAM).exists() else f"{seatbelt.PROGRAM} is not there"

    def start(self, order: Order) -> "subprocess.Popen[bytes]":
        """Start `order` behind a profile of its own."""
        return _popen([seatbelt.PROGRAM, "-p", seatbelt.profile(order.reach), *order.argv], order)


class Unconfined:
    """Nothing holds the command in: it has its limits and its environment only."""

    tier: Tier = "none"
    words = "nothing"

    def missing(self) -> str:
        """It can always be tried."""
        return ""

    def start(self, order: Order) -> "subprocess.Popen[bytes]":
        """Start `order`."""
        return _popen(order.argv, order)


def mechanisms() -> tuple[Mechanism, ...]:
    """What could be tried on this system, strongest first; the last one always works."""
    match platform.system():
        case "Linux":
            return (Bubblewrap(), Landlock("standard"), Landlock("limited"), Unconfined())
        case "Darwin":
            return (Seatbelt(), Unconfined())
        case _:
            return (Unconfined(),)


_UNKNOWN_MACHINE = "the system calls of this kind of machine are not known here"


def _machine() -> Machine:
    machine = this_machine()
    if machine is None:
        raise OSError(_UNKNOWN_MACHINE)
    return machine


@cache
def _filter(*, truncating: bool) -> bytes:
    return seccomp.program(_machine(), truncating=truncating)


def _popen(argv: Sequence[str], order: Order, *, pass_fds: tuple[int, ...] = ()) -> "subprocess.Popen[bytes]":
    """Without a terminal, without input, and in a session of its own."""
    return subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=order.stdout,
        stderr=order.stderr,
        cwd=order.folder,
        env=order.environment,
        start_new_session=True,
        pass_fds=pass_fds,
    )


@contextlib.contextmanager
def _in_memory(content: bytes) -> Iterator[int]:
    """A file that is nowhere but in memory, open to be read from its beginning."""
    handle = os.memfd_create("filter")
    try:
        os.write(handle, content)
        os.lseek(handle, 0, os.SEEK_SET)
        yield handle
    finally:
        os.close(handle)
