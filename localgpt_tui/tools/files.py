"""Looking at files: read one, list a folder, search for a text. Nothing here changes anything."""

import os
import time
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import partial
from itertools import islice
from pathlib import Path, PurePath
from typing import Annotated, TypeVar

from pydantic import Field

from localgpt_tui.core.approvals import Act
from localgpt_tui.core.errors import ToolError
from localgpt_tui.core.ports import Tool
from localgpt_tui.plaintext import numbered_lines, shown_name
from localgpt_tui.tools.grounds import Grounds
from localgpt_tui.tools.reach import Reach, walk
from localgpt_tui.tools.schema import Foresight, tool

_MOST_CHARACTERS = 40_000
_MOST_ENTRIES = 500
_MOST_HITS = 100
_LONGEST_HIT = 240
_PATIENCE = 5.0  # seconds; a search that was cancelled ends by itself no later than this

_Thing = TypeVar("_Thing")
Lines = Annotated[int, Field(ge=1)]


def file_tools(roots: Sequence[Path], grounds: Grounds | None = None) -> tuple[Tool, ...]:
    """The tools `read_file`, `list_files` and `search_files` for files inside `roots`.

    Args:
        roots: the workspace first, from which relative paths start, then the folders that the config allows.
        grounds: with the working folder, where relative paths then start; what is read outside the workspace says so.
    """
    reach = Reach(roots, grounds)
    foresee = partial(_foreseeing, reach) if grounds else _not_foreseeing

    @tool(foresee=foresee("read"))
    def read_file(path: str, offset: Lines = 1, limit: Lines = 2000) -> str:
        """Read a text file, with line numbers.

        Args:
            path: the file, relative to the working folder or the workspace, or absolute; `~` is the person's home.
            offset: the first line to read, from 1.
            limit: the most lines to read.
        """
        file = reach.resolve(path)
        return "\n".join(_numbered(reach, file, offset, limit))

    @tool(foresee=foresee("list"))
    def list_files(path: str = ".", pattern: str = "*") -> str:
        """List a folder: its files with their sizes, its folders with a slash.

        Args:
            path: the folder, relative to the working folder or the workspace, or absolute.
            pattern: which names, such as `*.md`; `**/*.md` looks in the folders below too.
        """
        folder = reach.resolve(path)
        if not folder.is_dir():
            raise ToolError(f"{reach.show(folder)} is not a folder.", "Give a folder, or read_file for a file.")
        wanted = [step for step in pattern.split("/") if step not in ("", ".")]
        listing = _Listing(_MOST_ENTRIES, "entries")
        entries = walk(folder) if "**" in wanted else walk(folder, max(1, len(wanted)))
        fitting = (
            f"{reach.show(Path(entry.path))}{_kind(entry)}"
            for entry in listing.in_time(entries)
            if _fits(PurePath(entry.path).relative_to(folder).parts, wanted)
        )
        return listing.text(fitting, otherwise="Nothing there fits.")

    @tool(foresee=foresee("search"))
    def search_files(pattern: str, path: str = ".", *, ignore_case: bool = True) -> str:
        """Search text files for a literal text; each hit is shown as path#Lx and its line.

        Args:
            pattern: the text to find, within one line; not a regular expression.
            path: a file, or the folder to search with all below it.
            ignore_case: whether capitals and small letters are the same.
        """
        if not pattern.strip() or "\n" in pattern:
            raise ToolError("The pattern must be a text within one line.", "Search for one line or a part of it.")
        start = reach.resolve(path)
        if not start.exists():
            reach.open(start).close()
        listing = _Listing(_MOST_HITS, "hits")
        hits = _hits(reach, start, _form(pattern, ignore_case=ignore_case), listing, ignore_case=ignore_case)
        return listing.text(hits, otherwise=f"No line has {pattern!r}.")

    return read_file, list_files, search_files


def _foreseeing(reach: Reach, verb: str) -> Foresight:
    def foresee(path: str = ".", **_: object) -> Act:
        resolved = reach.resolve(path)
        shown = reach.show(resolved)
        delicate = reach.delicate(resolved) and verb != "list"
        return Act(
            "read",
            f"{verb} {shown}",
            verdict="approve" if delicate else "safe",
            reasons=(f"{shown}: such files often hold secrets",) if delicate else (),
            origin=_origin(resolved) if reach.foreign(resolved) else "",
            near=reach.near(resolved),
        )

    return foresee


