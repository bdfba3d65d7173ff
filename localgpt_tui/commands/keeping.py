"""Commands about what is remembered, and about files that tools changed."""

import asyncio
from pathlib import Path

from localgpt_tui.commands.desk import Desk
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.plaintext import from_home, shown_name
from localgpt_tui.tools.changes import GivenBack


async def search(desk: Desk, argument: str) -> None:
    """Show what is remembered about `argument`; without it, browse."""
    if not argument:
        await desk.act("memory")
        return
    found = await desk.do_beside(desk.assistant.memory.search(argument))
    if not found.passages:
        desk.tell(f"Nothing that is remembered matches “{argument}”.")
        return
    desk.tell("\n\n".join(f"`{passage.source}`\n\n{passage.text}" for passage in found.passages))


async def undo(desk: Desk, argument: str) -> None:
    """Go back, in the conversation or in files.

    Raises:
        LocalGPTError: `argument` is something else.
    """
    if not argument:
        await desk.act("undo")
        return
    if argument != "files":
        raise LocalGPTError("/undo takes back what was done to the conversation; /undo files, what was done to files.")
    journal, changes = desk.conversation.journal, desk.assistant.equipment.changes
    _tell_given_back(desk, await asyncio.to_thread(changes.undo_last, journal.id), "/redo files undoes that.")


async def redo(desk: Desk, argument: str) -> None:
    """Change the files again.

    Raises:
        LocalGPTError: `argument` is something else.
    """
    if argument not in {"", "files"}:
        raise LocalGPTError("Only files can be changed again: /redo files.", "/undo goes back and forth by itself.")
    journal, changes = desk.conversation.journal, desk.assistant.equipment.changes
    _tell_given_back(desk, await asyncio.to_thread(changes.redo_last, journal.id), "/undo files takes them back.")


def _tell_given_back(desk: Desk, given: GivenBack, then: str) -> None:
    if not given:
        desk.tell("No file was changed by a tool in this session, or all of them are given back already.")
        return
    lines = [f"- `{_shown(path)}` holds again what it did" for path in given.restored]
    lines += [f"- `{_shown(path)}` is gone again" for path in given.removed]
    lines += [f"- {sentence}" for sentence in given.refused]
    desk.tell("\n".join([*lines, "", then]))


def _shown(path: Path) -> str:
    """A file as a person would name it here: from the working folder, or from `~`."""
    here = Path.cwd()
    return shown_name(str(path.relative_to(here)) if path.is_relative_to(here) else from_home(path))
