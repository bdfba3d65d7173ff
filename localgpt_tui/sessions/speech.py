"""Messages as they stand in a session's file, and back."""

import base64
import binascii
import math
from datetime import UTC, datetime
from typing import Any

from pydantic import AliasGenerator, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from localgpt_tui.core.messages import (
    AssistantMessage,
    Attachment,
    Message,
    Stop,
    Thinking,
    ToolCall,
    ToolMessage,
    Usage,
    UserMessage,
)

_STOP_WORDS: dict[Stop, str] = {
    "end": "stop",
    "tool_calls": "toolUse",
    "length": "length",
    "refusal": "refusal",
    "cancelled": "aborted",
    "failed": "error",
}
_STOPS: dict[str, Stop] = {
    **{word: stop for stop, word in _STOP_WORDS.items()},
    "tool_use": "tool_calls",
    "tool_calls": "tool_calls",
    "max_tokens": "length",
    "cancelled": "cancelled",
    "failed": "failed",
}


class _Wire(BaseModel):
    model_config = ConfigDict(extra="allow", alias_generator=AliasGenerator(alias=to_camel), populate_by_name=True)


class WirePart(_Wire):
    """A part of a message's content; which fields are used depends on `type`."""

    type: str = "text"
    text: str | None = None
    thinking: str = ""
    signature: str = ""
    image_url: dict[str, Any] | str | None = None
    name: str | None = None
    media_type: str = ""
    data: str = ""

    model_config = ConfigDict(
        extra="allow",
        alias_generator=AliasGenerator(alias=lambda name: name if name == "image_url" else to_camel(name)),
        populate_by_name=True,
    )


class WireCall(_Wire):
    """A tool call; `arguments` is JSON text."""

    id: str = ""
    name: str = ""
    arguments: str = ""


class WireCost(_Wire):
    """US dollars."""

    total: float | None = None


class WireUsage(_Wire):
    """Tokens of a reply; what the provider did not say is left out."""

    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    context_window: int | None = None
    cost: WireCost | None = None


class WireMessage(_Wire):
    """A message; which fields are used depends on `role`."""

    role: str
    content: list[WirePart] | str | None = None
    tool_calls: list[WireCall] | None = None
    tool_call_id: str | None = None
    tool_name: str | None = None
    is_error: bool | None = None
    declined: bool | None = None
    seconds: float | None = None
    model: str | None = None
    provider: str | None = None
    usage: WireUsage | None = None
    stop_reason: str | None = None
    note: str | None = None
    timestamp: int | float | None = None

    @property
    def parts(self) -> list[WirePart]:
        """The content as parts, also where it was written as one string."""
        if isinstance(self.content, str):
            return [WirePart(text=self.content)]
        return self.content or []

    @property
    def said(self) -> str:
        """All text of the content."""
        return "".join(part.text or "" for part in self.parts if part.type == "text")


def wrap(message: Message) -> dict[str, object]:
    """The message as JSON values."""
    match message:
        case UserMessage():
            parts = [{"type": "text", "text": message.text}, *map(_attachment, message.attachments)]
            spoken: dict[str, object] = {"role": "user", "content": parts}
        case AssistantMessage():
            spoken = _reply(message)
        case ToolMessage():
            spoken = {
                "role": "toolResult",
                "content": [{"type": "text", "text": message.text}],
                "toolCallId": message.call_id,
                "toolName": message.name,
                "isError": message.failed,
                "seconds": message.seconds if math.isfinite(message.seconds) else 0.0,
            }
            spoken |= {"declined": True} if message.declined else {}
    return {**spoken, "timestamp": int(message.time.timestamp() * 1000)}


def unwrap(spoken: WireMessage, time: datetime) -> Message | None:
    """The message in the words of the core; None for a role that is not part of the conversation (`system`)."""
    match spoken.role:
        case "user":
            return UserMessage(spoken.said, tuple(filter(None, map(_restored, spoken.parts))), time)
        case "assistant":
            return _replied(spoken, time)
        case "toolResult" | "tool":
            return ToolMessage(
                spoken.tool_call_id or "",
                spoken.tool_name or "",
                spoken.said,
                failed=bool(spoken.is_error),
                declined=bool(spoken.declined),
                seconds=spoken.seconds or 0.0,
                time=time,
            )
    return None


