"""MEMORY: what was recalled for a reply, and what the session wrote."""

from datetime import datetime

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.ui.inspector.tab import ACTION, Inspected
from localgpt_tui.ui.widgets.memory_items import found
from localgpt_tui.ui.widgets.memory_list import Item


class MemoryTab:
    """Enter on a memory shows it with its parts; on a change, the log in which `u` undoes it."""

    name = "memory"

    async def items(self, session: Inspected) -> list[Item]:
        """The reply's sources with their scores, then the session's changes."""
        sources = session.reply.sources if session.reply is not None else ()
        recalled = [
            Item(item.text, key=f"{ACTION}why|{number}", lead=item.lead, tail=item.tail)
            for number, item in enumerate(found(sources, session.now))
        ]
        at_cursor = session.cursor in session.rows
        of = "the reply under the cursor" if at_cursor else "the latest reply"
        lines = [Item(f"Recalled for {of}{'' if recalled else ' · nothing'}"), *recalled, Item("")]
        try:
            learned = await session.learned()
        except LocalGPTError as error:
            return [*lines, Item(f"Written by this session · {error}")]
        written = [
            Item(change.why, key=f"{ACTION}learned|{change.id}", lead="+", tail=_clock(change.time), keep_end=False)
            for change in learned
        ]
        return [*lines, Item(f"Written by this session{'' if written else ' · nothing'}"), *written]


def _clock(time: datetime) -> str:
    return f"{time.astimezone():%H:%M}"
