"""What the `claude` program reports while it answers: one JSON object a line, read into a draft of the reply."""

import json
from collections.abc import Collection, Mapping

from localgpt_tui.core.events import Emit, Event, Retrying
from localgpt_tui.core.messages import AssistantMessage, Stop, Usage
from localgpt_tui.providers.claude_bridge import PREFIX
from localgpt_tui.providers.claude_errors import cut, failed_turn, retry_reason, tool_refused, unreadable
from localgpt_tui.providers.draft import Draft

_STOPS: Mapping[str, Stop] = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refusal",
}


class ReplyReader:
    """Reads one reply; unknown events are passed over, since every version of the program has new ones."""

    def __init__(self, model: str, emit: Emit, taken: Collection[str] = ()) -> None:
        """Nothing is read yet; `taken` are ids of earlier calls, which none of this reply may have."""
        self.complete = False
        self._taken = taken
        self._model = model
        self._emit = emit
        self._draft = Draft()
        self._began = False
        self._messages = 0
        self._unstreamed = ""
        self._answered_by = ""
        self._code = ""
        self._stop: Stop = "end"

    def take(self, line: bytes) -> None:
        """Read one line; `complete` becomes true with the one that ends the reply.

        Raises:
            ProviderError: the line says that the turn failed, or cannot be read.
        """
        if not line.lstrip().startswith(b"{"):
            return  # a remark that something else in the program printed
        try:
            event = json.loads(line)
        except (ValueError, RecursionError) as problem:
            raise unreadable() from problem
        if not event.get("parent_tool_use_id"):  # a sub-agent's words are not the reply
            self._event(event)
            self._draft.tell(self._told)

    def message(self) -> AssistantMessage:
        """The reply, once it is complete."""
        return self._draft.message(self._model, self._draft.usage, self._taken)

    def _told(self, event: Event) -> None:
        self._began = True
        self._emit(event)

    def _event(self, event: Mapping[str, object]) -> None:
        match event:
            case {"type": "stream_event", "event": dict(streamed)}:
                self._streamed(streamed)
            case {"type": "assistant", "message": dict(message)}:
                self._repeated(message, event.get("error"))
            case {"type": "system", "subtype": "init", "tools": [*names]} if not all(map(_is_ours, names)):
                raise tool_refused("tools of its own")
            case {"type": "system", "subtype": "api_retry"}:
                self._retried(event)
            case {"type": "result"}:
                self._ended(event)

    def _streamed(self, event: Mapping[str, object]) -> None:
        match event:
            case {"type": "message_start", "message": dict(message)}:
                self._messages += 1
                self._answered_by = str(message.get("model", ""))
                self._draft.usage = _usage(message.get("usage"))
            case {"type": "content_block_start", "content_block": dict(block)}:
                self._block(event.get("index"), block)
            case {"type": "content_block_delta", "delta": dict(delta)}:
                self._delta(event.get("index"), delta)
            case {"type": "message_delta", "delta": {"stop_reason": str(reason)}}:
                self._stop = _STOPS.get(reason, "end")
                # the program would go on by itself: past the limit that was asked for, or to run tools
                if reason == "tool_use" or self._stop == "length":
                    self._draft.usage = _usage(event.get("usage"), self._draft.usage)
                    self._finish()

    def _block(self, index: object, block: Mapping[str, object]) -> None:
        match block:
            case {"type": "text", "text": str(text)}:
                self._draft.text(text)
            case {"type": "thinking", "thinking": str(text)}:
                self._draft.thought(text, key=self._key(index))
            case {"type": "tool_use", "id": str(name), "name": str(tool)} if _is_ours(tool):
                self._draft.call(self._key(index), id=name, name=tool.removeprefix(PREFIX))
            case {"type": str(kind)} if kind.endswith("tool_use"):
                raise tool_refused(str(block.get("name", "a tool")))

    def _delta(self, index: object, delta: Mapping[str, object]) -> None:
        match delta:
            case {"type": "text_delta", "text": str(text)}:
                self._draft.text(text)
            case {"type": "input_json_delta", "partial_json": str(text)}:
                self._draft.call(self._key(index), arguments=text)
            case {"type": "thinking_delta", "thinking": str(text)}:
                self._draft.thought(text, key=self._key(index))
            case {"type": "signature_delta", "signature": str(signature)}:
                self._draft.thought(key=self._key(index), signature=signature)

    def _key(self, index: object) -> str:
        return f"{self._messages}:{index}"

    def _repeated(self, message: Mapping[str, object], code: object) -> None:
        """A block once more, whole: only of use where nothing was streamed."""
        if code:
            self._code = str(code)
            return
        content = message.get("content")
        for block in content if isinstance(content, list) else []:
            match block:
                case {"type": "text", "text": str(text)}:
                    self._unstreamed += text
                case {"type": "tool_use", "id": str(name), "name": str(tool)} if _is_ours(tool):
                    self._called(name, tool, block.get("input"))
                case {"type": str(kind)} if kind.endswith("tool_use"):
                    raise tool_refused(str(block.get("name", "a tool")))

    def _called(self, name: str, tool: str, arguments: object) -> None:
        """A call that was not streamed ends the reply as well."""
        if self._began:
            return
        self._draft.text(self._unstreamed)
        self._draft.call(name, id=name, name=tool.removeprefix(PREFIX), arguments=json.dumps(arguments or {}))
        self._finish()

    def _retried(self, event: Mapping[str, object]) -> None:
        if self._began:
            raise cut()
        reason = retry_reason(str(event.get("error", "")), event.get("error_status"))
        wait, attempt = event.get("retry_delay_ms"), _count(event, "attempt") or 1
        self._emit(Retrying(reason, attempt + 1, wait / 1000 if isinstance(wait, int | float) else 0.0))

    def _ended(self, event: Mapping[str, object]) -> None:
        if event.get("is_error") is not False:
            raise failed_turn(event, code=self._code, began=self._began)
        if not self._began:
            self._draft.text(self._unstreamed or str(event.get("result") or ""))
        self._draft.usage = _whole_usage(event, self._draft.usage, self._answered_by)
        self._finish()

    def _finish(self) -> None:
        self._draft.stop = self._stop
        self._draft.finish(self._told)
        self.complete = True


