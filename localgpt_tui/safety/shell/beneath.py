"""Programs that read whatever lies below a folder: which do, and what they would come upon."""

import os
import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from localgpt_tui.safety.shell.expressions import UnknownError

_MOST_NAMES = 20_000
_ONLY_NAMES = frozenset({"--files", "--type-list"})


def looks_beneath(program: str, arguments: list[str]) -> bool:
    """Whether `program` reads the files below the folders it is given."""
    if program == "rg":
        return _ONLY_NAMES.isdisjoint(arguments)
    return program in {"grep", "egrep", "fgrep"} and any(
        word.startswith(("--recursive", "--directories")) or re.match(r"-[^-]*r", word) for word in arguments
    )


def counting(program: str, arguments: list[str]) -> Callable[[str], bool]:
    """Whether a name below a folder is read or gone into: any but what `rg` passes over."""
    hidden = program != "rg" or any(word == "--hidden" or re.match(r"-[^-]*[.u]", word) for word in arguments)
    asked = [_last_step(form) for word in arguments for form in (word, word.partition("=")[2], word[2:]) if form]
    return lambda name: hidden or not name.startswith(".") or any(_may_mean(form, name) for form in asked)


def names_beneath(start: Path, *, counts: Callable[[str], bool]) -> Iterator[str]:
    """The names that `counts` of all that lies below `start`, links not followed; nothing where it is no folder.

    Raises:
        UnknownError: there are too many.
    """
    left = _MOST_NAMES
    for _, folders, files in os.walk(start):
        folders[:] = filter(counts, folders)
        found = [*folders, *filter(counts, files)]
        left -= len(found)
        if left < 0:
            raise UnknownError("too many files to be looked through")
        yield from found


def _last_step(word: str) -> str:
    return word.replace("\\", "").rstrip("/*").rpartition("/")[2].lower() or "*"


def _may_mean(form: str, name: str) -> bool:
    """Whether the wildcards of `form`, possibly one of `rg`, stand for `name`."""
    return "{" in form or fnmatchcase(name.lower(), form)
