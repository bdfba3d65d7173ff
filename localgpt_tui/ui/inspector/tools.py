"""TOOLS: what ran in this session, the latest first."""

from dataclasses import replace

from localgpt_tui.ui.inspector.tab import ENTRY, Inspected
from localgpt_tui.ui.rendering.lines import fit
from localgpt_tui.ui.widgets.memory_list import Item
from localgpt_tui.ui.widgets.rows import ToolRow
from localgpt_tui.ui.widgets.tool_items import tool_items, tools_counted

_TAIL = 18  # cells: the pane is narrow, and `/tools` has all of it


class ToolsTab:
    """Enter on a call goes to its card."""

    name = "tools"

    async def items(self, session: Inspected) -> list[Item]:
        """A line for each call that is loaded."""
        calls = [row for row in session.rows if isinstance(row, ToolRow)]
        lines = [
            replace(item, key=f"{ENTRY}{item.key}", lead=item.lead.rstrip(), tail=fit(item.tail, _TAIL))
            for item in tool_items(calls)
        ]
        return [Item(f"Ran in this session · {tools_counted(calls)}"), *lines]
