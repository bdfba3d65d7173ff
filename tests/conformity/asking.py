"""Ways to ask a provider for a reply: for its answer, for its failure, or to be stopped in the middle."""

import asyncio

import pytest
from fakes import EventLog, request

from localgpt_tui.core.errors import ProviderError
from localgpt_tui.core.events import TextDelta


async def ask(provider, text, **rest):
    """The message, and the events before it."""
    events = EventLog()
    message = await provider.reply(request(text, **rest), events)
    assert events.text == message.text
    return message, events


async def failure(provider, text, **rest):
    """The error, and the events before it."""
    events = EventLog()
    with pytest.raises(ProviderError) as caught:
        await provider.reply(request(text, **rest), events)
    assert caught.value.message
    assert caught.value.advice
    return caught.value, events


async def cancel(provider, text, **rest):
    """Cancel the reply once some of its text has arrived; it must be gone within a second."""
    begun = asyncio.Event()
    task = asyncio.create_task(
        provider.reply(request(text, **rest), lambda event: isinstance(event, TextDelta) and begun.set())
    )
    await asyncio.wait_for(begun.wait(), 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 1)
