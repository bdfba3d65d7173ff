"""Sessions of format 1 can be read as they are, and are brought up to date before they are written."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localgpt_tui.core.messages import AssistantMessage, Attachment, ToolCall, ToolMessage, UserMessage
from localgpt_tui.sessions.journal import Journal

IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + base64.b64encode(b"\x89PNG").decode()}}
HEADER = {"type": "session", "version": 1, "id": "old", "timestamp": "2025-03-01T10:00:00Z", "compactionCount": 2}
QUESTION = {"role": "user", "content": [{"type": "text", "text": "See"}, IMAGE], "timestamp": 1_740_823_200_000}
REPLY = {
    "role": "assistant",
    "content": "I look.",
    "toolCalls": [{"id": "c", "name": "read_file", "arguments": "{}", "more": 1}],
    "provider": "anthropic",
    "model": "claude",
    "api": "messages",
    "usage": {"input": 7, "output": 3, "totalTokens": 10, "cost": {"input": 0.1, "output": 0.2, "total": 0.3}},
    "stopReason": "toolUse",
}
OLD = [
    HEADER,
    {"type": "message", "message": {"role": "system", "content": [{"type": "text", "text": "Be kind."}]}},
    {"type": "message", "message": QUESTION},
    {"type": "message", "message": REPLY},
    {"type": "message", "message": {"role": "tool", "content": "a file", "toolCallId": "c"}},
    {"type": "telemetry", "kept": True},
]


@pytest.fixture
def old(folder: Path) -> Path:
    path = folder / "old.jsonl"
    lines = [json.dumps(line) for line in OLD]
    path.write_text("\n".join([*lines[:3], "garbage", *lines[3:]]))
    return path


def check_conversation(journal: Journal) -> None:
    question, reply, result = journal.history()
    assert isinstance(question, UserMessage)
    assert question.text == "See"
    assert question.attachments == (Attachment("image", "image/png", b"\x89PNG"),)
    assert question.time.timestamp() == 1_740_823_200
    assert isinstance(reply, AssistantMessage)
    assert reply.text == "I look."
    assert reply.calls == (ToolCall("c", "read_file", "{}"),)
    assert reply.model == "anthropic/claude"
    assert reply.usage.cost == 0.3
    assert reply.stop == "tool_calls"
    assert isinstance(result, ToolMessage)
    assert result.text == "a file"
    assert [entry.message.kind for entry in journal.tail(9) if entry.message] == ["user", "assistant", "tool"]
    assert journal.title == "See"


def test_an_old_session_is_read_without_being_touched(old: Path):
    before = old.read_bytes()
    check_conversation(Journal.open(old, writable=False))
    assert old.read_bytes() == before
    assert [file.name for file in old.parent.iterdir()] == ["old.jsonl"]


def test_an_old_session_is_brought_up_to_date_once_after_a_copy_was_put_aside(old: Path):
    before = old.read_bytes()
    with Journal.open(old) as journal:
        check_conversation(journal)
        journal.append(UserMessage("new"))
    renewed = old.read_bytes()
    assert (old.parent / "old.jsonl.v1.bak").read_bytes() == before
    with Journal.open(old) as journal:
        assert journal.history()[-1].text == "new"
        assert "garbage" not in [entry.kind for entry in journal.tail(9)]
    assert old.read_bytes() == renewed
    assert b"\ngarbage\n" in renewed
    assert len(list(old.parent.glob("*.bak"))) == 1


def test_fields_and_kinds_that_we_do_not_know_survive(old: Path):
    Journal.open(old).close()
    records = [json.loads(line) for line in old.read_text().splitlines() if line != "garbage"]
    assert records[0] == {**OLD[0], "version": 2}
    assert records[1]["message"] == OLD[1]["message"]
    assert records[3]["message"] == {**OLD[3]["message"], "content": [{"type": "text", "text": "I look."}]}
    assert records[4]["message"]["role"] == "toolResult"
    assert records[5]["kept"] is True
    assert all(record["id"] for record in records)


def test_another_copy_aside_is_never_written_over(old: Path):
    (old.parent / "old.jsonl.v1.bak").write_text("precious")
    Journal.open(old).close()
    assert (old.parent / "old.jsonl.v1.bak").read_text() == "precious"
    assert (old.parent / "old.jsonl.v1.2.bak").exists()


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
names = st.text(st.characters(codec="ascii", categories=["Ll"]), min_size=3, max_size=8).map("x_".__add__)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(inside=st.dictionaries(names, json_values, max_size=3), beside=st.dictionaries(names, json_values, max_size=3))
def test_any_unknown_field_survives_being_brought_up_to_date(folder: Path, inside: dict, beside: dict):
    path = folder / "any.jsonl"
    spoken = {"role": "user", "content": "hello", **inside}
    lines = [{**OLD[0], **beside}, {"type": "message", "message": spoken, **beside}, {"type": "mark", **beside}]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with Journal.open(path) as journal:
        assert [message.text for message in journal.history()] == ["hello"]
    after = [json.loads(line) for line in path.read_text().splitlines()]
    for record in after:
        assert {name: record[name] for name in beside} == beside
    assert {name: after[1]["message"][name] for name in inside} == inside
