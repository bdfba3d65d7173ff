"""What a tab of the inspector is, and what it may look at."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from localgpt_tui.ui.widgets.memory_list import Item
from localgpt_tui.ui.widgets.rows import HeadRow, Row, UserRow

if TYPE_CHECKING:
    from datetime import datetime

    from localgpt_tui.memory.changes import Change
    from localgpt_tui.ui.sitting import Sitting

ENTRY, ACTION = "entry:", "action:"
"""How a line's key begins that leads to an entry of the session, or does what an action of the screen does."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """The open session, as a tab sees it.

    Attributes:
        rows: what the transcript shows; cursor: the one that keys act on.
        learned: tells what this session wrote into the memory, newest first.
    """

    sitting: "Sitting"
    rows: Sequence[Row]
    cursor: Row | None
    learned: "Callable[[], Awaitable[list[Change]]]"
    now: "datetime"

    @property
    def reply(self) -> HeadRow | None:
        """The head of the turn that the cursor is in; without a cursor, of the latest."""
        above = reversed(self.rows[: self.rows.index(self.cursor) + 1] if self.cursor in self.rows else self.rows)
        for row in above:
            if isinstance(row, HeadRow):
                return row
            if isinstance(row, UserRow) and self.cursor in self.rows:
                break  # what the person said: its answer stands below
        if self.cursor not in self.rows:
            return None
        below = self.rows[self.rows.index(self.cursor) + 1 :]
        return next((row for row in below if isinstance(row, HeadRow)), None)


class Tab(Protocol):
    """One tab; a line's key says what Enter does on it."""

    name: str

    async def items(self, session: Inspected) -> list[Item]:
        """What it shows just now.

        Raises:
            LocalGPTError: it cannot be told, and why.
        """
        ...