def _is_ours(tool: object) -> bool:
    return isinstance(tool, str) and tool.startswith(PREFIX)


def _whole_usage(result: Mapping[str, object], streamed: Usage, model: str) -> Usage:
    counted = _usage(result.get("usage"), streamed)
    cost = result.get("total_cost_usd")
    return Usage(
        input_tokens=counted.input_tokens,
        output_tokens=counted.output_tokens,
        cache_read_tokens=counted.cache_read_tokens,
        cache_write_tokens=counted.cache_write_tokens,
        cost=float(cost) if isinstance(cost, int | float) and cost > 0 else None,
        context_window=_window(result.get("modelUsage"), model),
    )


def _usage(counts: object, before: Usage | None = None) -> Usage:
    """Anthropic's counts, in which the fresh input leaves the cached out; what is missing stays as it was `before`."""
    before = before or Usage()
    if not isinstance(counts, Mapping):
        return before
    read, written = _count(counts, "cache_read_input_tokens"), _count(counts, "cache_creation_input_tokens")
    fresh = _count(counts, "input_tokens")
    total = None if fresh is None else fresh + (read or 0) + (written or 0)
    return Usage(
        input_tokens=total or before.input_tokens,
        output_tokens=_count(counts, "output_tokens") or before.output_tokens,
        cache_read_tokens=before.cache_read_tokens if read is None else read,
        cache_write_tokens=before.cache_write_tokens if written is None else written,
    )


def _window(models: object, answered_by: str) -> int | None:
    """The window of the model that answered: the program may have asked a smaller one for chores of its own."""
    if not isinstance(models, Mapping):
        return None
    known = [usage for usage in (models.get(answered_by), *models.values()) if isinstance(usage, Mapping)]
    return _count(known[0], "contextWindow") if known else None


def _count(counts: Mapping[str, object], name: str) -> int | None:
    value = counts.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
