"""Listening to a server that answers piece by piece, and not for longer than makes sense."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from typing import Any

from localgpt_tui.core.errors import ProviderError
from localgpt_tui.core.events import Emit
from localgpt_tui.providers.draft import Draft
from localgpt_tui.providers.trouble import Trouble

LOCAL_PATIENCE = 5
"""How many times longer a server on this machine may be silent before its first piece: it loads the model then, and
reads the whole prompt on a slow processor.
"""

_AFTER_FINISH_SECONDS = 5.0

_WAITED, _GATHERS = 0.001, 0.02
"""Seconds: what takes that long had to be waited for; and how long the next pieces may gather then, since reading five
at once costs hardly more than reading one.
"""

Opening = Callable[[], Awaitable[AbstractAsyncContextManager[AsyncIterator[Any]]]]
"""Sends the request and returns the stream, which closes its connection when it is left."""

Read = Callable[[Any, Draft], None]
"""Takes one event of a dialect into the draft; knows nothing of networks."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait: for a connection, for the first piece of a reply, and between two pieces."""

    connect: float
    first: float
    idle: float


async def listen(
    opening: Opening,
    read: Read,
    emit: Emit,
    *,
    patience: Patience,
    trouble: Trouble,
    translated: Callable[[], AbstractContextManager[None]],
) -> Draft:
    """Open a stream and read it to its end.

    The time between two events counts, not between two bytes: a server that sends a byte a minute has stalled too.

    Raises:
        ProviderError: whatever went wrong, a stream that ends without a finish included.
    """
    draft = Draft()
    try:
        with translated():
            await _read_all(opening, read, emit, draft=draft, patience=patience, trouble=trouble)
    except ProviderError:
        if draft.stop is None:
            raise
        # The reply was whole already: how its connection ended changes nothing.
    if draft.stop is None:
        raise trouble.error("cut")
    draft.finish(emit)
    return draft


async def _read_all(
    opening: Opening, read: Read, emit: Emit, *, draft: Draft, patience: Patience, trouble: Trouble
) -> None:
    async with asyncio.timeout(patience.first):
        stream = await opening()
    seconds = patience.first
    clock = asyncio.get_running_loop().time
    async with stream as events:
        while not draft.closed:
            asked = clock()
            try:
                async with asyncio.timeout(seconds):
                    event = await anext(events)
            except StopAsyncIteration:
                return
            waited = clock() - asked > _WAITED
            with trouble.reading():
                read(event, draft)
            draft.tell(emit)
            if waited and draft.stop is None:
                await asyncio.sleep(_GATHERS)
            seconds = patience.idle if draft.stop is None else min(patience.idle, _AFTER_FINISH_SECONDS)
