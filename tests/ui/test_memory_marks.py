"""The marks under a reply: each memory once, in the order of its number, under the end of the turn."""

from datetime import UTC, datetime, timedelta

import pytest

from localgpt_tui.core.messages import AssistantMessage, ToolCall, ToolMessage, UserMessage
from localgpt_tui.core.passages import Passage
from localgpt_tui.sessions.entries import Entry
from localgpt_tui.ui.widgets.memory_sources import counted, mark_of
from localgpt_tui.ui.widgets.rows import SourcesRow
from localgpt_tui.ui.widgets.timeline import Timeline

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


def entries() -> list[Entry]:
    kept = {"path": "MEMORY.md", "lines": [3, 3], "score": 0.8, "parts": {}, "number": 1}
    found = {"path": "memory/2026-03-12.md", "lines": [41, 44], "score": 0.6, "parts": {}, "number": 2}
    call = ToolCall("c1", "memory_search", "{}")
    said = [
        UserMessage("When?"),
        {"passages": [kept]},
        AssistantMessage("", calls=(call,), model="m", stop="tool_calls"),
        ToolMessage("c1", "memory_search", "found"),
        {"passages": [found, kept]},
        AssistantMessage("On 14 May [1].", model="m"),
        UserMessage("Thanks."),
        AssistantMessage("You are welcome.", model="m"),
    ]
    return [
        Entry(
            f"e{place}",
            f"e{place - 1}" if place else "",
            "sources" if isinstance(each, dict) else "message",
            None if isinstance(each, dict) else each,
            each if isinstance(each, dict) else {},
            NOON + timedelta(seconds=place),
        )
        for place, each in enumerate(said)
    ]


def shape(timeline: Timeline) -> list[str]:
    return [
        " ".join(map(mark_of, row.sources)) if isinstance(row, SourcesRow) else f"{type(row).__name__} {row.text}"
        for row in timeline.rows
    ]


@pytest.mark.parametrize("cut", range(9))
def test_wherever_a_page_begins_the_marks_stand_under_the_whole_turn(cut):
    whole, earlier, later = Timeline(), Timeline(), Timeline()
    whole.load(entries())
    earlier.load(entries()[:cut])
    later.load(entries()[cut:])
    later.put_above(earlier)

    assert shape(later) == shape(whole)
    marks = [line for line in shape(whole) if line.startswith("[")]
    assert marks == ["[1] MEMORY.md#L3 [2] memory/2026-03-12.md#L41-L44"]
    assert shape(whole).index(marks[0]) == shape(whole).index("ReplyRow On 14 May [1].") + 1


def test_memories_of_old_sessions_are_numbered_by_their_place():
    old = (Passage("b.md", 1, 1, ""), Passage("a.md", 2, 3, ""), Passage("b.md", 1, 1, ""))
    assert [mark_of(each) for each in counted(old)] == ["[1] b.md#L1", "[2] a.md#L2-L3"]
