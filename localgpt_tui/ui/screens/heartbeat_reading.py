"""What is only read of the heartbeat: the session of a beat, and what the next one would ask."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.ledger import Row
from localgpt_tui.safety.terminal import printable
from localgpt_tui.sessions.shelf import Shelf
from localgpt_tui.ui.stylesheets import stylesheet
from localgpt_tui.ui.widgets.hints import Hint, Hints
from localgpt_tui.ui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from localgpt_tui.heartbeat.running import Rehearsal
    from localgpt_tui.paths import Places
    from localgpt_tui.sessions.entries import Entry

_MOST = 500
_SESSION_HINTS: tuple[Hint, ...] = (("j k", "move"), ("Space", "fold"), ("G", "end"), ("Esc", "back"))
_REHEARSAL_HINTS: tuple[Hint, ...] = (("j k", "scroll"), ("Esc", "back"))


class BeatSessionScreen(Screen[None]):
    """The session of a row, to be read; it belongs to nobody's chats."""

    CSS_PATH = stylesheet("heartbeat")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,ctrl+c", "dismiss", "Back", id="beat-session-back")]

    def __init__(self, places: "Places", row: Row) -> None:
        super().__init__()
        self._places, self._row = places, row

    def compose(self) -> ComposeResult:
        """A title, what was said, the keys."""
        words = f"{self._row.job}, session {self._row.session[:8]}, only read here"
        yield Static(printable(words), classes="heart-line", markup=False)
        yield Transcript()
        yield Hints()

    def on_mount(self) -> None:
        """Read it, in a thread."""
        self.query_one(Hints).show(_SESSION_HINTS)
        self.set_focus(self.query_one(Transcript))
        self._load()

    @work(group="load", exclusive=True)
    async def _load(self) -> None:
        try:
            entries = await asyncio.to_thread(session_of, self._places, self._row)
        except LocalGPTError as error:
            self.query_one(Hints).say(str(error), seconds=60)
            return
        if self.is_attached:
            self.query_one(Transcript).load(entries, more=False)


def session_of(places: "Places", row: Row) -> "list[Entry]":
    """The last entries of the session that `row` names, among those of whichever agent.

    Raises:
        LocalGPTError: it is not there any more, or cannot be read.
    """
    for folder in sorted(Path(places.state, "agents").glob("*/sessions")):
        if any(folder.glob(f"{row.session}*")):
            with Shelf(folder, places.cache).open(row.session, writable=False) as journal:
                return journal.tail(_MOST)
    raise LocalGPTError(f"The session {row.session[:8]} is not there any more.", "It was deleted, or moved.")


class RehearsalScreen(Screen[None]):
    """What a beat would ask, word for word."""

    CSS_PATH = stylesheet("heartbeat")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,ctrl+c", "dismiss", "Back", id="rehearsal-back"),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        """A title, the words, the keys."""
        yield Static("Dry run: nothing was asked, nothing was changed", classes="heart-line", markup=False)
        with VerticalScroll(id="rehearsal"):
            yield Static(Content(printable(self._text)))
        yield Hints()

    def on_mount(self) -> None:
        """Arrows and pages scroll at once."""
        self.query_one(Hints).show(_REHEARSAL_HINTS)
        self.query_one("#rehearsal").focus()

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one("#rehearsal").scroll_relative(y=lines, animate=False)


def rehearsed(found: "Rehearsal") -> str:
    """What a beat would do, for a person: whom it asks, about which tasks, with which tools and words."""
    lines = [f"Model    {found.model}"]
    lines += [f"Waits    {found.waits}"] if found.waits else []
    lines += [f"Left     {tried.title}: {tried.result}" for tried in found.look.passed]
    if not found.look.tasks:
        return "\n".join([*lines, "", "No model would be asked: no task is due that has news."])
    request = found.request
    words = len(request.system) + len(request.tail) + len(found.look.prompt)
    lines += [f"Task     {task.title}" for task in found.look.tasks]
    lines += [
        f"Tools    {', '.join(tool.name for tool in request.tools) or 'none'}",
        f"Size     about {words // 4:,} tokens, tools aside",
    ]
    parts = (
        ("THE MESSAGE", found.look.prompt),
        ("WHAT CHANGES FROM DAY TO DAY", request.tail),
        ("THE PROMPT", request.system),
    )
    for title, text in parts:
        if text:
            lines += ["", title, "", text]
    return "\n".join(lines)
