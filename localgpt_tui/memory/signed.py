"""The memory in the hands of one session: what it changes is signed with it, and can be taken back."""

import asyncio

from localgpt_tui.core.passages import Found, Passage
from localgpt_tui.memory.history import History
from localgpt_tui.memory.memory import Memory


class SignedMemory:
    """Fills the Memory port, with `get` and `edit` besides, for the agent in the session `session`."""

    def __init__(self, memory: Memory, history: History, session: str) -> None:
        self._memory = memory
        self._history = history
        self._session = session

    async def search(self, query: str, limit: int = 10) -> Found:
        """The passages that answer `query` best, best first."""
        return await self._memory.search(query, limit)

    async def get(self, path: str, first: int = 1, last: int = 0) -> Passage:
        """The lines `first` to `last` (0: the last one) of a file as it is now.

        Raises:
            LocalGPTError: there is no such file, or it cannot be read.
        """
        return await self._memory.get(path, first, last)

    async def append(self, text: str, file: str = "") -> Passage:
        """Note `text` down in `file`, by default today's log.

        Raises:
            LocalGPTError: there is nothing to note, or it cannot be written there.
        """
        written = await asyncio.to_thread(self._memory.workspace.append, text, file, author="agent")
        self._history.record([written], author="agent", session=self._session)
        return await self._memory.took(written)

    async def edit(self, path: str, old: str, new: str) -> Passage:
        """Let the one place in `path` that reads `old` read `new`.

        Raises:
            LocalGPTError: there is no such place or more than one, or it cannot be written.
        """
        written = await asyncio.to_thread(self._memory.workspace.edit, path, old, new, author="agent")
        self._history.record([written], author="agent", session=self._session)
        return await self._memory.took(written)
