"""A view of rows in which lines are marked with the keyboard, and copied as the text they show."""

from textual.message import Message
from textual.strip import Strip

from localgpt_tui.ui.widgets.rows import Row
from localgpt_tui.ui.widgets.rowview import Place, RowView
from localgpt_tui.ui.widgets.selection import MOST_LINES, lines_text, restyled

_INDENT = 2  # cells that all text stands right of the margin


class MarkView(RowView):
    """While lines are marked, the keys that move the cursor move the end of what is marked."""

    class Marked(Message):
        """How many lines are marked; 0 once none are."""

        def __init__(self, lines: int) -> None:
            super().__init__()
            self.lines = lines

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._anchor: Place | None = None
        self._head: Place | None = None

    @property
    def marking(self) -> bool:
        """True while lines are marked."""
        return self._anchor is not None

    @property
    def marked_text(self) -> str:
        """The text of the marked lines, as they are read."""
        return lines_text(self.canvas, *self._ends())

    def mark_from(self, row: Row, line: int) -> None:
        """Begin to mark at line `line` of `row`."""
        self._anchor = self._head = Place(row, line)
        self.show_line(row, line)
        self._tell_marked()

    def end_marking(self) -> None:
        """Nothing is marked any more."""
        if not self.marking:
            return
        self._anchor = self._head = None
        self.stay_or_follow()
        self._tell_marked()

    def extend(self, lines: int) -> None:
        """Move the end of what is marked by `lines`, as far as there are lines."""
        if self._head is None or not self.canvas.rows:
            return
        head = self._line(self._head) + lines
        anchor = self._line(self._anchor) if self._anchor else head
        head = max(anchor - MOST_LINES + 1, min(head, anchor + MOST_LINES - 1))
        self._head = self.place_at(max(0, min(head, self.canvas.heights.total - 1))) or self._head
        self.show_line(*self._head)
        self._tell_marked()

    def action_cursor(self, step: int) -> None:
        """Extend by lines while lines are marked."""
        if self.marking:
            self.extend(step)
        else:
            super().action_cursor(step)

    def action_scroll_up(self) -> None:
        """Extend a line up while lines are marked."""
        if self.marking:
            self.extend(-1)
        else:
            super().action_scroll_up()

    def action_scroll_down(self) -> None:
        """Extend a line down while lines are marked."""
        if self.marking:
            self.extend(1)
        else:
            super().action_scroll_down()

    def action_page_up(self) -> None:
        """Extend a page up while lines are marked."""
        if self.marking:
            self.extend(-max(1, self.size.height - 1))
        else:
            super().action_page_up()

    def action_page_down(self) -> None:
        """Extend a page down while lines are marked."""
        if self.marking:
            self.extend(max(1, self.size.height - 1))
        else:
            super().action_page_down()

    def action_scroll_home(self) -> None:
        """Extend to the beginning while lines are marked."""
        if self.marking:
            self.extend(-self.canvas.heights.total)
        else:
            super().action_scroll_home()

    def action_scroll_end(self) -> None:
        """Extend to the end while lines are marked."""
        if self.marking:
            self.extend(self.canvas.heights.total)
        else:
            super().action_scroll_end()

    def over(self, strips: list[Strip], top: int) -> list[Strip]:
        """Mark the lines, and each of them in the margin too: colour alone says nothing."""
        strips = super().over(strips, top)
        palette, margin = self.canvas.palette, self.canvas.margin
        if not self.marking or palette is None:
            return strips
        first, last = self._ends()
        style = palette.over("selected")
        sign = palette.strips([[(self.canvas.icons.block, "cursor")]], 1, 0)[0]
        strips = [*strips]
        for number in range(max(0, first - top), min(len(strips), last - top + 1)):
            strip = strips[number]
            start = margin + _INDENT
            strip = restyled(strip, (start, max(start + 1, len(strip.text.rstrip()))), style)
            strips[number] = Strip.join([strip.crop(0, margin - 1), sign, strip.crop(margin)])
        return strips

    def _ends(self) -> tuple[int, int]:
        """The first and the last marked line."""
        if self._anchor is None or self._head is None:
            return 0, -1
        anchor, head = self._line(self._anchor), self._line(self._head)
        return min(anchor, head), max(anchor, head)

    def _line(self, place: Place) -> int:
        canvas = self.canvas
        if place.row not in canvas.rows:
            return 0
        index = canvas.rows.index(place.row)
        return canvas.heights.start(index) + max(0, min(place.line, canvas.heights[index] - 1))

    def _tell_marked(self) -> None:
        first, last = self._ends()
        self.post_message(self.Marked(last - first + 1))
        self.refresh()
