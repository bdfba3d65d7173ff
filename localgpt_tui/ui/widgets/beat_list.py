"""The rows of the ledger, the newest first, drawn only where they are in sight."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from localgpt_tui.ledger import Row
from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.rendering.beats import OUTCOMES, clock, dollars, thousands, told, took
from localgpt_tui.ui.rendering.lines import fit

_LOOKS = {"$error": "bad", "$warning": "asks", "$primary": "news", "$success": "ok", "$text-muted": "quiet"}


class BeatList(ScrollView, can_focus=True):
    """One line a row: a hundred thousand are as quick as ten."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "beat-list--cursor",
        "beat-list--cursor-blurred",
        *(f"beat-list--{look}" for look in _LOOKS.values()),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor(-1)", "Up", show=False),
        Binding("down,j", "cursor(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "A page up", show=False),
        Binding("pagedown", "page(1)", "A page down", show=False),
        Binding("home,g", "edge(0)", "The newest", show=False),
        Binding("end,G", "edge(-1)", "The oldest", show=False),
        Binding("enter", "enter", "Its session", show=False),
    ]

    class Looked(Message):
        """The person looks at another row, or at none."""

    class Entered(Message):
        """The person chose the marked row."""

    def __init__(self, moment: Callable[[], datetime], zone: tzinfo) -> None:
        """An empty list.

        Args:
            moment: tells the present; zone: where the person's clock stands.
        """
        super().__init__()
        self._moment, self._zone = moment, zone
        self._rows: Sequence[Row] = ()
        self._cursor = 0

    @property
    def chosen(self) -> Row | None:
        """The marked row."""
        return self._rows[self._cursor] if self._cursor < len(self._rows) else None

    def show(self, rows: Sequence[Row]) -> None:
        """List `rows`, the newest first; the marked one stays marked, but the newest, which the mark follows."""
        chosen, follows = self.chosen, self._cursor == 0
        self._rows = rows
        self.virtual_size = Size(self.scrollable_content_region.width, len(rows))
        self._cursor = 0
        if chosen is not None and not follows:
            self._cursor = next((place for place, row in enumerate(rows) if row.id == chosen.id), 0)
        self._came()

    def choose(self, row_id: str) -> None:
        """Mark the row `row_id`, if it is listed."""
        self._cursor = next((place for place, row in enumerate(self._rows) if row.id == row_id), self._cursor)
        self._came()

    def action_cursor(self, step: int) -> None:
        """Go on by lines."""
        self._go(self._cursor + step)

    def action_page(self, pages: int) -> None:
        """Go on by what is in sight."""
        self._go(self._cursor + pages * max(1, self.size.height - 1))

    def action_edge(self, place: int) -> None:
        """Go to the first line, or the last."""
        self._go(place if place == 0 else len(self._rows) - 1)

    def action_enter(self) -> None:
        """Choose the marked row."""
        if self.chosen is not None:
            self.post_message(self.Entered())

    def on_click(self, event: events.Click) -> None:
        """A click marks a row; on the marked one it chooses it."""
        place = event.y + self.scroll_offset.y
        if place == self._cursor:
            self.action_enter()
        elif place < len(self._rows):
            self._go(place)

    def on_resize(self) -> None:
        """Take the new width."""
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._rows))
        self.refresh()

    def on_focus(self) -> None:
        """The mark gets stronger."""
        self.refresh()

    def on_blur(self) -> None:
        """And weaker."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of what is in sight."""
        place, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if place >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        marked = place == self._cursor
        cursor = "cursor" if self.has_focus else "cursor-blurred"
        over = self.get_component_rich_style(f"beat-list--{cursor}", partial=True) if marked else Style.null()
        parts = self._parts(self._rows[place], width, marked=marked)
        segments = [Segment(text, self._style(look) + over) for text, look in parts]
        return Strip(segments).adjust_cell_length(width, self.rich_style + over)

    def _style(self, look: str) -> Style:
        return self.get_component_rich_style(f"beat-list--{look}") if look else self.rich_style

    def _parts(self, row: Row, width: int, *, marked: bool) -> list[tuple[str, str]]:
        """The texts of a line, each with its look: when, what became of it, how long, how much, what it says."""
        sign = OUTCOMES[row.outcome]
        look = _LOOKS[sign.look]
        when = clock(row.started, self._moment(), self._zone)
        used = f"{thousands(row.tokens):>5} {dollars(row.money):>6}" if row.asked_a_model else ""
        cost = f"{took(row):>6} {used:<12} " if width >= 70 else f"{took(row):>6} "
        lead = f"{'›' if marked else ' '}{when:>12} "
        state = f"{sign.sign} {sign.word:<11} "
        room = max(0, width - len(lead) - len(state) - len(cost))
        return [(lead, "quiet"), (state, look), (cost, "quiet"), (fit(printable(told(row)), room), "")]

    def _go(self, place: int) -> None:
        self._cursor = max(0, min(place, len(self._rows) - 1))
        self._came()

    def _came(self) -> None:
        self.scroll_to_region(Region(0, self._cursor, 1, 1), animate=False, force=True)
        self.refresh()
        self.post_message(self.Looked())
