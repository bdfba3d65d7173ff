"""The rows of the ledger, the newest first, drawn only where they are in sight."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.message import Message
from textual.strip import Strip

from localgpt_tui.ledger import Row
from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.rendering.beats import OUTCOMES, clock, dollars, thousands, told, took
from localgpt_tui.ui.rendering.lines import fit
from localgpt_tui.ui.widgets.line_list import LineList

_LOOKS = {"$error": "bad", "$warning": "asks", "$primary": "news", "$success": "ok", "$text-muted": "quiet"}


class BeatList(LineList):
    """One line a row."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "beat-list--cursor",
        "beat-list--cursor-blurred",
        *(f"beat-list--{look}" for look in _LOOKS.values()),
    }

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

    @property
    def count(self) -> int:
        """How many rows are listed."""
        return len(self._rows)

    @property
    def chosen(self) -> Row | None:
        """The marked row."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    def show(self, rows: Sequence[Row]) -> None:
        """List `rows`, the newest first; the marked one stays marked, but the newest, which the mark follows."""
        chosen, follows = self.chosen, self.cursor == 0
        self._rows = rows
        self.measure()
        self.go(0 if chosen is None or follows else self._place(chosen.id, 0))

    def choose(self, row_id: str) -> None:
        """Mark the row `row_id`, if it is listed."""
        self.go(self._place(row_id, self.cursor))

    def looked(self) -> None:
        """Tell that another row is marked, or that none is."""
        self.post_message(self.Looked())

    def action_enter(self) -> None:
        """Choose the marked row."""
        if self.chosen is not None:
            self.post_message(self.Entered())

    def render_line(self, y: int) -> Strip:
        """One line of what is in sight."""
        place, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if place >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        marked = place == self.cursor
        cursor = "cursor" if self.has_focus else "cursor-blurred"
        over = self.get_component_rich_style(f"beat-list--{cursor}", partial=True) if marked else Style.null()
        parts = self._parts(self._rows[place], width, marked=marked)
        segments = [Segment(text, self._style(look) + over) for text, look in parts]
        return Strip(segments).adjust_cell_length(width, self.rich_style + over)

    def _place(self, row_id: str, otherwise: int) -> int:
        return next((place for place, row in enumerate(self._rows) if row.id == row_id), otherwise)

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
