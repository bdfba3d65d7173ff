from datetime import timedelta

import pytest
from reading import NOON, TranscriptApp, entries, read, talk

from localgpt_tui.core.events import (
    CallDelta,
    FellBack,
    Retrying,
    Said,
    TextDelta,
    ThinkingDelta,
    ToolProgress,
    ToolStarted,
    TurnCancelled,
    TurnFailed,
    TurnFinished,
)
from localgpt_tui.core.messages import (
    AssistantMessage,
    Attachment,
    Thinking,
    ToolCall,
    ToolMessage,
    Usage,
    UserMessage,
)
from localgpt_tui.ui.widgets.rows import ReplyRow, ToolRow
from localgpt_tui.ui.widgets.transcript import Transcript

READ = ToolCall("c1", "read_file", '{"path": "memory/2026-03-12.md"}')
HOSTILE = "\x1b]0;pwn\x07[/x][red]a[/blue] \x1b[2Jrm\u202e~\x9b2J"


async def test_a_session_opens_at_its_end():
    app = TranscriptApp()
    async with app.run_test(size=(60, 12)):
        app.transcript.load(talk(40), more=False)
        assert "answer 39" in read(app.transcript)
        assert "answer 0" not in read(app.transcript)
        assert app.transcript.follows


async def test_five_thousand_messages_need_no_more_widgets_than_one_and_only_what_is_seen_is_laid_out():
    app = TranscriptApp()
    async with app.run_test(size=(80, 24)):
        app.transcript.load(talk(2500), more=False)
        assert "answer 2499" in read(app.transcript)
        assert len(list(app.transcript.walk_children())) == 0
        assert len(app.transcript.canvas._kept) < 40


async def test_a_session_may_be_loaded_before_the_first_frame():
    class Early(TranscriptApp):
        def on_mount(self) -> None:
            self.transcript.load(talk(3), more=False)

    app = Early()
    async with app.run_test(size=(60, 30)) as pilot:
        await pilot.pause()
        assert "answer 2" in read(app.transcript)


async def test_a_turn_reads_as_it_happened():
    app = TranscriptApp()
    async with app.run_test(size=(80, 24)):
        show = app.transcript.show
        show(Said(UserMessage("what did we decide?", (Attachment("notes.md", "text/markdown", b""),), time=NOON), "e1"))
        show(ThinkingDelta("Let me look."))
        show(CallDelta(0, "read_file", '{"path": "memory/'))
        app.transcript.flush()
        assert "▸ thought for" in read(app.transcript)
        assert "▸ read_file  writing" in read(app.transcript)
        said = AssistantMessage(
            "", (Thinking("Let me look."),), (READ,), model="test/echo", stop="tool_calls", time=NOON
        )
        show(Said(said, "e2"))
        show(ToolStarted(READ))
        show(ToolProgress("c1", "line one\nline two"))
        app.transcript.flush()
        assert "▸ read_file  memory/2026-03-12.md  running\n     │ line one\n     │ line two" in read(app.transcript)
        show(Said(ToolMessage("c1", "read_file", "a\n" * 38, seconds=0.041, time=NOON), "e3"))
        show(TextDelta("Short TTL "))
        show(TextDelta("plus **explicit** invalidation."))
        app.transcript.flush()
        assert "Short TTL plus explicit invalidation." in read(app.transcript)
        usage = Usage(output_tokens=1312, cost=0.0123)
        show(
            Said(
                AssistantMessage(
                    "Short TTL plus **explicit** invalidation.",
                    model="test/echo",
                    usage=usage,
                    time=NOON + timedelta(seconds=2.1),
                ),
                "e4",
            )
        )
        show(TurnFinished())
        clock = NOON.astimezone().strftime("%H:%M")
        thought = app.transcript.rows[2]
        thought.seconds = 3.0
        thought.changed()
        assert read(app.transcript).rstrip().split("\n") == [
            f" ▌ you  {clock}",
            "   what did we decide?",
            "   with notes.md",
            "",
            " ▌ assistant  test/echo  2.1 s  1,312 tokens  $0.0123",
            "   ▸ thought for 3.0 s",
            "   ▸ read_file  memory/2026-03-12.md  38 lines  41 ms",
            "",
            "   Short TTL plus explicit invalidation.",
        ]


