"""The JSON lines keep their shape, and let no control character pass."""

import json
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.core import events
from localgpt_tui.core.approvals import Act, Approval, Decision
from localgpt_tui.core.messages import ToolCall, UserMessage
from localgpt_tui.core.passages import Passage
from localgpt_tui.frontends.jsonlines import event_fields, json_line

ASKED = Approval("7", ToolCall("1", "n", "{}"), Act("run", "t"), why=("w",))
SHAPES = [
    (events.TextDelta("a"), {"type": "text_delta", "text": "a"}),
    (events.ThinkingDelta("a"), {"type": "thinking_delta", "text": "a"}),
    (events.CallDelta(0, "n", "{"), {"type": "call_delta", "index": 0, "name": "n", "arguments": "{"}),
    (
        events.ApprovalAsked(ASKED),
        {
            "type": "approval_asked",
            "approval": {
                "id": "7",
                "call": {"id": "1", "name": "n", "arguments": "{}"},
                "act": {
                    "kind": "run",
                    "title": "t",
                    "shown": "",
                    "folder": "",
                    "writes": (),
                    "deletes": (),
                    "hosts": (),
                    "verdict": "approve",
                    "reasons": (),
                    "pattern": "",
                    "binding": "",
                    "confined": "",
                    "network": "",
                    "afterwards": "",
                    "origin": "",
                    "near": False,
                },
                "why": ("w",),
                "session": "",
                "title": "",
                "origins": (),
            },
        },
    ),
    (
        events.ApprovalAnswered(ASKED, Decision("no", reason="r")),
        {
            "type": "approval_answered",
            "approval": "7",
            "decision": {"answer": "no", "arguments": "", "reason": "r", "by": "person"},
        },
    ),
    (
        events.ToolStarted(ToolCall("1", "n", "{}")),
        {"type": "tool_started", "call": {"id": "1", "name": "n", "arguments": "{}"}},
    ),
    (events.ToolProgress("1", "a"), {"type": "tool_progress", "call_id": "1", "text": "a"}),
    (
        events.Recalled((Passage("MEMORY.md", 1, 2, "text", 0.5, number=3),)),
        {
            "type": "recalled",
            "passages": [{"number": 3, "source": "MEMORY.md#L1-L2", "score": 0.5}],
            "freshness": "fresh",
        },
    ),
    (events.Retrying("r", 2, 1.5), {"type": "retrying", "reason": "r", "attempt": 2, "seconds": 1.5}),
    (events.FellBack("m", "r"), {"type": "fell_back", "model": "m", "reason": "r"}),
    (events.TurnFinished(), {"type": "finished"}),
    (events.TurnFailed("r", "a", "auth"), {"type": "failed", "reason": "r", "advice": "a", "failure": "auth"}),
    (events.TurnCancelled(), {"type": "cancelled"}),
]


@pytest.mark.parametrize(("event", "shape"), SHAPES)
def test_each_event_has_the_shape_that_is_documented(event, shape):
    assert event_fields(event) == shape


def test_every_event_there_is_has_a_shape():
    said = events.Said(UserMessage("x"), "1")

    assert event_fields(said)["type"] == "said"
    assert {type(event) for event, _ in SHAPES} | {events.Said} == set(typing.get_args(events.Event))


@given(st.text())
def test_a_line_is_printable_ascii_whatever_was_said_and_says_the_same(text):
    line = json_line({"text": text})

    assert line.isascii()
    assert line[:-1].isprintable()
    assert json.loads(line) == {"text": text}
