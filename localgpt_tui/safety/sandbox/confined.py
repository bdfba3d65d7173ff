"""A command that was started, until it and all that it started have ended."""

import asyncio
import atexit
import contextlib
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from weakref import WeakSet

from localgpt_tui.safety.sandbox import descendants

_BY_SIGNAL = 128

_live: "WeakSet[Confined]" = WeakSet()


class Confined:
    """A running command. Its exit status is what a shell says: 128 and more for a signal.

    Attributes:
        pid: its process; also the number of its session.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", *, mark: str, private: Path) -> None:
        self.pid = process.pid
        self._process = process
        self._mark = mark
        self._private = private
        self._ending = threading.Lock()
        self._ended = False
        _live.add(self)

    def poll(self) -> int | None:
        """The exit status, or None while it runs; what it left behind is killed before its status is told."""
        if self._process.poll() is None:
            return None
        return self._settled()

    async def wait(self) -> int:
        """Wait for its end and return its exit status; what it left behind is killed then."""
        if sys.platform == "linux":
            await _ended(self.pid)
        else:
            await asyncio.to_thread(self._process.wait)
        return await asyncio.to_thread(self._settled)

    def stop(self) -> None:
        """Kill it and every descendant, at once; blocks until they are gone."""
        if self._process.poll() is None:
            descendants.end(self.pid, self._mark)
        self._settled()

    def _settled(self) -> int:
        code = self._process.wait()
        with self._ending:
            if not self._ended:
                descendants.end(self.pid, self._mark)
                _remove(self._private)
                self._ended = True
                _live.discard(self)
        return _BY_SIGNAL - code if code < 0 else code


@atexit.register
def _stop_all() -> None:
    """Nothing outlives this program."""
    for confined in list(_live):
        confined.stop()


async def _ended(pid: int) -> None:
    """Return when the process, a child of ours, has ended; it is not reaped."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    try:
        loop.add_reader(handle, over.set)
        await over.wait()
    finally:
        loop.remove_reader(handle)
        os.close(handle)


def _remove(folder: Path) -> None:
    """Delete a command's private folder, also where the command has taken our rights to it."""

    def open_up(_: object, path: str, __: object) -> None:
        with contextlib.suppress(OSError):
            for step in (Path(path).parent, Path(path)):
                if step.is_relative_to(folder) and not step.is_symlink():
                    step.chmod(0o700)

    with contextlib.suppress(OSError):
        folder.rmdir()  # as a rule nothing is in it
        return
    shutil.rmtree(folder, onerror=open_up)
    shutil.rmtree(folder, ignore_errors=True)
