"""What a command is, and what a front end lends to it."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from localgpt_tui.assistant import Assistant
from localgpt_tui.conversation import Conversation
from localgpt_tui.sessions.journal import Journal

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
