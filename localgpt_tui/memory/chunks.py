"""A Markdown text cut into what is indexed: units (an item, a paragraph, a table) packed into chunks; pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

CHUNKER = "markdown-2/800/160"
"""Names these rules and sizes, and how a session is written out: an index made by others is made anew."""

_LARGEST = 800
_OVERLAP = 160
_DAY = re.compile(r"(?<!\d)(\d{4})[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_FRONT_MATTER_LINES = 60


class Unit(NamedTuple):
    """The smallest thing that is found: lines `first` to `last` (from 1, both included).

    A line longer than a chunk is several units with the same number.
    """

    first: int
    last: int
    text: str
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class Chunk:
    """Neighbouring units of one section, at most about 800 characters.

    Attributes:
        number: of its first unit in the file, from 0; neighbouring chunks may share units.
        section: counts the file's sections from 0.
        heading: the headings above, outermost first, joined by " > ".
        day: the day it is about as an ISO date, by its headings or the file's name; may be empty.
    """

    number: int
    section: int
    heading: str
    day: str
    units: tuple[Unit, ...]

    @property
    def first_line(self) -> int:
        """Its first line, from 1."""
        return self.units[0].first

    @property
    def last_line(self) -> int:
        """Its last line, itself included."""
        return self.units[-1].last

    @property
    def text(self) -> str:
        """The text of its units, a line each at least."""
        return "\n".join(unit.text for unit in self.units)


def cut(text: str, name: str = "") -> list[Chunk]:
    """The chunks of `text`, in order; every line that is not blank is in at least one.

    Args:
        name: of the file; a date in it is the day of what has no other.
    """
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    number, chunks = 0, []
    for section, (heading, units) in enumerate(_sections(lines)):
        day = day_in(heading.rpartition(" > ")[2]) or day_in(heading) or day_in(name.rpartition("/")[2])
        for start, stop in _packed(units):
            chunks.append(Chunk(number + start, section, heading, day, tuple(units[start:stop])))
        number += len(units)
    return chunks


def day_in(text: str) -> str:
    """The first date in `text`, such as 2026-01-31 or 20260131, as an ISO date; empty where there is none."""
    found = _DAY.search(text)
    return "-".join(found.groups()) if found else ""


def _sections(lines: list[str]) -> Iterator[tuple[str, list[Unit]]]:
    """Each run of units under the same headings."""
    titles: list[tuple[int, str]] = []
    units: list[Unit] = []
    for first, last, level, title in _blocks(lines):
        if level:
            if any(not unit.is_heading for unit in units):
                yield " > ".join(text for _, text in titles if text), units
                units = []
            titles = [*((depth, text) for depth, text in titles if depth < level), (level, title)]
        units += _units(lines, first, last, is_heading=bool(level))
    if units:
        yield " > ".join(text for _, text in titles if text), units


def _blocks(lines: list[str]) -> Iterator[tuple[int, int, int, str]]:
    """(first line from 0, line after the last, level of heading or 0, title): together all lines."""
    body = _front_matter(lines)
    source = "\n".join(lines[body:]).replace("\0", "\N{REPLACEMENT CHARACTER}")
    tokens: list[Token] = []
    _parser().block.parse(source, _parser(), {}, tokens)
    starts: dict[int, tuple[int, str]] = {0: (0, "")} if body else {}
    for index, token in enumerate(tokens):
        if token.map is None or not (token.level == 0 or (token.type == "list_item_open" and token.level == 1)):
            continue
        if token.type == "heading_open":
            starts[body + token.map[0]] = (int(token.tag[1:]), _plain(tokens[index + 1].content))
        else:
            starts.setdefault(body + token.map[0], (0, ""))
    ordered = sorted(starts)
    if not ordered:
        yield 0, len(lines), 0, ""
        return
    ends = [*ordered[1:], len(lines)]
    for first, end in zip([0, *ordered[1:]], ends, strict=True):
        level, title = starts[first if first in starts else ordered[0]]
        yield first, end, level, title


def _front_matter(lines: list[str]) -> int:
    """How many lines the metadata at the top takes, which is no Markdown."""
    if lines[0].strip() != "---":
        return 0
    for number, line in enumerate(lines[1:_FRONT_MATTER_LINES], 2):
        if line.strip() in ("---", "..."):
            return number
    return 0


def _units(lines: list[str], first: int, end: int, *, is_heading: bool) -> Iterator[Unit]:
    """A block as units: one, or as many as its length asks for; blank lines around it belong to none."""
    while first < end and not lines[first].strip():
        first += 1
    while end > first and not lines[end - 1].strip():
        end -= 1
    start, size = first, 0
    for index in range(first, end):
        length = len(lines[index]) + 1
        if size and size + length > _LARGEST:
            yield Unit(start + 1, index, "\n".join(lines[start:index]), is_heading)
            start, size = index, 0
        if length > _LARGEST + 1:
            yield from (Unit(index + 1, index + 1, piece, is_heading) for piece in _pieces(lines[index]))
            start, size = index + 1, 0
        else:
            size += length
    if size:
        yield Unit(start + 1, end, "\n".join(lines[start:end]), is_heading)


def _pieces(line: str) -> Iterator[str]:
    """A long line in pieces, cut after a space where there is one."""
    while len(line) > _LARGEST:
        space = line.rfind(" ", _LARGEST // 2, _LARGEST)
        end = space + 1 if space > 0 else _LARGEST
        yield line[:end]
        line = line[end:]
    if line:
        yield line


def _packed(units: list[Unit]) -> Iterator[tuple[int, int]]:
    """Runs of units of at most about 800 characters; each begins with the last ones of the run before."""
    start, count = 0, len(units)
    while start < count:
        stop, size = start, 0
        while stop < count and (stop == start or size + len(units[stop].text) <= _LARGEST):
            size += len(units[stop].text) + 1
            stop += 1
        yield start, stop
        if stop == count:
            return
        again, shared = stop, 0
        while again - 1 > start and shared + len(units[again - 1].text) <= _OVERLAP:
            again -= 1
            shared += len(units[again].text) + 1
        start = again if shared + len(units[stop].text) <= _LARGEST else stop


def _plain(title: str) -> str:
    return " ".join(re.sub(r"[*_`]+(?=\S)|(?<=\S)[*_`]+", "", title).split())


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 - a search needs no parser

    return MarkdownIt("commonmark").enable("table")
