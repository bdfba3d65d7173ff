"""The one question asked before anything leaves this machine."""

from rich.console import RenderableType
from textual import events
from textual.content import Content
from textual.message import Message
from textual.visual import Visual
from textual.widget import Widget

from localgpt_tui.safety.terminal import printable

_ARMED_AFTER = 0.6


class ConsentPanel(Widget, can_focus=True):
    """Two answers above the draft. Every other key goes on to the draft: the question holds nobody up."""

    class Answered(Message):
        """The person chose.

        Attributes:
            use: True where the model may be used; False to stay on this machine.
        """

        def __init__(self, *, use: bool) -> None:
            super().__init__()
            self.use = use

    class Typed(Message):
        """What is no answer belongs to the draft."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__()
        self.display = False
        self._model = self._destination = ""
        self._armed = False

    def ask(self, model: str, destination: str) -> None:
        """Put the question."""
        self._model, self._destination = printable(model), printable(destination)
        self.display = True
        self.refresh(layout=True)

    def done(self) -> None:
        """Go out of sight."""
        self.display = False

    def on_focus(self) -> None:
        """A key that was meant for the draft must not answer: wait a moment first."""
        self._armed = False
        self.set_timer(_ARMED_AFTER, self._arm)

    def _arm(self) -> None:
        self._armed = True

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter" or event.character in {"r", "R"}:
            event.stop()
            if self._armed:
                self.post_message(self.Answered(use=event.key == "enter"))
        elif event.is_printable and event.character:
            event.stop()
            self.post_message(self.Typed(event.character))

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted is no answer either."""
        event.stop()
        self.post_message(self.Typed(printable(event.text)))

    def on_click(self) -> None:
        """A click brings the keys here; it answers nothing."""
        self.focus()

    def render(self) -> RenderableType | Visual:
        """The question and its two answers."""
        roomy = self.size.width >= 60
        return Content.assemble(
            "Send what you write to ",
            (self._destination, "bold $warning"),
            "?\n",
            f"{self._model} answers there. You are asked once.\n\n" if roomy else "",
            ("Enter", "bold $primary"),
            " use it" if roomy else " yes",
            ("    r", "bold $primary"),
            " stay on this machine, with recall" if roomy else " stay on this machine",
        )
