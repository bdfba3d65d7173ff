"""A file of the memory in the app's own editor."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static, TextArea

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.document import ChangedError, Fingerprint
from localgpt_tui.plaintext import shown_name
from localgpt_tui.ui.remembering import Opened
from localgpt_tui.ui.stylesheets import stylesheet
from localgpt_tui.ui.widgets.hints import Hints

LONGEST = 500_000
"""Characters; a longer file is for the person's own editor."""

_HINTS = (("^S", "save"), ("Esc", "back"), ("^Z", "undo typing"), ("^Y", "redo"))

Save = Callable[[str, str, Fingerprint], Awaitable[Fingerprint]]
"""Takes the path, the text and what the file was; returns what it is now."""


class EditScreen(Screen[None]):
    """Saves only over what it has shown, unless the person insists."""

    CSS_PATH = stylesheet("memory")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", priority=True),
        Binding("escape", "leave", "Back; what is not saved is asked about once", priority=True),
        Binding("ctrl+z", "undo", "Undo typing", priority=True),
    ]

    def __init__(self, opened: Opened, line: int, save: Save, newest: Callable[[str], Awaitable[Fingerprint]]) -> None:
        """Edit `opened`, beginning at `line` (from 1).

        Args:
            newest: tells what the file is now, for saving over it on purpose.
        """
        super().__init__()
        assert opened.seen is not None  # noqa: S101 - its caller looked
        self._path, self._kept, self._seen = opened.path, opened.text, opened.seen
        self._line, self._save, self._newest = line, save, newest
        self._insists = self._leaves = False

    def compose(self) -> ComposeResult:
        """The name, the text, the keys."""
        yield Static(shown_name(self._path), id="memory-head", markup=False)
        yield TextArea(self._kept, soft_wrap=True, show_line_numbers=True, tab_behavior="indent")
        yield Hints()

    def on_mount(self) -> None:
        """Put the cursor where the person was reading."""
        area = self.query_one(TextArea)
        area.cursor_blink = False
        area.move_cursor((max(0, self._line - 1), 0), center=True)
        area.focus()
        self.query_one(Hints).show(_HINTS)

    def action_undo(self) -> None:
        """Take the last typing back."""
        self.query_one(TextArea).undo()

    @work(group="save", exclusive=True)
    async def action_save(self) -> None:
        """Save what stands here."""
        text, hints = self.query_one(TextArea).text, self.query_one(Hints)
        try:
            if self._insists:
                self._seen = await self._newest(self._path)
            self._seen = await self._save(self._path, text, self._seen)
        except ChangedError as error:
            self._insists = True
            hints.say(f"{error.message} Ctrl+S again: save yours all the same; Esc: leave.", seconds=60)
        except LocalGPTError as error:
            hints.say(str(error), seconds=20)
        else:
            self._insists, self._kept = False, text
            hints.say("Saved.")

    def action_leave(self) -> None:
        """Go back; where something is not saved, say so first."""
        if self.query_one(TextArea).text != self._kept and not self._leaves:
            self._leaves = True
            self.query_one(Hints).say("Not saved. Ctrl+S saves; Esc again leaves it.")
            self.set_timer(6.0, self._stay)
        else:
            self.dismiss()

    def _stay(self) -> None:
        self._leaves = False
