"""Which sessions are being answered just now, by whatever program, as their locks say."""

import contextlib
import os
from pathlib import Path

from localgpt_tui.files import Lock
from localgpt_tui.sessions.partial import UNATTENDED

ANSWERING = "localgpt-tui, answering"
"""How the lock of a session names a program while it answers in it."""

HOLDING = "localgpt-tui"
"""The same while it does not."""

_SUFFIX = ".lock"


def answered_elsewhere(folder: Path) -> frozenset[str]:
    """The ids of the sessions in `folder` in which another process is answering; reads the disk.

    What a program that was killed left behind does not count.
    """
    try:
        with os.scandir(folder) as files:
            held = [file for file in files if file.name.endswith(_SUFFIX) and _size(file)]
    except OSError:
        return frozenset()
    return frozenset(file.name.removesuffix(_SUFFIX) for file in held if _is_answered(Path(file.path)))


def _size(file: "os.DirEntry[str]") -> int:
    with contextlib.suppress(OSError):  # removed meanwhile
        return file.stat().st_size
    return 0


def _is_answered(lock: Path) -> bool:
    holder = Lock(lock).holder()
    if holder is None or holder.program not in (ANSWERING, UNATTENDED) or holder.pid == os.getpid():
        return False
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's process, but it is there
    return True
