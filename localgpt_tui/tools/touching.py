"""Which files a shell line changes and deletes, as far as its words tell."""

import glob
import os
import os.path
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from localgpt_tui.safety.shell.calls import Call
from localgpt_tui.safety.shell.ground import path_of
from localgpt_tui.safety.shell.reading import read
from localgpt_tui.safety.shell.words import PRINTED, UNKNOWN

_LONGEST = 20_000
_MOST_NAMES = 500
_MOST_KEPT = 200
_MOST_KEPT_BYTES = 20_000_000
_DELETERS = frozenset({"rm", "unlink", "rmdir", "shred"})
_WRITERS = frozenset({"touch", "tee", "truncate", "mkdir"})
_COPIERS = frozenset({"cp", "mv", "install", "ln"})
_TAKES_WORD = {
    "sed": "ef",
    "perl": "e",
    "truncate": "sr",
    "mkdir": "m",
    "touch": "dtr",
    "cp": "St",
    "mv": "St",
    "install": "mogSt",
    "ln": "St",
}


@dataclass(frozen=True, slots=True)
class Touched:
    """Real paths, in the order of the line."""

    writes: tuple[Path, ...] = ()
    deletes: tuple[Path, ...] = ()


def touched(command: str, *, folder: Path, home: Path) -> Touched:
    """What `command` names as its own to change or delete when it runs in `folder`; it may well change more."""
    if len(command) > _LONGEST:
        return Touched()
    writes: dict[Path, None] = {}
    deletes: dict[Path, None] = {}
    for call in read(command, home=str(home), folder=str(folder)).calls:
        for redirect in call.redirects:
            if ">" in redirect.sign and not redirect.target.isdigit():
                writes |= dict.fromkeys(_paths([redirect.target], call, home))
        words = _operands(call)
        if call.program in _DELETERS:
            deletes |= dict.fromkeys(_paths(words, call, home))
        elif call.program in _WRITERS or _edits_in_place(call):
            writes |= dict.fromkeys(_paths(words, call, home))
        elif call.program in _COPIERS and len(words) > 1:
            writes |= dict.fromkeys(_copied(words, call, home))
            if call.program == "mv":
                deletes |= dict.fromkeys(_paths(words[:-1], call, home))
    return Touched(tuple(writes), tuple(deletes))


def files_below(path: Path, most: int) -> Iterator[Path]:
    """`path` itself, or the ordinary files below it, at most `most`; links are not followed."""
    if path.is_dir() and not path.is_symlink():
        found = (Path(folder) / name for folder, _, names in os.walk(path) for name in sorted(names))
        yield from islice((file for file in found if file.is_file() and not file.is_symlink()), most)
    else:
        yield path


@dataclass(frozen=True, slots=True)
class Amount:
    """How much there is at a path; `more` where it was too much to be counted."""

    files: int = 0
    size: int = 0
    more: bool = False

    def __str__(self) -> str:
        least = "more than " if self.more else ""
        return f"{least}{self.files:,} {'file' if self.files == 1 else 'files'}, {least}{_readable(self.size)}"

    @property
    def can_be_kept(self) -> bool:
        """Whether it is little enough to be kept for giving it back."""
        return not self.more and self.files <= _MOST_KEPT and self.size <= _MOST_KEPT_BYTES


def amount(path: Path, until: float) -> Amount:
    """What there is at `path`, counted until the monotonic clock says `until`."""
    files = size = 0
    for file in files_below(path, 1_000_000):
        try:
            size += file.lstat().st_size
        except OSError:
            continue  # nothing is there, or it was just removed
        files += 1
        if time.monotonic() > until:
            return Amount(files, size, more=True)
    return Amount(files, size)


def _operands(call: Call) -> list[str]:
    """The words of `call` that are no options, nor belong to one."""
    words: list[str] = []
    waiting = list(call.arguments)
    with_word = _TAKES_WORD.get(call.program, "")
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            return words + waiting
        if not word.startswith("-") or word == "-":
            words.append(word)
        elif with_word and re.fullmatch(rf"-[A-Za-z]*[{with_word}]", word):
            del waiting[:1]
    if call.program in {"sed", "perl"} and not any(word.startswith(("-e", "--expression")) for word in call.arguments):
        return words[1:]
    return words


def _edits_in_place(call: Call) -> bool:
    if call.program not in {"sed", "perl"}:
        return False
    return any(re.match(r"-[a-zA-Z]*i|--in-place", word) for word in call.arguments)


def _copied(words: list[str], call: Call, home: Path) -> Iterator[Path]:
    for target in _paths(words[-1:], call, home):
        if target.is_dir():
            yield from (target / source.name for source in _paths(words[:-1], call, home))
        else:
            yield target


def _paths(words: list[str], call: Call, home: Path) -> Iterator[Path]:
    for word in words:
        if not word or UNKNOWN in word or PRINTED in word or not _possible(word):
            continue
        path = path_of(word, call.folder, str(home))
        if path.startswith("/dev/"):
            continue
        for name in _filled(path):
            parent, last = os.path.split(name)
            yield Path(os.path.realpath(parent)) / last  # a link itself is removed, not what it leads to


def _possible(name: str) -> bool:
    try:
        os.fsencode(name)
    except UnicodeEncodeError:  # half of a pair, as a shell's \\ud800 makes it
        return False
    return True


def _filled(path: str) -> list[str]:
    """The names that a shell puts in the place of `path`; only wildcards in its last step are looked up."""
    folder, last = os.path.split(path)
    if glob.has_magic(folder) or not glob.has_magic(last):
        return [path]
    return sorted(islice(glob.iglob(path), _MOST_NAMES)) or [path]  # noqa: PTH207 - as a shell would


def _readable(size: int) -> str:
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"
