"""Asks for a title."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from localgpt_tui.safety.terminal import printable


class RenameScreen(ModalScreen[str]):
    """One line to write in; gives the new title, or nothing where the person thought better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss('')", "Leave it as it is")]

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = printable(title)

    def compose(self) -> ComposeResult:
        """A title, a line, a hint."""
        with Vertical(id="dialog"):
            yield Static("Title of this session", markup=False, classes="name")
            line = Input(self._title, compact=True)
            line.cursor_blink = False
            yield line
            yield Static("Enter keeps it · Esc leaves it as it is", markup=False, classes="hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give the title back."""
        self.dismiss(event.value.strip())
