"""Git's own list of files, read without loading git: whether there is anything for the history to look at."""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from localgpt_tui.memory.listing import list_files

_HEAD = struct.Struct(">4sLL")
_ENTRY = struct.Struct(">LLLLLLLLLL20sH")  # times, device, inode, mode, owners, size, object, flags
_NAME_LENGTH, _EXTENDED = 0x0FFF, 0x4000
_ROUNDED = 1_000  # nanoseconds that a date loses where it was written from a float


@dataclass(frozen=True, slots=True)
class _Noted:
    """What the list says of a file: its size in bytes, and when it was changed, in nanoseconds since 1970."""

    size: int
    modified: int


def untouched(root: Path) -> bool:
    """True where the files of the workspace `root` are those that its history has; False where that is not certain."""
    home = Path(os.path.realpath(root))
    try:
        content = (home / ".git/index").read_bytes()
        written = (home / ".git/index").stat().st_mtime_ns
        listed = dict(_entries(content))
    except (OSError, ValueError, struct.error):
        return False
    for file in list_files(home).files:
        noted = listed.pop(os.fsencode(file.real.relative_to(home)), None)
        if noted is None or noted.size != file.size or abs(noted.modified - file.modified) > _ROUNDED:
            return False
        if file.modified >= written:  # as new as the list itself: it may have changed since
            return False
    return all(os.path.lexists(os.path.join(os.fsencode(home), name)) for name in listed)  # noqa: PTH118 - bytes


def recorded(root: Path) -> int | None:
    """When git was last at work in the workspace `root`, in nanoseconds since 1970; None where that is not known."""
    try:
        return max((root / ".git" / name).stat().st_mtime_ns for name in ("HEAD", "index"))
    except OSError:
        return None


def _entries(content: bytes) -> Iterator[tuple[bytes, _Noted]]:
    """The files of a list of version 2 or 3, by their names in the repository.

    Format: gitformat-index(5).

    Raises:
        ValueError: it is no list, or one of another kind.
    """
    mark, version, count = _HEAD.unpack_from(content)
    if mark != b"DIRC" or version not in {2, 3}:
        raise ValueError("not a list of files that is known here")
    place = _HEAD.size
    for _ in range(count):
        fields = _ENTRY.unpack_from(content, place)
        seconds, fraction, size, flags = fields[2], fields[3], fields[9], fields[11]
        first = place + _ENTRY.size + (2 if flags & _EXTENDED else 0)
        length = flags & _NAME_LENGTH
        last = content.index(b"\0", first + length) if length == _NAME_LENGTH else first + length
        yield content[first:last], _Noted(size, seconds * 10**9 + fraction)
        place += (last - place + 8) // 8 * 8  # one to eight zeros, so that the next begins at a multiple of eight
