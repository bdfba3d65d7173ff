"""One table of what a person can ask of the program itself: slash commands, palette, help and keys are made from it."""

from collections.abc import Awaitable, Callable

from localgpt_tui.commands import keeping, models, sessions
from localgpt_tui.commands.desk import Command, Desk
from localgpt_tui.core.errors import LocalGPTError

__all__ = ["COMMANDS", "Command", "Desk", "find", "run"]


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
    names = [f"/{command.name} {command.argument}".rstrip().replace("|", "\\|") for command in COMMANDS]
    rows = [f"| `{name}` | {command.help} |" for name, command in zip(names, COMMANDS, strict=True)]
    desk.tell("\n".join(["| command | what it does |", "|---|---|", *rows]))


async def _quit(desk: Desk, _argument: str) -> None:
    desk.quit()


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
    Command("help", "list the commands", _help, aliases=("h", "?"), leader="h"),
    Command("new", "start a new session", sessions.begin, leader="n"),
    Command(
        "incognito",
        "start a session that neither recalls nor remembers and is never on the disk",
        sessions.begin_incognito,
        leader="I",
    ),
    Command("sessions", "list the sessions", sessions.tell_all, leader="2"),
    Command(
        "open",
        "open the session whose id begins with ID",
        sessions.open_one,
        argument="ID",
        aliases=("resume",),
        leader="l",
    ),
    Command("rename", "give this session a title", sessions.rename, argument="TITLE", leader="r"),
    Command("delete", "delete this session; it can be undone", sessions.delete, leader="d"),
    Command("undelete", "bring the session deleted last back", sessions.undelete, leader="u"),
    Command(
        "model", "say which model answers, or let NAME answer", models.switch, argument="NAME", leader="C", waits=True
    ),
    Command("models", "list the models that could answer here", models.tell_all, leader="M"),
    Command("status", "show session, model, tokens and cost", models.tell_status, leader="s"),
    Command(
        "memory", "browse what is remembered, or search it for WORDS", keeping.search, argument="WORDS", leader="3"
    ),
    _screen("heartbeat", "show what ran by itself, and the tasks of HEARTBEAT.md", "4"),
    _screen("learned", "list what this session wrote into the memory; u there undoes it", "L"),
    _screen("why", "show the memories that the reply was given", "W"),
    Command("export", "write this conversation to a Markdown file", sessions.export, argument="FILE", leader="e"),
    _screen("edit", "change what you said last and say it again, on a new branch", "E", waits=True),
    _screen("retry", "let the model answer your last message again, on a new branch", "R", "regenerate", waits=True),
    _screen("rewind", "drop your last message and all after it; /undo brings it back", "D", waits=True),
    Command(
        "undo",
        "return to what /edit, /retry or /rewind left, or give back the files that tools changed last",
        keeping.undo,
        argument="[files]",
        leader="U",
        waits=True,
    ),
    Command(
        "redo",
        "change the files again that /undo files gave back",
        keeping.redo,
        argument="[files]",
        leader="Y",
        waits=True,
    ),
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
    _screen("search", "search for WORDS in this session", "F", argument="WORDS", key="transcript-search"),
    _screen("fold", "fold or unfold the thinking and the tools of the latest reply", "z"),
    _screen("mark", "mark lines of the transcript by keyboard; y copies them", "V", key="transcript-mark"),
    _screen("pager", "read the message under the cursor, or the latest reply, in a pager", "O", key="transcript-pager"),
    _screen("links", "show where the links of a message lead, and open one", "o", "link"),
    _screen("jump", "put letters on what is in sight; press one to go there", " "),
    _screen("theme", "choose how it looks", "c", argument="NAME"),
    _screen("mouse", "leave the mouse to the terminal, which selects text then, or take it back", "m"),
    _screen("editor", "write the draft in your editor", "w", key="draft-editor"),
    _screen("stash", "put the draft aside, or bring it back", "S", key="draft-stash"),
    _screen("history", "search what you said before, in any session", "f", key="draft-history"),
    _screen("remember", "note LINE in today's log, as # does, without a model", "#", argument="LINE"),
    _screen("top", "go to the first message", "<", key="transcript-top"),
    _screen("end", "go to the end, and follow it", ">", key="transcript-end"),
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
    _screen("redraw", "draw everything again", "X", key="app-redraw"),
    _screen("suspend", "stop here; `fg` comes back", "Z", key="app-suspend"),
    _screen("keys", "show every key", "k"),
    Command("quit", "end localgpt-tui; the session is kept", _quit, aliases=("exit", "q"), leader="q"),
)
"""Every command, in the order the help shows them."""
