"""Asking for one reply: what arrives is kept even where the rest never does."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from localgpt_tui.core.errors import LocalGPTError, ProviderError
from localgpt_tui.core.events import Emit, Event, FellBack, Said, TextDelta, ThinkingDelta
from localgpt_tui.core.messages import AssistantMessage, Message, Thinking, ToolCall
from localgpt_tui.core.ports import Provider, Request


async def next_reply(provider: Provider, request: Request, emit: Emit) -> AssistantMessage:
    """One whole, usable reply, its call ids unlike any other of the conversation.

    Raises:
        ProviderError: the model failed or said nothing. Text and thinking that had arrived were emitted as `Said`,
            marked as partial; the same holds when the turn is cancelled. Calls that had arrived are dropped.
    """
    arrived = _Arrived(emit, provider.model)
    try:
        reply = _usable(await provider.reply(request, arrived))
    except asyncio.CancelledError:
        arrived.keep("cancelled", "Stopped before the reply was whole.")
        raise
    except Exception as error:
        arrived.keep("failed", error.message if isinstance(error, LocalGPTError) else "An unexpected error cut it off.")
        raise
    return replace(reply, calls=_with_distinct_ids(reply.calls, request.messages))


class _Arrived:
    """Passes events on and keeps the text and thinking in them."""

    def __init__(self, emit: Emit, model: str) -> None:
        self._emit = emit
        self._model = model
        self._text: list[str] = []
        self._thinking: list[str] = []

    def __call__(self, event: Event) -> None:
        match event:
            case TextDelta(text):
                self._text.append(text)
            case ThinkingDelta(text):
                self._thinking.append(text)
            case FellBack(model):
                self._model = model
            case _:
                pass
        self._emit(event)

    def keep(self, stop: Literal["cancelled", "failed"], note: str) -> None:
        text, thinking = "".join(self._text), "".join(self._thinking)
        if text.strip() or thinking:
            thoughts = (Thinking(thinking),) if thinking else ()
            self._emit(Said(AssistantMessage(text, thoughts, model=self._model, stop=stop, note=note)))


def _usable(reply: AssistantMessage) -> AssistantMessage:
    if reply.stop in ("failed", "cancelled"):
        raise ProviderError(reply.note or "The reply was cut off.", "Ask again.", failure="cut")
    if reply.stop == "refusal":
        return replace(reply, calls=())
    if reply.text.strip() or reply.calls:
        return reply
    if reply.stop == "length":
        raise ProviderError(
            "The model reached its limit of tokens before it wrote an answer.",
            "Raise agent.max_tokens, or ask for less at once.",
            failure="too_long",
        )
    raise ProviderError("The model sent an empty reply.", "Ask again, or choose another model.", failure="malformed")


def _with_distinct_ids(calls: Iterable[ToolCall], messages: Iterable[Message]) -> tuple[ToolCall, ...]:
    """Some servers number the calls of every reply from 0, or give no id at all."""
    taken = {call.id for message in messages if message.kind == "assistant" for call in message.calls}
    distinct = []
    for call in calls:
        name, number = call.id or "call", 1
        while (candidate := name if number == 1 else f"{name}-{number}") in taken:
            number += 1
        taken.add(candidate)
        distinct.append(replace(call, id=candidate))
    return tuple(distinct)
