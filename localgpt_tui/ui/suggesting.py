"""What the completions of a draft are: commands, their arguments, files."""

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from textual.theme import BUILTIN_THEMES

from localgpt_tui.attachments import located, mention
from localgpt_tui.commands import COMMANDS, Command, find
from localgpt_tui.drafting.completion import Suggestion, Wish
from localgpt_tui.drafting.folder import files_below
from localgpt_tui.drafting.fuzzy import match, rank
from localgpt_tui.plaintext import from_home
from localgpt_tui.ui.mentions import SESSIONS
from localgpt_tui.ui.themes import THEMES

if TYPE_CHECKING:
    from localgpt_tui.ui.sitting import Sitting

_MOST = 50
_FILES_FIRST, _MOST_SESSIONS = 5, 3  # the likeliest files, then a few sessions, then the other files
_FRESH = 10.0  # seconds that a list of files is used again
_BY_PATH = ("/", "~", "./", "../")


class Suggesting:
    """Answers wishes for one sitting; whatever takes time is done in a thread."""

    def __init__(self, sitting: "Sitting", *, clock: Callable[[], float] = monotonic) -> None:
        self._sitting = sitting
        self._clock = clock
        self._files: list[str] = []
        self._listed: tuple[Path, float] | None = None

    async def answer(self, wish: Wish, *, attached: Sequence[str] = ()) -> list[Suggestion]:
        """Ways to go on, the likeliest first.

        Args:
            attached: names of what is attached to the draft.
        """
        if wish.kind == "command":
            return _commands(wish.query)
        if wish.kind == "file":
            files = [_file(path, places, quoted=True) for path, places in await self._paths(wish.query)]
            sessions = await self._mentioned_sessions(wish.query)
            return [*files[:_FILES_FIRST], *sessions, *files[_FILES_FIRST:]][:_MOST]
        command = find(wish.command)
        return await self._arguments(command.name if command else "", wish.query, attached)

    async def _arguments(self, command: str, query: str, attached: Sequence[str]) -> list[Suggestion]:
        match command:
            case "open":
                return await self._sessions(query)
            case "model":
                return _named(query, self._models())
            case "attach":
                return [_file(path, places, quoted=False) for path, places in await self._paths(query)]
            case "theme":
                return _named(query, {theme.name: "" for theme in (*THEMES, *BUILTIN_THEMES.values())})
            case "detach":
                return _named(query, dict.fromkeys(attached, "attached"))
            case _:
                return []

    async def _sessions(self, query: str) -> list[Suggestion]:
        sessions = await asyncio.to_thread(self._sitting.assistant.shelf.list)
        ranked = rank(query, sessions, lambda session: f"{session.id[:8]} {session.title}", most=_MOST)
        return [
            Suggestion(session.id[:8], f"{session.id[:8]} {session.title}", f"{session.updated:%Y-%m-%d}", fit.places)
            for session, fit in ranked
        ]

    async def _mentioned_sessions(self, query: str) -> list[Suggestion]:
        """Sessions to be sent along, by their titles or, with `sessions/`, their ids; none of them before a letter."""
        if not query or query.startswith(_BY_PATH):
            return []
        found = await self._sessions(query.removeprefix(SESSIONS))
        return [
            Suggestion(f"@{SESSIONS}{each.text} ", each.label, f"session of {each.words}", each.places)
            for each in found
            if query.startswith(SESSIONS) or len(each.places) == len(query)
        ][: _MOST if query.startswith(SESSIONS) else _MOST_SESSIONS]

    def _models(self) -> dict[str, str]:
        found = self._sitting.surroundings
        config = self._sitting.assistant.config
        names = dict(config.agent.aliases)
        names |= {f"ollama/{name}": "on this machine or its network" for name in found.ollama_models}
        if found.claude_path:
            names |= {f"claude-cli/{name}": "through the claude program" for name in ("opus", "sonnet", "haiku")}
        return names | {"recall": "no model: looks things up in what is remembered"}

    async def _paths(self, query: str) -> list[tuple[str, tuple[int, ...]]]:
        if query.startswith(_BY_PATH):
            return await asyncio.to_thread(_beside, query)
        folder = Path.cwd()
        if self._listed is None or self._listed[0] != folder or self._clock() - self._listed[1] > _FRESH:
            self._files = await asyncio.to_thread(_all_files, folder, self._sitting.assistant.places.workspace)
            self._listed = (folder, self._clock())
        ranked = await asyncio.to_thread(rank, query, self._files, str, most=_MOST)
        return [(path, fit.places) for path, fit in ranked if fit.score >= len(query)]  # not letters strewn anywhere


def _commands(query: str) -> list[Suggestion]:
    by_name = {name: command for command in COMMANDS for name in (command.name, *command.aliases)}
    found: dict[str, Suggestion] = {}
    for name, _ in rank(query, by_name, str, most=_MOST):
        command = by_name[name]
        if command.name not in found and (name == command.name or name.startswith(query.lower())):
            shown = match(query, command.name)
            places = tuple(place + 1 for place in (shown.places if shown else ()))
            found[command.name] = _command(command, places, written=name if name == query.lower() else command.name)
    return list(found.values())


def _command(command: Command, places: tuple[int, ...], *, written: str) -> Suggestion:
    goes_on = bool(command.argument)
    label = f"/{command.name}{' ' + command.argument if command.argument else ''}"
    return Suggestion(f"/{written}{' ' if goes_on else ''}", label, command.help, places, goes_on=goes_on)


def _named(query: str, names: dict[str, str]) -> list[Suggestion]:
    return [Suggestion(name, name, names[name], fit.places) for name, fit in rank(query, names, str, most=_MOST)]


def _file(path: str, places: tuple[int, ...], *, quoted: bool) -> Suggestion:
    further = path.endswith("/")
    text = mention(path).removesuffix('"' if further else "") if quoted else path
    return Suggestion(text if further or not quoted else f"{text} ", path, "", places, goes_on=further or not quoted)


def _all_files(folder: Path, workspace: Path) -> list[str]:
    """The working folder's files, then the workspace's by their full path where that lies elsewhere."""
    files = files_below(folder)
    if not workspace.is_relative_to(folder):
        files += [from_home(workspace / path) for path in files_below(workspace)]
    return files


def _beside(query: str) -> list[tuple[str, tuple[int, ...]]]:
    """What lies in the folder that a path names, folders with a slash behind them."""
    above, _, begun = query.rpartition("/")
    if not above and not query.startswith("/"):
        return []  # `~` alone, or `~name`
    above += "/"
    try:
        with os.scandir(located(above, Path.cwd())) as entries:
            names = sorted(entry.name + ("/" if entry.is_dir() else "") for entry in entries)
    except (OSError, ValueError):
        return []
    wanted = [name for name in names if begun.startswith(".") or not name.startswith(".")]
    return [
        (above + name, tuple(len(above) + place for place in fit.places))
        for name, fit in rank(begun, wanted, str, most=_MOST)
    ]
