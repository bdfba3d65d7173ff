"""A list of lines with a mark on one of them, drawn only where they are in sight: 100,000 are as quick as ten."""

from abc import abstractmethod
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView


class LineList(ScrollView, can_focus=True):
    """Moves the mark and keeps it in sight; what the lines are and how they look, its children know."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor(-1)", "Up", show=False),
        Binding("down,j", "cursor(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "A page up", show=False),
        Binding("pagedown", "page(1)", "A page down", show=False),
        Binding("home,g", "edge(1)", "The first", show=False),
        Binding("end,G", "edge(-1)", "The last", show=False),
        Binding("enter", "enter", "Read it", show=False),
    ]

    cursor = 0
    """The line that is marked, from 0."""

    @property
    @abstractmethod
    def count(self) -> int:
        """How many lines there are."""

    @abstractmethod
    def looked(self) -> None:
        """Tell that another line is marked, or that none is."""

    @abstractmethod
    def action_enter(self) -> None:
        """Choose the marked line."""

    def choosable(self, place: int) -> bool:
        """False for a line that the mark passes over."""
        return 0 <= place < self.count

    def beginning(self, place: int) -> int:
        """The line from which on `place` is brought into sight."""
        return place

    def measure(self) -> None:
        """Take the number of lines, and the width, as they are now."""
        self.virtual_size = Size(self.scrollable_content_region.width, self.count)

    def go(self, place: int) -> None:
        """Mark the line `place`, or the last one where there are not so many."""
        self.cursor = max(0, min(place, self.count - 1))
        top = self.beginning(self.cursor)
        self.scroll_to_region(Region(0, top, 1, self.cursor - top + 1), animate=False, force=True)
        self.refresh()
        self.looked()

    def action_cursor(self, step: int) -> None:
        """Go to the next line that can be chosen, or the one before; past the last of them, see what is there."""
        before = self.cursor
        self._go_near(before + step, step)
        if self.cursor == before:
            self.scroll_relative(y=step, animate=False, force=True)

    def action_page(self, pages: int) -> None:
        """Go on by what is in sight."""
        self._go_near(self.cursor + pages * max(1, self.size.height - 1), pages)

    def action_edge(self, step: int) -> None:
        """Go to the first line, or the last, and see all that is there."""
        self._go_near(0 if step > 0 else self.count - 1, step)
        self.scroll_to(y=0 if step > 0 else self.max_scroll_y, animate=False, force=True)

    def on_click(self, event: events.Click) -> None:
        """A click marks a line; on the marked one it chooses it."""
        place = event.y + self.scroll_offset.y
        if not self.choosable(place):
            return
        if place == self.cursor:
            self.action_enter()
        else:
            self.go(place)

    def on_resize(self) -> None:
        """What stands at the right edge moves with it."""
        self.measure()
        self.refresh()

    def on_focus(self) -> None:
        """The mark gets stronger."""
        self.refresh()

    def on_blur(self) -> None:
        """And weaker."""
        self.refresh()

    def _go_near(self, place: int, step: int) -> None:
        """Go to the nearest line that can be chosen, first in the direction of `step`, else the other way."""
        place, way = max(0, min(place, self.count - 1)), 1 if step > 0 else -1
        ahead = range(place, self.count if way > 0 else -1, way)
        back = range(place, -1 if way > 0 else self.count, -way)
        for near in (*ahead, *back):
            if self.choosable(near):
                self.go(near)
                return
