"""What tools did, a line for each call: for a list of its own, or beside the chat."""

from collections.abc import Iterable

from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.rendering.icons import Icons, icons
from localgpt_tui.ui.rendering.lines import fit
from localgpt_tui.ui.rendering.toolcards import about, outcome
from localgpt_tui.ui.widgets.memory_list import Item
from localgpt_tui.ui.widgets.rows import ToolRow

_MOST = 500
_TAIL = 44  # cells that what came of it may take
_LEAD = 14  # cells that a tool's name takes


def tool_items(rows: Iterable[ToolRow], *, signs: Icons | None = None) -> list[Item]:
    """The calls, the latest first: the tool, what it was about, what came of it, how long that took, who let it.

    A line's key is the id of the entry that shows the call, and its number.
    """
    return [_item(row, signs or icons("unicode")) for row in list(rows)[-_MOST:][::-1]]


def tools_counted(rows: Iterable[ToolRow]) -> str:
    """How many calls there are, and how many of them went wrong or were not let, in words."""
    calls = list(rows)
    failed = sum(row.state == "failed" for row in calls)
    stopped = sum(row.state in {"denied", "refused"} for row in calls)
    parts = [f"{len(calls)} {'call' if len(calls) == 1 else 'calls'}"]
    parts += [f"{failed} failed"] if failed else []
    parts += [f"{stopped} not allowed"] if stopped else []
    return " · ".join(parts)


def _item(row: ToolRow, signs: Icons) -> Item:
    return Item(
        about(row.arguments),
        lead=f"{fit(printable(row.name), _LEAD):<{_LEAD}}",
        key=f"{row.answer or row.entry}|{row.number}",
        tail=fit(outcome(row, signs), _TAIL),
        keep_end=False,
    )
