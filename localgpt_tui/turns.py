"""Whether a turn of the person's is under way, in whichever program: a lock that many may share."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from localgpt_tui.files import PRIVATE_FILE, is_locked

NAME = "turns.lock"


class Turns:
    """The turns under way, as shared locks on one file; the system frees those of a program that dies."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @contextlib.contextmanager
    def under_way(self) -> Iterator[None]:
        """Let others see, for a block, that a turn is under way; where that cannot be, the turn goes on unseen."""
        handle = -1
        try:
            with contextlib.suppress(OSError):
                handle = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            yield
        finally:
            if handle >= 0:
                os.close(handle)

    def any(self) -> bool:
        """True while one is."""
        return is_locked(self._file)
