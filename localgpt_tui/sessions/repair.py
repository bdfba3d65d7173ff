"""Making a conversation whole again after an interruption."""

from collections.abc import Iterable, Iterator

from localgpt_tui.core.messages import AssistantMessage, Message, ToolCall, ToolMessage

INTERRUPTED = "This call was interrupted: its outcome is not known. Look before you repeat it."


def answered(messages: Iterable[Message]) -> Iterator[Message]:
    """The messages with every tool call answered once, directly after the reply that made it.

    A call that an interruption left open gets a failed answer; an answer that no call waits for is left out. Models
    refuse conversations in which this does not hold.
    """
    waiting: dict[str, ToolCall] = {}
    asked: Message | None = None
    for message in messages:
        if isinstance(message, ToolMessage):
            if waiting.pop(message.call_id, None):
                yield message
            continue
        yield from _unanswered(waiting, asked)
        waiting = {call.id: call for call in message.calls} if isinstance(message, AssistantMessage) else {}
        asked = message
        yield message
    yield from _unanswered(waiting, asked)


def _unanswered(waiting: dict[str, ToolCall], asked: Message | None) -> Iterator[ToolMessage]:
    if asked is not None:
        for call in waiting.values():
            yield ToolMessage(call.id, call.name, INTERRUPTED, failed=True, time=asked.time)
