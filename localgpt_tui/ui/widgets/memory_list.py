"""A list of what is remembered: files, passages that were found, or changes, under headings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from localgpt_tui.safety.terminal import printable

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


class MemoryList(ScrollView, can_focus=True):
    """One line an item, drawn only where it is in sight: ten thousand files are as quick as ten."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "memory-list--item",
        "memory-list--heading",
        "memory-list--lead",
        "memory-list--tail",
        "memory-list--cursor",
        "memory-list--cursor-blurred",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor(-1)", "Up", show=False),
        Binding("down,j", "cursor(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "A page up", show=False),
        Binding("pagedown", "page(1)", "A page down", show=False),
        Binding("home,g", "edge(1)", "First", show=False),
        Binding("end,G", "edge(-1)", "Last", show=False),
        Binding("enter", "enter", "Read", show=False),
    ]

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
        self._cursor = 0

    @property
    def chosen(self) -> str:
        """The key of the marked line; empty where none is."""
        return self._items[self._cursor].key if self._cursor < len(self._items) else ""

    def show(self, items: Sequence[Item], *, chosen: str = "") -> None:
        """List `items`; mark the one with the key `chosen`, else the first."""
        self._items = items
        places = [index for index, item in enumerate(items) if item.key]
        wanted = [index for index in places if items[index].key == chosen]
        self.virtual_size = Size(self.scrollable_content_region.width, len(items))
        self._go(next(iter([*wanted, *places]), 0))

    def choose(self, key: str) -> None:
        """Mark the line `key`."""
        for index, item in enumerate(self._items):
            if key and item.key == key:
                self._go(index)

    def action_cursor(self, step: int) -> None:
        """Go to the next line that can be chosen, or the one before."""
        self._go_near(self._cursor + step, step)

    def action_page(self, pages: int) -> None:
        """Go on by what is in sight."""
        aim = self._cursor + pages * max(1, self.size.height - 1)
        self._go_near(max(0, min(aim, len(self._items) - 1)), pages)

    def action_edge(self, step: int) -> None:
        """Go to the first or the last line."""
        self._go_near(0 if step > 0 else len(self._items) - 1, step)

    def action_enter(self) -> None:
        """Choose the marked line."""
        if self.chosen:
            self.post_message(self.Entered(self.chosen))

    def on_click(self, event: events.Click) -> None:
        """A click marks a line."""
        index = event.y + self.scroll_offset.y
        if index < len(self._items) and self._items[index].key:
            self._go(index)

    def on_resize(self) -> None:
        """What stands at the right edge moves with it."""
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._items))
        self.refresh()

    def on_focus(self) -> None:
        """The mark gets stronger."""
        self.refresh()

    def on_blur(self) -> None:
        """And weaker."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of what is in sight."""
        index, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if index >= len(self._items):
            return Strip.blank(width, self.rich_style)
        marked = index == self._cursor and self._items[index].key
        look = self.get_component_rich_style(
            "memory-list--cursor" if self.has_focus else "memory-list--cursor-blurred", partial=True
        )
        segments = []
        for text, name in _line(self._items[index], width - 2, marked=bool(marked)):
            style = self.get_component_rich_style(f"memory-list--{name}")
            segments.append(Segment(text, style + (look if marked else Style.null())))
        return Strip(segments).crop(0, width)

    def _go_near(self, index: int, step: int) -> None:
        """Go to the nearest line that can be chosen, first in the direction of `step`, else the other way."""
        count, way = len(self._items), 1 if step > 0 else -1
        ahead = range(max(0, min(index, count)), count) if way > 0 else range(min(index, count - 1), -1, -1)
        back = range(min(index, count - 1), -1, -1) if way > 0 else range(max(0, index), count)
        for places in (ahead, back):
            for place in places:
                if self._items[place].key:
                    self._go(place)
                    return

    def _go(self, index: int) -> None:
        self._cursor = index
        top = 0 if not any(item.key for item in self._items[:index]) else index  # its heading comes into sight with it
        self.scroll_to_region(Region(0, top, 1, index - top + 1), animate=False, force=True)
        self.refresh()
        self.post_message(self.Looked(self.chosen))


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