async def test_a_history_shows_what_was_shown_when_it_happened():
    messages = [
        UserMessage("look", time=NOON),
        AssistantMessage("I will.", calls=(READ,), stop="tool_calls", time=NOON + timedelta(seconds=1)),
        ToolMessage("c1", "read_file", "nothing there", failed=True, time=NOON + timedelta(seconds=2)),
        AssistantMessage("It is *gone*.", time=NOON + timedelta(seconds=3)),
    ]
    app = TranscriptApp()
    async with app.run_test(size=(80, 24)):
        for message in messages:
            app.transcript.show(Said(message))
        app.transcript.show(TurnFinished())
        live = read(app.transcript)
        app.transcript.load(entries(*messages), more=False)
        assert read(app.transcript) == live
        assert "read_file  memory/2026-03-12.md  ✗ failed" in live


async def test_the_live_reply_is_replaced_in_its_place_by_what_was_said():
    text = (
        "# Title\n\n" + "\n".join(f"- item {number} with some words" for number in range(60)) + "\n\n[a][1]\n\n[1]: x\n"
    )
    app = TranscriptApp()
    async with app.run_test(size=(60, 20)):
        for start in range(0, len(text), 37):
            app.transcript.show(TextDelta(text[start : start + 37]))
            app.transcript.flush()
        rows = len(app.transcript.rows)
        app.transcript.show(Said(AssistantMessage(text)))
        assert len(app.transcript.rows) == rows
        streamed = read(app.transcript)
        app.transcript.load(entries(AssistantMessage(text)), more=False)
        assert read(app.transcript) == streamed
        assert "a (x)" in streamed


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        (AssistantMessage("half", stop="cancelled"), "— stopped —"),
        (
            AssistantMessage("half", stop="failed", note="The connection was cut."),
            "— failed: The connection was cut. —",
        ),
        (AssistantMessage("half", stop="length"), "— cut off at the length limit —"),
        (AssistantMessage("", stop="cancelled"), "— stopped —"),
    ],
)
async def test_a_partial_reply_is_marked_in_words(reply: AssistantMessage, shown: str):
    app = TranscriptApp()
    async with app.run_test(size=(80, 24)):
        app.transcript.load(entries(reply), more=False)
        assert shown in read(app.transcript)


async def test_a_failed_turn_says_why_and_what_to_do():
    app = TranscriptApp()
    async with app.run_test(size=(80, 24)):
        app.transcript.show(Retrying("The server is busy.", 2, 3.0))
        app.transcript.show(Retrying("The server is busy.", 3, 6.0))
        app.transcript.show(FellBack("ollama/llama3", "The server is busy."))
        app.transcript.show(TextDelta("Half a"))
        app.transcript.show(TurnFailed("The stream ended early.", "Send it again."))
        shown = read(app.transcript)
        assert "attempt 2" not in shown
        assert "ollama/llama3 answers instead." in shown
        assert "— failed —" in shown
        assert "▌ failed  /retry asks again\n   The stream ended early.\n   Send it again." in shown


async def test_stopping_before_anything_arrived_is_shown_too():
    app = TranscriptApp()
    async with app.run_test(size=(80, 24)):
        app.transcript.show(Said(UserMessage("wait", time=NOON)))
        app.transcript.show(TurnCancelled())
        assert "— stopped —" in read(app.transcript)
        app.transcript.show(Said(AssistantMessage("x", stop="cancelled")))
        app.transcript.show(TurnCancelled())
        assert read(app.transcript).count("— stopped —") == 2


