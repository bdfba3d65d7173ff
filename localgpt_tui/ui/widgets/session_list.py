"""The sessions beside the chat, newest first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Protocol

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from localgpt_tui.drafting.fuzzy import rank
from localgpt_tui.safety.terminal import printable

_MOST_FOUND = 200


class Shown(Protocol):
    """What the list needs to know of a session."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def updated(self) -> datetime: ...  # noqa: D102
    @property
    def pinned(self) -> bool: ...  # noqa: D102


class SessionList(OptionList):
    """One line a session: a mark, its title, its age."""

    BORDER_TITLE = "Sessions"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Find by letters of the title", id="list-filter"),
        Binding("n", "ask('new')", "New session", id="list-new"),
        Binding("r,e", "ask('rename')", "Rename", id="list-rename"),
        Binding("d,delete", "ask('delete')", "Delete", id="list-delete"),
        Binding("u", "ask('undelete')", "Bring back what was deleted last", id="list-undelete"),
        Binding("asterisk", "ask('pin')", "Keep at the top, or no longer", id="list-pin"),
        Binding("j", "cursor_down", "Down", show=False, id="list-down"),
        Binding("k", "cursor_up", "Up", show=False, id="list-up"),
        Binding("g", "first", "First", show=False, id="list-first"),
        Binding("G", "last", "Last", show=False, id="list-last"),
        Binding("tab", "screen.next_pane(1)", "Next pane", show=False, id="chat-next-pane"),
        Binding("shift+tab", "screen.next_pane(-1)", "Previous pane", show=False, id="chat-previous-pane"),
    ]

    class Chosen(Message):
        """The person wants to read the session `id`."""

        def __init__(self, id: str) -> None:  # noqa: A002 - the word everywhere else
            super().__init__()
            self.id = id

    class Asked(Message):
        """The person wants something done to the session `id`: new, rename, delete, undelete or pin."""

        def __init__(self, wish: str, id: str) -> None:  # noqa: A002 - the word everywhere else
            super().__init__()
            self.wish = wish
            self.id = id

    def __init__(self) -> None:
        super().__init__(markup=False, compact=True)
        self._sessions: Sequence[Shown] = ()
        self._open = ""
        self._marks: Mapping[str, str] = {}
        self._now: datetime | None = None
        self._query: str | None = None

    def show(self, sessions: Sequence[Shown], *, open_id: str, marks: Mapping[str, str], now: datetime) -> None:
        """List `sessions` in this order.

        Args:
            open_id: the session that is being read; it is highlighted unless the person is choosing.
            marks: one cell for a session that is special (running, read-only).
        """
        chosen = self.highlighted_option.id if self.highlighted_option and self.has_focus else open_id
        self._sessions = sorted(sessions, key=lambda session: not session.pinned)
        self._open, self._marks, self._now = open_id, marks, now
        self._fill(chosen or "")

    def title_of(self, id: str) -> str:  # noqa: A002 - the word everywhere else
        """The title of a session in the list, or nothing."""
        return next((session.title for session in self._sessions if session.id == id), "")

    def action_filter(self) -> None:
        """Let the next letters choose among the titles; Esc shows all of them again."""
        self._query = ""
        self._fill("")

    def action_ask(self, wish: str) -> None:
        """Pass a wish about the highlighted session on."""
        chosen = self.highlighted_option
        self.post_message(self.Asked(wish, (chosen.id if chosen else "") or ""))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click opens a session."""
        event.stop()
        self._end_filter()
        self.post_message(self.Chosen(event.option.id or ""))

    async def _on_key(self, event: events.Key) -> None:
        """While titles are looked for, letters are letters."""
        query = self._query
        if query is None:
            return
        if event.key == "escape":
            self._end_filter()
        elif event.key == "backspace":
            self._query = query[:-1]
            self._fill("")
        elif event.is_printable and event.character:
            self._query = query + event.character
            self._fill("")
        else:
            return
        event.stop()
        event.prevent_default()

    def on_blur(self) -> None:
        """Whoever goes elsewhere has found it."""
        self._end_filter()

    def on_resize(self) -> None:
        """Ages stand at the right edge, so a new width means new lines."""
        chosen = self.highlighted_option
        self._fill((chosen.id if chosen else "") or "")

    def _end_filter(self) -> None:
        if self._query is not None:
            chosen = self.highlighted_option
            self._query = None
            self._fill((chosen.id if chosen else "") or "")

    def _fill(self, chosen: str) -> None:
        """Write the lines; mark the session `chosen`, or the likeliest while titles are looked for."""
        query, sessions = self._query, list(self._sessions)
        options = []
        if query is not None:
            sessions = [
                session for session, _ in rank(query, sessions, lambda session: session.title, most=_MOST_FOUND)
            ]
            options = [Option(_query_line(query, len(sessions)), disabled=True)]
        ids = [session.id for session in sessions]
        self.set_options([*options, *(Option(self._line(session), id=session.id) for session in sessions)])
        place = ids.index(chosen) if chosen in ids else 0 if query is not None and ids else None
        self.highlighted = None if place is None else place + len(options)

    def _line(self, session: Shown) -> Content:
        age = _age(session.updated, self._now or session.updated)
        mark = self._marks.get(session.id) or ("›" if session.id == self._open else "*" if session.pinned else " ")
        room = max(4, self.scrollable_content_region.width - len(age) - 5)
        words = " ".join(printable(session.title).split()) or "new session"
        if session.pinned and mark != "*":
            words = f"* {words}"
        title = Content(words).truncate(room, ellipsis=True)
        if session.id == self._open:
            title = title.stylize("bold")
        gap = " " * (room - title.cell_length + 1)
        return Content.assemble((mark, "$primary"), " ", title, gap, (age, "$text-muted"))


def _query_line(query: str, found: int) -> Content:
    return Content.assemble(("/ ", "$primary"), printable(query), "▏", (f" {found} found", "$text-muted"))


def _age(then: datetime, now: datetime) -> str:
    """How long ago, in at most six cells."""
    seconds = max(0, int((now - then).total_seconds()))
    if seconds < 60:
        return "now"
    for size, unit, end in ((60, "m", 3600), (3600, "h", 86400), (86400, "d", 7 * 86400)):
        if seconds < end:
            return f"{seconds // size}{unit}"
    then = then.astimezone()
    return f"{then.day} {then:%b}" if (now - then).days < 300 else f"{then:%Y}"
