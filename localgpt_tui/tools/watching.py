"""What a command changes in the folders that it may write: one look at their files before it, one after it."""

import os
import stat
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from localgpt_tui.tools.spool import Spool

MADE_BY_PROGRAMS = frozenset(
    {"node_modules", "__pycache__", ".venv", "venv", ".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
)
"""Folders that are passed over by their names: large, and made anew at any time. A .gitignore is not asked, since a
command may write it."""

_GITS_STORES = frozenset({"objects", "refs", "logs", "lfs", "annex"})
_GITS_SETTINGS = frozenset({"config", "config.worktree"})
_GITS_ORDERS = frozenset({"hooks", "info"})
_MOST_FILES = 20_000
_LOOK_SECONDS = 0.5
_READ_SECONDS = 0.3
_LARGEST = 1_000_000
_MOST_BYTES = 50_000_000

How = Literal["changed", "new", "gone", "permissions"]


@dataclass(frozen=True, slots=True)
class Alteration:
    """One file that is not as it was.

    Attributes:
        kept: whether `content` is what it held; None for a file that is new.
        mode: its permissions before.
    """

    path: Path
    how: How
    kept: bool = False
    content: bytes | None = None
    mode: int = 0


@dataclass(slots=True)
class Look:
    """What was there at one moment.

    Attributes:
        files: everything that is no folder, by its path.
        unseen: folders that were not looked into, since there is too much.
    """

    files: dict[str, os.stat_result] = field(default_factory=dict)
    unseen: set[str] = field(default_factory=set)

    def covers(self, path: str) -> bool:
        """Whether `path` would be among the files if it had been there."""
        return not self.unseen or not any(str(parent) in self.unseen for parent in Path(path).parents)


class Watch:
    """Looks before and after the commands of one session, and keeps what small files held, read once each."""

    def __init__(self, folder: Path) -> None:
        """Keep contents in a private file in `folder`, which is made when there are any."""
        self._folder = folder
        self._one_at_a_time = threading.Lock()
        self._contents: Spool | None = None
        self._held: dict[str, tuple[os.stat_result, int]] = {}

    def look(self, roots: Sequence[Path], *, keep: bool) -> Look:
        """What is in `roots` now; takes about 4 ms for a thousand files.

        Args:
            keep: remember what the files hold; for each that was not read before that takes longer.
        """
        found = _look(roots)
        if keep:
            with self._one_at_a_time:
                self._keep(found)
        return found

    def changes(self, before: Look, roots: Sequence[Path]) -> tuple[Alteration, ...]:
        """What is not as it was `before`, by name; who changed it cannot be told."""
        after = _look(roots)
        same = {path for path, was in before.files.items() if (now := after.files.get(path)) and _same(was, now)}
        paths = sorted({*before.files, *after.files} - same)
        with self._one_at_a_time:
            return tuple(found for path in paths if (found := self._compared(path, before, after)))

    def close(self) -> None:
        """Let go of what was kept."""
        with self._one_at_a_time:
            self._forget()

    def _compared(self, path: str, before: Look, after: Look) -> Alteration | None:
        was, now = before.files.get(path), after.files.get(path)
        if was is None:
            return Alteration(Path(path), "new", kept=_small(now)) if before.covers(path) else None
        if now is None and (not after.covers(path) and os.path.lexists(path)):
            return None
        mode, content = stat.S_IMODE(was.st_mode), self._content(path, was)
        if now is None:
            return Alteration(Path(path), "gone", content is not None, content, mode)
        held = _read(path) if content is not None else None
        if (content == held) if content is not None else _same_content(was, now):
            return Alteration(Path(path), "permissions", mode=mode) if was.st_mode != now.st_mode else None
        return Alteration(Path(path), "changed", content is not None and _small(now), content, mode)

    def _content(self, path: str, was: os.stat_result) -> bytes | None:
        """What it held at that look; None where that was not kept."""
        kept = self._held.get(path)
        if kept is None or not _same(kept[0], was) or self._contents is None:
            return None
        return self._contents.read(kept[1], was.st_size)

    def _keep(self, look: Look) -> None:
        until = time.monotonic() + _READ_SECONDS
        small = {path: status for path, status in look.files.items() if _small(status)}
        new = {path: status for path, status in small.items() if not self._holds(path, status)}
        room = _MOST_BYTES - (self._contents.size if self._contents else 0)
        still_good = sum(status.st_size for path, status in small.items() if path not in new)
        if sum(status.st_size for status in new.values()) > room and still_good < (_MOST_BYTES - room) / 2:
            self._forget()  # most of it is what files held long ago
            new = small
        contents = self._contents = self._contents or Spool(self._folder, in_memory=0, most=2 * _MOST_BYTES)
        waiting, start, held = bytearray(), contents.size, dict(self._held)
        for path, status in new.items():
            if time.monotonic() > until:
                break
            if start + len(waiting) + status.st_size > _MOST_BYTES:
                continue
            content = _read(path)
            if content is not None and len(content) == status.st_size:
                held[path] = (status, start + len(waiting))
                waiting += content
        contents.add(bytes(waiting))
        if not contents.full:
            self._held = held

    def _holds(self, path: str, status: os.stat_result) -> bool:
        kept = self._held.get(path)
        return kept is not None and _same(kept[0], status)

    def _forget(self) -> None:
        if self._contents is not None:
            self._contents.close()
        self._contents = None
        self._held = {}


def _look(roots: Sequence[Path]) -> Look:
    """Files near the top first, so that what is left out where there is too much lies deep."""
    found = Look()
    until = time.monotonic() + _LOOK_SECONDS
    waiting = [str(root) for root in roots]
    for folder in waiting:
        if len(found.files) > _MOST_FILES or time.monotonic() > until:
            found.unseen.add(folder)
            continue
        try:
            waiting += _listed(folder, found.files)
        except OSError:
            found.unseen.add(folder)  # it is gone, or closed to us
    return found


def _listed(folder: str, files: dict[str, os.stat_result]) -> list[str]:
    """The folders in `folder`; what is no folder goes into `files`. Of git's own, only what makes git do something."""
    folders: list[str] = []
    gits = f"{folder}/".partition("/.git/")
    orders = not gits[1] or not _GITS_ORDERS.isdisjoint(gits[2].split("/"))
    passed_over = _GITS_STORES if gits[1] else MADE_BY_PROGRAMS
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        with os.scandir(handle) as entries:  # through the handle each name is looked up in one step
            for entry in entries:
                name = entry.name
                if entry.is_dir(follow_symlinks=False):
                    if name not in passed_over:
                        folders.append(f"{folder}/{name}")
                elif orders or name in _GITS_SETTINGS:
                    files[f"{folder}/{name}"] = entry.stat(follow_symlinks=False)
    finally:
        os.close(handle)
    return folders


def _small(status: os.stat_result | None) -> bool:
    return status is not None and stat.S_ISREG(status.st_mode) and status.st_size <= _LARGEST


def _same(one: os.stat_result, other: os.stat_result) -> bool:
    """Nobody can set the time of the last change of a file's record, as they can set its other times."""
    return _identity(one) == _identity(other)


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_ctime_ns, status.st_size, status.st_ino, status.st_mode


def _same_content(was: os.stat_result, now: os.stat_result) -> bool:
    """As far as can be told where the content was not kept."""
    return (was.st_mtime_ns, was.st_size, was.st_ino) == (now.st_mtime_ns, now.st_size, now.st_ino)


def _read(path: str) -> bytes | None:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(handle, "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        return file.read(_LARGEST + 1)
