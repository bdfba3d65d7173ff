"""One of many things, found by a few of its letters."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from localgpt_tui.drafting.completion import Suggestion
from localgpt_tui.drafting.fuzzy import rank
from localgpt_tui.safety.terminal import printable

_MOST = 200
_LINES = 16
_AROUND = 10  # lines of the dialog that are not choices


class PickerScreen(ModalScreen[Suggestion | None]):
    """A line to search in and what fits it, the best first; gives the chosen one, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Leave it"),
        Binding("down,ctrl+n,ctrl+r", "move(1)", "The next one", priority=True),
        Binding("up,ctrl+p", "move(-1)", "The one before", priority=True),
        Binding("pagedown", "move(8)", "Further down", priority=True),
        Binding("pageup", "move(-8)", "Further up", priority=True),
    ]

    def __init__(self, title: str, choices: Sequence[Suggestion], *, query: str = "", verb: str = "takes it") -> None:
        """Offer `choices` in this order until something is typed.

        Args:
            query: what is searched for at first.
            verb: what Enter does with the chosen one.
        """
        super().__init__()
        self._title, self._choices, self._query, self._verb = title, choices, query, verb
        self._found: list[Suggestion] = []

    def compose(self) -> ComposeResult:
        """A title, a line, a list, a hint."""
        with Vertical(id="dialog", classes="picker"):
            yield Static(self._title, markup=False, classes="name")
            line = Input(self._query, placeholder="a few letters of it", compact=True)
            line.cursor_blink = False
            yield line
            found = OptionList(markup=False, compact=True)
            found.can_focus = False
            yield found
            yield Static(f"Enter {self._verb} · ↑ ↓ move · Esc leaves", markup=False, classes="hint")

    def on_mount(self) -> None:
        """Show everything."""
        self._search(self._query)

    def on_resize(self, event: events.Resize) -> None:
        """As many choices as leave room for the line and the hint."""
        self.query_one(OptionList).styles.max_height = max(1, min(_LINES, event.size.height - _AROUND))

    def action_move(self, step: int) -> None:
        """Mark another one."""
        found = self.query_one(OptionList)
        if self._found:
            found.highlighted = max(0, min((found.highlighted or 0) + step, len(self._found) - 1))

    @on(Input.Changed)
    def _typed(self, changed: Input.Changed) -> None:
        self._search(changed.value)

    @on(Input.Submitted)
    def _entered(self) -> None:
        place = self.query_one(OptionList).highlighted
        self.dismiss(self._found[place] if self._found and place is not None else None)

    @on(OptionList.OptionSelected)
    def _clicked(self, selected: OptionList.OptionSelected) -> None:
        self.dismiss(self._found[selected.option_index])

    def _search(self, query: str) -> None:
        ranked = rank(query, self._choices, lambda choice: choice.label, most=_MOST)
        self._found = [choice for choice, _ in ranked]
        found = self.query_one(OptionList)
        found.set_options([Option(_line(choice, fit.places)) for choice, fit in ranked])
        found.highlighted = 0 if ranked else None


def _line(choice: Suggestion, places: tuple[int, ...]) -> Content:
    shown = "".join("⏎" if letter == "\n" else letter if letter.isprintable() else " " for letter in choice.label)
    label = Content(shown)
    for place in places:
        label = label.stylize("bold $primary", place, place + 1)
    words = " ".join(printable(choice.words).split())
    return Content.assemble((f"{words}  ", "$text-muted"), label) if words else label