def _origin(path: Path) -> str:
    return f"{'the folder' if path.is_dir() else 'the file'} {shown_name(str(path))}"


def _not_foreseeing(_: str) -> None:
    return None


class _Listing:
    """Lines for the model, until there are enough or it has taken too long; then the last one says so."""

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._until = time.monotonic() + _PATIENCE
        self._late = False

    def in_time(self, things: Iterable[_Thing]) -> Iterator[_Thing]:
        """`things`, until the time is over."""
        for thing in things:
            if time.monotonic() > self._until:
                self._late = True
                return
            yield thing

    def text(self, lines: Iterable[str], *, otherwise: str) -> str:
        """`lines` as one text, `otherwise` where there are none."""
        shown = list(islice(lines, self._most + 1))
        if len(shown) > self._most:
            shown[-1] = f"[only the first {self._most} {self._name} are shown: narrow it down]"
        elif self._late:
            shown.append(f"[stopped after {_PATIENCE:g} seconds, not everything was looked at: narrow it down]")
        return "\n".join(shown) or otherwise


def _numbered(reach: Reach, file: Path, offset: int, limit: int) -> Iterator[str]:
    size, number = 0, 0
    with reach.open(file) as text:
        for number, line in numbered_lines(text):
            if number < offset:
                continue
            if number >= offset + limit or size > _MOST_CHARACTERS:
                yield f"[{reach.show(file)} goes on: read_file with offset={number}]"
                return
            size += len(line)
            yield f"{number:>5}\t{line}"
    if number < offset:
        if number:
            raise ToolError(f"{reach.show(file)} has only {number} lines.", f"Use an offset up to {number}.")
        yield "(The file is empty.)"


def _hits(reach: Reach, start: Path, wanted: str, listing: _Listing, *, ignore_case: bool) -> Iterator[str]:
    unread = 0
    for file in listing.in_time(reach.text_files(start)):
        try:
            text = reach.open(file)
        except ToolError:
            if file == start:
                raise
            unread += 1
            continue
        with text:
            for number, line in listing.in_time(numbered_lines(text, longest=100_000)):
                place = _form(line, ignore_case=ignore_case).find(wanted)
                if place >= 0:
                    yield f"{reach.show(file)}#L{number}: {_around(line, place)}"
    if unread:
        yield f"[{unread} files that are not text were left out]"


def _fits(parts: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether a path's parts fit a pattern's, in which `**` stands for any number of folders.

    All positions in the pattern that may have been reached are followed at once, so that no pattern takes long.
    """
    reached = _with_skips({0}, wanted)
    for part in parts:
        steps = {place if wanted[place] == "**" else place + 1 for place in reached if _step_fits(part, wanted, place)}
        reached = _with_skips(steps, wanted)
    return len(wanted) in reached


def _step_fits(part: str, wanted: Sequence[str], place: int) -> bool:
    return place < len(wanted) and (wanted[place] == "**" or fnmatchcase(part, wanted[place]))


def _with_skips(places: set[int], wanted: Sequence[str]) -> set[int]:
    skipped = set(places)
    for place in range(len(wanted)):
        if place in skipped and wanted[place] == "**":
            skipped.add(place + 1)
    return skipped


def _kind(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "  (link)"
    if entry.is_dir(follow_symlinks=False):
        return "/"
    if not entry.is_file(follow_symlinks=False):
        return "  (not a regular file)"
    try:
        return f"  {entry.stat(follow_symlinks=False).st_size:,} bytes"
    except OSError:
        return "  (just removed)"


def _form(text: str, *, ignore_case: bool) -> str:
    """`text` as it is compared: letters and accents as one character each, since both forms are in use."""
    if text.isascii():
        return text.lower() if ignore_case else text
    return unicodedata.normalize("NFC", text.casefold() if ignore_case else text)


def _around(line: str, place: int) -> str:
    if len(line) <= _LONGEST_HIT:
        return line.strip()
    start = max(0, place - _LONGEST_HIT // 3)
    return f"{'…' if start else ''}{line[start : start + _LONGEST_HIT].strip()}…"
