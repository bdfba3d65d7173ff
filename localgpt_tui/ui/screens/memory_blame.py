"""A file line by line with who wrote each, when and in which session; from a line to the change it came with."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.widgets import Static

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.changes import Change, Line
from localgpt_tui.plaintext import shown_name
from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.engine import Engine
from localgpt_tui.ui.remembering import Remembering
from localgpt_tui.ui.screens.memory_dialogs import KeysScreen
from localgpt_tui.ui.screens.memory_log import LogScreen
from localgpt_tui.ui.widgets.hints import Hint, Hints
from localgpt_tui.ui.widgets.memory_text import MemoryText, TextLine

_MORE_KEYS = (("↑ ↓ j k g G", "Move; PgUp PgDn by pages"),)
_HINTS: tuple[Hint, ...] = (("Enter", "the change"), ("Esc", "back"), ("?", "keys"))
_AUTHOR = 9


class BlameScreen(Screen[None]):
    """Everything by keyboard; the history is read away from the keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Back", id="blame-back"),
        Binding("ctrl+c", "dismiss", "Back", show=False),
        Binding("enter,l", "change", "The change that this line came with, and those before it", id="blame-change"),
        Binding("f1,question_mark", "keys", "Every key", id="blame-keys"),
    ]

    def __init__(
        self, remembering: Remembering, engine: Engine, clock: Callable[[], datetime], *, path: str, line: int = 1
    ) -> None:
        """The file `path`, from the line `line` on."""
        super().__init__()
        self._remembering, self._engine, self._clock = remembering, engine, clock
        self._path, self._line = path, line
        self._lines: Sequence[Line] = ()

    def compose(self) -> ComposeResult:
        """A title, what is known of the line, the text, the keys."""
        yield Static("", id="memory-head", markup=False)
        with Container(id="memory-body"):
            yield Static("", id="memory-about", markup=False)
            yield MemoryText()
        yield Hints()

    def on_mount(self) -> None:
        """Read the history of the file."""
        self.set_focus(self.query_one(MemoryText))
        self.query_one(Hints).show(_HINTS)
        self.query_one("#memory-head", Static).update(f"Who wrote {shown_name(self._path)}")
        self._read()

    @work(group="read", exclusive=True)
    async def _read(self) -> None:
        try:
            self._lines = await self._engine.run(self._remembering.blame(self._path))
        except LocalGPTError as error:
            self.query_one(Hints).say(str(error), seconds=20)
            return
        text = self.query_one(MemoryText)
        text.show(blamed(self._lines, self._clock()))
        text.go_to(self._line)
        self._moved()

    @on(MemoryText.CursorMoved)
    def _moved(self) -> None:
        change = self._change
        self.query_one("#memory-about", Static).update(printable(_about(change)) if self._lines else "")

    @property
    def _change(self) -> Change | None:
        first = self.query_one(MemoryText).marked[0]
        return self._lines[first - 1].change if 0 < first <= len(self._lines) else None

    def action_change(self) -> None:
        """Step through the past of the file, beginning with the change that the line came with."""
        change = self._change
        if change is None:
            self.query_one(Hints).say("This line is not in the history yet.")
            return
        screen = LogScreen(self._remembering, self._engine, self._clock, path=self._path, change=change.id)
        self.app.push_screen(screen, self._came_back)

    def _came_back(self, _nothing: object) -> None:
        self._read()

    def action_keys(self) -> None:
        """Show every key."""
        self.app.push_screen(KeysScreen("Keys of the lines", ("Lines",), _MORE_KEYS))


def blamed(lines: Sequence[Line], now: datetime) -> list[TextLine]:
    """Each line behind when it came, by whom and in which session; said once for lines that came together."""
    shown: list[TextLine] = []
    before: Change | None = None
    for line in lines:
        repeated = line.number > 1 and line.change == before
        shown.append(TextLine(f"{'' if repeated else _who(line.change, now):<27} {line.text}", "", line.number))
        before = line.change
    return shown


def _who(change: Change | None, now: datetime) -> str:
    if change is None:
        return "not recorded yet"
    local = change.time.astimezone()
    when = f"{local:%H:%M}" if local.date() == now.astimezone().date() else f"{local:%Y-%m-%d}"
    author = printable(change.author).replace("\n", " ")
    while cell_len(author) > _AUTHOR:
        author = author[:-1]
    return f"{when:>10} {author:<{_AUTHOR}} {change.session[:6]}"


def _about(change: Change | None) -> str:
    if change is None:
        return "This line is not in the history yet."
    session = f"session {change.session[:8]}" if change.session else ""
    when = f"{change.time.astimezone():%Y-%m-%d %H:%M}"
    return " · ".join(filter(None, (change.author, when, session, " ".join(change.why.split()), change.id[:8])))
