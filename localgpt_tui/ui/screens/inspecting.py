"""A wide chat with the inspector beside it: made when it is first in sight, and asked for nothing while it is not."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from textual import events, on, work
from textual.timer import Timer

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.events import Recalled, Said, ToolStarted, TurnCancelled, TurnFailed, TurnFinished
from localgpt_tui.ui.happened import Happened
from localgpt_tui.ui.screens.recalling import RecallingScreen
from localgpt_tui.ui.widgets.header import Header
from localgpt_tui.ui.widgets.transcript import Transcript

if TYPE_CHECKING:  # nothing of it is loaded before a screen is wide enough
    from localgpt_tui.memory.changes import Change
    from localgpt_tui.ui.inspector.pane import Inspector
    from localgpt_tui.ui.inspector.tab import Tab

_COLUMNS, _ROWS = 160, 28
_SOON = 0.1  # seconds in which several pieces of news are shown at once


class InspectingScreen(RecallingScreen):
    """Keeps the inspector true to the session and the cursor."""

    def __init__(self, *, pace: float, clock: Callable[[], datetime]) -> None:
        super().__init__(pace=pace, clock=clock)
        self._inspector: Inspector | None = None
        self._tabs: tuple[Tab, ...] = ()
        self._inspecting = True
        self._due: Timer | None = None

    async def show_session(self) -> None:
        """With the session, inspect it."""
        await super().show_session()
        self.call_later(self._arrange_inspector, *self.size)

    def action_inspector(self) -> None:
        """Show the inspector, or put it away."""
        if self.size.width < _COLUMNS or self.size.height < _ROWS:
            self.say(f"The inspector needs {_COLUMNS} columns and {_ROWS} rows; /why and /learned work here.")
            return
        self._inspecting = not self._inspecting
        self.call_later(self._arrange_inspector, *self.size)
        if not self._inspecting:
            self.action_chat()

    def action_next_tab(self, step: int = 1) -> None:
        """Show the inspector's next tab."""
        if self._inspector is None or not self._inspector.display:
            self.action_inspector()
        else:
            self._inspector.turn(step)

    def inspect_soon(self) -> None:
        """Something may have changed; while the inspector is out of sight this does nothing."""
        if self._due is None and self._inspector is not None and self._inspector.display:
            self._due = self.set_timer(_SOON, self._inspect)

    @on(Happened)
    def _inspect_news(self, happened: Happened) -> None:
        match happened.event:
            case Said() | Recalled() | ToolStarted() | TurnFinished() | TurnFailed() | TurnCancelled():
                self.inspect_soon()
            case _:
                pass

    @on(Transcript.Pointed)
    def _inspect_cursor(self) -> None:
        self.inspect_soon()

    def on_resize(self, event: events.Resize) -> None:
        """Come into sight where there is room, and go where there is none."""
        if self.sitting is not None:
            self.call_later(self._arrange_inspector, *event.size)

    async def _arrange_inspector(self, columns: int, rows: int) -> None:
        wanted = self._inspecting and self.sitting is not None and columns >= _COLUMNS and rows >= _ROWS
        if self._inspector is not None:
            self._inspector.display = wanted
        elif wanted:
            from localgpt_tui.ui.inspector.pane import Inspector  # noqa: PLC0415 - as above
            from localgpt_tui.ui.inspector.tabs import tabs  # noqa: PLC0415 - as above

            self._tabs = tabs()
            self._inspector = Inspector([tab.name for tab in self._tabs])
            await self.query_one("#body").mount(self._inspector)
            self.watch(self.query_one(Header), "learned", self.inspect_soon, init=False)
        self.inspect_soon()

    @work(group="inspect", exclusive=True)
    async def _inspect(self) -> None:
        self._due = None
        if self._inspector is None or self.sitting is None:
            return
        from localgpt_tui.ui.inspector.tab import Inspected  # noqa: PLC0415 - as above
        from localgpt_tui.ui.widgets.memory_list import Item  # noqa: PLC0415 - as above

        transcript, sitting = self.query_one(Transcript), self.sitting

        async def learned() -> "list[Change]":
            return await self.engine.run(self._memory().learned(sitting.journal.id))

        seen = Inspected(sitting, list(transcript.rows), transcript.cursor, learned, self.clock())
        try:
            items = await self._tabs[self._inspector.tab].items(seen)
        except LocalGPTError as error:
            items = [Item(str(error), keep_end=False)]
        if self._inspector.is_attached:
            self._inspector.show(items)

    def on_inspector_turned(self) -> None:
        """Fill the tab that was turned to."""
        self._inspect()

    async def on_inspector_entered(self, entered: "Inspector.Entered") -> None:
        """Go to what a line is about."""
        wish, _, _ = entered.key.partition("|")
        kind, _, name = wish.partition(":")
        if kind == "entry" and name:
            self.query_one(Transcript).jump(name)
            self.set_focus(self.query_one(Transcript))
        elif kind == "action":
            await self.run_action(f"screen.{name}")
