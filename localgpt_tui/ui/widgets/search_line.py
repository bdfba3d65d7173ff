"""One line below the transcript: what to look for, and how much of it was found."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static


class SearchLine(Horizontal):
    """Takes the words; finding them is somebody else's."""

    class Typed(Message):
        """Other words are looked for now."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

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

    @property
    def has_keys(self) -> bool:
        """True from the moment it is given the keys, which is before the news of it arrives."""
        return self.screen.focused is self.query_one(Input)

    def open(self, words: str = "") -> None:
        """Take the keys; `words`, or what was looked for last, is there to be typed over."""
        self.display = True
        field = self.query_one(Input)
        if words:
            field.value = words
        self.screen.set_focus(field)
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

    @on(Input.Changed)
    def _typed(self, changed: Input.Changed) -> None:
        changed.stop()
        self.post_message(self.Typed(changed.value))