async def test_foreign_text_can_do_nothing_wherever_it_stands():
    call = ToolCall("c", HOSTILE, HOSTILE)
    app = TranscriptApp()
    async with app.run_test(size=(80, 60)):
        app.transcript.load(
            entries(
                UserMessage(HOSTILE, (Attachment(HOSTILE, "", b""),), time=NOON),
                AssistantMessage(f"{HOSTILE}\n```{HOSTILE}\n{HOSTILE}\n```\n", (Thinking(HOSTILE),), (call,), HOSTILE),
                ToolMessage("c", "x", HOSTILE),
                AssistantMessage("", stop="failed", note=HOSTILE),
            ),
            more=False,
        )
        app.transcript.show(Retrying(HOSTILE, 2, 1))
        app.transcript.show(TurnFailed(HOSTILE, HOSTILE))
        for row in app.transcript.rows:
            app.transcript.fold(row)
        shown = read(app.transcript)
        assert not any(ord(character) < 32 and character != "\n" for character in shown)
        assert not set("\x7f\x9b\u202e").intersection(shown)
        assert shown.count("[/x][red]a[/blue] rm~") >= 9


async def test_the_view_stays_where_the_person_scrolled_and_counts_what_is_new():
    app = TranscriptApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.load(talk(20), more=False)
        app.transcript.focus()
        await pilot.press("pageup")
        there = read(app.transcript)
        assert not app.transcript.follows
        for number in range(30):
            app.transcript.show(TextDelta(f"- point {number}\n"))
        app.transcript.flush()
        await pilot.pause()
        assert read(app.transcript) == there
        behind = [message.lines for message in app.told if isinstance(message, Transcript.Behind)]
        assert behind[-1] >= 30
        await pilot.press("end")
        await pilot.pause()
        assert app.transcript.follows
        assert app.told[-1].lines == 0
        assert "point 29" in read(app.transcript)
        app.transcript.show(TextDelta("- point 30\n"))
        app.transcript.flush()
        assert "point 30" in read(app.transcript)


async def test_sending_something_follows_the_end_again():
    app = TranscriptApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.load(talk(20), more=False)
        app.transcript.focus()
        await pilot.press("home")
        app.transcript.show(Said(UserMessage("here I am", time=NOON)))
        assert "here I am" in read(app.transcript)


async def test_earlier_messages_are_asked_for_once_and_come_without_a_jump():
    app = TranscriptApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.load(talk(20, first=20), more=True)
        app.transcript.focus()
        await pilot.press("home")
        await pilot.pause()
        wanted = [message for message in app.told if isinstance(message, Transcript.EarlierWanted)]
        assert len(wanted) == 1
        assert "question 20" in read(app.transcript).split("\n")[1]
        app.transcript.prepend(talk(20), more=False)
        await pilot.pause()
        assert "question 20" in read(app.transcript).split("\n")[2]
        await pilot.press("home")
        await pilot.pause()
        assert "question 0" in read(app.transcript)
        assert len([message for message in app.told if isinstance(message, Transcript.EarlierWanted)]) == 1


async def test_a_call_and_its_answer_meet_across_two_pages():
    app = TranscriptApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.transcript.load(entries(ToolMessage("c1", "read_file", "found", time=NOON), *[]), more=True)
        app.transcript.prepend(entries(UserMessage("look", time=NOON), AssistantMessage("", calls=(READ,))), more=False)
        await pilot.pause()
        assert read(app.transcript).count("read_file") == 1
        assert "read_file  memory/2026-03-12.md  1 line" in read(app.transcript)


async def test_cards_fold_by_key_and_by_mouse():
    app = TranscriptApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.transcript.load(
            entries(
                AssistantMessage("", (Thinking("deep\nthoughts"),), (READ,)), ToolMessage("c1", "read_file", "the text")
            ),
            more=False,
        )
        app.transcript.focus()
        assert "the text" not in read(app.transcript)
        await pilot.press("j", "space")
        assert "▾ read_file" in read(app.transcript)
        assert "│    │ path: memory/2026-03-12.md\n│    │ the text" in read(app.transcript)
        await pilot.press("k", "enter")
        assert "│ deep\n│    │ thoughts" in read(app.transcript)
        await pilot.click(Transcript, offset=(6, 1))
        assert "thoughts" not in read(app.transcript)


