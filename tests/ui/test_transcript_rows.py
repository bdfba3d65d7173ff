from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from reading import NOON, entries

from localgpt_tui.core.messages import AssistantMessage, Message, Thinking, ToolCall, ToolMessage, Usage, UserMessage
from localgpt_tui.ui.rendering.toolcards import duration
from localgpt_tui.ui.widgets.heights import Heights
from localgpt_tui.ui.widgets.rows import ErrorRow, HeadRow, NoticeRow, ReplyRow, Row, ThinkingRow, ToolRow, UserRow
from localgpt_tui.ui.widgets.timeline import Timeline

READ = ToolCall("c1", "read_file", "{}")
TURN: list[Message] = [
    UserMessage("look", time=NOON),
    AssistantMessage(
        "",
        (Thinking("hm"),),
        (READ,),
        "m",
        Usage(output_tokens=5, cost=0.5),
        "tool_calls",
        time=NOON + timedelta(seconds=2),
    ),
    ToolMessage("c1", "read_file", "text", time=NOON + timedelta(seconds=3)),
    AssistantMessage("done", model="m", usage=Usage(output_tokens=7, cost=0.25), time=NOON + timedelta(seconds=4)),
]


def said(rows: list[Row]) -> list[tuple]:
    """What rows say, without what tells one object from another."""
    kept = ("text", "mark", "state", "name", "arguments", "tokens", "cost", "seconds", "model", "gap")
    return [(type(row).__name__, *(getattr(row, name, None) for name in kept)) for row in rows]


def test_one_turn_has_one_head_that_sums_up_what_it_took():
    timeline = Timeline()
    timeline.load(entries(*TURN))
    assert [type(row) for row in timeline.rows] == [UserRow, HeadRow, ThinkingRow, ToolRow, ReplyRow]
    head = timeline.rows[1]
    assert isinstance(head, HeadRow)
    assert (head.model, head.seconds, head.tokens, head.cost) == ("m", 3.0, 12, 0.75)


def test_a_session_read_in_two_pages_is_the_same_as_in_one():
    whole = Timeline()
    whole.load(entries(*TURN, *TURN))
    for cut in range(len(TURN) * 2 + 1):
        page, earlier = Timeline(), Timeline()
        everything = entries(*TURN, *TURN)
        page.load(everything[cut:])
        earlier.load(everything[:cut])
        page.put_above(earlier)
        assert [row[:6] for row in said(page.rows)] == [row[:6] for row in said(whole.rows)]
        assert [row.gap for row in page.rows] == [row.gap for row in whole.rows]


def test_what_streamed_becomes_what_was_said():
    live = Timeline()
    live.said(TURN[0])
    live.thinking("h")
    live.thinking("m")
    live.call(0, "read_", "")
    live.call(0, "", "{}")
    live.said(TURN[1])
    live.started(READ)
    live.progress("c1", "te")
    live.said(TURN[2])
    live.text("do")
    live.text("ne")
    live.said(TURN[3])
    live.finished()
    for row in live.rows:
        if isinstance(row, ThinkingRow):
            row.seconds = None
    history = Timeline()
    history.load(entries(*TURN))
    assert said(live.rows) == said(history.rows)


def test_thinking_is_timed():
    clock = iter([10.0, 13.5])
    timeline = Timeline(clock=lambda: next(clock))
    timeline.thinking("hm")
    timeline.text("so")
    row = timeline.rows[1]
    assert isinstance(row, ThinkingRow)
    assert (row.seconds, row.live) == (3.5, False)


def test_a_call_that_was_never_finished_or_answered_says_so():
    timeline = Timeline()
    timeline.call(0, "bash", '{"comm')
    timeline.failed("The stream ended early.", "Send it again.")
    assert [type(row) for row in timeline.rows] == [HeadRow, ToolRow, ErrorRow]
    history = Timeline()
    history.load(entries(AssistantMessage("", calls=(READ,))))
    for row in (timeline.rows[1], history.rows[1]):
        assert isinstance(row, ToolRow)
        assert row.state == "unanswered"


def test_news_about_the_turn_takes_the_place_of_older_news():
    timeline = Timeline()
    timeline.notice("Asking again in 1 s.")
    timeline.notice("Asking again in 2 s.")
    timeline.text("at last")
    timeline.notice("Asking again in 3 s.")
    assert [row.text for row in timeline.rows if isinstance(row, NoticeRow)] == [
        "Asking again in 2 s.",
        "Asking again in 3 s.",
    ]


def test_only_what_changed_is_touched():
    timeline = Timeline()
    timeline.load(entries(*TURN))
    timeline.untouched()
    assert timeline.touched == 5
    timeline.text("more")
    assert timeline.touched == 5
    timeline.untouched()
    timeline.text(" and more")
    assert timeline.touched == 6


def test_times_are_written_for_people():
    assert [duration(seconds) for seconds in (0.041, 2.14, 59.9, 200)] == ["41 ms", "2.1 s", "59.9 s", "3 min 20 s"]


@given(st.lists(st.integers(1, 9), min_size=1, max_size=30), st.lists(st.tuples(st.integers(0, 29), st.integers(1, 9))))
def test_every_line_belongs_to_the_row_it_stands_in(sizes: list[int], changes: list[tuple[int, int]]):
    heights = Heights(sizes)
    for index, size in changes:
        if index < len(sizes):
            assert heights.set(index, size) == (sizes[index] != size)
            sizes[index] = size
            assert heights.total == sum(sizes)
    heights.extend([2, 3])
    sizes = [*sizes, 2, 3]
    owners = [index for index, size in enumerate(sizes) for _ in range(size)]
    assert [heights.at(line) for line in range(heights.total)] == owners
    assert heights.at(heights.total + 5) == len(sizes) - 1
    assert [heights.start(index) for index in range(len(sizes))] == [sum(sizes[:index]) for index in range(len(sizes))]
