"""Exports: a session as Markdown to read, or as JSON to go on with."""

import re

from localgpt_tui.core.messages import AssistantMessage, Attachment, Message, ToolMessage, UserMessage
from localgpt_tui.sessions import wire
from localgpt_tui.sessions.entries import Entry
from localgpt_tui.sessions.journal import Journal

_EVERYTHING = 10**9


def to_markdown(journal: Journal) -> str:
    """The current branch for a person to read; tool calls and reasoning are folded away.

    Raises:
        SessionError: the session cannot be read.
    """
    entries = journal.tail(_EVERYTHING)
    messages = [entry.message for entry in entries if entry.message]
    models = dict.fromkeys(
        message.model for message in messages if isinstance(message, AssistantMessage) and message.model
    )
    head = [
        f"# {journal.title or 'Untitled session'}",
        f"- Session: `{journal.id}`\n- Begun: {journal.created:%Y-%m-%d %H:%M}\n- Model: {', '.join(models) or 'none'}",
    ]
    return "\n\n".join([*head, *map(_block, messages)]) + "\n"


def to_json(journal: Journal) -> str:
    """The current branch with all that is known of each message, in the words of the file format.

    Raises:
        SessionError: the session cannot be read.
    """
    content = {
        "type": "session",
        "version": wire.VERSION,
        "id": journal.id,
        "title": journal.title,
        "timestamp": journal.created.isoformat(),
        "cwd": journal.cwd,
        "entries": [_record(entry) for entry in journal.tail(_EVERYTHING)],
    }
    return wire.encode(content, indent=2).decode() + "\n"


def _record(entry: Entry) -> dict[str, object]:
    if entry.message:
        return wire.message_record(entry.message, entry.id, entry.parent)
    return {**wire.mark_record(entry.kind, entry.id, entry.parent, entry.mark), "time": entry.time.isoformat()}


def _block(message: Message) -> str:
    match message:
        case UserMessage():
            return "\n\n".join(filter(None, ["**You**", message.text, *map(_attachment, message.attachments)]))
        case AssistantMessage():
            thoughts = [_folded("Reasoning", thought.text) for thought in message.thinking if thought.text]
            calls = [_folded(f"Tool call: {call.name}", call.arguments) for call in message.calls]
            note = f"*{message.note}*" if message.note else ""
            return "\n\n".join(filter(None, ["**Assistant**", *thoughts, message.text, *calls, note]))
        case ToolMessage():
            outcome = "failed" if message.failed else "answered"
            return _folded(f"Tool {outcome}: {message.name}", message.text)


def _attachment(attachment: Attachment) -> str:
    return f"*Attached: {attachment.name} ({attachment.media_type}, {len(attachment.data):,} bytes)*"


def _folded(summary: str, text: str) -> str:
    """Text behind a summary, in a fence that nothing in it can close."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    name = summary.replace("&", "&amp;").replace("<", "&lt;").replace("\n", " ")
    return f"<details><summary>{name}</summary>\n\n{fence}\n{text}\n{fence}\n\n</details>"
