"""What lasts: the messages a conversation is made of, and what a reply cost."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

Stop = Literal["end", "tool_calls", "length", "refusal", "cancelled", "failed"]
"""Why a reply ended. `cancelled` and `failed` mark a partial reply, which is never taken for an answer."""


def now() -> datetime:
    """The present moment, with the machine's own offset, as files keep it."""
    return datetime.now(UTC).astimezone()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one reply as the provider counted them; `None` where it did not say.

    Attributes:
        input_tokens: all tokens read, cached ones included.
        cost: US dollars; `None` means that no price is known, which is not the same as free.
        context_window: the model's whole window in tokens.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    cost: float | None = None
    context_window: int | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something sent along with a user's message: text by its content, an image by its bytes."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's wish to run a tool; `arguments` is the JSON text exactly as the model wrote it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Thinking:
    """A stretch of a model's reasoning; `signature` lets a vendor accept it back unchanged."""

    text: str
    signature: str = ""


@dataclass(frozen=True, slots=True)
class UserMessage:
    """What the person said."""

    text: str
    attachments: tuple[Attachment, ...] = ()
    time: datetime = field(default_factory=now)
    kind: Literal["user"] = "user"


@dataclass(frozen=True, slots=True)
class AssistantMessage:
    """One reply of a model: text, reasoning and the tool calls it asks for.

    Attributes:
        model: the full name it was asked by, such as `anthropic/claude-sonnet-5-5`.
        note: why the reply is partial, in words for a person; empty for a whole one.
    """

    text: str
    thinking: tuple[Thinking, ...] = ()
    calls: tuple[ToolCall, ...] = ()
    model: str = ""
    usage: Usage = Usage()
    stop: Stop = "end"
    note: str = ""
    time: datetime = field(default_factory=now)
    kind: Literal["assistant"] = "assistant"


@dataclass(frozen=True, slots=True)
class ToolMessage:
    """What a tool answered to the call `call_id`.

    Attributes:
        failed: the text is an error the model can act on.
        declined: it never ran, since the person said no; the text tells what they said.
        seconds: how long the tool ran.
    """

    call_id: str
    name: str
    text: str
    failed: bool = False
    declined: bool = False
    seconds: float = 0.0
    time: datetime = field(default_factory=now)
    kind: Literal["tool"] = "tool"


Message = UserMessage | AssistantMessage | ToolMessage
