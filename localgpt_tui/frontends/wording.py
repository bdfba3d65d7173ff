"""Events in words, a line each, for front ends without a screen."""

from localgpt_tui.core.events import (
    ApprovalAnswered,
    Event,
    FellBack,
    Recalled,
    Retrying,
    Said,
    ToolStarted,
    TurnCancelled,
)
from localgpt_tui.core.messages import ToolMessage
from localgpt_tui.safety.terminal import visible

_LONGEST = 200


def activity(event: Event) -> str:  # noqa: PLR0911 - one line an event
    """What `event` means to someone who waits for the answer; empty where it means nothing to them."""
    match event:
        case Recalled(passages):
            return one_line(f"Recalled {', '.join(passage.source for passage in passages)}")
        case ApprovalAnswered(approval, decision) if decision.answer == "wait":
            return one_line(f"Waits for you: {approval.act.title} (`localgpt-tui approvals list`)")
        case ToolStarted(call):
            return one_line(f"Running {call.name} {call.arguments}")
        case Said(ToolMessage(name=name, text=text, failed=True)):
            return one_line(f"{name} failed: {text}")
        case Retrying(reason, attempt, seconds):
            return one_line(f"{reason} Attempt {attempt} follows in {seconds:.0f} s.")
        case FellBack(model, reason):
            return one_line(f"{reason} {model} answers instead.")
        case TurnCancelled():
            return "Stopped; what had arrived is kept."
        case _:
            return ""


def held_back(event: Event) -> bool:
    """True where something was not done that the model wanted: who asked has to know, whoever watches."""
    match event:
        case ApprovalAnswered(decision=decision):
            return decision.answer == "wait"
        case Said(ToolMessage(text=text, failed=True)):
            return text.startswith("Refused: ")
        case _:
            return False


def one_line(text: str) -> str:
    """Foreign text as one harmless line of at most 200 characters; what was taken out shows as a mark."""
    line = " ".join(visible(text).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
