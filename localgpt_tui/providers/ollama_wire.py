"""Ollama's dialect: a conversation in its shape, its parts into a draft."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localgpt_tui.core.messages import AssistantMessage, Message, ToolMessage, Usage, UserMessage
from localgpt_tui.core.ports import Request
from localgpt_tui.providers.draft import Draft, whole
from localgpt_tui.providers.history import NO_OUTPUT, arguments_of, full_text, images, system_text, with_tail
from localgpt_tui.providers.openai_chat import tool


@dataclass(frozen=True, slots=True)
class Shown:
    """What the server says about a model; `None` where it does not say."""

    context_length: int | None = None
    capabilities: frozenset[str] | None = None


def shown(answer: Any) -> Shown:  # noqa: ANN401 - the SDK's answer
    """Read an answer of `/api/show`: the context's length stands under the name of the model's architecture."""
    known: Mapping[str, Any] = answer.modelinfo or {}
    length = next((value for name, value in known.items() if name.endswith(".context_length")), None)
    capabilities = answer.capabilities
    return Shown(
        length if isinstance(length, int) and length > 0 else None,
        frozenset(capabilities) if capabilities else None,
    )


def body(request: Request, *, model: str, options: Mapping[str, int]) -> dict[str, Any]:
    """The arguments of the SDK's `chat`."""
    system = system_text(request)
    first: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else []
    return {
        "model": model,
        "messages": first + [turn for message in with_tail(request) if (turn := _turn(message))],
        "tools": [tool(one) for one in request.tools] or None,
        "options": dict(options),
    }


class Reader:
    """Takes the parts of one reply; each of its tool calls comes in one piece."""

    def __init__(self) -> None:
        self._calls = 0

    def __call__(self, part: Any, draft: Draft) -> None:  # noqa: ANN401 - the SDK's part
        """Take one part into the draft."""
        message = part.message
        if message.thinking:
            draft.thought(message.thinking)
        draft.text(message.content or "")
        for call in message.tool_calls or []:
            arguments = json.dumps(dict(call.function.arguments), ensure_ascii=False)
            draft.call(self._calls, name=call.function.name, arguments=arguments)
            self._calls += 1
        if part.done:
            draft.usage = Usage(part.prompt_eval_count, part.eval_count)
            draft.stop = "length" if part.done_reason == "length" else "end"
            draft.closed = True


def _turn(message: Message) -> dict[str, Any]:
    match message:
        case UserMessage():
            turn: dict[str, Any] = {"role": "user", "content": full_text(message)}
            pictures = [one.data for one in images(message)]
            return {**turn, "images": pictures} if pictures else turn
        case ToolMessage():
            return {"role": "tool", "tool_name": message.name, "content": whole(message.text) or NO_OUTPUT}
        case AssistantMessage():
            return _reply(message)


def _reply(message: AssistantMessage) -> dict[str, Any]:
    turn: dict[str, Any] = {"role": "assistant", "content": whole(message.text)}
    if message.calls:
        turn["tool_calls"] = [
            {"function": {"name": call.name, "arguments": arguments_of(call.arguments)}} for call in message.calls
        ]
    return turn if message.text or message.calls else {}
