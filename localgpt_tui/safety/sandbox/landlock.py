"""Landlock: which files the calling thread, and what it starts, may reach from now on (landlock(7))."""

import contextlib
import os
import stat
import struct
from collections.abc import Iterator
from pathlib import Path

from localgpt_tui.safety.sandbox.kernel import syscall
from localgpt_tui.safety.sandbox.reach import Reach

TRUNCATE_ABI = 3
"""The first that keeps files outside from being cut to nothing."""

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same numbers on every machine
_ASK_VERSION, _PATH_BENEATH = 1, 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_FOLDER, _REMOVE_FILE = 1 << 4, 1 << 5
_MAKE_FOLDER, _MAKE_FILE, _MAKE_SOCKET, _MAKE_FIFO, _MAKE_LINK = 1 << 7, 1 << 8, 1 << 9, 1 << 10, 1 << 12
_REFER, _TRUNCATE, _DEVICE_IOCTL = 1 << 13, 1 << 14, 1 << 15
_READ = _EXECUTE | _READ_FILE | _READ_FOLDER
_CHANGE = _WRITE_FILE | _REMOVE_FOLDER | _REMOVE_FILE | _MAKE_FOLDER | _MAKE_FILE | _REFER | _TRUNCATE
_CHANGE |= _MAKE_SOCKET | _MAKE_FIFO | _MAKE_LINK
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _DEVICE_IOCTL
_DEVICE = _READ_FILE | _WRITE_FILE | _TRUNCATE | _DEVICE_IOCTL
_FIRST = (1 << 13) - 1  # all that ABI 1 knows
_NO_TCP = 0b11  # to bind and to connect
_OWN_SCOPE = 0b11  # abstract sockets and signals reach only what is confined along with the sender


def abi() -> int:
    """Which version of Landlock the kernel has; 0 where it has none or was started without."""
    try:
        return syscall(_CREATE, None, 0, _ASK_VERSION)
    except OSError:
        return 0


@contextlib.contextmanager
def ruleset(reach: Reach, *, version: int, handles: tuple[int, ...] = ()) -> Iterator[int]:
    """A set of rules that allows `reach` and nothing else, as a file descriptor; paths that are not there are left out.

    Args:
        version: the ABI to use, at most `abi()`.
        handles: open files that may be opened again for writing, such as the one that takes the output.

    Raises:
        OSError: the kernel refused a rule.
    """
    files = _handled(version)
    fields = (files, _NO_TCP if version >= 4 else 0, _OWN_SCOPE if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = syscall(_CREATE, struct.pack("=QQQ", *fields)[:size], size, 0)
    try:
        for root in reach.readable:
            _allow_path(rules, root, _READ & files)
        for root in reach.writable:
            _allow_path(rules, root, (_READ | _CHANGE) & files)
        for device in reach.devices:
            _allow_path(rules, device, _DEVICE & files)
        for handle in handles:
            if stat.S_ISREG(os.fstat(handle).st_mode):
                _allow(rules, handle, (_READ_FILE | _WRITE_FILE | _TRUNCATE) & files)
        yield rules
    finally:
        os.close(rules)


def restrict(rules: int) -> None:
    """Confine the calling thread for good; it must have forgone its privileges.

    Raises:
        OSError: the kernel refused.
    """
    syscall(_RESTRICT, rules, 0)


def _handled(version: int) -> int:
    later = {2: _REFER, 3: _TRUNCATE, 5: _DEVICE_IOCTL}
    return _FIRST | sum(right for since, right in later.items() if version >= since)


def _allow_path(rules: int, path: Path, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return  # it is not there, or not for us: nothing to allow
    try:
        kind = os.fstat(handle).st_mode
        if not stat.S_ISLNK(kind):
            _allow(rules, handle, rights if stat.S_ISDIR(kind) else rights & _OF_FILES)
    finally:
        os.close(handle)


def _allow(rules: int, handle: int, rights: int) -> None:
    syscall(_ADD, rules, _PATH_BENEATH, struct.pack("=Qi", rights, handle), 0)
