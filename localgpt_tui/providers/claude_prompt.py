"""A conversation as the `claude` program reads it: one user message of several text blocks."""

import base64
import json
import re
from collections.abc import Iterator, Sequence

from localgpt_tui.core.messages import AssistantMessage, Attachment, Message, ToolMessage, UserMessage
from localgpt_tui.core.ports import Request
from localgpt_tui.providers.history import IMAGE_TYPES, paired

Block = dict[str, object]
"""A content block of Anthropic's Messages dialect."""

CLOSING = "Now write your next reply in this conversation, and nothing else."
"""The last block of every prompt.

The program looks for slash commands and `@file` mentions in the last text block only, and acts on them by itself:
with a fixed sentence there, nothing that anyone wrote is ever taken for one.
"""

_OPENING = "Our conversation so far, oldest first. You are the assistant in it."
_OUR_TAG = re.compile(r"<(?=/?(?:person|assistant|tool_call|tool_result|attachment|context)\b)", re.IGNORECASE)


def prompt_line(request: Request) -> bytes:
    """`request` as one line of `--input-format stream-json`, its newline included; the system prompt is not in it."""
    message = {"role": "user", "content": prompt_blocks(request)}
    line = json.dumps({"type": "user", "message": message, "parent_tool_use_id": None})
    return line.encode() + b"\n"  # JSON escapes all that is not ASCII, lone surrogates too


def prompt_blocks(request: Request) -> list[Block]:
    """The blocks of that message: the conversation, the volatile part of the system prompt, the closing sentence."""
    blocks = list(_conversation(paired(request.messages)))
    if request.tail.strip():
        blocks.append(_text(_tagged("context", request.tail)))
    return [*blocks, _text(CLOSING)]


def _conversation(messages: Sequence[Message]) -> Iterator[Block]:
    if len(messages) == 1 and isinstance(messages[0], UserMessage):
        if messages[0].text.strip():
            yield _text(messages[0].text)
        yield from _attached(messages[0].attachments)
        return
    yield _text(_OPENING)
    for message in messages:
        yield from _said(message)


def _said(message: Message) -> Iterator[Block]:
    match message:
        case UserMessage():
            yield _text(_tagged("person", message.text))
            yield from _attached(message.attachments)
        case AssistantMessage():
            state = " interrupted" if message.stop in {"cancelled", "failed"} else ""
            if message.text.strip():
                yield _text(_tagged("assistant", message.text, state))
            for call in message.calls:
                yield _text(_tagged("tool_call", call.arguments, _named(call.name)))
        case ToolMessage():
            state = " failed" if message.failed else ""
            yield _text(_tagged("tool_result", message.text, _named(message.name) + state))


def _attached(attachments: Sequence[Attachment]) -> Iterator[Block]:
    for attachment in attachments:
        if attachment.media_type in IMAGE_TYPES:
            content = base64.b64encode(attachment.data).decode()
            source = {"type": "base64", "media_type": attachment.media_type, "data": content}
            yield {"type": "image", "source": source}
        else:
            yield _text(_tagged("attachment", _readable(attachment), _named(attachment.name)))


def _readable(attachment: Attachment) -> str:
    try:
        return attachment.data.decode()
    except UnicodeDecodeError:
        return f"({len(attachment.data)} bytes of {attachment.media_type}, which cannot be shown here)"


def _tagged(tag: str, text: str, attributes: str = "") -> str:
    """`text` between tags that nothing in it can close or open, so that no speaker can pose as another."""
    return f"<{tag}{attributes}>\n{_OUR_TAG.sub('&lt;', text)}\n</{tag}>"


def _named(name: str) -> str:
    return f" name={json.dumps(_OUR_TAG.sub('&lt;', name).replace('>', '&gt;'))}"


def _text(text: str) -> Block:
    return {"type": "text", "text": text}
