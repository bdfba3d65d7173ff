"""OpenAI's chat completions, as other servers speak it too: a conversation in its shape, its chunks into a draft."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from localgpt_tui.core.messages import AssistantMessage, Message, Stop, ToolMessage, Usage, UserMessage
from localgpt_tui.core.ports import Request, Tool
from localgpt_tui.providers.draft import Draft, whole
from localgpt_tui.providers.history import NO_OUTPUT, arguments_text, full_text, images, system_text, with_tail
from localgpt_tui.providers.trouble import Trouble, message_in

_STOPS: Mapping[str, Stop] = {
    "stop": "end",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "length": "length",
    "content_filter": "refusal",
}
# LM Studio, vLLM, OpenRouter, llama.cpp
_WINDOWS = ("loaded_context_length", "max_model_len", "context_length", "max_context_length", "n_ctx")


def body(request: Request, *, vendor: bool) -> dict[str, Any]:
    """The request, without the model; the vendor has renamed a parameter that everybody else knows by its old name."""
    most = "max_completion_tokens" if vendor else "max_tokens"
    result: dict[str, Any] = {
        "messages": conversation(request),
        "stream_options": {"include_usage": True},
        most: request.max_tokens,
    }
    if request.tools:
        result["tools"] = [tool(one) for one in request.tools]
    return result


def conversation(request: Request) -> list[dict[str, Any]]:
    """The messages, the system prompt first."""
    system = system_text(request)
    first: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else []
    return first + [turn for message in with_tail(request) if (turn := _turn(message))]


def tool(tool: Tool) -> dict[str, Any]:
    """A tool in the shape of chat completions, which Ollama shares."""
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function}


def data_url(media_type: str, content: bytes) -> str:
    """A picture as a URL that holds it."""
    return f"data:{media_type};base64,{b64encode(content).decode()}"


def window(models: Iterable[Any], name: str) -> int | None:
    """The context of the model `name` in tokens, by the field in which each server's list of models tells it."""
    for model in models:
        if model.id == name:
            told = {**(model.model_extra or {}), **(getattr(model, "meta", None) or {})}
            return next(
                (told[field] for field in _WINDOWS if isinstance(told.get(field), int) and told[field] > 0), None
            )
    return None


class Reader:
    """Takes the chunks of one reply; remembers which call each server means."""

    def __init__(self, trouble: Trouble) -> None:
        self._trouble = trouble
        self._current: dict[int, tuple[int, str]] = {}
        self._count = 0

    def __call__(self, chunk: Any, draft: Draft) -> None:  # noqa: ANN401 - the SDK's chunk
        """Take one chunk into the draft.

        Raises:
            ProviderError: the server reports an error in the middle of its reply.
        """
        if chunk.usage:
            draft.usage = _usage(chunk.usage)
        for choice in chunk.choices or []:
            if delta := choice.delta:
                self._delta(delta, draft)
            if choice.finish_reason == "error":
                detail, kind = message_in(getattr(choice, "error", None))
                raise self._trouble.from_status(200, detail=detail, kind=kind)
            if choice.finish_reason:
                draft.stop = _STOPS.get(choice.finish_reason, "end")

    def _delta(self, delta: Any, draft: Draft) -> None:  # noqa: ANN401 - the SDK's delta
        """Reasoning has no standard name: DeepSeek's servers and llama.cpp use one, OpenRouter and vLLM another."""
        thought = getattr(delta, "reasoning_content", None) or getattr(delta, "reasoning", None)
        if isinstance(thought, str):
            draft.thought(thought)
        draft.text(delta.content or "")
        if refusal := getattr(delta, "refusal", None):
            draft.text(refusal)
        for part in delta.tool_calls or []:
            function = part.function
            draft.call(
                self._key(part),
                id=part.id or "",
                name=(function and function.name) or "",
                arguments=(function and function.arguments) or "",
            )

    def _key(self, part: Any) -> int:  # noqa: ANN401 - the SDK's delta
        """Which call `part` belongs to.

        Some servers leave the index out, some give every call the same one: a new id begins a new call.
        """
        index = part.index if part.index is not None else -1
        key, name = self._current.get(index, (-1, ""))
        if key < 0 or (part.id and name and part.id != name):
            key, name = self._count, part.id or ""
            self._count += 1
        self._current[index] = (key, name or part.id or "")
        return key


def _usage(counted: Any) -> Usage:  # noqa: ANN401 - the SDK's usage
    """OpenRouter adds what the reply cost."""
    details = getattr(counted, "prompt_tokens_details", None)
    cost = getattr(counted, "cost", None)
    return Usage(
        counted.prompt_tokens,
        counted.completion_tokens,
        getattr(details, "cached_tokens", None),
        getattr(details, "cache_write_tokens", None),
        cost=float(cost) if isinstance(cost, int | float) else None,
    )


def _turn(message: Message) -> dict[str, Any]:
    match message:
        case UserMessage():
            return {"role": "user", "content": _content(message)}
        case ToolMessage():
            return {"role": "tool", "tool_call_id": message.call_id, "content": whole(message.text) or NO_OUTPUT}
        case AssistantMessage():
            return _reply(message)


def _content(message: UserMessage) -> str | list[dict[str, Any]]:
    text = full_text(message)
    pictures = [
        {"type": "image_url", "image_url": {"url": data_url(one.media_type, one.data)}} for one in images(message)
    ]
    return [*pictures, {"type": "text", "text": text}] if pictures else text


def _reply(message: AssistantMessage) -> dict[str, Any]:
    text = whole(message.text)
    if not message.calls:
        return {"role": "assistant", "content": text} if text else {}
    calls = [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": arguments_text(call.arguments)},
        }
        for call in message.calls
    ]
    return {"role": "assistant", "content": text or None, "tool_calls": calls}
