"""The files below a folder, the nearest first, without what nobody means: repositories' insides, builds, caches."""

import os
from collections import deque
from collections.abc import Callable
from fnmatch import translate
from pathlib import Path
from re import Pattern
from re import compile as pattern

MOST_FILES = 20_000
_MOST_FOLDERS = 5_000
_LARGEST_IGNORE_FILE = 64 * 1024

_PASSED_OVER = frozenset(
    {
        ".git", ".hg", ".svn", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".nox", ".mypy_cache",
        ".ruff_cache", ".pytest_cache", ".cache", ".direnv", ".idea", ".gradle", ".terraform", "target", "dist",
    }
)  # fmt: skip


def files_below(folder: Path, *, most: int = MOST_FILES, enough: Callable[[], bool] = lambda: False) -> list[str]:
    """Paths relative to `folder`, with `/` between their parts; a folder's own files before those further down.

    What a `.gitignore` on the way names is left out where its line is plain (`name`, `*.ext`, `folder/`, `/here`).
    Links to folders are not followed. What cannot be read is passed over. Stops at `most`, or once `enough()`.
    """
    found: list[str] = []
    waiting: deque[tuple[Path, str, tuple[_Rule, ...]]] = deque([(folder, "", ())])
    for _ in range(_MOST_FOLDERS):
        if not waiting or len(found) >= most or enough():
            break
        here, prefix, rules = waiting.popleft()
        rules += _rules(here)
        for name, is_folder in _listed(here):
            if name in _PASSED_OVER if is_folder else name.endswith((".pyc", "~")):
                continue
            if any(rule.fits(name, is_folder=is_folder, here=here) for rule in rules):
                continue
            if is_folder:
                waiting.append((here / name, f"{prefix}{name}/", rules))
            else:
                found.append(f"{prefix}{name}")
    return found[:most]


class _Rule:
    """A plain line of a .gitignore."""

    def __init__(self, line: str, home: Path) -> None:
        self._folders_only = line.endswith("/")
        name = line.rstrip("/")
        self._home = home if name.startswith("/") else None
        self._name: Pattern[str] = pattern(translate(name.removeprefix("/")))

    def fits(self, name: str, *, is_folder: bool, here: Path) -> bool:
        if (self._folders_only and not is_folder) or (self._home is not None and self._home != here):
            return False
        return self._name.match(name) is not None


def _rules(folder: Path) -> tuple[_Rule, ...]:
    try:
        with (folder / ".gitignore").open("rb") as file:
            lines = file.read(_LARGEST_IGNORE_FILE).decode(errors="replace").splitlines()
    except OSError:
        return ()
    plain = (line.strip() for line in lines)
    return tuple(
        _Rule(line, folder)
        for line in plain
        if line and line[0] not in "#!" and "/" not in line.strip("/") and line != "/"
    )


def _listed(folder: Path) -> list[tuple[str, bool]]:
    try:
        with os.scandir(folder) as entries:
            named = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    except OSError:
        return []
    return sorted(named)
