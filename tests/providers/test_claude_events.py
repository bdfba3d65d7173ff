"""What the `claude` program reports, whatever it is."""

import contextlib
import itertools
import json

from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.core.errors import ProviderError
from localgpt_tui.core.events import TextDelta, ThinkingDelta
from localgpt_tui.providers.claude_events import ReplyReader

NAMES = """
type subtype event message content delta usage tools error text thinking signature name stop_reason is_error result
modelUsage total_cost_usd content_block attempt retry_delay_ms errors api_error_status
"""
KINDS = """
stream_event assistant system result init api_retry message_start content_block_start content_block_delta
content_block_stop message_delta text thinking text_delta thinking_delta signature_delta tool_use
"""
names, kinds = st.sampled_from(NAMES.split()), st.sampled_from(KINDS.split())
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | kinds,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
events = st.dictionaries(names, values, max_size=6)


def line(event):
    return json.dumps(event).encode() + b"\n"


def delta(kind, piece):
    block = {"type": "content_block_delta", "delta": {"type": f"{kind}_delta", kind: piece}}
    return line({"type": "stream_event", "event": block})


@given(st.lists(events | events.map(lambda event: {"type": "stream_event", "event": event}), max_size=6))
def test_no_event_of_any_shape_breaks_the_reader(stream):
    reader = ReplyReader("claude-cli/sonnet", lambda _: None)
    with contextlib.suppress(ProviderError):
        for event in stream:
            reader.take(line(event))
    assert reader.message().model == "claude-cli/sonnet"


@given(st.binary())
def test_no_bytes_break_the_reader(stream):
    reader = ReplyReader("claude-cli/sonnet", lambda _: None)
    with contextlib.suppress(ProviderError):
        reader.take(stream)
    assert not reader.complete


@given(st.text(), st.lists(st.integers(0, 60)), st.sampled_from(["text", "thinking"]))
def test_text_cut_anywhere_even_inside_a_character_arrives_whole(text, cuts, kind):
    units = [unit.decode("utf-16-le", "surrogatepass") for unit in _units(text)]
    edges = sorted({0, len(units), *(cut for cut in cuts if cut < len(units))})
    seen = []
    reader = ReplyReader("claude-cli/sonnet", seen.append)
    for start, end in itertools.pairwise(edges):
        reader.take(delta(kind, "".join(units[start:end])))
    reader.take(line({"type": "result", "is_error": False}))
    message = reader.message()
    assert "".join(event.text for event in seen) == text
    assert message.text + "".join(part.text for part in message.thinking) == text
    assert {type(event) for event in seen} <= {TextDelta if kind == "text" else ThinkingDelta}


def _units(text):
    """The UTF-16 units of `text`, each of which a JavaScript server may send by itself."""
    encoded = text.encode("utf-16-le")
    return [encoded[at : at + 2] for at in range(0, len(encoded), 2)]


@given(st.lists(st.integers(0, 40)), st.booleans())
def test_a_call_of_our_tools_ends_the_reply_streamed_or_whole(cuts, streamed):
    arguments = '{"text":"remember 👩\u200d👧 this"}'
    edges = sorted({0, len(arguments), *(cut for cut in cuts if cut < len(arguments))})
    tool = {"type": "tool_use", "id": "t1", "name": "mcp__localgpt__memory_append"}
    stream = [{"type": "content_block_start", "index": 1, "content_block": tool}]
    stream += [
        {
            "type": "content_block_delta",
            "index": 1,
            "delta": {"type": "input_json_delta", "partial_json": arguments[begin:end]},
        }
        for begin, end in itertools.pairwise(edges)
    ]
    stream.append({"type": "message_delta", "delta": {"stop_reason": "tool_use"}})
    lines = [{"type": "stream_event", "event": event} for event in stream]
    whole = {"type": "assistant", "message": {"content": [{**tool, "input": json.loads(arguments)}]}}
    reader = ReplyReader("claude-cli/sonnet", lambda _: None, taken=("t1",))
    for event in lines if streamed else [whole]:
        reader.take(line(event))

    assert reader.complete
    (call,) = reader.message().calls
    assert (call.name, json.loads(call.arguments)) == ("memory_append", json.loads(arguments))
    assert call.id != "t1", "an id is used once in a conversation"
