"""What happens while a turn runs: deltas are news, `Said` is history."""

from collections.abc import Callable
from dataclasses import dataclass

from localgpt_tui.core.approvals import Approval, Decision
from localgpt_tui.core.errors import Failure
from localgpt_tui.core.messages import Message, ToolCall
from localgpt_tui.core.passages import Passage


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More text of the reply that is being written."""

    text: str


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """More reasoning of the reply that is being written."""

    text: str


@dataclass(frozen=True, slots=True)
class CallDelta:
    """More of a tool call that the model is still writing; it may not run before the reply is whole.

    Attributes:
        index: which call of the reply, from 0.
        name: the tool, as soon as it is known, else empty.
        arguments: the next piece of the arguments' JSON text.
    """

    index: int
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalAsked:
    """A call waits for the person's answer."""

    approval: Approval


@dataclass(frozen=True, slots=True)
class ApprovalAnswered:
    """A question was answered, by the person here or elsewhere, or nobody will answer it any more."""

    approval: Approval
    decision: Decision


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """A tool began to run."""

    call: ToolCall


@dataclass(frozen=True, slots=True)
class ToolProgress:
    """A running tool showed some of its output."""

    call_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """A whole message joined the conversation.

    Attributes:
        id: its entry in the journal; empty until the conversation has written it.
    """

    message: Message
    id: str = ""


@dataclass(frozen=True, slots=True)
class Recalled:
    """Memories were put in front of the model for this turn.

    Attributes:
        passages: what it was given, best first, with the scores it was chosen by.
        freshness: how complete the search was.
    """

    passages: tuple[Passage, ...]
    freshness: str = "fresh"


@dataclass(frozen=True, slots=True)
class Retrying:
    """A provider failed before its first byte and is asked again.

    Attributes:
        reason: what went wrong, in words for a person.
        attempt: the coming attempt, from 2.
        seconds: the wait before it.
    """

    reason: str
    attempt: int
    seconds: float


@dataclass(frozen=True, slots=True)
class FellBack:
    """The next of the fallback models answers, because of `reason`."""

    model: str
    reason: str


@dataclass(frozen=True, slots=True)
class TurnFinished:
    """The turn ended with an answer."""


@dataclass(frozen=True, slots=True)
class TurnFailed:
    """The turn ended without an answer: why, and what the person can do next.

    Attributes:
        failure: what the model's side failed with; None where the trouble is ours.
    """

    reason: str
    advice: str = ""
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class TurnCancelled:
    """The person stopped the turn; what had arrived is kept."""


Event = (
    TextDelta
    | ThinkingDelta
    | CallDelta
    | ApprovalAsked
    | ApprovalAnswered
    | ToolStarted
    | ToolProgress
    | Recalled
    | Said
    | Retrying
    | FellBack
    | TurnFinished
    | TurnFailed
    | TurnCancelled
)

Emit = Callable[[Event], object]
"""Takes each event as it happens; what it returns is ignored."""
