import pytest
from reading import NOON, PaneApp, entries, read, talk

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.events import Said, TextDelta
from localgpt_tui.core.messages import AssistantMessage, Thinking, ToolCall, ToolMessage, UserMessage
from localgpt_tui.ui.pager import page, pager_command
from localgpt_tui.ui.rendering.links import links
from localgpt_tui.ui.widgets.transcript import Transcript

CALL = ToolCall("c1", "read_file", '{"path": "notes/clock.md"}')
CODE = "Run this:\n\n```sh\nls -l\n```\n\nor that:\n\n```python\nprint(1)\nprint(2)\n```\n"
TURN = [
    UserMessage("look", time=NOON),
    AssistantMessage("I will.", (Thinking("hm"),), (CALL,)),
    ToolMessage("c1", "read_file", "found"),
    AssistantMessage("It is **there**."),
]


def told(app: PaneApp, kind: type) -> list:
    return [message for message in app.told if isinstance(message, kind)]


async def test_every_key_says_in_the_help_what_it_does():
    for binding in Transcript.BINDINGS:
        assert binding.description
        assert binding.id


async def test_brackets_go_from_turn_to_turn():
    app = PaneApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.load(talk(20), more=False)
        app.transcript.focus()
        await pilot.press("[")
        assert app.transcript.cursor.text == "question 19"
        await pilot.press("[", "[")
        assert app.transcript.cursor.text == "question 17"
        await pilot.press("j", "]")
        assert app.transcript.cursor.text == "question 18"


async def test_braces_go_from_code_to_code_and_c_copies_it_as_it_was_written():
    app = PaneApp()
    async with app.run_test(size=(60, 16)) as pilot:
        app.transcript.load(
            [*entries(AssistantMessage(CODE)), *talk(10), *entries(AssistantMessage("```\n\tx\n```"), first=99)],
            more=False,
        )
        app.transcript.focus()
        await pilot.press("{")
        assert app.transcript.canvas.block.source == "\tx"
        assert read(app.transcript).endswith("\n┃       x")
        await pilot.press("c")
        await pilot.press("{", "c")
        await pilot.pause()
        assert [message.text for message in told(app, Transcript.CopyWanted)] == ["\tx", "print(1)\nprint(2)"]
        assert told(app, Transcript.Noted)[-1].words == "Code 2 of 2 (python): c copies it."
        assert "print(1)" in read(app.transcript)
        await pilot.press("{")
        assert app.transcript.canvas.block.source == "ls -l"
        await pilot.press("{")
        await pilot.pause()
        assert app.transcript.canvas.block.source == "ls -l"
        assert told(app, Transcript.Noted)[-1].words == "There is no more code that way."
        await pilot.press("}", "}")
        assert app.transcript.canvas.block.source == "\tx"
        await pilot.press("k")
        assert app.transcript.canvas.block is None


async def test_code_is_marked_where_it_stands_after_a_new_width():
    app = PaneApp()
    async with app.run_test(size=(60, 16)) as pilot:
        app.transcript.load(entries(AssistantMessage("words " * 30 + "\n\n" + CODE)), more=False)
        app.transcript.focus()
        await pilot.press("{", "{")
        for width in (60, 30, 100):
            await pilot.resize_terminal(width, 30)
            await pilot.pause()
            lines = [line for line in read(app.transcript).split("\n") if "┃" in line]
            assert [line.strip("┃ │") for line in lines] == ["sh", "ls -l"]


@pytest.mark.parametrize(
    ("reply", "words"),
    [("no code", "There is no code in this message"), (CODE, "This message has 2 blocks of code")],
)
async def test_c_says_why_it_copies_nothing(reply: str, words: str):
    app = PaneApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.transcript.load(entries(AssistantMessage(reply)), more=False)
        app.transcript.focus()
        await pilot.press("k", "c")
        await pilot.pause()
        assert told(app, Transcript.Noted)[-1].words.startswith(words)
        assert not told(app, Transcript.CopyWanted)


async def test_y_without_a_cursor_copies_the_last_message_in_view():
    app = PaneApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.load(talk(5), more=False)
        app.transcript.focus()
        await pilot.press("y")
        await pilot.pause()
        assert told(app, Transcript.CopyWanted)[-1].text == "answer 4"


async def test_top_is_the_very_first_message_even_where_it_is_not_loaded():
    app = PaneApp(talk(200))
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.load(app.everything[-60:], more=True)
        app.transcript.focus()
        await pilot.press("g")
        await pilot.pause()
        assert read(app.transcript).split("\n")[1] == "│  question 0"
        await pilot.press("G")
        await pilot.pause()
        assert "answer 199" in read(app.transcript)
        assert app.transcript.follows


async def test_one_can_jump_to_any_entry_of_the_session():
    app = PaneApp(talk(200))
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.load(app.everything[-60:], more=True)
        app.transcript.jump("e399")
        assert app.transcript.cursor.text == "answer 199"
        app.transcript.jump("e25")
        await pilot.pause()
        assert app.transcript.cursor.text == "answer 12"
        assert "answer 12" in read(app.transcript)
        app.transcript.jump("nowhere")
        await pilot.pause()
        assert "not in this session" in told(app, Transcript.Noted)[-1].words


async def test_the_answer_of_a_tool_can_be_jumped_to():
    app = PaneApp()
    async with app.run_test(size=(60, 12)):
        app.transcript.load(entries(*TURN), more=False)
        app.transcript.jump("e2")
        assert app.transcript.cursor.text == "found"


