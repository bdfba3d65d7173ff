"""Events as JSON, one a line: a stable shape for programs; see docs/ask.md."""

import json
from dataclasses import asdict, fields

from localgpt_tui.core.events import (
    ApprovalAnswered,
    ApprovalAsked,
    CallDelta,
    Event,
    FellBack,
    Recalled,
    Retrying,
    Said,
    TextDelta,
    ThinkingDelta,
    ToolProgress,
    ToolStarted,
    TurnCancelled,
    TurnFailed,
    TurnFinished,
)
from localgpt_tui.core.messages import AssistantMessage, Message, UserMessage

Fields = dict[str, object]

_TYPES: dict[type[Event], str] = {
    TextDelta: "text_delta",
    ThinkingDelta: "thinking_delta",
    CallDelta: "call_delta",
    ApprovalAsked: "approval_asked",
    ApprovalAnswered: "approval_answered",
    ToolStarted: "tool_started",
    ToolProgress: "tool_progress",
    Said: "said",
    Recalled: "recalled",
    Retrying: "retrying",
    FellBack: "fell_back",
    TurnFinished: "finished",
    TurnFailed: "failed",
    TurnCancelled: "cancelled",
}


def json_line(content: Fields) -> str:
    """`content` as one line of pure ASCII: no control character can pass, whatever a model wrote."""
    return json.dumps(content, ensure_ascii=True).replace("\x7f", "\\u007f") + "\n"


def event_fields(event: Event) -> Fields:
    """The `type` of an event, and its attributes under their own names."""
    kind = _TYPES[type(event)]
    match event:
        case Said(message, id=entry):
            return {"type": kind, "id": entry, "message": message_fields(message)}
        case Recalled(passages, freshness):
            sources = [{"number": each.number, "source": each.source, "score": each.score} for each in passages]
            return {"type": kind, "passages": sources, "freshness": freshness}
        case ToolStarted(call):
            return {"type": kind, "call": asdict(call)}
        case ApprovalAsked(approval):
            return {"type": kind, "approval": asdict(approval)}
        case ApprovalAnswered(approval, decision):
            return {"type": kind, "approval": approval.id, "decision": asdict(decision)}
        case _:
            return {"type": kind, **{field.name: getattr(event, field.name) for field in fields(event)}}


def message_fields(message: Message) -> Fields:
    """A message; `role` says whose it is. Attachments are named, not included."""
    rest = {field.name: getattr(message, field.name) for field in fields(message)}
    role, time = rest.pop("kind"), rest.pop("time").isoformat()
    if isinstance(message, UserMessage):
        rest["attachments"] = [
            {"name": each.name, "media_type": each.media_type, "size": len(each.data)} for each in message.attachments
        ]
    if isinstance(message, AssistantMessage):
        rest["thinking"] = [thought.text for thought in message.thinking]
        rest["calls"] = [asdict(call) for call in message.calls]
        rest["usage"] = asdict(message.usage)
    return {"role": role, "time": time, **rest}
