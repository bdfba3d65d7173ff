"""Ctrl+P: every command of the table, found by a few of its letters."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Protocol, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from localgpt_tui.ui.keymap import leader_path, shown_path

if TYPE_CHECKING:
    from localgpt_tui.commands import Command


class _Doer(Protocol):
    """The chat screen, as the palette sees it."""

    def do(self, line: str) -> object: ...


class _Keys(Protocol):
    """The app, as the palette sees it."""

    @property
    def keys(self) -> Mapping[str, str]: ...


class CommandPalette(Provider):
    """Offers what a slash command would do; one that needs words is put into the draft."""

    async def discover(self) -> Hits:
        """All of them, before anything was typed."""
        for command in _commands():
            yield DiscoveryHit(self._name(command), partial(self._run, command), help=command.help)

    async def search(self, query: str) -> Hits:
        """Those whose name or help has the letters of `query` in this order."""
        matcher = self.matcher(query)
        for command in _commands():
            score = max(matcher.match(self._name(command)), matcher.match(command.help))
            if score > 0:
                yield Hit(score, matcher.highlight(self._name(command)), partial(self._run, command), help=command.help)

    def _name(self, command: "Command") -> str:
        """`/history   ^X f · Ctrl+R`: its name, and the keys that do the same."""
        from localgpt_tui.ui.keys import keys_of  # noqa: PLC0415 - it knows the app

        changed = cast("_Keys", self.app).keys
        leader = shown_path(leader_path(command.name, command.leader, changed), "^X")
        keys = keys_of(command.key, changed) if command.key else ""
        ways = " · ".join(filter(None, (leader, keys)))
        return f"/{command.name}   {ways}" if ways else f"/{command.name}"

    def _run(self, command: "Command") -> None:
        while not hasattr(self.app.screen, "do"):  # another screen over the chat: the command closes it
            self.app.pop_screen()
        cast("_Doer", self.app.screen).do(f"/{command.name}")


def _commands() -> tuple["Command", ...]:
    from localgpt_tui.commands import COMMANDS  # noqa: PLC0415 - it knows the assistant: not before the first frame

    return COMMANDS
