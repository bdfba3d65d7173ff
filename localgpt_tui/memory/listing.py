"""Which files are the memory: regular Markdown files inside the workspace and the folders added to it."""

import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Literal

from localgpt_tui.plaintext import shown_name

LARGEST = 10_000_000
"""Bytes; a larger file is passed over."""

_DEEPEST = 40
_CONFLICT = re.compile(r"\.sync-conflict-|\(.*conflicted copy.*\)|_conflict-\d|\bconflict \d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ExtraFolder:
    """A folder outside the workspace that is read and never written.

    Attributes:
        pattern: which files, such as `**/*.md`; relative to `root`.
    """

    root: Path
    pattern: str = "**/*.md"


@dataclass(frozen=True, slots=True)
class MemoryFile:
    """A file of the memory.

    Attributes:
        path: how it is named and cited: relative to the workspace, or absolute in a folder outside.
        real: where it is, every link followed.
        size: in bytes.
        modified: in nanoseconds since 1970.
    """

    path: str
    real: Path
    size: int
    modified: int
    kind: Literal["memory", "extra"] = "memory"


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of the memory by name, and in a sentence each what was passed over, and why."""

    files: tuple[MemoryFile, ...]
    passed_over: tuple[str, ...] = ()


@dataclass(slots=True)
class _Walk:
    """One look through the folders: each file is taken once, whatever names lead to it."""

    seen: set[tuple[int, int]] = field(default_factory=set)
    files: list[MemoryFile] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)

    def skip(self, name: str, why: str) -> None:
        self.passed_over.append(f"{shown_name(name)}: {why}")


def list_files(root: Path, extra: Sequence[ExtraFolder] = ()) -> Listing:
    """Look through `root` and the `extra` folders.

    Nothing is opened, so nothing can hang. Hidden files and folders do not count; links are followed to files that
    stay inside the same folder, never to folders.
    """
    walk = _Walk()
    _look(walk, root, lambda inner: inner, lambda inner: inner.casefold().endswith(".md"), "memory")
    for folder in extra:
        outside = Path(os.path.realpath(folder.root.expanduser()))
        _look(walk, outside, _under(outside), _matching(folder.pattern), "extra")
    return Listing(tuple(sorted(walk.files, key=lambda file: file.path)), tuple(walk.passed_over))


def _look(
    walk: _Walk, root: Path, name: Callable[[str], str], wanted: Callable[[str], bool], kind: Literal["memory", "extra"]
) -> None:
    home = Path(os.path.realpath(root))
    if not home.is_dir():
        walk.skip(str(root), "there is no such folder")
        return
    for inner, entry in _entries(home, "", _DEEPEST, lambda inner, why: walk.skip(name(inner), why)):
        if not wanted(inner):
            if entry.is_symlink() and _is_folder(entry):
                walk.skip(name(inner), "a link to a folder is not followed; name the folder in memory.paths")
            continue
        found = _found(walk, home, inner, entry, name)
        if found is not None:
            real, status = found
            path = name(real.relative_to(home).as_posix())  # a link is no second name for its file
            walk.files.append(MemoryFile(path, real, status.st_size, status.st_mtime_ns, kind))


def _entries(
    folder: Path, inner: str, depth: int, skip: Callable[[str, str], None]
) -> Iterator[tuple[str, "os.DirEntry[str]"]]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        skip(inner or str(folder), (error.strerror or "unreadable").lower())
        return
    for entry in entries:
        path = f"{inner}{entry.name}"
        if entry.name.startswith("."):
            continue
        if not entry.is_dir(follow_symlinks=False):
            yield path, entry
        elif depth > 1:
            yield from _entries(Path(entry.path), f"{path}/", depth - 1, skip)
        else:
            skip(path, f"more than {_DEEPEST} folders deep")


def _found(
    walk: _Walk, home: Path, inner: str, entry: "os.DirEntry[str]", name: Callable[[str], str]
) -> tuple[Path, os.stat_result] | None:
    """Where the file really is, if it counts and was not there before."""
    real, why = Path(entry.path), ""
    try:
        status = entry.stat(follow_symlinks=False)
        if stat.S_ISLNK(status.st_mode):
            real = Path(os.path.realpath(entry.path))
            status = real.lstat()
            if stat.S_ISLNK(status.st_mode):
                why = "a link that leads nowhere"
            elif not _inside(real, home):
                why = "a link that leads out of the folder"
        if not why:
            why = _unfit(inner, status)
    except OSError:
        why = "a link that leads nowhere" if entry.is_symlink() else "it cannot be reached"
    if why:
        walk.skip(name(inner), why)
        return None
    if (status.st_dev, status.st_ino) in walk.seen:
        return None
    walk.seen.add((status.st_dev, status.st_ino))
    return real, status


def _unfit(inner: str, status: os.stat_result) -> str:
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file"
    if status.st_size > LARGEST:
        return f"larger than {LARGEST // 1_000_000} MB"
    if _CONFLICT.search(PurePosixPath(inner).name):
        return "a copy that a sync program put aside"
    return ""


def _inside(real: Path, home: Path) -> bool:
    return real.is_relative_to(home) and not any(part.startswith(".") for part in real.relative_to(home).parts)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _under(root: Path) -> Callable[[str], str]:
    return lambda inner: (root / inner).as_posix()


def _matching(pattern: str) -> Callable[[str], bool]:
    """`**/` is any number of folders, also none; `*` stays within one."""
    parts = pattern.strip("/").split("/")
    return lambda inner: _fits(inner.split("/"), parts)


def _fits(names: list[str], parts: list[str]) -> bool:
    if not parts:
        return not names
    if parts[0] == "**":
        return any(_fits(names[skipped:], parts[1:]) for skipped in range(len(names) + 1)) or parts == ["**"]
    return bool(names) and fnmatchcase(names[0], parts[0]) and _fits(names[1:], parts[1:])
