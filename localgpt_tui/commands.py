"""One table of what a person can ask of the program itself: slash commands, palette, help and keys are made from it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from localgpt_tui.assistant import Assistant
from localgpt_tui.conversation import Conversation
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.files import atomic_write
from localgpt_tui.sessions.export import to_markdown
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.sessions.shelf import Summary
from localgpt_tui.tools.changes import GivenBack

T = TypeVar("T")


class Desk(Protocol):
    """What a front end lends to a command."""

    @property
    def assistant(self) -> Assistant:
        """The assistant at work."""
        ...

    @property
    def conversation(self) -> Conversation:
        """The conversation that is open."""
        ...

    def tell(self, text: str) -> None:
        """Show Markdown to the person; it joins no conversation and reaches no model."""
        ...

    async def open(self, journal: Journal) -> None:
        """Make `journal` the open conversation, once its turn is over."""
        ...

    async def act(self, action: str, argument: str = "", /) -> None:
        """Do something that only a screen can, such as `sidebar`; the names are those of the screen commands."""
        ...

    async def do_beside(self, work: Coroutine[Any, Any, T], /) -> T:
        """What `work` returns, done where turns run: keys are answered meanwhile."""
        ...

    def quit(self) -> None:
        """End the program."""
        ...


@dataclass(frozen=True, slots=True)
class Command:
    """Something the person can ask for by `/name`, from the palette, or by the leader key and `leader`.

    Attributes:
        argument: what may follow the name, as the help shows it.
        leader: the key, or keys, after Ctrl+X; empty for none.
        screen: True where only a full screen can do it.
        waits: True where it would disturb a reply that is being written, and so is done after it.
        key: id of the screen's key that does the same; empty where there is none.
    """

    name: str
    help: str
    run: Callable[[Desk, str], Awaitable[None]]
    argument: str = ""
    aliases: tuple[str, ...] = ()
    leader: str = ""
    screen: bool = False
    waits: bool = False
    key: str = ""


def find(name: str) -> Command | None:
    """The command called `name` (without its slash), by its name or an alias."""
    wanted = name.lower()
    return next((command for command in COMMANDS if wanted == command.name or wanted in command.aliases), None)


async def run(desk: Desk, line: str) -> None:
    """Carry out a line that begins with a slash.

    Raises:
        LocalGPTError: there is no such command, or it could not be done.
    """
    name, _, argument = line.removeprefix("/").partition(" ")
    command = find(name)
    if command is None:
        raise LocalGPTError(f"There is no command /{name}.", "/help lists them all.")
    await command.run(desk, argument.strip())


async def _help(desk: Desk, _argument: str) -> None:
    rows = [f"| `/{c.name}{' ' + c.argument if c.argument else ''}` | {c.help} |" for c in COMMANDS]
    desk.tell("\n".join(["| command | what it does |", "|---|---|", *rows]))


async def _quit(desk: Desk, _argument: str) -> None:
    desk.quit()


async def _new(desk: Desk, _argument: str) -> None:
    await desk.open(desk.assistant.shelf.new(cwd=str(Path.cwd())))


async def _incognito(desk: Desk, _argument: str) -> None:
    await desk.open(desk.assistant.shelf.incognito(cwd=str(Path.cwd())))
    desk.tell(
        "This session is incognito: nothing is recalled for it, nothing of it is written into the memory or "
        "anywhere on the disk, and tools that change something are not offered. It is gone when you leave it. "
        "A model elsewhere still gets what you write, and its provider may keep it."
    )


async def _sessions(desk: Desk, _argument: str) -> None:
    summaries = await asyncio.to_thread(desk.assistant.shelf.list)
    if not summaries:
        desk.tell("There are no sessions yet.")
        return
    desk.tell("\n".join(["| id | title | messages | last used |", "|---|---|---|---|", *map(_row, summaries[:20])]))


def _row(summary: Summary) -> str:
    title = summary.title.replace("|", "\\|")
    return f"| `{summary.id[:8]}` | {title} | {summary.messages} | {summary.updated:%Y-%m-%d %H:%M} |"


async def _open(desk: Desk, argument: str) -> None:
    if not argument:
        await desk.act("sessions")
        return
    await desk.open(await asyncio.to_thread(desk.assistant.shelf.open, argument))


async def _rename(desk: Desk, argument: str) -> None:
    if not argument:
        await desk.act("rename")
        return
    desk.conversation.journal.mark("title", title=argument)
    desk.tell(f"This session is now called “{argument}”.")


async def _delete(desk: Desk, _argument: str) -> None:
    journal = desk.conversation.journal
    if journal.incognito:
        raise LocalGPTError("Nothing of this session is on the disk.", "/new leaves it, and it is gone.")
    if not await asyncio.to_thread(journal.path.exists):
        raise LocalGPTError("Nothing was said here yet.", "There is nothing to delete.")
    title = journal.title
    await desk.open(desk.assistant.shelf.new(cwd=str(Path.cwd())))
    await asyncio.to_thread(desk.assistant.shelf.delete, journal.id)
    desk.tell(f"Deleted “{title}”. /undelete brings it back.")


async def _undelete(desk: Desk, _argument: str) -> None:
    shelf = desk.assistant.shelf
    name = await asyncio.to_thread(shelf.undelete_last)
    await desk.open(await asyncio.to_thread(shelf.open, name))


async def _model(desk: Desk, argument: str) -> None:
    if not argument:
        desk.tell(
            f"`{desk.conversation.model}` answers here. `/model NAME` lets another one answer; `/models` lists them."
        )
        return
    place = desk.assistant.destination(argument)
    desk.conversation.switch_provider(desk.assistant.provider(argument))
    where = f"What you write is sent to {place}." if place else "Nothing leaves this machine."
    desk.tell(f"`{desk.conversation.model}` answers from now on. {where}")


async def _models(desk: Desk, _argument: str) -> None:
    found = await desk.do_beside(desk.assistant.look_around())
    ollama = [f"`ollama/{name}`" for name in found.ollama_models] or [found.ollama_problem]
    aliases = [f"`{name}` is {model}" for name, model in desk.assistant.config.agent.aliases.items()]
    claude = (
        f"`claude-cli/NAME` through {found.claude_path}" if found.claude_path else "the claude program is not installed"
    )
    keys = ", ".join(found.keys) if found.keys else "no API key is set"
    groups = {"Ollama": ollama, "claude": [claude], "keys": [keys], "short names": aliases}
    desk.tell("\n".join(f"- {group}: {'; '.join(lines)}" for group, lines in groups.items()))


async def _status(desk: Desk, _argument: str) -> None:
    conversation = desk.conversation
    usage = conversation.usage
    cost = "unknown" if usage.cost is None else f"${usage.cost:.4f}"
    desk.tell(
        f"- session `{conversation.journal.id}`: {conversation.journal.title or 'not named yet'}\n"
        f"- model `{conversation.model}`\n"
        f"- since it was opened: {usage.input_tokens or 0} tokens in, {usage.output_tokens or 0} out, cost {cost}\n"
        f"- workspace `{desk.assistant.places.workspace}`"
    )


async def _export(desk: Desk, argument: str) -> None:
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


async def _memory(desk: Desk, argument: str) -> None:
    if not argument:
        await desk.act("memory")
        return
    found = await desk.do_beside(desk.assistant.memory.search(argument))
    if not found.passages:
        desk.tell(f"Nothing that is remembered matches “{argument}”.")
        return
    desk.tell("\n\n".join(f"`{passage.source}`\n\n{passage.text}" for passage in found.passages))


async def _undo(desk: Desk, argument: str) -> None:
    if argument != "files":
        await desk.act("undo", argument)
        return
    journal, changes = desk.conversation.journal, desk.assistant.equipment.changes
    _tell_given_back(desk, await asyncio.to_thread(changes.undo_last, journal.id), "/redo files undoes that.")


async def _redo(desk: Desk, argument: str) -> None:
    if argument != "files":
        raise LocalGPTError("Only files can be changed again: /redo files.", "/undo goes back and forth by itself.")
    journal, changes = desk.conversation.journal, desk.assistant.equipment.changes
    _tell_given_back(desk, await asyncio.to_thread(changes.redo_last, journal.id), "/undo files takes them back.")


def _tell_given_back(desk: Desk, given: GivenBack, then: str) -> None:
    if not given:
        desk.tell("No file was changed by a tool in this session, or all of them are given back already.")
        return
    lines = [f"- `{path}` holds again what it did" for path in given.restored]
    lines += [f"- `{path}` is gone again" for path in given.removed]
    lines += [f"- {sentence}" for sentence in given.refused]
    desk.tell("\n".join([*lines, "", then]))


def _screen(
    name: str, words: str, leader: str, *aliases: str, argument: str = "", waits: bool = False, key: str = ""
) -> Command:
    """A command that the screen carries out under its own name."""

    async def act(desk: Desk, given: str) -> None:
        await desk.act(name, given)

    return Command(
        name, words, act, argument=argument, aliases=aliases, leader=leader, screen=True, waits=waits, key=key
    )


def _copy(what: str) -> Callable[[Desk, str], Awaitable[None]]:
    """How `/copy` is carried out with its first word settled."""

    async def act(desk: Desk, argument: str) -> None:
        await desk.act("copy", f"{what} {argument}".strip())

    return act


async def _next_tab(desk: Desk, _argument: str) -> None:
    await desk.act("next_tab")


COMMANDS: tuple[Command, ...] = (
    Command("help", "list the commands", _help, aliases=("h", "?")),
    Command("new", "start a new session", _new, leader="n"),
    Command("incognito", "start a session that neither recalls nor remembers and is never on the disk", _incognito),
    Command("sessions", "list the sessions", _sessions),
    Command("open", "open the session whose id begins with ID", _open, argument="ID", aliases=("resume",), leader="l"),
    Command("rename", "give this session a title", _rename, argument="TITLE", leader="r"),
    Command("delete", "delete this session; it can be undone", _delete, leader="d"),
    Command("undelete", "bring the session deleted last back", _undelete, leader="u"),
    Command("model", "say which model answers, or let NAME answer", _model, argument="NAME", waits=True),
    Command("models", "list the models that could answer here", _models, leader="M"),
    Command("status", "show session, model, tokens and cost", _status, leader="s"),
    Command("memory", "browse what is remembered, or search it for WORDS", _memory, argument="WORDS", leader="3"),
    _screen("heartbeat", "show what ran by itself, and the tasks of HEARTBEAT.md", "4"),
    _screen("learned", "list what this session wrote into the memory; u there undoes it", "L"),
    _screen("why", "show the memories that the reply was given", "W"),
    Command("export", "write this conversation to a Markdown file", _export, argument="FILE", leader="e"),
    _screen("edit", "change what you said last and say it again, on a new branch", "E", waits=True),
    _screen("retry", "let the model answer your last message again, on a new branch", "R", "regenerate", waits=True),
    _screen("rewind", "drop your last message and all after it; /undo brings it back", "D", waits=True),
    Command(
        "undo",
        "return to what /edit, /retry or /rewind left, or give back the files that tools changed last",
        _undo,
        argument="[files]",
        leader="U",
        waits=True,
    ),
    Command("redo", "change the files again that /undo files gave back", _redo, argument="files", waits=True),
    _screen("branches", "list the ways in which this session goes on, and open one", "g"),
    _screen("attach", "send the file PATH along with the next message", "a", argument="PATH"),
    _screen("detach", "send NAME, or the last attachment, along no more", "A", argument="NAME"),
    _screen("copy", "copy the message under the cursor, or the latest reply", "yy", argument="[code | file NAME]"),
    Command("copy-code", "copy the last block of code in that message", _copy("code"), leader="yc", screen=True),
    Command(
        "copy-file",
        "write what was copied last to the file NAME",
        _copy("file"),
        argument="NAME",
        leader="yf",
        screen=True,
    ),
    _screen("print", "show what was copied last plain, for the terminal to select", "yp"),
    _screen("links", "show where the links of a message lead, and open one", "o", "link"),
    _screen("jump", "put letters on what is in sight; press one to go there", " "),
    _screen("mouse", "leave the mouse to the terminal, which selects text then, or take it back", "m"),
    _screen("editor", "write the draft in your editor", "w", key="draft-editor"),
    _screen("stash", "put the draft aside, or bring it back", "S", key="draft-stash"),
    _screen("history", "search what you said before, in any session", "f", key="draft-history"),
    _screen("queue", "change what waits behind a reply", "Q"),
    _screen("find", "find a session by letters of its title", "/", "filter"),
    _screen("pin", "keep this session at the top of the list, or no longer", "*"),
    _screen("sidebar", "show or hide the sessions beside the chat", "b"),
    _screen("inspector", "show or hide what a wide screen tells of memory, tools and files", "i"),
    Command("next-tab", "show the inspector's next tab", _next_tab, leader="]", screen=True),
    _screen(
        "mode",
        "ask about everything, about writes only, or let nothing be changed",
        "G",
        argument="NAME",
        key="chat-mode",
    ),
    _screen("tools", "list the tools that ran in this session", "T"),
    _screen("needs", "list the questions that wait for you, of every program, and answer them", "N"),
    _screen("chat", "go to the prompt", "1"),
    _screen("take", "take over a session that another program holds", "t"),
    _screen("keys", "show every key", "k"),
    Command("quit", "end localgpt-tui; the session is kept", _quit, aliases=("exit", "q"), leader="q"),
)
"""Every command, in the order the help shows them."""
