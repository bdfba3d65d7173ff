"""Short questions about the memory: what to note, whether to forget, which places as well."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from localgpt_tui.core.passages import Passage
from localgpt_tui.plaintext import shown_name
from localgpt_tui.safety.terminal import printable

_MOST_SHOWN = 8


class NoteScreen(ModalScreen[str]):
    """One line to note down; gives it, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss('')", "Leave it")]

    def __init__(self, place: str) -> None:
        super().__init__()
        self._place = place

    def compose(self) -> ComposeResult:
        """Where it goes, a line, a hint."""
        with Vertical(id="dialog"):
            yield Static(f"A note for {shown_name(self._place)}", markup=False, classes="name")
            line = Input(placeholder="one fact, as you would say it", compact=True)
            line.cursor_blink = False
            yield line
            yield Static("Enter notes it · Esc leaves it", markup=False, classes="hint")

    @on(Input.Submitted)
    def _noted(self, submitted: Input.Submitted) -> None:
        self.dismiss(submitted.value.strip())


class SureScreen(ModalScreen[bool]):
    """Shows what would go, and asks; only `y` is a yes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "Yes"),
        Binding("n,escape,q", "dismiss(False)", "No"),
    ]

    def __init__(self, question: str, lines: Sequence[str], verb: str, after: str = "u undoes it") -> None:
        """Ask `question` about `lines`.

        Args:
            verb: what `y` does.
            after: how it could be taken back.
        """
        super().__init__()
        self._question, self._shown, self._verb, self._after = question, lines, verb, after

    def compose(self) -> ComposeResult:
        """The question, the lines, the keys."""
        more = len(self._shown) - _MOST_SHOWN
        shown = [*self._shown[:_MOST_SHOWN], *([f"… and {more} lines more"] if more > 0 else [])]
        with Vertical(id="dialog"):
            yield Static(self._question, markup=False, classes="name")
            with VerticalScroll(id="doomed"):
                yield Static("\n".join(printable(line) for line in shown), markup=False)
            yield Static(f"y {self._verb} · n or Esc leaves it · {self._after}", markup=False, classes="hint")


class QuotesScreen(ModalScreen[list[Passage]]):
    """The places that say the same; gives those that are to be forgotten as well."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss([])", "Keep them"),
        Binding("space", "switch", "Choose, or not"),
        Binding("a", "all", "Choose all"),
        Binding("enter", "take", "Forget the chosen ones", priority=True),
    ]

    def __init__(self, places: Sequence[Passage]) -> None:
        super().__init__()
        self._places = places
        self._chosen: set[int] = set()

    def compose(self) -> ComposeResult:
        """A title, the places, the keys."""
        with Vertical(id="dialog"):
            yield Static("The same is said here; forget it there too?", markup=False, classes="name")
            yield OptionList(markup=False, compact=True)
            yield Static("Space chooses · a all · Enter forgets these · Esc keeps", markup=False, classes="hint")

    def on_mount(self) -> None:
        """Nothing is chosen at first."""
        self._fill(0)

    def action_switch(self) -> None:
        """Choose the marked place, or no longer."""
        place = self.query_one(OptionList).highlighted or 0
        self._chosen ^= {place}
        self._fill(place)

    def action_all(self) -> None:
        """Choose all, or none."""
        every = set(range(len(self._places)))
        self._chosen = set() if self._chosen == every else every
        self._fill(self.query_one(OptionList).highlighted or 0)

    def action_take(self) -> None:
        """Give the chosen ones back."""
        self.dismiss([self._places[place] for place in sorted(self._chosen)])

    def _fill(self, place: int) -> None:
        options = self.query_one(OptionList)
        options.set_options(Option(self._line(number, each)) for number, each in enumerate(self._places))
        options.highlighted = place

    def _line(self, number: int, place: Passage) -> Content:
        box = "[x] " if number in self._chosen else "[ ] "
        words = " ".join(printable(place.text).split())
        return Content.assemble(box, (f"{shown_name(place.source)}  ", "$text-muted"), words)


class KeysScreen(ModalScreen[None]):
    """The keys of one screen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,f1,question_mark", "dismiss", "Close")]

    def __init__(self, title: str, places: Sequence[str], more: Sequence[tuple[str, str]] = ()) -> None:
        """The keys that work in `places`, as the table of all keys calls these, and some `more`."""
        super().__init__()
        self._title, self._places, self._more = title, places, more

    def compose(self) -> ComposeResult:
        """A key and what it does on each line."""
        from localgpt_tui.ui.keys import actions  # noqa: PLC0415 - it knows every screen

        known = [action for action in actions(getattr(self.app, "keys", {})) if action.place in self._places]
        keys = [*self._more, *((action.shown, action.words) for action in known)]
        widest = max(len(key) for key, _ in keys)
        rows = [Content.assemble((f"{key:<{widest}}  ", "bold"), words) for key, words in keys]
        with Vertical(id="dialog", classes="keys"):
            yield Static(self._title, markup=False, classes="name")
            with VerticalScroll():
                yield Static(Content("\n").join(rows))
            yield Static("Esc closes this", markup=False, classes="hint")
