"""A conversation as vendors demand it: every call answered right behind it, every text encodable."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from localgpt_tui.core.messages import AssistantMessage, Attachment, Message, ToolCall, ToolMessage, UserMessage
from localgpt_tui.core.ports import Request
from localgpt_tui.providers.draft import whole

NO_ANSWER = "This call was interrupted; there is no result."
NO_OUTPUT = "(no output)"
IMAGE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")
"""What every vendor's vision models read."""

_CHARACTERS_PER_TOKEN = 3.5
_TOKENS_PER_IMAGE = 1500
_TOKENS_PER_MESSAGE = 8


def paired(messages: Sequence[Message]) -> list[Message]:
    """`messages` with every tool call answered directly behind its reply, in the order of the calls.

    A call without an answer gets one that says so; an answer without a call is left out.
    """
    result: list[Message] = []
    for position, message in enumerate(messages):
        if isinstance(message, ToolMessage):
            continue
        result.append(message)
        if isinstance(message, AssistantMessage) and message.calls:
            answers = {answer.call_id: answer for answer in _answers(messages, position + 1)}
            result += [answers.get(call.id) or _unanswered(call) for call in message.calls]
    return result


def person(request: Request) -> int:
    """Position of the person's last message in `request.messages`, or -1.

    The volatile tail of the prompt is put there: behind everything that stays the same from turn to turn, and it
    stays in its place while tools run, so that a cached prefix holds for the rounds of the turn too.
    """
    places = [place for place, message in enumerate(request.messages) if isinstance(message, UserMessage)]
    return places[-1] if places else -1


def with_tail(request: Request) -> list[Message]:
    """The paired messages with the tail at the end of the person's last message, for dialects of plain text."""
    messages = list(request.messages)
    place = person(request)
    if request.tail and place >= 0:
        message = messages[place]
        messages[place] = replace(message, text=f"{message.text}\n\n{request.tail}".strip())
    return paired(messages)


def system_text(request: Request) -> str:
    """The system prompt; the tail only where no message of a person could carry it."""
    tail = request.tail if person(request) < 0 else ""
    return whole("\n\n".join(part for part in (request.system, tail) if part))


def images(message: UserMessage) -> list[Attachment]:
    """The attached pictures."""
    return [attachment for attachment in message.attachments if attachment.media_type in IMAGE_TYPES]


def full_text(message: UserMessage) -> str:
    """What the person said, with attached texts in front of it."""
    files = [_as_text(attachment) for attachment in message.attachments if attachment.media_type not in IMAGE_TYPES]
    return whole("\n\n".join([*files, message.text]).strip())


def arguments_of(text: str) -> dict[str, Any]:
    """A call's arguments as an object; what is no JSON object is shown to the model as it wrote it."""
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"invalid_json": whole(text)}


def arguments_text(text: str) -> str:
    """A call's arguments as JSON text of an object, which servers parse again."""
    return json.dumps(arguments_of(text))


def estimated_tokens(request: Request) -> int:
    """Tokens of a whole request, rather too many than too few: 3.5 ASCII characters each, one of any other script."""
    total = 0.0
    for text in _texts(request):
        other = sum(1 for character in text if character > "\x7f")
        total += (len(text) - other) / _CHARACTERS_PER_TOKEN + other
    pictures = sum(len(images(message)) for message in request.messages if isinstance(message, UserMessage))
    return math.ceil(total) + pictures * _TOKENS_PER_IMAGE + len(request.messages) * _TOKENS_PER_MESSAGE


def _answers(messages: Sequence[Message], start: int) -> Iterator[ToolMessage]:
    for position in range(start, len(messages)):
        message = messages[position]
        if isinstance(message, AssistantMessage):
            return
        if isinstance(message, ToolMessage):
            yield message


def _unanswered(call: ToolCall) -> ToolMessage:
    return ToolMessage(call.id, call.name, NO_ANSWER, failed=True)


def _as_text(attachment: Attachment) -> str:
    text = attachment.data.decode(errors="replace")
    return f"<file name={json.dumps(attachment.name, ensure_ascii=False)}>\n{text}\n</file>"


def _texts(request: Request) -> Iterator[str]:
    yield request.system
    yield request.tail
    for tool in request.tools:
        yield tool.name + tool.description + json.dumps(tool.parameters)
    for message in request.messages:
        yield full_text(message) if isinstance(message, UserMessage) else message.text
        if isinstance(message, AssistantMessage):
            for call in message.calls:
                yield call.name + call.arguments
