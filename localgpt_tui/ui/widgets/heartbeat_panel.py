"""The heartbeat below the sessions: how it is, when it beats next, what it did in a day."""

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.rendering.beats import (
    MOODS,
    OUTCOMES,
    clock,
    countdown,
    day,
    dollars,
    thousands,
    told,
    took,
)

if TYPE_CHECKING:  # it comes after the first frame
    from localgpt_tui.ui.pulse import Seen

_WARNED = frozenset({"late", "failing", "over budget", "needs you"})
_ROOMY = 36  # rows of a screen from which on the latest beats are listed too
_LISTED = 3


class HeartbeatPanel(Vertical):
    """Of its parts only the line that counts down is drawn again as time goes by; a click opens the screen."""

    class Opened(Message):
        """The person wants to see more."""

    def __init__(self, moment: Callable[[], datetime], zone: tzinfo) -> None:
        """An empty panel.

        Args:
            moment: tells the present; zone: where the person's clock stands.
        """
        super().__init__()
        self._moment, self._zone = moment, zone
        self._seen: Seen | None = None
        self._count = ""

    def compose(self) -> ComposeResult:
        """How it is, the next beat, everything else."""
        yield Static("", id="beat-head")
        yield Static("", id="beat-next")
        yield Static("", id="beat-rest")

    def show(self, seen: "Seen") -> None:
        """Show what was seen; nothing where the heartbeat is off."""
        self._seen = seen
        self._count = self._counted()
        self.set_class(seen.state.mood != "off", "-on")
        self._fill()

    def on_resize(self) -> None:
        """What stands at the right edge moves with it."""
        self._fill()

    def tick(self) -> None:
        """Time has passed: count down, where that changes a cell."""
        if self._seen is not None and self._count != (count := self._counted()):
            self._count = count
            self._put("#beat-next", self._next(self._seen), layout=False)

    def on_click(self) -> None:
        """A click opens the screen."""
        self.post_message(self.Opened())

    def _fill(self) -> None:
        """Write every part, where its words are others."""
        if self._seen is None:
            return
        state, width = self._seen.state, max(8, self.content_size.width)
        sign = MOODS[state.mood]
        head = "on" if state.mood == "ok" else sign.word
        title = _ends(("HEARTBEAT", "bold $secondary"), (f"{sign.sign} {head}", f"bold {sign.look}"), width)
        self._put("#beat-head", title, layout=False)
        self._put("#beat-next", self._next(self._seen), layout=False)
        self._put("#beat-rest", Content("\n").join(self._rest(self._seen, width)), layout=True)

    def _put(self, where: str, words: Content, *, layout: bool) -> None:
        part = self.query_one(where, Static)
        if part.content != words:
            part.update(words, layout=layout)

    def _next(self, seen: "Seen") -> Content:
        if seen.state.next is None:
            return Content("no next beat").stylize("$text-muted")
        return _fact("next", f"{clock(seen.state.next, self._moment(), self._zone)}  {self._count}")

    def _rest(self, seen: "Seen", width: int) -> list[Content]:
        """A fact a line; what is wrong in words, and in red or yellow."""
        state, now = seen.state, self._moment()
        lines: list[Content] = []
        if state.last is not None:
            last, outcome = state.last, OUTCOMES[state.last.outcome]
            words = f"{clock(last.started, now, self._zone)}  {outcome.word}  {took(last)}"
            lines.append(_fact("last", words.rstrip(), outcome.look if outcome.look == "$error" else ""))
        due = len(seen.plan.due(now, self._zone))
        open_ = sum(not task.done for task in seen.plan.tasks)
        lines.append(_fact("tasks", f"{open_} open, {due} due" if open_ else "none open"))
        lines += self._day(now, width)
        if state.mood in _WARNED:
            lines.append(Content(printable(state.words)).stylize(MOODS[state.mood].look))
        if self.screen.size.height >= _ROOMY:
            lines += self._latest(now, width)
        lines.append(Content.assemble(("^X 4", "$primary"), " ledger and tasks").stylize("$text-muted"))
        return lines

    def _day(self, now: datetime, width: int) -> list[Content]:
        """What a day brought and cost, an hour a cell."""
        assert self._seen is not None  # noqa: S101 - its caller looked
        signs, bars = day(self._seen.recent, now)
        asked = [row for row in self._seen.recent if row.asked_a_model]
        money = sum(row.money or 0.0 for row in asked)
        priced = dollars(money if all(row.money is not None for row in asked) else None)
        cost = f"{thousands(sum(row.tokens for row in asked))} tokens {priced}" if asked else "free"
        lines = [_ends(("24 h", "$text-muted"), (cost, "$text-muted"), width), Content.assemble(*signs)]
        return [*lines, Content(bars).stylize("$accent")] if bars.strip() else lines

    def _latest(self, now: datetime, width: int) -> list[Content]:
        assert self._seen is not None  # noqa: S101 - its caller looked
        rows = [row for row in self._seen.recent if row.outcome not in {"quiet", "skipped"}][-_LISTED:]
        lines = [Content("")] if rows else []
        for row in reversed(rows):
            sign = OUTCOMES[row.outcome]
            words = printable(told(row)) or sign.word
            line = Content.assemble(
                (f"{clock(row.started, now, self._zone)} ", "$text-muted"), (sign.sign, sign.look), f" {words}"
            )
            lines.append(line.truncate(width, ellipsis=True))
        return lines

    def _counted(self) -> str:
        state = self._seen.state if self._seen else None
        return countdown(state.next, self._moment()) if state and state.next else ""


def _fact(name: str, words: str, look: str = "") -> Content:
    return Content.assemble((f"{name:<6}", "$text-muted"), (words, look))


def _ends(left: tuple[str, str], right: tuple[str, str], width: int) -> Content:
    gap = " " * max(1, width - len(left[0]) - len(right[0]))
    return Content.assemble(left, gap, right)
