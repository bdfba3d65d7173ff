"""A scrolling view of rows that keeps its place while rows grow, come above, or turn out taller than thought."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.geometry import Region, Size
from textual.reactive import Reactive, reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from localgpt_tui.ui.rendering import code
from localgpt_tui.ui.rendering.icons import IconSet, icons
from localgpt_tui.ui.rendering.paint import COMPONENTS, Palette
from localgpt_tui.ui.widgets.canvas import Canvas
from localgpt_tui.ui.widgets.looks import ManyLooks
from localgpt_tui.ui.widgets.rows import Row, stops
from localgpt_tui.ui.widgets.scroll_bar import SwiftlyScrolled
from localgpt_tui.ui.widgets.selection import pointable, selected_text, with_selection

if TYPE_CHECKING:
    from textual.selection import Selection

_ROUNDS = 50  # of measuring what came into view; each brings in what the one before has moved there


class Place(NamedTuple):
    """A line that stays where it is: of which row, and which of its lines."""

    row: Row
    line: int


class RowView(SwiftlyScrolled, ManyLooks, ScrollView, can_focus=True):
    """Draws rows from finished strips; must have neither border nor padding of its own."""

    DEFAULT_CSS = """
    RowView { overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENTS)

    virtual_size = Reactive(Size(0, 0), layout=False)  # growing never moves another widget
    icon_set: Reactive[IconSet] = reactive("unicode", init=False)

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self.canvas = Canvas([])
        self._follows = True
        self._settling = False

    @property
    def follows(self) -> bool:
        """True while the view stays at the end."""
        return self._follows

    def show_rows(self, rows: list[Row]) -> None:
        """Show `rows` from now on, which may grow; from the end."""
        self.canvas = Canvas(rows)
        self._follows = True
        self._prepare()
        self.canvas.came_below()

    def place(self) -> Place | None:
        """Where the view stands; None while it follows the end."""
        rows, heights = self.canvas.rows, self.canvas.heights
        if self._follows or not rows or not self.canvas.width:
            return None
        top = self.scroll_offset.y
        index = heights.at(top)
        return Place(rows[index], top - heights.start(index))

    def settle(self, place: Place | None) -> None:
        """Measure what is in view, and put the view to `place`, or to the end where there is none."""
        canvas, height = self.canvas, self.scrollable_content_region.height
        if not canvas.width:
            return
        index = canvas.rows.index(place.row) if place and place.row in canvas.rows else None
        top = 0
        for _ in range(_ROUNDS):
            top = max(0, canvas.heights.total - height)
            if place and index is not None:
                start = canvas.heights.start(index) + min(place.line, max(0, canvas.heights[index] - 1))
                top = min(start, top)
            if not canvas.rows or not canvas.measure(canvas.heights.at(top), canvas.heights.at(top + height - 1)):
                break
        self._move_to(top)
        self.refresh()

    # drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        """Hand out finished strips, straight to the compositor."""
        canvas = self.canvas
        if canvas.palette is None:  # rows that came while this was hidden: no event says that it has its old size again
            self.call_later(self.on_resize)
            return [Strip.blank(crop.width, self.rich_style)] * crop.height
        top = self.scroll_offset.y + crop.y
        strips = canvas.seen(top, crop.height)
        strips = self.over(strips, top)
        if crop.x or crop.right < canvas.width:
            strips = [strip.crop(crop.x, crop.right) for strip in strips]
        if missing := crop.height - len(strips):
            strips = [*strips, *([Strip.blank(crop.width, canvas.palette.blank)] * missing)]
        return strips

    def over(self, strips: list[Strip], top: int) -> list[Strip]:
        """Put what is marked over `strips`, the first of which is line `top`."""
        if self.text_selection is None or self.canvas.palette is None:
            return strips
        return with_selection(strips, top, self.text_selection, self.canvas.palette.over("selected"))

    def rows_in(self, top: int, count: int) -> Iterator[tuple[int, int]]:
        """The rows in `count` lines from line `top` on, each with the line of these it begins at."""
        canvas = self.canvas
        index = canvas.heights.at(top)
        while index < len(canvas.rows) and (first := canvas.heights.start(index) - top) < count:
            yield index, first
            index += 1

    def render_line(self, y: int) -> Strip:
        """One line with the places of its characters, which selecting text with the mouse asks for."""
        line = self.scroll_offset.y + y
        strips = self.canvas.seen(line, 1)
        return pointable(strips[0], line) if strips else Strip.blank(self.size.width, self.rich_style)

    def on_resize(self) -> None:
        """Lay out for the new width; what was in view stays."""
        place = self.place()
        if self.scrollable_content_region.width != self.canvas.width:
            self._prepare()
        self.settle(place)

    def notify_style_update(self) -> None:
        """Draw in the new colours, if they did change."""
        super().notify_style_update()
        if self.canvas.palette is not None:
            self.call_later(self._restyle)

    def watch_icon_set(self) -> None:
        """Draw with the other signs."""
        place = self.place()
        self._prepare()
        self.settle(place)

    def colours_ready(self) -> None:
        """Code can be highlighted from now on."""
        place = self.place()
        self._prepare()
        self.settle(place)

    def _prepare(self) -> None:
        if self.is_mounted and (width := self.scrollable_content_region.width) > 0:
            self.find_looks()
            self.canvas.prepare(width, Palette(self), icons(self.icon_set), colours=code.ready())
            self.notify_rendering()

    def notify_rendering(self) -> None:
        """Called when everything is laid out or painted anew."""

    def _restyle(self) -> None:
        if self.is_attached and Palette(self) != self.canvas.palette:
            self._prepare()
            self.refresh()

    # scrolling

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Measure what came into view, whoever scrolled."""
        super().watch_scroll_y(old_value, new_value)
        if not self._settling and round(old_value) != round(new_value):
            self._follows = new_value >= self.max_scroll_y
            self.settle(self.place())
            self.came_into_view()

    def came_into_view(self) -> None:
        """Called after the view has moved."""

    def follow(self) -> None:
        """Go to the end and stay there."""
        self._follows = True
        self.settle(None)
        self.came_into_view()

    def stay_or_follow(self) -> None:
        """Follow the end where the view is there, and stay where it is not."""
        self._follows = self.scroll_y >= self.max_scroll_y

    def top_place(self) -> Place | None:
        """The line that is at the top of the view; None where nothing is shown."""
        return self.row_at(0)

    def show_line(self, row: Row, line: int) -> None:
        """Bring line `line` of `row` into view, if it is not, with a few lines above it; the end is not followed."""
        canvas, height = self.canvas, self.scrollable_content_region.height
        self._follows = False
        index = canvas.rows.index(row)
        if canvas.width:
            canvas.measure(index, index)
        at = canvas.heights.start(index) + line - self.scroll_offset.y
        if not 0 <= at < height:
            self.settle(Place(row, line))
            self.scroll_relative(y=-(height // 3), animate=False, force=True)
        self.settle(self.place())
        self.came_into_view()

    def _move_to(self, top: int) -> None:
        self._settling = True
        try:
            size = Size(self.canvas.width, self.canvas.heights.total)
            if size != self.virtual_size:
                self.virtual_size = size
                self._scroll_update(size)
            if top != self.scroll_y:
                self.scroll_to(y=top, animate=False, force=True)
        finally:
            self._settling = False

    def action_scroll_up(self) -> None:
        """Scroll a line up, at once."""
        self.scroll_up(animate=False)

    def action_scroll_down(self) -> None:
        """Scroll a line down, at once."""
        self.scroll_down(animate=False)

    def action_page_up(self) -> None:
        """Scroll a page up, at once."""
        self.scroll_page_up(animate=False)

    def action_page_down(self) -> None:
        """Scroll a page down, at once."""
        self.scroll_page_down(animate=False)

    def action_scroll_home(self) -> None:
        """Go to the first line."""
        self.scroll_home(animate=False)

    def action_scroll_end(self) -> None:
        """Go to the end and follow it."""
        self.follow()

    # the cursor

    @property
    def cursor(self) -> Row | None:
        """The row that keys act on."""
        return self.canvas.cursor

    def point_at(self, row: Row | None) -> None:
        """Put the cursor on `row` and bring it into view."""
        self.canvas.cursor, self.canvas.block_number = row, None
        if row is not None:
            self._reveal(row)
        self.refresh()

    def action_cursor(self, step: int) -> None:
        """Move the cursor `step` rows down; without one, it starts at the last row in view."""
        rows, cursor = self.canvas.rows, self.canvas.cursor
        if cursor not in rows:
            self.point_in_view()
        elif (target := next(stops(rows, rows.index(cursor) + step, step), None)) is not None:
            self.point_at(rows[target])

    def point_in_view(self) -> None:
        """Put the cursor on the last row in view where it stops, else on one above."""
        target = next(stops(self.canvas.rows, self.last_in_view(), -1), None)
        if target is not None:
            self.point_at(self.canvas.rows[target])

    def last_in_view(self) -> int:
        """The row at the lower end of the view; -1 where there is none."""
        bottom = self.scroll_offset.y + max(1, self.scrollable_content_region.height) - 1
        return self.canvas.heights.at(bottom) if self.canvas.rows else -1

    def fold(self, row: Row) -> None:
        """Fold `row`, or unfold it; where it begins stays in view."""
        if row.foldable and row in self.canvas.rows:
            place = self.place()
            row.folded = not row.folded
            row.changed()
            index = self.canvas.rows.index(row)
            self.canvas.measure(index, index)
            self.settle(place)
            self._reveal(row)

    def row_at(self, line: int) -> Place | None:
        """What stands on line `line` of the view."""
        return self.place_at(self.scroll_offset.y + line)

    def place_at(self, line: int) -> Place | None:
        """What stands on line `line` of everything; None below the end."""
        heights = self.canvas.heights
        if not 0 <= line < heights.total:
            return None
        index = heights.at(line)
        return Place(self.canvas.rows[index], line - heights.start(index))

    def _reveal(self, row: Row) -> None:
        index = self.canvas.rows.index(row)
        start, height = self.canvas.heights.start(index), self.scrollable_content_region.height
        top, end = self.scroll_offset.y, start + self.canvas.heights[index]
        if start < top or (end > top + height and end - start >= height):
            self.scroll_to(y=start, animate=False, force=True)
        elif end > top + height:
            self.scroll_to(y=end - height, animate=False, force=True)

    # the mouse's selection

    def get_selection(self, selection: "Selection") -> tuple[str, str] | None:
        """The text that is marked with the mouse, without bars, indents and padding of ours."""
        return selected_text(self.canvas, selection), "\n"
