"""Telling one process from another: a pid is used again, a pid and its start are not."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Process:
    """A process that runs, or ran: its pid, and what tells it from a later one with the same pid.

    Attributes:
        birth: when it began, as the system says it; empty where that cannot be told.
    """

    pid: int
    birth: str

    @classmethod
    def this(cls) -> "Process":
        """The process we are."""
        return cls.of(os.getpid())

    @classmethod
    def of(cls, pid: int) -> "Process":
        """The process that has `pid` now."""
        return cls(pid, birth(pid))

    @property
    def alive(self) -> bool:
        """True while it runs; a process that ended but was not collected by its parent does not."""
        if self.pid <= 0:
            return False
        now = birth(self.pid)
        if now or self.birth:
            return bool(now) and (now == self.birth or not self.birth)
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


def birth(pid: int) -> str:
    """When the process `pid` began, in the system's own words, the same each time; empty where there is none."""
    if Path("/proc/self/stat").exists():
        return _from_proc(pid)
    shown = subprocess.run(
        ["ps", "-o", "state=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    state, _, start = shown.partition(" ")
    return "" if state.startswith("Z") else start.strip()


def _from_proc(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
        session = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()[:8]
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()  # the name before it may hold anything
    return "" if fields[0] in {"Z", "X"} else f"{session}-{fields[19]}"
