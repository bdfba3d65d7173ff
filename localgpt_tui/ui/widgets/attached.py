"""What will be sent along with the draft, in sight above it."""

from collections.abc import Sequence

from rich.console import RenderableType
from textual.content import Content
from textual.visual import Visual
from textual.widget import Widget

from localgpt_tui.attachments import size_words
from localgpt_tui.core.messages import Attachment
from localgpt_tui.safety.terminal import printable


class Attached(Widget):
    """One line of names and sizes; out of sight while nothing is attached."""

    def __init__(self) -> None:
        super().__init__()
        self.display = False
        self._attachments: tuple[Attachment, ...] = ()

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """What will be sent along, in the order it was attached."""
        return self._attachments

    def add(self, attachment: Attachment) -> None:
        """Send this along too; it takes the place of one with the same name."""
        others = [each for each in self._attachments if each.name != attachment.name]
        self.show((*others, attachment))

    def take_away(self, name: str = "") -> str:
        """Take one away by its name (empty: the last one); returns its name, or "" where there is none such."""
        names = [each.name for each in self._attachments]
        gone = name or (names[-1] if names else "")
        if gone not in names:
            return ""
        self.show([each for each in self._attachments if each.name != gone])
        return gone

    def take(self) -> tuple[Attachment, ...]:
        """Hand everything over, and be empty."""
        taken = self._attachments
        self.show(())
        return taken

    def show(self, attachments: Sequence[Attachment]) -> None:
        """Send exactly these along."""
        self._attachments = tuple(attachments)
        self.display = bool(self._attachments)
        self.refresh(layout=True)

    def render(self) -> RenderableType | Visual:
        """`attached  notes.md 3 kB · photo.png 1.2 MB`, cut where it is too long, and how to take one away."""
        names = [
            Content.assemble(
                (printable(each.name).replace("\n", " "), "bold"), (f" {size_words(len(each.data))}", "$text-muted")
            )
            for each in self._attachments
        ]
        line = Content.assemble(("  attached  ", "$text-muted italic"), Content(" · ").join(names))
        hint = Content("  ⌫ takes it away" if len(names) == 1 else "  ⌫ takes the last away").stylize("$text-muted")
        if line.cell_length + hint.cell_length <= self.size.width:
            return Content.assemble(line, hint)
        return line.truncate(max(8, self.size.width), ellipsis=True)