async def test_a_result_of_a_hundred_thousand_lines_is_capped_on_the_screen():
    app = TranscriptApp()
    async with app.run_test(size=(80, 24)) as pilot:
        result = "\n".join(f"line {number}" for number in range(100_000))
        app.transcript.load(
            entries(AssistantMessage("", calls=(READ,)), ToolMessage("c1", "read_file", result)), more=False
        )
        assert "100,000 lines" in read(app.transcript)
        row = app.transcript.rows[-1]
        assert isinstance(row, ToolRow)
        app.transcript.fold(row)
        app.transcript.focus()
        await pilot.press("end")
        assert "99,800 more lines" in read(app.transcript)
        assert app.transcript.virtual_size.height < 220


async def test_the_cursor_goes_from_message_to_message_and_copies_the_source():
    app = TranscriptApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.load(
            [*talk(20), *entries(AssistantMessage("the **last**\x1b[2J one\n```sh\nls -l\n```"), first=99)], more=False
        )
        app.transcript.focus()
        await pilot.press("j", "y")
        await pilot.pause()
        assert app.told[-1].text == "the **last** one\n```sh\nls -l\n```"
        row = app.transcript.cursor
        assert isinstance(row, ReplyRow)
        assert [block.source for block in app.transcript.code_blocks(row)] == ["ls -l"]
        for _ in range(10):
            await pilot.press("k")
        assert app.transcript.cursor.text == "question 15"
        assert "│  question 15" in read(app.transcript)


async def test_text_is_selected_with_the_mouse():
    app = TranscriptApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.load(entries(UserMessage("copy this line\nand this one", time=NOON)), more=False)
        await pilot.pause()
        await pilot.mouse_down(Transcript, offset=(3, 1))
        await pilot.hover(Transcript, offset=(11, 2))
        await pilot.mouse_up(Transcript, offset=(11, 2))
        assert app.screen.get_selected_text() == "copy this line\nand this"


async def test_a_new_width_keeps_what_is_read_in_view():
    app = TranscriptApp()
    async with app.run_test(size=(80, 20)) as pilot:
        long = entries(*(UserMessage(f"{number} " + "word " * 60, time=NOON) for number in range(60)))
        app.transcript.load(long, more=False)
        app.transcript.focus()
        for _ in range(5):
            await pilot.press("pageup")
        there = app.transcript.place()
        await pilot.resize_terminal(40, 20)
        await pilot.pause()
        assert app.transcript.place() == there
        await pilot.resize_terminal(120, 30)
        await pilot.pause()
        assert app.transcript.place().row is there.row


async def test_a_new_theme_is_drawn_in_its_colours():
    app = TranscriptApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.load(talk(3), more=False)
        await pilot.pause()
        before = app.transcript.canvas.seen(0, 1)[0]
        app.theme = "textual-light"
        await pilot.pause()
        after = app.transcript.canvas.seen(0, 1)[0]
        assert before.text == after.text
        assert list(before) != list(after)


async def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = TranscriptApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.load(entries(AssistantMessage("# Title\n\n`code` and **bold**")), more=False)
        await pilot.pause()
        styles = [
            style for strip in app.transcript.canvas.seen(0, 12) for _, style, _ in strip if style and style.color
        ]
        colours = [style.color.triplet for style in styles if style.color.triplet]
        assert all(colour.red == colour.green == colour.blue for colour in colours)
        assert any(style.bold for style in styles)


async def test_there_is_a_set_of_signs_in_plain_ascii():
    app = TranscriptApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.transcript.load(
            entries(
                UserMessage("hi", time=NOON),
                AssistantMessage("- a\n- [x] b\n\n> q\n\n|a|b|\n|-|-|\n|1|2|", (Thinking("x"),), stop="cancelled"),
            ),
            more=False,
        )
        app.transcript.icon_set = "ascii"
        await pilot.pause()
        assert read(app.transcript).isascii()


async def test_a_narrow_terminal_cuts_nothing_off_by_accident():
    app = TranscriptApp()
    async with app.run_test(size=(24, 20)) as pilot:
        app.transcript.load(talk(3), more=False)
        for size in ((10, 5), (3, 3), (1, 1), (200, 50)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            app.transcript.show(TextDelta("words 漢字 ⚠️ more\n\n```py\nx=1\n```\n"))
            app.transcript.flush()
        assert "answer 2" in read(app.transcript)
        assert all(strip.cell_length == app.transcript.canvas.width for strip in app.transcript.canvas.seen(0, 50))
