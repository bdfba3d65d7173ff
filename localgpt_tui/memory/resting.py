"""Sessions join the index when they rest: a long one is not read again with every message that is added to it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Iterable

import apsw

_HURRY_SECONDS = 1.0

ANY = ("",)
"""Stands for sessions that are not known by name."""


class Resting:
    """Knows which sessions wait to be taken in, and when the time for it has come."""

    def __init__(self, take_in: Callable[[Collection[str]], Awaitable[object]]) -> None:
        """Nothing waits yet.

        Args:
            take_in: brings all sessions up to date, but for those it is given.
        """
        self._take_in = take_in
        self._waiting: frozenset[str] = frozenset()
        self._stirred = asyncio.Event()

    def stir(self, names: Iterable[str] = ANY) -> None:
        """Something was said in the sessions called `names`."""
        if stirred := frozenset(names):
            self._waiting |= stirred
            self._stirred.set()

    async def hurry(self, but: Collection[str]) -> None:
        """Take in what waits for somebody who searches, and who waits a second at most; those in `but` wait on."""
        if self._waiting.difference(but):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._take(but)), _HURRY_SECONDS)

    async def run(self, seconds: float, busy: Callable[[], bool]) -> None:
        """Take in what waits whenever nothing was said for `seconds` and nothing is `busy`; until cancelled."""
        while True:
            await self._stirred.wait()
            while self._stirred.is_set() or busy():
                self._stirred.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stirred.wait(), seconds)
            await self._take()

    async def _take(self, but: Collection[str] = ()) -> None:
        self._waiting = frozenset(but)
        with contextlib.suppress(OSError, apsw.Error):  # whoever writes the index says so
            await self._take_in(but)
