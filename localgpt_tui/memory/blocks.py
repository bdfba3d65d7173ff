"""A Markdown text cut into what is searched: paragraphs and list items, under their headings; pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_HEADING = re.compile(r" {0,3}(#{1,6})(?:\s+(?P<title>.*?))?\s*#*\s*$")
_ITEM = re.compile(r"(?P<indent>\s*)(?:[-*+]|\d{1,9}[.)])\s")
_FENCE = re.compile(r"\s*(```|~~~)")
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Block:
    """Lines `first` to `last` (from 1, both included), and the headings they stand under."""

    first: int
    last: int
    text: str
    heading: str = ""


def is_item(line: str) -> bool:
    """True where `line` begins a list item."""
    return bool(_ITEM.match(line))


def split(lines: Iterable[str]) -> Iterator[Block]:
    """The blocks of a text, in their order.

    A nested list belongs to its item, and a heading below the title to the first block after it, so that what is found
    can be understood by itself. A block has at most 40 lines.
    """
    builder = _Builder()
    for number, line in enumerate(lines, 1):
        if builder.ends_before(line):
            yield from builder.finish()
        builder.add(number, line)
    yield from builder.finish()


class _Builder:
    def __init__(self) -> None:
        self._lines: list[str] = []
        self._first = 0
        self._title = ""
        self._section = ""
        self._indent: int | None = None
        self._fenced = False
        self._only_heading = False

    def ends_before(self, line: str) -> bool:
        if not self._lines or self._only_heading:
            return bool(self._lines) and bool(_HEADING.match(line))
        if len(self._lines) >= _LONGEST:
            return True
        if self._fenced:
            return False
        if not line.strip() or _HEADING.match(line):
            return True
        item = _ITEM.match(line)
        return item is not None and (self._indent is None or len(item["indent"]) <= self._indent)

    def add(self, number: int, line: str) -> None:
        heading = None if self._fenced else _HEADING.match(line)
        if heading and len(heading[1]) == 1:
            self._title, self._section = heading["title"] or "", ""
            return
        if not self._lines:
            if not line.strip():
                return
            self._first = number
            self._only_heading = heading is not None
        elif self._only_heading and line.strip():
            self._only_heading = False
        if heading:
            self._section = heading["title"] or ""
        elif (item := _ITEM.match(line)) and self._indent is None and not self._fenced:
            self._indent = len(item["indent"])
        if _FENCE.match(line):
            self._fenced = not self._fenced
        self._lines.append(line)

    def finish(self) -> Iterator[Block]:
        while self._lines and not self._lines[-1].strip():
            self._lines.pop()
        if self._lines:
            last = self._first + len(self._lines) - 1
            yield Block(self._first, last, "\n".join(self._lines), f"{self._title} {self._section}".strip())
        self._lines = []
        self._indent = None
        self._only_heading = False
