"""A screen from which the past of the memory is looked at: the changes of a file, and who wrote which line."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType

from localgpt_tui.ui.engine import Engine
from localgpt_tui.ui.remembering import Remembering
from localgpt_tui.ui.screens.memory_blame import BlameScreen
from localgpt_tui.ui.screens.memory_choosing import ChoosingScreen
from localgpt_tui.ui.screens.memory_log import LogScreen


class PastScreen(ChoosingScreen):
    """Opens the screens of the history, and shows everything as it is now when they are left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "blame", "Who wrote each line, when, in which session", id="memory-blame"),
        Binding("l", "log", "The changes to the file shown", id="memory-log"),
        Binding("L", "log_all", "All changes", id="memory-log-all"),
    ]

    def __init__(
        self, remembering: Remembering, engine: Engine, *, drafts: Path, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(remembering, engine, drafts=drafts)
        self.clock = clock

    def action_blame(self) -> None:
        """Show which change each line of the file came with."""
        if path := self._with_history():
            line = max(1, self.pointed[1])
            screen = BlameScreen(self.remembering, self.engine, self.clock, path=path, line=line)
            self.app.push_screen(screen, self._left)

    def action_log(self) -> None:
        """Show what changed the file."""
        if path := self._with_history():
            self._show_log(path)

    def action_log_all(self) -> None:
        """Show every change."""
        self._show_log("")

    def _with_history(self) -> str:
        """The path of the file that is shown; empty, and said so, where it has no history."""
        if self.opened is None or self.opened.path.startswith(("/", "sessions/")):
            self.say("Only files of the workspace have a history.")
            return ""
        return self.opened.path

    def _show_log(self, path: str) -> None:
        self.app.push_screen(LogScreen(self.remembering, self.engine, self.clock, path=path), self._left)

    def _left(self, _nothing: object) -> None:
        self.read_again()