def moment(text: str, milliseconds: float | None = None) -> datetime:
    """The time an entry gives as RFC 3339 text, else in milliseconds since 1970; the epoch where it gives none."""
    try:
        time = datetime.fromisoformat(text)
        return time if time.tzinfo else time.astimezone()
    except ValueError:
        pass
    try:
        return datetime.fromtimestamp((milliseconds or 0) / 1000, UTC).astimezone()
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def _reply(message: AssistantMessage) -> dict[str, object]:
    thoughts = [
        {"type": "thinking", "thinking": thought.text, "signature": thought.signature} for thought in message.thinking
    ]
    provider, _, model = message.model.partition("/")
    named = {"provider": provider, "model": model} if provider and model else {"model": message.model}
    calls = [{"id": call.id, "name": call.name, "arguments": call.arguments} for call in message.calls]
    return {
        "role": "assistant",
        "content": [*thoughts, {"type": "text", "text": message.text}],
        **({"toolCalls": calls} if calls else {}),
        **named,
        "usage": _usage(message.usage),
        "stopReason": _STOP_WORDS[message.stop],
        **({"note": message.note} if message.note else {}),
    }


def _usage(usage: Usage) -> dict[str, object]:
    counted = {
        "input": usage.input_tokens,
        "output": usage.output_tokens,
        "cacheRead": usage.cache_read_tokens,
        "cacheWrite": usage.cache_write_tokens,
        "contextWindow": usage.context_window,
    }
    known: dict[str, object] = {name: count for name, count in counted.items() if count is not None}
    if usage.input_tokens is not None and usage.output_tokens is not None:
        known["totalTokens"] = usage.input_tokens + usage.output_tokens
    if usage.cost is not None and math.isfinite(usage.cost):
        known["cost"] = {"total": usage.cost}
    return known


def _replied(spoken: WireMessage, time: datetime) -> AssistantMessage:
    usage = spoken.usage or WireUsage()
    return AssistantMessage(
        text=spoken.said,
        thinking=tuple(
            Thinking(part.thinking or part.text or "", part.signature)
            for part in spoken.parts
            if part.type == "thinking"
        ),
        calls=tuple(ToolCall(call.id, call.name, call.arguments) for call in spoken.tool_calls or ()),
        model="/".join(filter(None, (spoken.provider, spoken.model))) if spoken.model else "",
        usage=Usage(
            usage.input,
            usage.output,
            usage.cache_read,
            usage.cache_write,
            usage.cost.total if usage.cost else None,
            usage.context_window,
        ),
        stop=_STOPS.get(spoken.stop_reason or "", "end"),
        note=spoken.note or "",
        time=time,
    )


def _attachment(attachment: Attachment) -> dict[str, object]:
    kind = attachment.media_type
    if kind.startswith("image/") and not set(kind) & set(";,"):
        url = f"data:{kind};base64,{base64.b64encode(attachment.data).decode()}"
        return {"type": "image_url", "image_url": {"url": url}, "name": attachment.name}
    named: dict[str, object] = {"type": "attachment", "name": attachment.name, "mediaType": kind}
    try:
        return {**named, "text": attachment.data.decode()}
    except UnicodeDecodeError:
        return {**named, "data": base64.b64encode(attachment.data).decode()}


def _restored(part: WirePart) -> Attachment | None:
    if part.type == "attachment":
        content = _from_base64(part.data) if part.text is None else part.text.encode()
        return Attachment(part.name or "", part.media_type, content)
    if part.type == "image_url":
        url = part.image_url.get("url", "") if isinstance(part.image_url, dict) else part.image_url
        head, _, data = str(url).partition(";base64,")
        if head.startswith("data:"):
            return Attachment(
                "image" if part.name is None else part.name, head.removeprefix("data:"), _from_base64(data)
            )
    return None


def _from_base64(data: str) -> bytes:
    try:
        return base64.b64decode(data)
    except (binascii.Error, ValueError):
        return b""
