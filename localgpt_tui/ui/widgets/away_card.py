"""While you were away: a card above the draft, each of its lines one key from its place."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, ClassVar

from rich.console import RenderableType
from textual import events
from textual.content import Content
from textual.message import Message
from textual.visual import Visual
from textual.widget import Widget

from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.rendering.beats import clock

if TYPE_CHECKING:  # it comes after the first frame
    from localgpt_tui.schedule.away import Away, AwayLine

_ARMED_AFTER = 0.6
_MOST = 9
_KINDS: Mapping[str, tuple[str, str]] = {
    "needs you": ("?", "$warning"),
    "unknown": ("?", "$error"),
    "failed": ("✗", "$error"),
    "said": ("▸", "$primary"),
    "done": ("✓", "$success"),
    "memory": ("+", "$accent"),
}


class AwayCard(Widget, can_focus=True):
    """Holds nobody up: every key but its own goes on to the draft.

    Attributes:
        HINTS: what the last line says while it has the keys.
    """

    HINTS: ClassVar[Sequence[tuple[str, str]]] = (("1 … 9", "go there"), ("Esc", "put it away"), ("Tab", "panes"))

    class Chosen(Message):
        """The person wants to see what a line is about."""

        def __init__(self, line: "AwayLine") -> None:
            super().__init__()
            self.line = line

    class More(Message):
        """The person wants to see all of it."""

    class Left(Message):
        """The person has seen it."""

    class Typed(Message):
        """What is no answer belongs to the draft."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, moment: Callable[[], datetime], zone: tzinfo) -> None:
        """A card that is not in sight.

        Args:
            moment: tells the present; zone: where the person's clock stands.
        """
        super().__init__()
        self._moment, self._zone = moment, zone
        self._away: Away | None = None
        self._armed = False
        self.display = False

    def show(self, away: "Away") -> None:
        """Tell what happened."""
        self._away = away
        self.display = True
        self.refresh(layout=True)

    @property
    def lines(self) -> "tuple[AwayLine, ...]":
        """The lines that have a number: as many as leave room for the conversation."""
        if self._away is None:
            return ()
        return self._away.lines[: max(2, min(_MOST, self.screen.size.height // 4))]

    @property
    def _above(self) -> int:
        """Lines above the first that has a number."""
        return 1 + bool(self._away and (self._away.beats or self._away.used.beats))

    def leave(self) -> None:
        """Go out of sight, once."""
        if self.display:
            self.display = False
            self.post_message(self.Left())

    def on_focus(self) -> None:
        """A digit that was meant for the draft must lead nowhere: wait a moment first."""
        self._armed = False
        self.set_timer(_ARMED_AFTER, self._arm)

    def _arm(self) -> None:
        self._armed = True

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            event.stop()
            self.leave()
        elif event.key in {"tab", "shift+tab"}:
            return
        elif self._armed and (event.key == "enter" or event.character in set("123456789")):
            event.stop()
            number = int(event.character or "1") if event.key != "enter" else 1
            if number <= len(self.lines):
                self.post_message(self.Chosen(self.lines[number - 1]))
            else:
                self.post_message(self.More())
        elif event.is_printable and event.character:
            event.stop()
            self._armed = False  # somebody writes: what follows quickly is no answer either
            self.post_message(self.Typed(event.character))

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted belongs to the draft."""
        event.stop()
        self.post_message(self.Typed(printable(event.text)))

    def on_click(self, event: events.Click) -> None:
        """A click on a line goes to its place."""
        place = event.y - self.gutter.top - self._above
        if 0 <= place < len(self.lines):
            self.post_message(self.Chosen(self.lines[place]))
        else:
            self.focus()

    def render(self) -> RenderableType | Visual:
        """Since when, how much, and the lines, what matters most first."""
        if self._away is None:
            return Content("")
        since = f"  since {clock(self._away.since, self._moment(), self._zone)}" if self._away.since else ""
        width = max(20, self.content_size.width)
        lines = [Content.assemble(("While you were away", "bold $primary"), (since, "$text-muted"))]
        if self._above > 1:
            lines.append(Content(self._away.summary).truncate(width, ellipsis=True))
        for number, line in enumerate(self.lines, 1):
            sign, look = _KINDS[line.kind]
            words = " ".join(printable(line.text).split())
            told = Content.assemble((f"{number} ", "bold $primary"), (f"{sign} {line.kind:<9} ", look), words)
            lines.append(told.truncate(width, ellipsis=True))
        more = len(self._away.lines) - len(self.lines)
        keys = Content.assemble(("1" if len(self.lines) == 1 else f"1-{len(self.lines)}", "$primary"), " go there  ")
        rest = f"  {more} more: ^X 4" if more > 0 else ""
        lines.append(Content.assemble(keys, ("Esc", "$primary"), f" put it away{rest}").stylize("$text-muted"))
        return Content("\n").join(lines)
