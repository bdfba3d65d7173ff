"""One line below the transcript: what to look for, and how much of it was found."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static


class SearchLine(Horizontal):
    """Takes the words; finding them is somebody else's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "End the search", id="search-leave"),
        Binding("up", "step(-1)", "The match before", id="search-before"),
        Binding("down", "step(1)", "The next match", id="search-after"),
    ]

    class Typed(Message):
        """Other words are looked for now."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    class Stepped(Message):
        """The person wants the next match, or with -1 the one before."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    class Entered(Message):
        """The words are right: on to the match."""

    class Left(Message):
        """The search is over."""

    def compose(self) -> ComposeResult:
        """A slash, the words, the count."""
        yield Static("/", classes="sign", markup=False)
        line = Input(placeholder="words in this session", compact=True, select_on_focus=False)
        line.cursor_blink = False
        yield line
        yield Static("", classes="count", markup=False)

    @property
    def words(self) -> str:
        """What to look for."""
        return self.query_one(Input).value

    def open(self) -> None:
        """Take the keys; what was looked for last is there to be typed over."""
        field = self.query_one(Input)
        field.focus()
        field.select_all()

    def show(self, number: int, total: int, *, complete: bool = True, hidden: bool = False) -> None:
        """Say which match of how many is in view; `hidden`: it is where a message is too long to be shown whole."""
        if not self.words.strip():
            said = ""
        elif total:
            said = f"{number:,} of {total:,}"
        else:
            said = "nothing found" if complete else "searching"
        said += "" if complete or not said else " …"
        said += ", not shown: o opens it" if hidden else ""
        self.query_one(".count", Static).update(said)

    def action_leave(self) -> None:
        """End the search."""
        self.post_message(self.Left())

    def action_step(self, step: int) -> None:
        """Go to another match without leaving the line."""
        self.post_message(self.Stepped(step))

    @on(Input.Changed)
    def _typed(self, changed: Input.Changed) -> None:
        changed.stop()
        self.post_message(self.Typed(changed.value))

    @on(Input.Submitted)
    def _entered(self, submitted: Input.Submitted) -> None:
        submitted.stop()
        self.post_message(self.Entered() if submitted.value.strip() else self.Left())
