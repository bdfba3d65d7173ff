"""One turn: the model replies, the tools it asked for run, and it replies again until it asks for none."""

from dataclasses import dataclass, replace

from localgpt_tui.agent.calls import Streaks, answer_all, run_calls
from localgpt_tui.agent.replies import next_reply
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.events import Emit, Said
from localgpt_tui.core.messages import AssistantMessage
from localgpt_tui.core.ports import Guard, Provider, Request


@dataclass(frozen=True, slots=True)
class Limits:
    """What keeps a turn from running for ever.

    Attributes:
        rounds: the most replies of one turn.
        repeats: how often in a row the same call may be asked for; the last of them stops the turn.
        result_chars: the longest result of a tool, in characters; the rest is cut with a note.
        together: how many calls run at the same time.
    """

    rounds: int = 25
    repeats: int = 3
    result_chars: int = 50_000
    together: int = 8


DEFAULT_LIMITS = Limits()


class LimitError(LocalGPTError):
    """A limit ended the turn before the model had finished."""


async def run_turn(
    provider: Provider, request: Request, emit: Emit, *, guard: Guard | None = None, limits: Limits = DEFAULT_LIMITS
) -> AssistantMessage:
    """Run one turn to its answer; every message that joins the conversation is emitted as `Said`.

    Whatever ends the turn early, each call that was made is answered, unless the person stopped the turn: then
    those that were still running are left open, to be answered when the history is read back.

    Raises:
        ProviderError: the model failed; what had arrived was said first, marked as partial.
        LimitError: a limit was reached.
    """
    streaks = Streaks()
    for number in range(1, limits.rounds + 1):
        reply = await next_reply(provider, request, emit)
        emit(Said(reply))
        if not reply.calls:
            return reply
        streaks.add(reply.calls)
        stopped = _why_to_stop(streaks, number, limits)
        if stopped:
            answer_all(reply.calls, f"Not run. {stopped.message}", emit)
            raise stopped
        answers = await run_calls(
            reply, request.tools, emit, guard=guard, together=limits.together, result_chars=limits.result_chars
        )
        request = replace(request, messages=(*request.messages, reply, *answers))
    raise LimitError("Stopped: this turn may not have a single reply.", "Set agent.max_rounds to at least 1.")


def _why_to_stop(streaks: Streaks, number: int, limits: Limits) -> LimitError | None:
    name, length = streaks.longest
    if length >= limits.repeats:
        return LimitError(
            f"Stopped: the model asked {length} times in a row for {name} with the same arguments.",
            "Put the request in other words, or choose another model.",
        )
    if number >= limits.rounds:
        return LimitError(
            f"Stopped: the model still asked for tools in round {number}, the last one allowed.",
            "Say “go on” to let it continue, or raise agent.max_rounds.",
        )
    return None
