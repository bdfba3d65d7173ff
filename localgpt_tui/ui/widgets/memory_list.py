"""A list of what is remembered: files, passages that were found, or changes, under headings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.message import Message
from textual.strip import Strip

from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.widgets.line_list import LineList

_SHORTEST = 8


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list.

    Attributes:
        key: what it stands for; empty for a heading, which cannot be chosen.
        lead: what stands before it, such as a score.
        tail: what stands at the right edge, such as a date.
        keep_end: which end of a long text is kept: that of a path is its end.
    """

    text: str
    key: str = ""
    lead: str = ""
    tail: str = ""
    keep_end: bool = True


class MemoryList(LineList):
    """One line an item."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "memory-list--item",
        "memory-list--heading",
        "memory-list--lead",
        "memory-list--tail",
        "memory-list--cursor",
        "memory-list--cursor-blurred",
    }

    class Looked(Message):
        """The person looks at the line `key`."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Entered(Message):
        """The person chose the line `key`."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._items: Sequence[Item] = ()

    @property
    def count(self) -> int:
        """How many lines there are, headings included."""
        return len(self._items)

    @property
    def chosen(self) -> str:
        """The key of the marked line; empty where none is."""
        return self._items[self.cursor].key if self.cursor < len(self._items) else ""

    def show(self, items: Sequence[Item], *, chosen: str = "") -> None:
        """List `items`; mark the one with the key `chosen`, else the first."""
        self._items = items
        places = [index for index, item in enumerate(items) if item.key]
        wanted = [index for index in places if items[index].key == chosen]
        self.measure()
        self.go(next(iter([*wanted, *places]), 0))

    def choose(self, key: str) -> None:
        """Mark the line `key`."""
        for index, item in enumerate(self._items):
            if key and item.key == key:
                self.go(index)

    def choosable(self, place: int) -> bool:
        """False for a heading."""
        return super().choosable(place) and bool(self._items[place].key)

    def beginning(self, place: int) -> int:
        """The first line's heading comes into sight with it."""
        return place if any(item.key for item in self._items[:place]) else 0

    def looked(self) -> None:
        """Tell which line is marked."""
        self.post_message(self.Looked(self.chosen))

    def action_enter(self) -> None:
        """Choose the marked line."""
        if self.chosen:
            self.post_message(self.Entered(self.chosen))

    def render_line(self, y: int) -> Strip:
        """One line of what is in sight."""
        index, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if index >= len(self._items):
            return Strip.blank(width, self.rich_style)
        marked = index == self.cursor and self._items[index].key
        look = self.get_component_rich_style(
            "memory-list--cursor" if self.has_focus else "memory-list--cursor-blurred", partial=True
        )
        segments = []
        for text, name in _line(self._items[index], width - 2, marked=bool(marked)):
            style = self.get_component_rich_style(f"memory-list--{name}")
            segments.append(Segment(text, style + (look if marked else Style.null())))
        return Strip(segments).crop(0, width)


def _line(item: Item, room: int, *, marked: bool) -> list[tuple[str, str]]:
    """The texts of a line that is `room` + 2 cells wide, each with its look."""
    text = " ".join(printable(item.text).split())
    sign = "›" if marked else " "
    if not item.key:
        text = _cut(text, max(_SHORTEST, room), keep_end=False)
        return [(f" {text}{' ' * max(0, room - cell_len(text) + 1)}", "heading")]
    lead = f"{printable(item.lead)} " if item.lead else ""
    tail = printable(item.tail)
    space = max(_SHORTEST, room - cell_len(lead) - cell_len(tail) - 1)
    text = _cut(text, space, keep_end=item.keep_end)
    gap = " " * max(1, room - cell_len(lead) - cell_len(text) - cell_len(tail))
    return [(f"{sign}{lead}", "lead"), (f"{text}{gap}", "item"), (f"{tail} ", "tail")]


def _cut(text: str, room: int, *, keep_end: bool) -> str:
    if cell_len(text) <= room:
        return text
    while text and cell_len(text) >= room:
        text = text[1:] if keep_end else text[:-1]
    return f"…{text}" if keep_end else f"{text}…"
