"""FILES: what the model is given of the workspace and how full that is, what was attached, what it read."""

import asyncio
import json
from typing import TYPE_CHECKING

from localgpt_tui.ui.inspector.tab import ACTION, ENTRY, Inspected
from localgpt_tui.ui.widgets.memory_list import Item
from localgpt_tui.ui.widgets.rows import Row, ToolRow, UserRow

if TYPE_CHECKING:
    from localgpt_tui.memory.context import LoadedFile

_PATHS = ("path", "file", "file_path")


class FilesTab:
    """Enter on a file goes to the message that has to do with it; on one of the workspace, to the memory."""

    name = "files"

    async def items(self, session: Inspected) -> list[Item]:
        """The workspace's files with their budgets, then those of the conversation."""
        workspace = await asyncio.to_thread(_loaded, session)
        attached = [
            Item(name, key=f"{ENTRY}{row.entry}|{name}")
            for row in reversed(session.rows)
            if isinstance(row, UserRow)
            for name in row.attachments
        ]
        used = {path: row for row in session.rows if isinstance(row, ToolRow) and (path := _path(row))}
        touched = [
            Item(path, key=f"{ENTRY}{row.answer or row.entry}|{path}", tail=row.name)
            for path, row in reversed(used.items())
        ]
        groups = {"Every session begins with": workspace, "Attached": attached, "Used by tools": touched}
        lines: list[Item] = []
        for heading, items in groups.items():
            if items:
                lines += [*([Item("")] if lines else []), Item(heading), *items]
        return lines or [Item("No files yet")]


def _loaded(session: Inspected) -> list[Item]:
    from localgpt_tui.memory.context import load_context  # noqa: PLC0415 - it knows the store

    context = load_context(session.sitting.assistant.memory.workspace, session.now.astimezone().date())
    return [
        Item(
            file.path,
            key=f"{ACTION}memory|{file.path}",
            tail=f"{_warning(file)}{file.tokens * 100 // file.budget}% of {file.budget:,}",
        )
        for file in context.files
    ]


def _warning(file: "LoadedFile") -> str:
    if file.cut:
        return "too long, cut · "
    return "nearly full · " if file.near_full else ""


def _path(row: Row) -> str:
    """The file that a call names."""
    if not isinstance(row, ToolRow):
        return ""
    try:
        given = json.loads(row.arguments)
    except (ValueError, RecursionError):
        return ""
    values = [given.get(name) for name in _PATHS] if isinstance(given, dict) else []
    return next((value for value in values if isinstance(value, str)), "")
