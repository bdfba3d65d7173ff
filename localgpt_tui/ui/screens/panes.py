"""Which panes are in sight, which of them has the keys, and what the last line says about it."""

from textual import events
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from localgpt_tui.ui.output import textual_is_known
from localgpt_tui.ui.widgets.consent import ConsentPanel
from localgpt_tui.ui.widgets.hints import Hint, Hints
from localgpt_tui.ui.widgets.leader import Leader
from localgpt_tui.ui.widgets.prompt import Prompt
from localgpt_tui.ui.widgets.queued import Queued
from localgpt_tui.ui.widgets.session_list import SessionList
from localgpt_tui.ui.widgets.transcript import Transcript

PROMPT_HINTS: tuple[Hint, ...] = (
    ("Enter", "send"),
    ("^J", "newline"),
    ("^X", "more"),
    ("F1", "keys"),
    ("^X l", "sessions"),
    ("^P", "commands"),
    ("Tab", "panes"),
    ("^C ^C", "quit"),
)
_LIST_HINTS: tuple[Hint, ...] = (
    ("Enter", "open"),
    ("n", "new"),
    ("r", "rename"),
    ("d", "delete"),
    ("u", "undo"),
    ("/", "find"),
    ("*", "pin"),
    ("Esc", "back"),
    ("F1", "keys"),
)
_TRANSCRIPT_HINTS: tuple[Hint, ...] = (
    ("j k", "move"),
    ("y", "copy"),
    ("c", "code"),
    ("/", "search"),
    ("v", "mark"),
    ("f", "jump"),
    ("?", "keys"),
    ("Esc", "prompt"),
    ("Space", "fold"),
    ("e", "edit"),
    ("r", "again"),
    ("d", "drop"),
    ("u", "links"),
    ("o", "pager"),
    ("Tab", "panes"),
)
_SEARCH_HINTS: tuple[Hint, ...] = (("Enter", "to the match"), ("↑↓", "before, next"), ("Esc", "end the search"))
_QUEUE_HINTS: tuple[Hint, ...] = (
    ("Enter", "into the draft"),
    ("d", "drop"),
    ("K J", "earlier, later"),
    ("Esc", "back"),
    ("F1", "keys"),
)
_CONSENT_HINTS: tuple[Hint, ...] = (("Enter", "use it"), ("r", "stay here"), ("Esc", "later"), ("F1", "keys"))


class PanedScreen(Screen[None]):
    """Under 100 columns or 28 rows one pane at a time fills the screen; from there on they stand side by side."""

    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (100, "-medium"), (160, "-wide")]  # noqa: RUF012 - Textual's own annotation
    AUTO_FOCUS = "Prompt"
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (16, "-low"), (28, "-tall")]  # noqa: RUF012 - the same

    def __init__(self) -> None:
        super().__init__()
        if textual_is_known():
            from localgpt_tui.ui.frontmost import Frontmost  # noqa: PLC0415 - only where Textual's insides are known

            self._compositor = Frontmost()

    async def on_event(self, event: events.Event) -> None:
        """When it comes into sight for the first time, its looks were made a moment ago: not again."""
        if isinstance(event, events.ScreenResume) and not self.stack_updates:
            event.refresh_styles = False
        await super().on_event(event)

    def fit(self, size: Size) -> None:
        """Arrange for a screen of `size`; done before anything is mounted, all gets its right looks at once."""
        for extent, breakpoints in (
            (size.width, self.HORIZONTAL_BREAKPOINTS),
            (size.height, self.VERTICAL_BREAKPOINTS),
        ):
            self.add_class([name for least, name in breakpoints if extent >= least][-1])

    @property
    def one_pane(self) -> bool:
        """True where the list of sessions and the chat do not fit beside each other."""
        return self.has_class("-slim") or not self.has_class("-tall")

    @property
    def prompt(self) -> Prompt:
        """Where the person writes."""
        return self.query_one(Prompt)

    def action_chat(self) -> None:
        """Go to the prompt."""
        self._arrange(listing=False)
        self.set_focus(self.prompt)

    def action_sessions(self) -> None:
        """Go to the list of sessions, bringing it into sight."""
        self.remove_class("-alone")
        self._arrange(listing=self.one_pane)
        self.set_focus(self.query_one(SessionList))

    def action_sidebar(self) -> None:
        """Show the list of sessions, or put it away."""
        if not self.one_pane:
            self.toggle_class("-alone")
            if self.has_class("-alone"):
                self.action_chat()
        elif self.has_class("-listing"):
            self.action_chat()
        else:
            self.action_sessions()

    def action_page(self, pages: int) -> None:
        """Scroll the transcript by pages, wherever the keys are."""
        transcript = self.query_one(Transcript)
        if pages < 0:
            transcript.action_page_up()
        else:
            transcript.action_page_down()

    def action_next_pane(self, step: int) -> None:
        """Give the keys to the next pane in sight: prompt, transcript, sessions, queue, inspector, and round again."""
        others = (self.query_one(Transcript), self.query_one(SessionList), self.query_one(Queued))
        panes: list[Widget] = [
            self.prompt,
            *self.query("ApprovalPanel, AwayCard"),
            *others,
            *self.query("InspectorList"),
        ]
        question = self.query_one(ConsentPanel)
        panes = [pane for pane in (question, *panes) if pane.display and pane.focusable and _in_sight(pane)]
        if not panes:
            return
        place = panes.index(self.focused) if self.focused in panes else -min(step, 0)
        self.set_focus(panes[(place + step) % len(panes)])

    @property
    def prompt_hints(self) -> tuple[Hint, ...]:
        """The keys that matter while something is written."""
        return PROMPT_HINTS

    def on_descendant_focus(self) -> None:
        """Say which keys matter in the pane that has them now; the news may come late, so look who that is."""
        hints = self.query_one(Hints)
        match self.focused:
            case SessionList():
                hints.show(_LIST_HINTS)
            case Transcript():
                hints.show(_TRANSCRIPT_HINTS)
            case Input():
                hints.show(_SEARCH_HINTS)
            case Queued():
                hints.show(_QUEUE_HINTS)
            case ConsentPanel():
                hints.show(_CONSENT_HINTS)
            case Leader():
                pass
            case _:
                hints.show(getattr(self.focused, "HINTS", self.prompt_hints))

    def on_resize(self, event: events.Resize) -> None:
        """Where both panes fit again, the list steps back beside the chat."""
        columns, rows = event.size
        if columns >= 100 and rows >= 28:
            self.remove_class("-listing")

    def _arrange(self, *, listing: bool) -> None:
        """Change what is in sight at once, since only what is in sight can be given the keys."""
        self.set_class(listing, "-listing")
        self.app.stylesheet.update(self)


def _in_sight(widget: Widget) -> bool:
    return all(node.display for node in widget.ancestors_with_self if isinstance(node, Widget))
