"""Commands about sessions: begin, open, rename, delete and write them out."""

import asyncio
from pathlib import Path

from localgpt_tui.commands.desk import Desk
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.files import atomic_write
from localgpt_tui.sessions.export import to_markdown
from localgpt_tui.sessions.incognito import MEANING
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.sessions.shelf import Summary


async def begin(desk: Desk, _argument: str) -> None:
    """Start a session."""
    await desk.open(desk.assistant.shelf.new(cwd=str(Path.cwd())))


async def begin_incognito(desk: Desk, _argument: str) -> None:
    """Start a session that is never on the disk."""
    await desk.open(desk.assistant.shelf.incognito(cwd=str(Path.cwd())))
    desk.tell(MEANING)


async def tell_all(desk: Desk, _argument: str) -> None:
    """List the latest sessions."""
    summaries = await asyncio.to_thread(desk.assistant.shelf.list)
    if not summaries:
        desk.tell("There are no sessions yet.")
        return
    desk.tell("\n".join(["| id | title | messages | last used |", "|---|---|---|---|", *map(_row, summaries[:20])]))


async def open_one(desk: Desk, argument: str) -> None:
    """Open the session whose id begins with `argument`; without one, choose.

    Raises:
        LocalGPTError: there is no such session.
    """
    if not argument:
        await desk.act("sessions")
        return
    await desk.open(await asyncio.to_thread(desk.assistant.shelf.open, argument))


async def rename(desk: Desk, argument: str) -> None:
    """Give the open session a title.

    Raises:
        LocalGPTError: the session cannot be written.
    """
    if not argument:
        await desk.act("rename")
        return
    desk.conversation.journal.mark("title", title=argument)
    desk.tell(f"This session is now called “{argument}”.")


async def delete(desk: Desk, _argument: str) -> None:
    """Move the open session to the trash.

    Raises:
        LocalGPTError: there is nothing to delete, or a reply is being written.
    """
    journal = desk.conversation.journal
    if journal.incognito:
        raise LocalGPTError("Nothing of this session is on the disk.", "/new leaves it, and it is gone.")
    if not await asyncio.to_thread(journal.path.exists):
        raise LocalGPTError("Nothing was said here yet.", "There is nothing to delete.")
    if desk.conversation.busy:
        raise LocalGPTError("A reply is still being written here.", "Stop it with Esc, then delete the session.")
    title = journal.title
    await desk.open(desk.assistant.shelf.new(cwd=str(Path.cwd())))
    await asyncio.to_thread(desk.assistant.shelf.delete, journal.id)
    desk.tell(f"Deleted “{title}”. /undelete brings it back.")


async def undelete(desk: Desk, _argument: str) -> None:
    """Bring the session deleted last back.

    Raises:
        LocalGPTError: nothing lies in the trash.
    """
    shelf = desk.assistant.shelf
    name = await asyncio.to_thread(shelf.undelete_last)
    await desk.open(await asyncio.to_thread(shelf.open, name))


async def export(desk: Desk, argument: str) -> None:
    """Write the open session to a Markdown file.

    Raises:
        LocalGPTError: the file is there already, or cannot be written.
    """
    written = await asyncio.to_thread(_write_out, desk.conversation.journal, argument)
    desk.tell(f"Wrote this conversation to `{written}`.")


def _write_out(journal: Journal, name: str) -> Path:
    target = Path(name or f"{journal.id[:8]}.md").expanduser().absolute()
    if target.exists():
        raise LocalGPTError(f"{target} is there already.", "Name another file: /export FILE.")
    try:
        atomic_write(target, to_markdown(journal).encode())
    except OSError as error:
        raise LocalGPTError(f"{target} could not be written: {error.strerror}.", "Name another file.") from error
    return target


def _row(summary: Summary) -> str:
    title = summary.title.replace("|", "\\|")
    return f"| `{summary.id[:8]}` | {title} | {summary.messages} | {summary.updated:%Y-%m-%d %H:%M} |"
