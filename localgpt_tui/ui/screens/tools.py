"""Tools: every call of this session, by whom it was allowed, and what came of it; Enter goes to its card."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static

from localgpt_tui.ui.widgets.hints import Hint, Hints
from localgpt_tui.ui.widgets.memory_list import Item, MemoryList
from localgpt_tui.ui.widgets.rows import ToolRow
from localgpt_tui.ui.widgets.timeline import Timeline
from localgpt_tui.ui.widgets.tool_items import tool_items, tools_counted

if TYPE_CHECKING:  # they know the store
    from localgpt_tui.sessions.entries import Entry
    from localgpt_tui.ui.sitting import Sitting
    from localgpt_tui.ui.widgets.transcript import Transcript

_HINTS: tuple[Hint, ...] = (("Enter", "to its card"), ("j k", "move"), ("Esc", "back"))


async def ran(sitting: "Sitting", transcript: "Transcript") -> list[ToolRow]:
    """The calls of the whole session, oldest first; those that are on the screen as it shows them."""
    pages: list[Entry] = []
    opening = await sitting.read(everything=True)
    while True:
        pages[:0] = opening.entries
        if not opening.more or not opening.entries:
            break
        opening = await sitting.read(opening.entries[0], everything=True)
    timeline = Timeline()
    timeline.load(pages)
    seen = {row.call_id: row for row in transcript.rows if isinstance(row, ToolRow) and row.call_id}
    earlier = [row for row in timeline.rows if isinstance(row, ToolRow) and row.call_id not in seen]
    return [*earlier, *seen.values()]


class ToolsScreen(Screen[str]):
    """Gives the entry to go to, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,ctrl+c", "dismiss('')", "Back", id="tools-back")]

    def __init__(self, rows: Sequence[ToolRow]) -> None:
        super().__init__()
        self._rows = rows

    def compose(self) -> ComposeResult:
        """A title, the calls, the keys."""
        yield Static(f"Tools   {tools_counted(self._rows)}", classes="list-head", markup=False)
        yield MemoryList()
        yield Hints()

    def on_mount(self) -> None:
        """The latest call is marked."""
        calls = self.query_one(MemoryList)
        calls.show(tool_items(self._rows) or [Item("No tool ran in this session yet.")])
        self.set_focus(calls)
        self.query_one(Hints).show(_HINTS)

    @on(MemoryList.Entered)
    def _entered(self, entered: MemoryList.Entered) -> None:
        self.dismiss(entered.key.partition("|")[0])
