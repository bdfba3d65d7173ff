"""Which program keeps the schedule: the daemon where one runs, else the app that was there first."""

from dataclasses import dataclass, field
from pathlib import Path

from localgpt_tui.files import Lock, is_locked, private_folder
from localgpt_tui.heartbeat.pidfile import PidFile
from localgpt_tui.processes import Process

NAME = "schedule.lock"


@dataclass(frozen=True, slots=True)
class Kept:
    """Who keeps the schedule.

    Attributes:
        by: `daemon`, this `app` or `another` one; `nobody`, where beats are not made.
        pid: its process; 0 for nobody.
    """

    by: str
    pid: int = 0

    @property
    def words(self) -> str:
        """The same in words for a person."""
        match self.by:
            case "daemon":
                return f"kept by the daemon, process {self.pid}"
            case "app":
                return "kept by this app; no daemon runs"
            case "another":
                return f"kept by the app that is process {self.pid}; no daemon runs"
        return "kept by nobody: no daemon runs, and no app is open"


@dataclass(slots=True)
class Keeper:
    """One program's part in keeping the schedule; of several apps one has the lock, which is freed when it dies."""

    daemon: PidFile
    folder: Path
    _lock: Lock = field(init=False)

    def __post_init__(self) -> None:
        self._lock = Lock(self.folder / NAME)

    def elsewhere(self) -> bool:
        """Let the daemon keep the schedule, or another app; False where this program does from now on.

        Raises:
            OSError: the lock cannot be made.
        """
        if self.daemon.running is not None:
            self._lock.release()
            return True
        private_folder(self.folder)
        return not self._lock.acquire()

    def leave(self) -> None:
        """Keep it no longer."""
        self._lock.release()

    def who(self) -> Kept:
        """Who keeps it now, whichever program asks."""
        if running := self.daemon.running:
            return Kept("daemon", running.pid)
        holder = self._lock.holder() if is_locked(self._lock.path) else None
        if holder is None:
            return Kept("nobody")
        return Kept("app" if holder.pid == Process.this().pid else "another", holder.pid)
