"""The memory in the hands of one session: what it reads can be cited, what it changes is signed and can be undone."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from localgpt_tui.core.passages import Found, Passage
from localgpt_tui.memory.choices import Choices
from localgpt_tui.memory.citing import Citations
from localgpt_tui.memory.document import Written
from localgpt_tui.memory.history import History
from localgpt_tui.memory.memory import Memory
from localgpt_tui.memory.origin import is_marked, marked
from localgpt_tui.memory.recollecting import recollect


class SignedMemory:
    """Fills the Memory port, with `get` and `edit` besides, for the agent in one session.

    What was said in that session is not searched: the model is given it anyway.
    """

    def __init__(
        self,
        memory: Memory,
        history: History,
        session: str,
        *,
        turn: Callable[[], str] = str,
        origins: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """The memory as the session `session` has it.

        Args:
            turn: names the message of the person that is being answered.
            origins: names the untrusted places whose text the model has seen; what it notes down is marked with them.
        """
        self._memory = memory
        self._history = history
        self._session = session
        self._turn = turn
        self._origins = origins
        self._own = (f"sessions/{session}",)
        self._citations = Citations()

    async def recollect(self, text: str) -> Found:
        """The few memories that bear on the person's message `text`; a turn begins with it."""
        self._citations.begin()
        chosen = await asyncio.to_thread(Choices(self._memory.workspace.root).load)
        found = await recollect(self._memory, text, chosen, leave_out=self._own)
        numbered = self._citations.numbered(found.passages)
        self._citations.news()  # the caller shows these
        return replace(found, passages=numbered)

    def begin(self) -> None:
        """A turn begins for which nothing is recollected."""
        self._citations.begin()

    def cited(self) -> tuple[Passage, ...]:
        """What the model's own searches and readings brought since this was asked last."""
        return self._citations.news()

    async def search(self, query: str, limit: int = 10) -> Found:
        """The passages that answer `query` best, best first."""
        found = await self._memory.search(query, limit, leave_out=self._own)
        return replace(found, passages=self._citations.numbered(found.passages))

    async def get(self, path: str, first: int = 1, last: int = 0) -> Passage:
        """The lines `first` to `last` (0: the last one) of a file as it is now.

        Raises:
            LocalGPTError: there is no such file, or it cannot be read.
        """
        return self._citations.numbered([await self._memory.get(path, first, last)])[0]

    async def append(self, text: str, file: str = "") -> Passage:
        """Note `text` down in `file`, by default today's log.

        Raises:
            LocalGPTError: there is nothing to note, or it cannot be written there.
        """
        noted = self._with_origin(text)
        return await self._keep(await asyncio.to_thread(self._memory.workspace.append, noted, file, author="agent"))

    async def edit(self, path: str, old: str, new: str) -> Passage:
        """Let the one place in `path` that reads `old` read `new`.

        Raises:
            LocalGPTError: there is no such place or more than one, or it cannot be written.
        """
        wanted = self._with_origin(new)
        return await self._keep(await asyncio.to_thread(self._memory.workspace.edit, path, old, wanted, author="agent"))

    def _with_origin(self, text: str) -> str:
        """`text`, marked where it may stem from a place that nobody vouches for and does not say so itself."""
        origins = self._origins()
        return marked(text, origins[-1]) if origins and text.strip() and not is_marked(text) else text

    async def _keep(self, written: Written) -> Passage:
        self._history.record([written], author="agent", session=self._session, turn=self._turn())
        return await self._memory.took(written)
