"""Anthropic's dialect: a conversation in its shape, its events into a draft."""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from localgpt_tui.core.messages import AssistantMessage, Message, Stop, Thinking, ToolMessage, Usage, UserMessage
from localgpt_tui.core.ports import Request, Tool
from localgpt_tui.providers.draft import Draft, whole
from localgpt_tui.providers.history import NO_OUTPUT, arguments_of, full_text, images, paired, person

_CACHED = {"type": "ephemeral"}
_REDACTED = "redacted:"
_CALL_ID = re.compile(r"[^A-Za-z0-9_-]")
_STOPS: Mapping[str, Stop] = {
    "end_turn": "end",
    "stop_sequence": "end",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "pause_turn": "length",
    "refusal": "refusal",
}

Block = dict[str, Any]


def system(text: str) -> list[Block]:
    """The system prompt, marked so that it is cached together with the tools before it."""
    return [{"type": "text", "text": text, "cache_control": _CACHED}]


def tool(tool: Tool) -> Block:
    """A tool in Anthropic's shape."""
    return {"name": tool.name, "description": tool.description, "input_schema": dict(tool.parameters)}


def conversation(request: Request, model: str) -> list[Block]:
    """The messages in Anthropic's shape, with marks up to where their prefix may be cached.

    A prefix is cached up to a mark, and found again where a later request marks the same place. Marked are the
    system prompt, the person's last two messages (the earlier one was the last one in the turn before) and the
    end. The volatile tail comes right behind the mark of the person's last message.
    """
    last = person(request)
    persons = [message for message in request.messages if isinstance(message, UserMessage)][-2:]
    turns: list[Block] = []
    for message in paired(request.messages):
        blocks = _blocks(message, model)
        if blocks and any(message is one for one in persons):
            blocks[-1]["cache_control"] = _CACHED
        if request.tail and last >= 0 and message is request.messages[last]:
            blocks.append({"type": "text", "text": whole(request.tail)})
        _join(turns, "assistant" if isinstance(message, AssistantMessage) else "user", blocks)
    if turns and isinstance(request.messages[-1], ToolMessage):
        turns[-1]["content"][-1]["cache_control"] = _CACHED
    return turns


def read(event: Any, draft: Draft) -> None:  # noqa: ANN401 - the SDK's event
    """Take one event of a Messages stream into the draft."""
    match event.type:
        case "message_start":
            draft.usage = _usage(draft.usage, event.message.usage)
        case "content_block_start":
            _begin(event.index, event.content_block, draft)
        case "content_block_delta":
            _continue(event.index, event.delta, draft)
        case "message_delta":
            draft.usage = _usage(draft.usage, event.usage)
            if event.delta.stop_reason:
                draft.stop = _STOPS.get(event.delta.stop_reason, "end")
        case "message_stop":
            draft.closed = True


def _begin(index: int, block: Any, draft: Draft) -> None:  # noqa: ANN401 - the SDK's block
    match block.type:
        case "text":
            draft.text(block.text)
        case "thinking":
            draft.thought(block.thinking, key=index, signature=block.signature or "")
        case "redacted_thinking":
            draft.thought(key=index, signature=_REDACTED + block.data)
        case "tool_use":
            draft.call(index, id=block.id, name=block.name)


def _continue(index: int, delta: Any, draft: Draft) -> None:  # noqa: ANN401 - the SDK's delta
    match delta.type:
        case "text_delta":
            draft.text(delta.text)
        case "thinking_delta":
            draft.thought(delta.thinking, key=index)
        case "signature_delta":
            draft.thought(key=index, signature=delta.signature)
        case "input_json_delta":
            draft.call(index, arguments=delta.partial_json)


def _usage(before: Usage, counted: Any) -> Usage:  # noqa: ANN401 - the SDK's usage
    """Anthropic counts cached tokens apart; the last event repeats what has changed."""
    if counted is None:
        return before
    read_tokens = _either(counted, "cache_read_input_tokens", before.cache_read_tokens)
    written = _either(counted, "cache_creation_input_tokens", before.cache_write_tokens)
    fresh = getattr(counted, "input_tokens", None)
    total = before.input_tokens if fresh is None else fresh + (read_tokens or 0) + (written or 0)
    return Usage(total, _either(counted, "output_tokens", before.output_tokens), read_tokens, written)


def _either(counted: Any, name: str, before: int | None) -> int | None:  # noqa: ANN401 - the SDK's usage
    value: int | None = getattr(counted, name, None)
    return before if value is None else value


def _blocks(message: Message, model: str) -> list[Block]:
    match message:
        case UserMessage():
            pictures = [_image(one.media_type, one.data) for one in images(message)]
            return [*pictures, *_text(full_text(message))]
        case AssistantMessage():
            return _reply_blocks(message, model)
        case ToolMessage():
            answer = {"type": "tool_result", "tool_use_id": _call_id(message.call_id), "is_error": message.failed}
            return [{**answer, "content": whole(message.text) or NO_OUTPUT}]


def _reply_blocks(message: AssistantMessage, model: str) -> list[Block]:
    """A signed thought is valid only for the model that had it, and only in a reply that was whole."""
    blocks = [*_text(whole(message.text))]
    blocks += [
        {"type": "tool_use", "id": _call_id(call.id), "name": call.name, "input": arguments_of(call.arguments)}
        for call in message.calls
    ]
    if blocks and message.model == model and message.stop not in {"failed", "cancelled"}:
        blocks = [*_thoughts(message.thinking), *blocks]
    return blocks


def _thoughts(thinking: Sequence[Thinking]) -> Iterator[Block]:
    for thought in thinking:
        if thought.signature.startswith(_REDACTED):
            yield {"type": "redacted_thinking", "data": thought.signature.removeprefix(_REDACTED)}
        elif thought.signature:
            yield {"type": "thinking", "thinking": thought.text, "signature": thought.signature}


def _text(text: str) -> Iterator[Block]:
    if text.strip():  # the API refuses blank text
        yield {"type": "text", "text": text}


def _image(media_type: str, content: bytes) -> Block:
    source = {"type": "base64", "media_type": media_type, "data": b64encode(content).decode()}
    return {"type": "image", "source": source}


def _join(turns: list[Block], role: str, blocks: list[Block]) -> None:
    """Turns alternate: results of several tools, and what the person said behind them, are one turn."""
    if not blocks:
        return
    if turns and turns[-1]["role"] == role:
        turns[-1]["content"] += blocks
    else:
        turns.append({"role": role, "content": blocks})


def _call_id(name: str) -> str:
    """Ids that other vendors made may hold characters that this one refuses."""
    return _CALL_ID.sub("_", name)
