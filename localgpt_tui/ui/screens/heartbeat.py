"""The heartbeat on a screen of its own: the ledger as it grows, and beside it the tasks as they are understood."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from localgpt_tui.assistant import Assistant
from localgpt_tui.config.times import in_words
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.ledger import Row
from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.engine import Engine
from localgpt_tui.ui.pulse import Pulse, Seen
from localgpt_tui.ui.remembering import Remembering
from localgpt_tui.ui.rendering.beats import MOODS, clock, countdown, last_tried, task_words
from localgpt_tui.ui.rendering.ledger_rows import row_words
from localgpt_tui.ui.screens.heartbeat_handling import BeatHandlingScreen
from localgpt_tui.ui.screens.heartbeat_reading import BeatSessionScreen
from localgpt_tui.ui.screens.memory_dialogs import KeysScreen
from localgpt_tui.ui.stylesheets import stylesheet
from localgpt_tui.ui.widgets.beat_list import BeatList
from localgpt_tui.ui.widgets.hints import Hint, Hints

FILTERS: Mapping[str, Callable[[Row], bool]] = {
    "all": lambda _row: True,
    "acted": lambda row: row.asked_a_model,
    "errors": lambda row: row.outcome in {"failed", "timed out", "unknown"},
    "wrote memory": lambda row: bool(row.memories),
    "needs you": lambda row: row.outcome in {"waiting", "unknown"} or bool(row.notice),
}
"""Which rows are listed."""

_STANDING = {
    "due": ("●", "$warning"),
    "later": ("○", "$text-muted"),
    "done": ("✓", "$success"),
    "unclear": ("✗", "$error"),
}
_HINTS: tuple[Hint, ...] = (
    ("Enter", "session"), ("Esc", "back"), ("r", "run"), ("p", "pause"), ("t", "tasks"), ("d", "dry run"),
    ("f", "filter"), ("?", "keys"), ("Space", "hold"), ("+ -", "interval"),
)  # fmt: skip
_MORE_KEYS = (("↑ ↓ j k g G", "Move; PgUp PgDn by pages"), ("1 … 5", "All, acted, errors, wrote memory, needs you"))


class HeartbeatScreen(BeatHandlingScreen):
    """Everything by keyboard; the list is drawn where it is in sight, and read in a thread."""

    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (100, "-medium")]  # noqa: RUF012 - Textual's own annotation
    CSS_PATH = [*stylesheet("memory"), *stylesheet("heartbeat")]  # noqa: RUF012 - the same
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,ctrl+c", "dismiss", "Back", id="heartbeat-back"),
        Binding("space", "hold", "Hold the list still, or let it go on", id="heartbeat-hold"),
        Binding("f,slash", "filter(1)", "The next filter", id="heartbeat-filter"),
        Binding("F", "filter(-1)", "The filter before", id="heartbeat-filter-before"),
        Binding("tab,shift+tab", "pane", "The other pane", priority=True, id="heartbeat-pane"),
        Binding("f1,question_mark", "keys", "Every key", id="heartbeat-keys"),
        *(Binding(str(number), f"only({number})", show=False) for number in range(1, len(FILTERS) + 1)),
    ]

    def __init__(
        self,
        pulse: Pulse,
        seen: Seen,
        remembering: Remembering,
        engine: Engine,
        assistant: Assistant,
        *,
        look: Callable[[], Awaitable[None]],
        only: str = "",
        row: str = "",
    ) -> None:
        """What `seen` told, at once; the rest of the ledger a moment later.

        Args:
            only: the filter to begin with; row: the id of the row to begin with.
        """
        super().__init__(pulse, remembering, engine, assistant, drafts=assistant.places.state / "edited", look=look)
        self._seen = seen
        self._rows: Sequence[Row] = seen.rows[::-1]
        self._counts: Mapping[str, int] = dict.fromkeys(FILTERS, 0)
        self._only = only if only in FILTERS else "all"
        self._first = row
        self._held: int | None = None

    def compose(self) -> ComposeResult:
        """How it is, which rows, the rows, what the marked one tells, the tasks, the keys."""
        moment, zone = self.pulse.heart.clock, self.pulse.heart.settings.zone
        yield Static("", id="heart-head")
        yield Static("", id="heart-filters")
        with Container(id="heart-body"):
            yield BeatList(moment, zone)
            with Vertical(id="heart-beside"):
                yield Static("", id="heart-row")
                with VerticalScroll(id="heart-tasks"):
                    yield Static("")
        yield Hints()

    def on_mount(self) -> None:
        """Begin in the list."""
        self.set_focus(self.query_one(BeatList))
        asks = (("A", "allow"),) if self._seen.state.needs else ()
        self.query_one(Hints).show((*asks, *_HINTS))
        self._show_rows()
        self.query_one(BeatList).choose(self._first)
        self._show_head()
        self._show_tasks(self._seen.rows)
        self.call_after_refresh(self._read_ledger)
        self.set_interval(1.0, self._show_head)

    # showing

    def take(self, seen: Seen) -> None:
        """Show what was seen."""
        self._seen = seen
        self._show_head()
        self._read_ledger()

    @work(group="ledger", exclusive=True)
    async def _read_ledger(self) -> None:
        try:
            rows = await asyncio.to_thread(self.pulse.rows)
        except LocalGPTError as error:
            self.say(str(error), seconds=20)
            return
        if not self.query(BeatList):  # it was left meanwhile
            return
        if self._held is not None:
            self._held += max(0, len(rows) - len(self._rows) - self._held)
            self._show_filters()
        else:
            self._rows = rows[::-1]
            self._show_rows()
        self._show_tasks(rows)

    def _show_head(self) -> None:
        seen, heart = self._seen, self.pulse.heart
        state, now, zone = seen.state, heart.clock(), heart.settings.zone
        sign = MOODS[state.mood]
        head = Content.assemble(
            ("Heartbeat  ", "bold"), (f"{sign.sign} {sign.word}", f"bold {sign.look}"), f"  {printable(state.words)}"
        )
        following = (
            f"next {clock(state.next, now, zone)}, {countdown(state.next, now)}" if state.next else "no next beat"
        )
        budget = heart.settings.budget
        facts = (
            following,
            f"every {in_words(seen.every)}",
            seen.kept,
            f"today {state.today.tokens:,} of {budget.tokens_a_day:,} tokens",
            f"${state.today.dollars:.2f} of ${budget.dollars_a_day:.2f}",
        )
        shown = Content("\n").join([head, Content(" · ".join(facts)).stylize("$text-muted")])
        if seen.problem:
            shown = Content("\n").join([shown, Content(printable(seen.problem)).stylize("$error")])
        self._put("#heart-head", shown)

    def _show_rows(self) -> None:
        """List the rows, gone through once for every filter."""
        found = {name: [row for row in self._rows if holds(row)] for name, holds in FILTERS.items()}
        self._counts = {name: len(rows) for name, rows in found.items()}
        self.query_one(BeatList).show(found[self._only])
        self._show_filters()

    def _show_filters(self) -> None:
        line = Content("")
        for number, name in enumerate(FILTERS, 1):
            count = self._counts[name]
            here = name == self._only
            words = f"[{name.upper()} {count:,}]" if here else f" {name} {count:,} "
            line = Content.assemble(line, (f"{number}", "$text-muted"), (words, "bold $primary" if here else ""), " ")
        held = f" held, {self._held} new: Space goes on" if self._held is not None else ""
        self._put("#heart-filters", Content.assemble(line, (held, "bold $warning")))

    def _show_tasks(self, rows: Sequence[Row]) -> None:
        heart, plan = self.pulse.heart, self._seen.plan
        now, zone = heart.clock(), heart.settings.zone
        last = last_tried(rows, now, zone)
        open_ = sum(not task.done for task in plan.tasks)
        lines = [Content.assemble(("HEARTBEAT.md", "bold $secondary"), (f"  {open_} open", "$text-muted"))]
        for task in plan.tasks:
            standing = task.standing(now, zone)
            sign, look = _STANDING[standing]
            title = Content.assemble((f"{sign} {standing:<7} ", look), (printable(task.title), "bold"))
            about = task_words(task, now, zone, last.get(task.key, ""))
            lines += [title, *(Content(f"    {printable(word)}").stylize("$text-muted") for word in about)]
        if not plan.tasks:
            lines.append(Content("There is no task yet: beats cost nothing. t writes one, such as"))
            lines.append(Content("- [ ] Look whether the backup ran").stylize("$primary"))
        if plan.guidance:
            lines += [Content(""), Content("Besides, beats are told:").stylize("$text-muted")]
            lines.append(Content(printable(plan.guidance)).stylize("$text-muted"))
        self._put("#heart-tasks Static", Content("\n").join(lines))

    def _put(self, where: str, words: Content) -> None:
        """Draw `where` again only where its words are others."""
        for place in self.query(where).results(Static):
            if place.content != words:
                place.update(words)

    @on(BeatList.Looked)
    def _looked(self) -> None:
        row = self.query_one(BeatList).chosen
        heart = self.pulse.heart
        words = row_words(row, heart.clock(), heart.settings.zone) if row else Content("No row here yet.")
        self._put("#heart-row", words)

    # keys

    @on(BeatList.Entered)
    def _entered(self) -> None:
        row = self.query_one(BeatList).chosen
        if row is not None and row.session:
            self.app.push_screen(BeatSessionScreen(self.assistant.places, row))
        elif row is not None:
            self.say("No model was asked, so there is no session: the reason stands beside the list.")

    def action_hold(self) -> None:
        """Hold the list still while it is read, or let it go on."""
        self._held = 0 if self._held is None else None
        self._show_filters()
        if self._held is None:
            self._read_ledger()

    def action_filter(self, step: int) -> None:
        """The next filter, or the one before."""
        names = list(FILTERS)
        self._filter(names[(names.index(self._only) + step) % len(names)])

    def action_only(self, number: int) -> None:
        """The filter with this number."""
        self._filter(list(FILTERS)[number - 1])

    def _filter(self, name: str) -> None:
        self._only = name
        self._show_rows()

    def action_pane(self) -> None:
        """Go to the tasks, or back to the list."""
        entries = self.query_one(BeatList)
        self.set_focus(self.query_one("#heart-tasks") if self.focused is entries else entries)

    def action_keys(self) -> None:
        """Show every key."""
        self.app.push_screen(KeysScreen("Keys of the heartbeat", ("Heartbeat",), _MORE_KEYS))
