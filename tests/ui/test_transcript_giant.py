import random

from reading import NOON, PaneApp, entries, read, talk

from localgpt_tui.core.events import CallDelta, Said, TextDelta, ThinkingDelta, ToolProgress, ToolStarted, TurnCancelled
from localgpt_tui.core.messages import AssistantMessage, ToolCall, ToolMessage, UserMessage
from localgpt_tui.ui.widgets.gathering import joined
from localgpt_tui.ui.widgets.transcript import Transcript

CALL = ToolCall("c1", "run", '{"command": "make"}')
LINES = 100_000
SENTENCE = "A sentence with an é in it, and no end. "


async def test_a_tool_that_writes_a_hundred_thousand_lines_is_followed_and_read():
    app = PaneApp()
    async with app.run_test(size=(80, 24)) as pilot:
        show = app.transcript.show
        show(Said(AssistantMessage("", calls=(CALL,), stop="tool_calls", time=NOON), "e1"))
        show(ToolStarted(CALL))
        for number in range(LINES):
            show(ToolProgress("c1", f"line {number}\n"))
        app.transcript.flush()
        assert "run  make  running" in read(app.transcript)
        assert f"line {LINES - 1}" in read(app.transcript)
        show(Said(ToolMessage("c1", "run", "".join(f"line {number}\n" for number in range(LINES)), time=NOON), "e2"))
        assert "run  make  100,000 lines" in read(app.transcript)
        app.transcript.focus()
        await pilot.press("k", "space", "G")
        await pilot.pause()
        assert "more lines" in read(app.transcript)
        await pilot.press("slash", *"line 99998")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "1 of 1, not shown: o opens it" in app.shown()
        await pilot.press("escape", "y", "o")
        await pilot.pause()
        assert len(app.told[-1].text) == len(app.told[-2].text) > 1_000_000


async def test_a_message_of_ten_megabytes_is_shown_as_far_as_it_can_be_read_and_copied_whole():
    app = PaneApp()
    text = SENTENCE * (10_000_000 // len(SENTENCE))
    async with app.run_test(size=(80, 24)) as pilot:
        app.transcript.load(entries(AssistantMessage(text), UserMessage("and?", time=NOON)), more=False)
        await pilot.pause()
        assert "and?" in read(app.transcript)
        app.transcript.focus()
        await pilot.press("k", "k", "pageup")
        await pilot.pause()
        assert "A sentence with an é" in read(app.transcript)
        await pilot.resize_terminal(60, 20)
        await pilot.press("pagedown", "G")
        await pilot.pause()
        assert "and?" in read(app.transcript)
        await pilot.press("slash", *"é in")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "1 of 1," in app.shown()
        await pilot.press("enter", "N")
        await pilot.pause()
        assert "not shown: o opens it" in app.shown()
        await pilot.press("escape", "y")
        await pilot.pause()
        assert app.told[-1].text == text


async def test_a_message_of_ten_megabytes_may_stream_in():
    app = PaneApp()
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(100):
            for _ in range(25):
                app.transcript.show(TextDelta(SENTENCE * 100 + "\n\n"))
            app.transcript.flush()
        app.transcript.show(ThinkingDelta("hm"))
        await pilot.pause()
        assert "copy or export this message to read all of it" in read(app.transcript)
        assert sum(len(row.text) for row in app.transcript.rows) > 10_000_000


async def test_a_stream_that_stalls_shows_what_came_and_can_be_stopped():
    app = PaneApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.transcript.show(Said(UserMessage("go", time=NOON), "e1"))
        app.transcript.show(TextDelta("Half an ans"))
        app.transcript.flush()
        app.transcript.focus()
        await pilot.press("k", "k", "j", "slash", *"half", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "1 of 1" in app.shown()
        assert "Half an ans" in read(app.transcript)
        app.transcript.show(TurnCancelled())
        assert "— stopped —" in read(app.transcript)


async def test_six_hundred_sizes_in_a_row_leave_it_alive_and_right():
    app = PaneApp()
    sizes = random.Random(4)
    async with app.run_test(size=(80, 24)) as pilot:
        app.transcript.load(
            [*talk(5), *entries(AssistantMessage("漢字 words " * 20 + "\n\n```py\nx = 1\n```"), first=90)], more=False
        )
        app.transcript.focus()
        await pilot.press("k", "{", "v", "k")
        await pilot.press("slash", *"words", "enter")
        for number in range(600):
            size = {0: (1, 1), 1: (0, 0), 2: (2, 1)}.get(number % 50, (sizes.randrange(1, 120), sizes.randrange(1, 40)))
            app.driver_resized(*size)
            if number % 10 == 0:
                app.transcript.show(TextDelta(f"words {number} "))
                await pilot.pause()
        await pilot.resize_terminal(80, 24)
        app.transcript.flush()
        await app.workers.wait_for_complete()
        await pilot.press("escape", "escape", "G")
        await pilot.pause()
        assert "words 590" in read(app.transcript)
        assert all(strip.cell_length == app.transcript.canvas.width for strip in app.transcript.canvas.seen(0, 100))


async def test_a_view_of_no_size_takes_every_key():
    app = PaneApp()
    async with app.run_test(size=(1, 1)) as pilot:
        app.transcript.load([*talk(3), *entries(AssistantMessage("```\nx\n```"), first=90)], more=False)
        app.transcript.focus()
        for key in "jk[]{}gGycoverd nN":
            await pilot.press({" ": "space"}.get(key, key))
        app.driver_resized(0, 0)
        await pilot.pause()
        for key in ("j", "k", "v", "j", "y", "slash", "x", "escape", "g", "G"):
            await pilot.press(key)
        await pilot.resize_terminal(60, 20)
        await pilot.pause()
        assert "answer 2" in read(app.transcript)


async def test_every_key_may_be_pressed_where_nothing_was_said():
    app = PaneApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.focus()
        for key in "jk[]{}gGycoverdnN":
            await pilot.press(key)
        await pilot.press("slash", "x", "enter", "n", "escape", "space", "enter", "pageup", "home", "end")
        await pilot.pause()
        assert not [told for told in app.told if isinstance(told, Transcript.CopyWanted | Transcript.DropWanted)]


def test_pieces_that_belong_together_are_joined_and_keep_their_order():
    pieces = [TextDelta("a"), TextDelta("b"), ThinkingDelta("c"), ToolProgress("x", "1"), ToolProgress("x", "2")]
    pieces += [
        ToolProgress("y", "3"),
        CallDelta(0, "run", "{"),
        CallDelta(0, "", "}"),
        CallDelta(1, "go"),
        TextDelta("d"),
    ]
    assert list(joined(pieces)) == [
        TextDelta("ab"),
        ThinkingDelta("c"),
        ToolProgress("x", "12"),
        ToolProgress("y", "3"),
        CallDelta(0, "run", "{}"),
        CallDelta(1, "go"),
        TextDelta("d"),
    ]
