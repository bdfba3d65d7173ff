"""What the chat screen lends to a command."""

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from localgpt_tui.assistant import Assistant
from localgpt_tui.conversation import Conversation
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.ui.sitting import Sitting

if TYPE_CHECKING:
    from localgpt_tui.ui.screens.session import SessionScreen


T = TypeVar("T")


class ScreenDesk:
    """Fills `commands.Desk` with a chat screen and its sitting."""

    def __init__(self, screen: "SessionScreen", sitting: Sitting) -> None:
        self._screen = screen
        self._sitting = sitting

    @property
    def assistant(self) -> Assistant:
        """The assistant at work."""
        return self._sitting.assistant

    @property
    def conversation(self) -> Conversation:
        """The conversation that is open.

        Raises:
            LocalGPTError: none can be, before the person has said who may answer.
        """
        if self._sitting.conversation is None:
            raise LocalGPTError("Nobody answers here yet.", "Answer the question above the draft first.")
        return self._sitting.conversation

    def tell(self, text: str) -> None:
        """Show Markdown to the person only."""
        self._screen.tell(text)

    async def open(self, journal: Journal) -> None:
        """Show `journal` and go on in it."""
        await self._screen.open_session(journal)

    async def act(self, action: str, argument: str = "", /) -> None:
        """Do what only this screen can."""
        await self._screen.run_action(f"screen.{action}({argument!r})" if argument else f"screen.{action}")

    async def do_beside(self, work: Coroutine[Any, Any, T], /) -> T:
        """Do `work` in the engine's loop, away from the keys."""
        return await self._screen.engine.run(work)

    def quit(self) -> None:
        """End the program."""
        self._screen.app.run_worker(self._screen.app.action_quit(), exit_on_error=False)
