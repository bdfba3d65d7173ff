"""The leader key: after Ctrl+X one more key does something, and a strip says which."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.console import RenderableType
from textual import events
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.visual import Visual
from textual.widget import Widget

from localgpt_tui.ui.keymap import leader_path

_STRIP_AFTER = 0.5
_GIVE_UP_AFTER = 2.0
_BESIDE = 5  # lines of the screen that the strip leaves to what is below and above it
_PAGES = {"down": 1, "pagedown": 1, "up": -1, "pageup": -1}


@dataclass(frozen=True, slots=True)
class Step:
    """One continuation of the leader key: press `keys`, and `name` happens."""

    keys: str
    name: str
    words: str


def steps(paths: Mapping[str, str], keys: Mapping[str, str]) -> list[Step]:
    """The steps to everything in `paths`, names and what is pressed for them, as the person has changed that."""
    found = [Step(leader_path(name, path, keys), name, name) for name, path in paths.items()]
    return [step for step in found if step.keys]


class Leader(Widget, can_focus=True):
    """Holds the focus between Ctrl+X and the key after it."""

    class Taken(Message):
        """The person finished a chord: `name` is to happen."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self) -> None:
        super().__init__()
        self.display = False
        self._steps: Sequence[Step] = ()
        self._typed = ""
        self._page = 0
        self._back: Callable[[], object] = lambda: None
        self._waits: list[Timer] = []

    @property
    def armed(self) -> bool:
        """True while the next key belongs to the leader."""
        return bool(self._steps)

    def arm(self, steps: Sequence[Step], back: Callable[[], object]) -> None:
        """Take the next key.

        Args:
            back: gives the focus back, called before anything else happens.
        """
        self._disarm()
        self._steps, self._typed, self._back, self._page = steps, "", back, 0
        self.add_class("-quiet")
        self.display = True
        self.screen.set_focus(self, scroll_visible=False)
        self._waits = [self.set_timer(_STRIP_AFTER, self._reveal), self.set_timer(_GIVE_UP_AFTER, self._give_up)]

    async def _on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        if event.key in _PAGES and not self.has_class("-quiet"):
            self._page = max(0, self._page + _PAGES[event.key])
            self.refresh(layout=True)
            return
        typed = self._typed + (event.character if event.is_printable and event.character else event.key)
        ready = [step for step in self._steps if step.keys == typed]
        begun = [step for step in self._steps if step.keys.startswith(typed)]
        if ready:
            self._leave()
            self.post_message(self.Taken(ready[0].name))
        elif begun:
            self._typed = typed
            self._reveal()
        else:
            self._leave()

    def _on_blur(self, event: events.Blur) -> None:
        super()._on_blur(event)
        if self.screen.focused is not self:  # news of an earlier parting must not end a new chord
            self._disarm()

    def _leave(self) -> None:
        back = self._back
        self._disarm()
        back()

    def _give_up(self) -> None:
        """Step aside, unless the strip is being read: then any key closes it."""
        if self.has_class("-quiet"):
            self._leave()

    def _disarm(self) -> None:
        for timer in self._waits:
            timer.stop()
        self._waits, self._steps, self.display = [], (), False

    def _reveal(self) -> None:
        self.remove_class("-quiet")
        self.refresh(layout=True)

    def render(self) -> RenderableType | Visual:
        """The continuations in columns."""
        begun = [step for step in self._steps if step.keys.startswith(self._typed)]
        rests = [step.keys[len(self._typed) :].replace(" ", "Space") for step in begun]
        cells = [
            Content.assemble((rest, "bold $primary"), f" {step.words}") for rest, step in zip(rests, begun, strict=True)
        ]
        if not cells or not self.size.width:
            return Content("")
        column = min(max(cell.cell_length for cell in cells) + 3, self.size.width)
        across = max(1, self.size.width // column)
        rows = [cells[start : start + across] for start in range(0, len(cells), across)]
        room = max(2, self.screen.size.height - _BESIDE)
        if len(rows) > room:
            pages = [rows[start : start + room - 1] for start in range(0, len(rows), room - 1)]
            self._page = min(self._page, len(pages) - 1)
            rows = [*pages[self._page], [Content(f"↑ ↓ page {self._page + 1} of {len(pages)}").stylize("$text-muted")]]
        return Content("\n").join(
            Content("").join(cell.pad_right(max(0, column - cell.cell_length)) for cell in row) for row in rows
        )
