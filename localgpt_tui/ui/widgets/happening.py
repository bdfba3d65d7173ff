"""The one place where events become rows."""

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
from localgpt_tui.ui.widgets.timeline import Timeline


def take(timeline: Timeline, event: Event) -> None:  # noqa: C901, PLR0912 - one case for each event
    """Let `timeline` show what happened."""
    match event:
        case TextDelta(text=text):
            timeline.text(text)
        case ThinkingDelta(text=text):
            timeline.thinking(text)
        case CallDelta(index=index, name=name, arguments=arguments):
            timeline.call(index, name, arguments)
        case ApprovalAsked(approval=approval):
            timeline.asked(approval)
        case ApprovalAnswered(approval=approval, decision=decision):
            timeline.decided(approval, decision)
        case ToolStarted(call=call):
            timeline.started(call)
        case ToolProgress(call_id=call_id, text=text):
            timeline.progress(call_id, text)
        case Said(message=message, id=entry):
            timeline.said(message, entry)
        case Recalled(passages=passages):
            timeline.recalled(passages)
        case Retrying(reason=reason, attempt=attempt, seconds=seconds):
            timeline.notice(f"{reason} Asking again in {seconds:.0f} s (attempt {attempt}).")
        case FellBack(model=model, reason=reason):
            timeline.notice(f"{reason} {model} answers instead.")
        case TurnFinished():
            timeline.finished()
        case TurnFailed(reason=reason, advice=advice):
            timeline.failed(reason, advice)
        case TurnCancelled():
            timeline.cancelled()
