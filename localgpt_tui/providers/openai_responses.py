"""OpenAI's Responses: a conversation in its shape, its events into a draft."""

import re
from collections.abc import Iterator
from typing import Any

from localgpt_tui.core.messages import AssistantMessage, Message, Thinking, ToolMessage, Usage, UserMessage
from localgpt_tui.core.ports import Request
from localgpt_tui.providers.draft import Draft, whole
from localgpt_tui.providers.history import NO_OUTPUT, arguments_text, full_text, images, system_text, with_tail
from localgpt_tui.providers.openai_chat import data_url
from localgpt_tui.providers.trouble import Trouble

_REASONING = re.compile(r"(gpt-([5-9]|\d\d)|o\d)")
_THINKING_ROOM = 16_000

Item = dict[str, Any]


def body(request: Request, *, model: str, name: str, summaries: bool) -> dict[str, Any]:
    """The request for the vendor's model `name`, which we know as `model`; nothing is kept at the vendor's."""
    thinks = _REASONING.match(name) is not None
    result: dict[str, Any] = {
        "model": name,
        "input": [item for message in with_tail(request) for item in _items(message, model)],
        "max_output_tokens": request.max_tokens + (_THINKING_ROOM if thinks else 0),
        "store": False,
    }
    if system := system_text(request):
        result["instructions"] = system
    if request.session:
        result["prompt_cache_key"] = request.session
    if request.tools:
        result["tools"] = [
            {
                "type": "function",
                "name": tool.name,
                "description": tool.description,
                "parameters": dict(tool.parameters),
                "strict": False,
            }
            for tool in request.tools
        ]
    if thinks:
        result["include"] = ["reasoning.encrypted_content"]
    if thinks and summaries:
        result["reasoning"] = {"summary": "auto"}
    return result


class Reader:
    """Takes the events of one reply.

    Items are told apart by their id: servers that copy this dialect leave the indices out.
    """

    def __init__(self, trouble: Trouble) -> None:
        self._trouble = trouble
        self._refused = False

    def __call__(self, event: Any, draft: Draft) -> None:  # noqa: ANN401 - the SDK's event
        """Take one event into the draft.

        Raises:
            ProviderError: the server reports an error in the middle of its reply.
        """
        match event.type:
            case "response.output_text.delta":
                draft.text(event.delta)
            case "response.refusal.delta":
                self._refused = True
                draft.text(event.delta)
            case "response.reasoning_summary_part.added":
                draft.thought(_paragraph(event, draft), key=event.item_id)
            case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
                draft.thought(event.delta, key=event.item_id)
            case "response.output_item.added" if event.item.type == "function_call":
                draft.call(_key(event.item), id=event.item.call_id or "", name=event.item.name or "")
            case "response.function_call_arguments.delta":
                draft.call(event.item_id, arguments=event.delta)
            case "response.output_item.done":
                _done(event.item, draft)
            case "response.completed" | "response.incomplete" | "response.failed":
                self._end(event.response, draft)
            case "error":
                raise self._trouble.from_status(200, detail=event.message or "", kind=event.code or "")

    def _end(self, response: Any, draft: Draft) -> None:  # noqa: ANN401 - the SDK's response
        if response.status == "failed":
            error = response.error
            raise self._trouble.from_status(
                200, detail=(error and error.message) or "", kind=(error and error.code) or ""
            )
        draft.usage = _usage(response.usage)
        reason = getattr(response.incomplete_details, "reason", "")
        if response.status == "incomplete":
            draft.stop = "refusal" if reason == "content_filter" else "length"
        else:
            draft.stop = "refusal" if self._refused else "end"
        draft.closed = True


def _paragraph(event: Any, draft: Draft) -> str:  # noqa: ANN401 - the SDK's event
    return "\n\n" if draft.has_thought(event.item_id) else ""


def _done(item: Any, draft: Draft) -> None:  # noqa: ANN401 - the SDK's item
    """A finished item: what its deltas did not say."""
    if item.type == "function_call":
        rest = "" if draft.arguments(_key(item)) else item.arguments
        draft.call(_key(item), id=item.call_id or "", name=item.name or "", arguments=rest or "")
    elif item.type == "reasoning" and item.encrypted_content:
        draft.thought(key=item.id, signature=f"{item.id}:{item.encrypted_content}")


def _key(item: Any) -> str:  # noqa: ANN401 - the SDK's item
    return item.id or item.call_id or ""


def _usage(counted: Any) -> Usage:  # noqa: ANN401 - the SDK's usage
    if counted is None:
        return Usage()
    details = getattr(counted, "input_tokens_details", None)
    read, written = getattr(details, "cached_tokens", None), getattr(details, "cache_write_tokens", None)
    return Usage(counted.input_tokens, counted.output_tokens, read, written)


def _items(message: Message, model: str) -> Iterator[Item]:
    match message:
        case UserMessage():
            pictures = [
                {"type": "input_image", "image_url": data_url(one.media_type, one.data)} for one in images(message)
            ]
            yield {"role": "user", "content": [*pictures, {"type": "input_text", "text": full_text(message)}]}
        case ToolMessage():
            output = whole(message.text) or NO_OUTPUT
            yield {"type": "function_call_output", "call_id": message.call_id, "output": output}
        case AssistantMessage():
            yield from _reply(message, model)


def _reply(message: AssistantMessage, model: str) -> Iterator[Item]:
    """Reasoning goes back only to the model that had it, and only in front of what it led to."""
    text = whole(message.text)
    if (text or message.calls) and message.model == model and message.stop in {"end", "tool_calls"}:
        yield from (item for thought in message.thinking if (item := _reasoning(thought)))
    if text:
        yield {"role": "assistant", "content": text}
    for call in message.calls:
        arguments = arguments_text(call.arguments)
        yield {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": arguments}


def _reasoning(thought: Thinking) -> Item:
    name, colon, sealed = thought.signature.partition(":")
    if not colon:
        return {}
    summary = [{"type": "summary_text", "text": whole(thought.text)}] if thought.text else []
    return {"type": "reasoning", "id": name, "summary": summary, "encrypted_content": sealed}
