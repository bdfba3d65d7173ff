"""Before a link is followed: where it leads, whole, and what can be done with it."""

from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.opening import Destination, Opener

Choice = Literal["open", "copy", "print"]


class LinkScreen(ModalScreen[Choice | None]):
    """Gives what the person wants done; nothing is opened without their `y`, or their click on it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "choose('open')", "Open it"),
        Binding("c", "choose('copy')", "Copy it"),
        Binding("p", "choose('print')", "Print it plain"),
        Binding("escape,q,n", "dismiss(None)", "Leave it"),
    ]

    def __init__(self, target: Destination, opener: Opener, *, text: str = "") -> None:
        """Ask about `target`, which `opener` would open; `text` is what the link says of itself."""
        super().__init__()
        self._target, self._opener, self._text = target, opener, text
        self._why_not = target.why_not or opener.why_not

    def compose(self) -> ComposeResult:
        """The address, its host, remarks, and one answer beside the other."""
        target = self._target
        with Vertical(id="dialog", classes="link"):
            yield Static("Open this address?" if not self._why_not else "An address", markup=False, classes="name")
            yield Static(Content(target.address), classes="address")
            if target.host:
                said = " ".join(printable(self._text).split())
                about = Content.assemble(("leads to  ", "$text-muted"), (target.host, "bold $warning"))
                yield Static(Content.assemble(about, (f"\nit says   {said}", "$text-muted")) if said else about)
            for remark in target.remarks:
                yield Static(Content.assemble(("! ", "bold $warning"), remark))
            if self._why_not:
                yield Static(Content(self._why_not), classes="hint")
            with Horizontal(classes="answers"):
                if not self._why_not:
                    yield Answer("y", f"open with {self._opener.name}", "choose('open')")
                yield Answer("c", "copy", "choose('copy')")
                yield Answer("p", "print plain", "choose('print')")
                yield Answer("Esc", "leave", "dismiss(None)")

    def action_choose(self, choice: Choice) -> None:
        """Settle it, if that can be done."""
        if choice != "open" or not self._why_not:
            self.dismiss(choice)


class Answer(Static):
    """A key and what it does, which a click does too."""

    def __init__(self, key: str, words: str, action: str) -> None:
        super().__init__(Content.assemble((key, "bold $primary"), f" {words}"))
        self._action = action

    async def on_click(self) -> None:
        """Do as the key would."""
        await self.screen.run_action(self._action)
