"""What was said while a reply was still being written: it waits in sight, and can be changed or taken back."""

from collections.abc import Sequence
from typing import ClassVar

from rich.console import RenderableType
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.visual import Visual
from textual.widget import Widget

from localgpt_tui.core.messages import Attachment
from localgpt_tui.drafting.kept import Draft
from localgpt_tui.safety.terminal import printable

_MOST_ROWS = 4


class Queued(Widget, can_focus=True):
    """What waits, oldest first, a line each; with the keys, one of them is marked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "The one before", id="queue-up"),
        Binding("down,j", "move(1)", "The next one", id="queue-down"),
        Binding("shift+up,K", "shift(-1)", "Say it earlier", id="queue-earlier"),
        Binding("shift+down,J", "shift(1)", "Say it later", id="queue-later"),
        Binding("enter,e", "edit", "Take it back into the draft", id="queue-edit"),
        Binding("d,delete", "remove", "Do not say it", id="queue-remove"),
        Binding("tab", "screen.next_pane(1)", "Next pane", show=False, id="chat-next-pane"),
        Binding("shift+tab", "screen.next_pane(-1)", "Previous pane", show=False, id="chat-previous-pane"),
    ]

    class EditWanted(Message):
        """The person wants `waiting` back in the draft; it does not wait any more."""

        def __init__(self, waiting: Draft) -> None:
            super().__init__()
            self.waiting = waiting

    class Left(Message):
        """The person is done here, or nothing waits any more."""

    def __init__(self) -> None:
        super().__init__()
        self._all: list[Draft] = []
        self._marked = 0
        self.held = False
        self.display = False

    @property
    def empty(self) -> bool:
        """True where nothing waits."""
        return not self._all

    @property
    def everything(self) -> tuple[Draft, ...]:
        """What waits, oldest first."""
        return tuple(self._all)

    def add(self, text: str, attachments: tuple[Attachment, ...] = ()) -> None:
        """Let `text` wait behind the others."""
        self._all.append(Draft(text, attachments))
        self._changed()

    def restore(self, waiting: Sequence[Draft]) -> None:
        """Let exactly these wait."""
        self._all = list(waiting)
        self._marked = max(0, len(self._all) - 1)
        self._changed()

    def next(self) -> Draft:
        """Take the oldest out."""
        return self._take(0)

    def take_back(self) -> Draft:
        """Take the newest out."""
        return self._take(len(self._all) - 1)

    def clear(self) -> None:
        """Nothing waits any more."""
        self.restore(())

    def hold(self, *, held: bool) -> None:
        """Keep everything until the person lets it go."""
        if held != self.held:
            self.held = held
            self._changed()

    def action_move(self, step: int) -> None:
        """Mark another one; below the last one the draft has the keys again."""
        if self._marked + step >= len(self._all):
            self.post_message(self.Left())
        else:
            self._marked = max(0, self._marked + step)
            self.refresh()

    def action_shift(self, step: int) -> None:
        """Let the marked one change places with its neighbour."""
        there = self._marked + step
        if 0 <= there < len(self._all):
            self._all[self._marked], self._all[there] = self._all[there], self._all[self._marked]
            self._marked = there
            self.refresh()

    def action_edit(self) -> None:
        """Take the marked one out, for the draft."""
        if self._all:
            self.post_message(self.EditWanted(self._take(self._marked)))

    def action_remove(self) -> None:
        """Take the marked one out, for good."""
        if self._all:
            self._take(self._marked)
        if not self._all:
            self.post_message(self.Left())

    def on_focus(self, _event: events.Focus) -> None:
        """Begin with the newest."""
        self._marked = max(0, len(self._all) - 1)
        self.refresh()

    def on_blur(self, _event: events.Blur) -> None:
        """The mark goes with the keys."""
        self.refresh()

    def render(self) -> RenderableType | Visual:
        """One line a message, cut at the edge; as many as there is room for, the marked one among them."""
        word, hint = ("held", "Enter sends · ↑ takes back") if self.held else ("queued", "↑ takes back")
        rows = [" ".join(printable(_words(waiting)).split()) for waiting in self._all]
        width = max(8, self.size.width - 11)
        lines = []
        for index, row in enumerate(rows):
            mark = "›" if self.has_focus and index == self._marked else " "
            lines.append(
                Content.assemble(
                    (f"{mark} ", "$primary"),
                    (f"{word:<7} ", "$text-muted italic"),
                    Content(row).truncate(width, ellipsis=True),
                )
            )
        if lines and not self.has_focus and width - len(rows[-1]) > len(hint) + 2:
            lines[-1] = Content.assemble(lines[-1], (f"  {hint}", "$text-muted"))
        last = max(_MOST_ROWS, self._marked + 1) if self.has_focus else len(lines)
        return Content("\n").join(lines[max(0, last - _MOST_ROWS) : last])

    def _take(self, index: int) -> Draft:
        waiting = self._all.pop(index)
        self._marked = max(0, min(self._marked, len(self._all) - 1))
        self._changed()
        return waiting

    def _changed(self) -> None:
        self.display = bool(self._all)
        self.refresh(layout=True)


def _words(waiting: Draft) -> str:
    names = ", ".join(attachment.name for attachment in waiting.attachments)
    return f"{waiting.text}  (with {names})" if names else waiting.text
