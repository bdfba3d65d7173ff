"""What a command is held to: where it starts, what it may change and read, and how much it may use."""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from localgpt_tui.core.errors import ToolError

Tier = Literal["full", "standard", "limited", "none"]
"""How much holds a command in, strongest first."""

_SYSTEM = tuple(Path(path) for path in ("/usr", "/etc", "/bin", "/sbin", "/lib", "/boot", "/var", "/run", "/opt"))
_KERNEL = tuple(Path(path) for path in ("/proc", "/sys", "/dev"))


class SandboxError(ToolError):
    """A command was not started, since it could not be held in as it must be."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of one command.

    Attributes:
        folder: where it starts. It may be read, unless it is too wide to be given as a whole.
        writable: folders that may be read and changed.
        readable: folders and files that may be read, besides the system and the person's programs.
        hidden: never readable, whatever stands around them.
        seconds_cpu: of each process, after which it is ended.
        max_file_bytes: the largest file it may write.
        open_files: how many files a process may hold open.
        memory_bytes: how much memory of its own a process may have.
    """

    folder: Path
    writable: tuple[Path, ...] = ()
    readable: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()
    seconds_cpu: int = 600
    max_file_bytes: int = 52_428_800
    open_files: int = 1024
    memory_bytes: int = 8 * 2**30


def check(bounds: Bounds, home: Path) -> None:
    """See that the bounds are ones that can be held.

    Raises:
        SandboxError: they are too wide, or there is no such folder.
    """
    if "\0" in str(bounds.folder) or not os.path.isdir(bounds.folder):  # noqa: PTH112 - it never raises
        raise SandboxError(f"The folder {bounds.folder} is not there.", "Start the command in another one.")
    for folder in bounds.writable:
        if why := too_wide(folder, home=home, hidden=bounds.hidden):
            advice = "Work in a folder of its own below it, or allow only reading."
            raise SandboxError(f"Commands cannot be given {folder} to change: {why}.", advice)


def too_wide(folder: Path, *, home: Path, hidden: tuple[Path, ...] = ()) -> str:
    """Why commands cannot be given the whole of `folder`, in words; "" where they can."""
    place = real(folder)
    if place == Path(place.anchor):
        return "it is the root of everything"
    if inside(real(home), place):
        return "it is your home folder, or holds it"
    if any(inside(part, place) for part in _SYSTEM) or any(inside(place, part) for part in _KERNEL):
        return "it belongs to the system"
    for named, secret in zip(hidden, resolved(hidden), strict=True):
        if inside(place, secret):
            return f"it is inside {named}, which no command may see"
        if inside(secret, place):
            return f"it holds {named}, which no command may see"
    return ""


def inside(path: Path, root: Path) -> bool:
    """Whether `path` is `root` or below it, by their names; asked by the thousand, so quicker than pathlib's own."""
    name, above = str(path), str(root)
    return name == above or name.startswith(above.rstrip("/") + "/")


def real(path: Path) -> Path:
    """`path` with its links followed; links that lead round in a circle are left as they are."""
    return Path(os.path.realpath(path))


@lru_cache(maxsize=32)
def resolved(hidden: tuple[Path, ...]) -> tuple[Path, ...]:
    """Where hidden places really are; no command can move them, so they are looked up once."""
    return tuple(real(place) for place in hidden)
