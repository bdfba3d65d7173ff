"""A reply that is still being written: what has arrived, told on as it comes, whole only at its end."""

import json
import re
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field

from localgpt_tui.core.events import CallDelta, Emit, Event, TextDelta, ThinkingDelta
from localgpt_tui.core.messages import AssistantMessage, Message, Stop, Thinking, ToolCall, Usage

_ESCAPED_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def whole(text: str) -> str:
    """`text` with its surrogate halves joined, and those that stay alone replaced: it can be encoded and saved."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class SurrogateJoiner:
    """Joins characters that a server has split over two pieces of text.

    A JavaScript server that cuts its text into chunks can cut an emoji into two surrogates.
    """

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """What can be shown of `text`; a half at its end is held until the next piece."""
        text = self._held + text
        self._held = text[-1] if text and "\ud800" <= text[-1] <= "\udbff" else ""
        return whole(text.removesuffix(self._held) if self._held else text)

    def flush(self) -> str:
        """What is left at the end: nothing, or the mark of a character that never came whole."""
        rest, self._held = _REPLACEMENT if self._held else "", ""
        return rest


@dataclass(slots=True)
class _Writing:
    """Text that grows: its pieces as they can be shown."""

    pieces: list[str] = field(default_factory=list)
    joiner: SurrogateJoiner = field(default_factory=SurrogateJoiner)

    def add(self, text: str) -> str:
        shown = self.joiner.feed(text)
        self.pieces.append(shown)
        return shown

    def end(self) -> str:
        rest = self.joiner.flush()
        self.pieces.append(rest)
        return rest

    def __str__(self) -> str:
        return "".join(self.pieces)


@dataclass(slots=True)
class _Thought(_Writing):
    signature: str = ""


@dataclass(slots=True)
class _Call(_Writing):
    index: int = 0
    id: str = ""
    name: str = ""


class Draft:
    """Collects a reply from the pieces of any dialect.

    Attributes:
        stop: why the reply ended, as soon as the server has said so; a draft without it is no reply.
        usage: what the server counted so far.
        closed: nothing more is to be expected.
    """

    def __init__(self) -> None:
        self.stop: Stop | None = None
        self.usage = Usage()
        self.closed = False
        self._text = _Writing()
        self._thoughts: dict[object, _Thought] = {}
        self._calls: dict[object, _Call] = {}
        self._news: list[Event] = []
        self._apart = False

    def text(self, piece: str) -> None:
        """More text; what follows a thought or a call begins a paragraph of its own."""
        if piece and self._apart and self._text.pieces:
            piece = "\n\n" + piece
        if piece:
            self._apart = False
            self._tell(TextDelta(self._text.add(piece)))

    def thought(self, piece: str = "", *, key: object = 0, signature: str = "") -> None:
        """More of the stretch of reasoning `key`, or the signature that closes it."""
        thought = self._thoughts.setdefault(key, _Thought())
        thought.signature += signature
        self._apart = True
        self._tell(ThinkingDelta(thought.add(piece)))

    def call(self, key: object, *, id: str = "", name: str = "", arguments: str = "") -> None:  # noqa: A002 - the field's word
        """More of the tool call `key`: its id and name once, its arguments piece by piece."""
        call = self._calls.setdefault(key, _Call(index=len(self._calls)))
        id, name = whole(id), whole(name)  # noqa: A001
        news = name if not call.name else ""
        call.id, call.name = call.id or id, call.name or name
        self._apart = True
        shown = call.add(arguments)
        if news or shown:
            self._news.append(CallDelta(call.index, news, shown))

    def arguments(self, key: object) -> str:
        """What has arrived of the arguments of the call `key`."""
        return str(self._calls.get(key, ""))

    def has_thought(self, key: object) -> bool:
        """True where something of the stretch of reasoning `key` has arrived."""
        return bool(str(self._thoughts.get(key, "")))

    def tell(self, emit: Emit) -> None:
        """Pass on what is new since the last time."""
        news, self._news = self._news, []
        for event in news:
            emit(event)

    def finish(self, emit: Emit) -> None:
        """Close every half character; the reply is whole now."""
        self._tell(TextDelta(self._text.end()))
        for thought in self._thoughts.values():
            self._tell(ThinkingDelta(thought.end()))
        for call in self._calls.values():
            call.end()
        self.tell(emit)

    def message(self, model: str, usage: Usage, taken: Collection[str] = ()) -> AssistantMessage:
        """The whole reply.

        Args:
            taken: ids of earlier calls; a call without an id, or with one of these, is given a new one.
        """
        calls = self._whole_calls(set(taken)) if self.stop in {"end", "tool_calls"} else ()
        stop: Stop = "failed" if self.stop is None else self.stop
        if stop in {"end", "tool_calls"}:
            stop = "tool_calls" if calls else "end"  # some servers say “stop” and mean their calls
        thinking = tuple(Thinking(str(t), t.signature) for t in self._thoughts.values() if str(t) or t.signature)
        return AssistantMessage(str(self._text), thinking, calls, model=model, usage=usage, stop=stop)

    def _whole_calls(self, taken: set[str]) -> tuple[ToolCall, ...]:
        calls = []
        for call in self._calls.values():
            name = call.id if call.id and call.id not in taken else f"call_{uuid.uuid4().hex[:24]}"
            taken.add(name)
            calls.append(ToolCall(name, call.name, _sound(str(call).strip()) or "{}"))
        return tuple(calls)

    def _tell(self, event: TextDelta | ThinkingDelta) -> None:
        if event.text:
            self._news.append(event)


def _sound(arguments: str) -> str:
    """JSON without escaped halves of characters, which could be read but never be sent again."""
    if not _ESCAPED_HALF.search(arguments):
        return arguments
    try:
        return whole(json.dumps(json.loads(arguments), ensure_ascii=False))
    except (ValueError, RecursionError):
        return arguments  # it is no JSON; whoever runs the call says so


def call_ids(messages: Collection[Message]) -> set[str]:
    """Ids of all calls in a conversation."""
    return {call.id for message in messages if isinstance(message, AssistantMessage) for call in message.calls}