async def test_editing_and_asking_again_are_about_the_question_and_dropping_about_the_message():
    app = PaneApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.transcript.load([*talk(2), *entries(*TURN, first=10)], more=False)
        app.transcript.focus()
        await pilot.press("k", "e", "r", "d", "k", "e", "d")
        await pilot.pause()
        assert app.transcript.cursor.name == "read_file"
        assert [message.entry for message in told(app, Transcript.EditWanted)] == ["e10", "e10"]
        assert [message.entry for message in told(app, Transcript.RetryWanted)] == ["e10"]
        assert [message.entry for message in told(app, Transcript.DropWanted)] == ["e13", "e11"]


@pytest.mark.parametrize("key", ["e", "r", "d"])
async def test_what_changes_the_session_needs_a_cursor_that_was_seen(key: str):
    app = PaneApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.transcript.load(talk(2), more=False)
        app.transcript.focus()
        await pilot.press(key)
        await pilot.pause()
        wishes = (Transcript.EditWanted, Transcript.RetryWanted, Transcript.DropWanted)
        assert not told(app, wishes)
        assert "Press the key again" in told(app, Transcript.Noted)[-1].words
        await pilot.press(key)
        await pilot.pause()
        assert len(told(app, wishes)) == 1


async def test_what_is_not_saved_yet_cannot_be_dropped():
    app = PaneApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.transcript.load(talk(1), more=False)
        app.transcript.show(Said(UserMessage("go on", time=NOON), "e8"))
        app.transcript.show(TextDelta("Half an"))
        app.transcript.flush()
        app.transcript.focus()
        await pilot.press("k", "d")
        await pilot.pause()
        assert not told(app, Transcript.DropWanted)
        assert "not saved yet" in told(app, Transcript.Noted)[-1].words


async def test_enter_lists_where_links_lead_and_opens_none():
    app = PaneApp()
    async with app.run_test(size=(70, 20)) as pilot:
        app.transcript.load(
            entries(AssistantMessage("See [the bank](https://evil.example/x) or https://a.example.")), more=False
        )
        app.transcript.focus()
        assert "the bank (https://evil.example/x)" in read(app.transcript)
        await pilot.press("k", "enter")
        await pilot.pause()
        wanted = told(app, Transcript.LinksWanted)[-1].links
        assert [(link.text, link.address) for link in wanted] == [
            ("the bank", "https://evil.example/x"),
            ("https://a.example", "https://a.example"),
        ]


async def test_a_message_can_be_asked_for_in_a_pager_as_printable_text():
    app = PaneApp()
    async with app.run_test(size=(70, 20)) as pilot:
        app.transcript.load(entries(AssistantMessage("**long**\x1b[2J text")), more=False)
        app.transcript.focus()
        await pilot.press("o")
        await pilot.pause()
        assert told(app, Transcript.PagerWanted)[-1].text == "**long** text"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<https://a.example/b>", ["https://a.example/b"]),
        ("[a][1] and [b][1]\n\n[1]: https://a.example 'title'", ["https://a.example"]),
        ("![picture](https://a.example/p.png)", ["https://a.example/p.png"]),
        ("(see https://en.example/wiki/A_(b)).", ["https://en.example/wiki/A_(b)"]),
        ("```\ncurl https://a.example/x | sh\n```", ["https://a.example/x"]),
        ("`https://a.example`, *https://b.example*", ["https://a.example", "https://b.example"]),
        ("nothing", []),
    ],
)
def test_links_are_found_however_they_are_written(source: str, found: list[str]):
    assert [link.address for link in links(source)] == found


def test_the_pager_gets_printable_text(tmp_path):
    seen = tmp_path / "seen"
    page("a\x1b[2Jb\n", command=["sh", "-c", f"cat > {seen}"])
    assert seen.read_text() == "ab\n"


def test_a_pager_that_ends_before_it_has_read_everything_is_no_failure():
    page("line\n" * 1_000_000, command=["true"])


def test_a_pager_that_is_none_is_named_in_the_error():
    with pytest.raises(LocalGPTError, match="no-such-pager"):
        pager_command({"PAGER": "no-such-pager -x", "PATH": "/usr/bin:/bin"})
    with pytest.raises(LocalGPTError, match="status 3"):
        page("x", command=["sh", "-c", "cat >/dev/null; exit 3"])
    assert pager_command({"PAGER": "cat -n", "PATH": "/usr/bin:/bin"}) == ["cat", "-n"]


async def test_a_letter_goes_to_any_message_code_or_link_in_sight():
    app = PaneApp()
    async with app.run_test(size=(60, 24)) as pilot:
        said = "See [the docs](https://a.example/b), and:\n\n```sh\nls\n```\n\nhttps://c.example/"
        app.transcript.load(entries(UserMessage("where?", time=NOON), AssistantMessage(said)), more=False)
        app.transcript.focus()
        await pilot.press("f")
        await pilot.pause()
        signs = [line.strip() for line in read(app.transcript).split("\n") if line.strip()]
        assert [sign[0] for sign in signs if sign[0] in "asdfgh"] == ["a", "s", "f", "g"]
        assert "See dhe docs (https://a.example/b)" in read(app.transcript)
        await pilot.press("f")
        assert app.transcript.canvas.block.source == "ls"
        await pilot.press("f", "g")
        await pilot.press("f", "a")
        await pilot.pause()
        assert app.transcript.cursor.text == "where?"
        (wanted,) = [message.links for message in app.told if isinstance(message, Transcript.LinksWanted)]
        assert [link.address for link in wanted] == ["https://c.example/"]
        await pilot.press("f", "escape", "f", "f2", "j")
        assert app.transcript.cursor.text == said
