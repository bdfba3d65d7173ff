"""A list of what is remembered: files, passages that were found, or changes, under headings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

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


class MemoryList(OptionList):
    """Marks the chosen line with a sign as well as with a colour."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False),
        Binding("k", "cursor_up", "Up", show=False),
        Binding("g", "first", "First", show=False),
        Binding("G", "last", "Last", show=False),
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
        super().__init__(id=id, markup=False, compact=True)
        self._items: Sequence[Item] = ()

    @property
    def chosen(self) -> str:
        """The key of the marked line; empty where none is."""
        option = self.highlighted_option
        return (option.id if option else "") or ""

    @property
    def keys(self) -> list[str]:
        """The keys of the lines that can be chosen, from the top."""
        return [item.key for item in self._items if item.key]

    def show(self, items: Sequence[Item], *, chosen: str = "") -> None:
        """List `items`; mark the one with the key `chosen`, else the first."""
        self._items = items
        self._fill(chosen)

    def choose(self, key: str) -> None:
        """Mark the line `key`."""
        places = [index for index, item in enumerate(self._items) if item.key == key]
        if key and places:
            self.highlighted = places[0]

    def on_resize(self) -> None:
        """What stands at the right edge moves with it."""
        self._fill(self.chosen)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Tell which line is looked at."""
        event.stop()
        if event.option.id == self.chosen:  # news of an older list may come late
            self.post_message(self.Looked(self.chosen))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Tell which line was chosen."""
        event.stop()
        self.post_message(self.Entered(event.option.id or ""))

    def _fill(self, chosen: str) -> None:
        room = self.scrollable_content_region.width - 2  # a cell on each side
        self.set_options(Option(_line(item, room), id=item.key or None, disabled=not item.key) for item in self._items)
        places = [index for index, item in enumerate(self._items) if item.key]
        wanted = [index for index in places if self._items[index].key == chosen]
        self.highlighted = next(iter([*wanted, *places]), None)


def _line(item: Item, room: int) -> Content:
    text = " ".join(printable(item.text).split())
    if not item.key:
        return Content.assemble(" ", (_cut(text, max(_SHORTEST, room), keep_end=False), "bold $secondary"))
    lead = f"{printable(item.lead)} " if item.lead else ""
    tail = printable(item.tail)
    space = max(_SHORTEST, room - cell_len(lead) - cell_len(tail) - 1)
    text = _cut(text, space, keep_end=item.keep_end)
    gap = " " * max(1, room - cell_len(lead) - cell_len(text) - cell_len(tail))
    return Content.assemble(" ", (lead, "$accent"), text, gap, (tail, "$text-muted"))


def _cut(text: str, room: int, *, keep_end: bool) -> str:
    if cell_len(text) <= room:
        return text
    while text and cell_len(text) >= room:
        text = text[1:] if keep_end else text[:-1]
    return f"…{text}" if keep_end else f"{text}…"
