"""Which process is the daemon: a file that tells a live one from a dead one and from a stranger with its number."""

import contextlib
import json
import os
from pathlib import Path

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.files import atomic_write, locked_file, private_folder
from localgpt_tui.processes import Process


class PidFile:
    """The file that says who the daemon is."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def running(self) -> Process | None:
        """The daemon, if it runs; what a dead one left behind counts for nothing."""
        try:
            said = json.loads(self.path.read_bytes())
            process = Process(int(said["pid"]), str(said["birth"]))
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return process if process.alive else None

    def take(self) -> None:
        """Become the daemon.

        Raises:
            LocalGPTError: there is one, or the file cannot be written.
        """
        me = Process.this()
        try:
            private_folder(self.path.parent)
            with locked_file(self.path.with_suffix(".lock")):
                other = self.running
                if other and other != me:
                    raise LocalGPTError(
                        f"The daemon runs already, as process {other.pid}.", "`localgpt-tui daemon stop` ends it."
                    )
                atomic_write(self.path, json.dumps({"pid": me.pid, "birth": me.birth}).encode())
        except OSError as error:
            raise LocalGPTError(f"{self.path} cannot be written: {error.strerror or error}.") from error

    def leave(self) -> None:
        """Be the daemon no longer; another's file stays."""
        with contextlib.suppress(OSError, TimeoutError), locked_file(self.path.with_suffix(".lock")):
            running = self.running
            if running is not None and running.pid == os.getpid():
                self.path.unlink(missing_ok=True)
