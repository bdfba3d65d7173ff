from reading import NOON, PaneApp, entries, read, talk

from localgpt_tui.core.events import TextDelta
from localgpt_tui.core.messages import AssistantMessage, Thinking, ToolCall, ToolMessage, UserMessage
from localgpt_tui.ui.widgets.transcript import Transcript

CALL = ToolCall("c1", "read_file", '{"path": "notes/clock.md"}')
REPLY = "Some **text**:\n\n> a quote\n> of two lines\n\n- one\n- two\n\n```sh\nls -l\n\trm x\n```\n"


def copied(app: PaneApp) -> list[str]:
    return [message.text for message in app.told if isinstance(message, Transcript.CopyWanted)]


async def drag(pilot, start: tuple[int, int], end: tuple[int, int]) -> str:
    await pilot.mouse_down(Transcript, offset=start)
    await pilot.hover(Transcript, offset=end)
    await pilot.mouse_up(Transcript, offset=end)
    await pilot.pause()
    return pilot.app.screen.get_selected_text()


async def test_lines_are_marked_from_the_cursor_on_and_copied():
    app = PaneApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.transcript.load(entries(UserMessage("first\nsecond\nthird\nfourth", time=NOON)), more=False)
        app.transcript.focus()
        await pilot.press("k", "v", "j", "down", "j", "k")
        await pilot.pause()
        assert [line[0] for line in read(app.transcript).split("\n")[:4]] == ["┃", "┃", "┃", "│"]
        await pilot.press("y")
        await pilot.pause()
        clock = NOON.astimezone().strftime("%H:%M")
        assert copied(app) == [f"you  {clock}\nfirst\nsecond"]
        assert not app.transcript.marking


async def test_escape_leaves_the_marked_lines_and_copies_nothing():
    app = PaneApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.transcript.load(talk(3), more=False)
        app.transcript.focus()
        await pilot.press("v", "k")
        assert app.transcript.marking
        await pilot.press("escape")
        assert not app.transcript.marking
        assert "┃" not in read(app.transcript)
        await pilot.pause()
        assert copied(app) == []


async def test_marking_begins_at_the_code_or_the_match_that_is_looked_at():
    app = PaneApp()
    async with app.run_test(size=(60, 30)) as pilot:
        app.transcript.load(entries(AssistantMessage(REPLY)), more=False)
        app.transcript.focus()
        await pilot.press("{", "v", "j", "y")
        await pilot.press("slash", *"two lines", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("v", "y")
        await pilot.pause()
        assert copied(app) == ["ls -l\n    rm x", "a quote of two lines"]


async def test_what_is_copied_has_no_bars_no_signs_and_no_padding():
    app = PaneApp()
    async with app.run_test(size=(60, 40)) as pilot:
        app.transcript.load(
            entries(
                AssistantMessage("", (Thinking("hm"),), (CALL,), model="m"),
                ToolMessage("c1", "read_file", "  the\n  text"),
                AssistantMessage(REPLY, model="m"),
            ),
            more=False,
        )
        app.transcript.focus()
        await pilot.press("k", "k", "space", "k", "space", "v", "home", "end", "y")
        await pilot.pause()
        assert copied(app)[0].split("\n") == [
            "thought, 1 word",
            "hm",
            "read_file  notes/clock.md  2 lines",
            "path: notes/clock.md",
            "  the",
            "  text",
            "",
            "Some text:",
            "",
            "a quote of two lines",
            "",
            "• one",
            "• two",
            "",
            "ls -l",
            "    rm x",
        ]


async def test_marking_goes_over_messages_and_pages_while_more_is_being_written():
    app = PaneApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.load(talk(30), more=False)
        app.transcript.focus()
        await pilot.press("k", "v", "pageup", "pageup")
        for number in range(50):
            app.transcript.show(TextDelta(f"- {number}\n"))
        app.transcript.flush()
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
        lines = copied(app)[0].split("\n")
        assert len(lines) == 1 + 2 * (app.transcript.size.height - 1)
        assert lines[-1] == "answer 29"
        assert "question 28" in lines


async def test_the_mouse_marks_over_messages_and_copies_clean_text():
    app = PaneApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.transcript.load(
            entries(
                UserMessage("the question", time=NOON),
                AssistantMessage("the answer\n\n```sh\nls -l\n```", model="m", time=NOON),
            ),
            more=False,
        )
        await pilot.pause()
        assert await drag(pilot, (7, 1), (7, 7)) == "question\n\nassistant  m\nthe answer\n\nls -"
        assert await drag(pilot, (0, 1), (5, 4)) == "the question\n\nassistant  m\nthe"


async def test_wide_and_combining_characters_are_copied_whole():
    app = PaneApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.transcript.load(entries(UserMessage("漢字かな交じり\ncafe\u0301 noir", time=NOON)), more=False)
        await pilot.pause()
        assert read(app.transcript).split("\n")[1] == "   漢字かな交じり"
        assert await drag(pilot, (5, 1), (8, 1)) == "字か"
        assert await drag(pilot, (3, 2), (7, 2)) == "cafe\u0301"


async def test_a_reply_that_is_being_written_can_be_marked():
    app = PaneApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.transcript.show(TextDelta("# Title\n\nsome words\n"))
        app.transcript.flush()
        app.transcript.focus()
        await pilot.press("k", "v", "j", "j", "y")
        await pilot.pause()
        assert copied(app) == ["Title\n\nsome words"]


async def test_marks_are_drawn_in_ascii_too():
    app = PaneApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.load(talk(2), more=False)
        app.transcript.icon_set = "ascii"
        app.transcript.focus()
        await pilot.press("v")
        assert "#" in read(app.transcript)
        assert read(app.transcript).isascii()


async def test_words_and_letters_are_marked_with_the_keys_of_a_pager():
    app = PaneApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.transcript.load(entries(UserMessage("read tests/ui one two\n日本語 last", time=NOON)), more=False)
        app.transcript.focus()
        await pilot.press("k", "v", "j", "l", "w", "y")
        await pilot.press("v", "j", "w", "w", "w", "v", "w", "w", "h", "h", "y")
        await pilot.press("v", "j", "j", "0", "v", "l", "y")
        await pilot.press("v", "j", "l", "dollar_sign", "b", "v", "w", "dollar_sign", "y")
        await pilot.pause()
        assert copied(app) == ["tests", "/ui", "日本", "two\n日本語 last"]
        await pilot.press("v", "l", "escape")
        assert not app.transcript.marking
