"""The draft: completed, attached to, kept, found again."""

import json

import pytest
from fakes import Hangs, ScriptedProvider
from stage import shown, staged, talk, until, until_ready, until_shown, write_session
from textual import events

from localgpt_tui.core.messages import AssistantMessage, UserMessage
from localgpt_tui.drafting.history import History
from localgpt_tui.drafting.kept import Draft, Drafts
from localgpt_tui.paths import find_places
from localgpt_tui.ui.screens.picker import PickerScreen
from localgpt_tui.ui.widgets.completions import Completions


@pytest.fixture(autouse=True)
def _working_folder(tmp_path, monkeypatch):
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "beta.py").write_text("x = 1\n")
    (folder / "my notes.md").write_text("short TTL\n")
    (folder / "blob.bin").write_bytes(b"\0\1\2")
    monkeypatch.chdir(folder)


def drafts() -> Drafts:
    return Drafts(find_places().state / "drafts")


async def paste(pilot, text):
    pilot.app.post_message(events.Paste(text))
    await pilot.pause()


async def test_a_slash_lists_commands_with_their_help_and_enter_does_the_marked_one():
    async with staged().run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"/stat")
        await until_shown(pilot, "show session, model, tokens and cost")
        await pilot.press("enter")
        await until_shown(pilot, "since it was opened")
        assert pilot.app.screen.prompt.text == ""
        assert not pilot.app.screen.query_one(Completions).display


async def test_tab_takes_a_command_and_lists_its_arguments():
    older = write_session(UserMessage("trip to Lisbon"), AssistantMessage("Pack light."))
    async with staged().run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"/op")
        await until_shown(pilot, "/open ID")
        await pilot.press("tab", *"lis")
        await until_shown(pilot, f"{older[:8]} trip to Lisbon")
        await pilot.press("enter")
        await until_shown(pilot, "Pack light.")


async def test_models_are_completed_by_their_short_names():
    async with staged().run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"/model son")
        await until_shown(pilot, "anthropic/claude-sonnet")
        await pilot.press("tab")
        assert pilot.app.screen.prompt.text == "/model sonnet"


async def test_escape_puts_the_list_away_until_something_else_is_written():
    async with staged().run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"/mo")
        await until_shown(pilot, "/model NAME")
        await pilot.press("escape")
        assert "/model NAME" not in shown(pilot.app)
        await pilot.press("d")
        await pilot.pause()
        assert "/model NAME" not in shown(pilot.app)
        await pilot.press("ctrl+u", *"/mo")
        await until_shown(pilot, "/model NAME")


async def test_arrows_move_in_the_list_and_not_in_the_history():
    async with staged().run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"/mod")
        await until_shown(pilot, "/model NAME")
        await pilot.press("down", "down", "tab")
        assert pilot.app.screen.prompt.text == "/models"


async def test_a_file_is_completed_after_an_at_sign_and_goes_along_with_the_message():
    provider = ScriptedProvider("Fine.", "So it is.")
    other = write_session(UserMessage("where is the pelican?"))
    async with staged(provider=provider).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"look at @bet")
        await until_shown(pilot, "src/beta.py")
        await pilot.press("tab")
        assert pilot.app.screen.prompt.text == "look at @src/beta.py "
        await pilot.press("enter")
        await until_shown(pilot, "Fine.")
        assert "with src/beta.py" in shown(pilot.app)
        await pilot.press(*"as in @pelican")
        await until_shown(pilot, "where is the pelican?")
        await pilot.press("tab", "enter")
        await until_shown(pilot, f"with sessions/{other[:8]}.md")
    (attachment,) = provider.requests[0].messages[-1].attachments
    assert (attachment.name, attachment.data) == ("src/beta.py", b"x = 1\n")
    (session,) = provider.requests[1].messages[-1].attachments
    assert b"where is the pelican?" in session.data


async def test_a_file_that_cannot_go_along_holds_the_message_back_and_says_why():
    provider = ScriptedProvider()
    async with staged(provider=provider).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"see @blob.bin", "enter")
        await until_shown(pilot, "blob.bin cannot be sent along")
        assert pilot.app.screen.prompt.text == "see @blob.bin"
    assert provider.requests == []


async def test_a_file_is_attached_by_command_and_taken_away_by_backspace():
    async with staged().run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"/attach my notes.md", "enter")
        await until_shown(pilot, "attached  my notes.md 10 B")
        await pilot.press("backspace")
        await until_shown(pilot, "my notes.md is not sent along any more.")
        assert "attached  my" not in shown(pilot.app)
        await pilot.press(*"/attach nowhere", "enter")
        await until_shown(pilot, "nowhere cannot be read: No such file or directory.")


async def test_a_great_paste_becomes_an_attachment_and_can_be_sent_alone():
    provider = ScriptedProvider("Long.")
    async with staged(provider=provider).run_test() as pilot:
        await until_ready(pilot)
        await paste(pilot, "line\n" * 20_000)
        await until_shown(pilot, "paste-1.txt 97 kB")
        assert pilot.app.screen.prompt.text == ""
        await paste(pilot, "short paste")
        assert pilot.app.screen.prompt.text == "short paste"
        await pilot.press("ctrl+u", "enter")
        await until_shown(pilot, "Long.")
        assert "attached" not in shown(pilot.app)
    (attachment,) = provider.requests[0].messages[-1].attachments
    assert len(attachment.data) == 100_000


async def test_a_paste_of_ten_megabytes_is_taken_and_what_it_means_is_said():
    async with staged().run_test() as pilot:
        await until_ready(pilot)
        await paste(pilot, "0123456789abcde\n" * (10_000_000 // 16))
        await until_shown(pilot, "paste-1.txt is about 2,500k tokens; the model reads 128k.")
        await pilot.press(*"still here")
        assert pilot.app.screen.prompt.text == "still here"


async def test_what_was_said_in_other_sessions_comes_back_too():
    History(find_places().state / "history.jsonl").add("said\nin two lines", "elsewhere")
    write_session(*talk(2))
    async with staged(resume=True).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press("up", "up")
        assert pilot.app.screen.prompt.text == "What did we decide about cache invalidation?"
        await pilot.press("up")
        assert pilot.app.screen.prompt.text == "said\nin two lines"


async def test_what_was_said_is_found_by_a_few_letters():
    async with staged(provider=ScriptedProvider("a", "b")).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"the blue kettle", "enter")
        await until(pilot, lambda: not pilot.app.screen.busy)
        await pilot.press(*"something else", "enter")
        await until(pilot, lambda: not pilot.app.screen.busy)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickerScreen))
        await pilot.press(*"bkett")
        await until(pilot, lambda: "something else" not in shown(pilot.app).split("What you said before")[1])
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(pilot.app.screen, PickerScreen))
        await pilot.pause()
        assert pilot.app.screen.prompt.text == "the blue kettle"
    lines = (find_places().state / "history.jsonl").read_text().splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["the blue kettle", "something else"]


async def test_signs_that_join_letters_and_emoji_are_part_of_what_is_typed():
    async with staged().run_test() as pilot:
        await until_ready(pilot)
        prompt = pilot.app.screen.prompt
        await pilot.press("\U0001f469")
        prompt.post_message(events.Key("zero_width_joiner", "\u200d"))
        await pilot.press("\U0001f469", "a")
        prompt.post_message(events.Key("zero_width_non_joiner", "\u200c"))
        await pilot.press("b")
        assert prompt.text == "\U0001f469\u200d\U0001f469a\u200cb"


async def test_a_draft_put_aside_comes_back():
    async with staged().run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"a thought", "ctrl+s")
        await until_shown(pilot, "Draft put aside")
        assert pilot.app.screen.prompt.text == ""
        await pilot.press("ctrl+s")
        assert pilot.app.screen.prompt.text == "a thought"


async def test_a_draft_outlives_the_program_with_its_attachments():
    async with staged().run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"/attach src/beta.py", "enter")
        await until_shown(pilot, "attached  src/beta.py")
        await pilot.press(*"half a thou")
        await until(pilot, lambda: drafts().load("").text == "half a thou")
    async with staged().run_test() as pilot:
        await until_shown(pilot, "Your draft was restored.")
        assert pilot.app.screen.prompt.text == "half a thou"
        assert "attached  src/beta.py" in shown(pilot.app)


async def test_each_session_has_its_own_draft():
    older = write_session(UserMessage("trip to Lisbon"), AssistantMessage("Pack light."))
    newest = write_session(*talk())
    drafts().save(older, Draft("about the trip"))
    async with staged(session=newest).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"about the cache", "ctrl+x", "l")
        pilot.app.screen.do(f"/open {older}")
        await until(pilot, lambda: pilot.app.screen.prompt.text == "about the trip")
    assert drafts().load(newest).text == "about the cache"


async def test_the_draft_is_written_while_it_is_typed_and_what_waits_with_it():
    async with staged(provider=ScriptedProvider(Hangs("Thinking"))).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"one", "enter")
        await until_shown(pilot, "Thinking")
        await pilot.press(*"two", "enter", *"three")
        session = pilot.app.screen.sitting.journal.id
        await until(pilot, lambda: drafts().load(session).text == "two\n\nthree")


async def test_what_was_typed_before_the_draft_was_read_is_not_overwritten():
    write_session(*talk())
    drafts().save(next(find_places().sessions.glob("*.jsonl")).stem, Draft("from last time"))
    async with staged(resume=True).run_test() as pilot:
        await pilot.press(*"now")
        await until_ready(pilot)
        if pilot.app.screen.prompt.text == "now":
            await until_shown(pilot, "An earlier draft was kept")
            await pilot.press("ctrl+u", "ctrl+s")
        assert "from last time" in pilot.app.screen.prompt.text


async def test_without_a_terminal_of_its_own_no_editor_is_started(monkeypatch):
    monkeypatch.setenv("EDITOR", "true")
    async with staged().run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"words", "ctrl+g")
        await until_shown(pilot, "This terminal cannot be handed to an editor.")
        assert pilot.app.screen.prompt.text == "words"


async def test_an_editor_that_is_none_is_named(monkeypatch):
    monkeypatch.setenv("VISUAL", "no-such-editor --wait")
    async with staged().run_test() as pilot:
        await until_ready(pilot)
        await pilot.press("ctrl+x", "w")
        await until_shown(pilot, "VISUAL is “no-such-editor --wait”, which is no program here.")


async def test_keys_that_arrive_all_at_once_are_done_in_their_order():
    provider = ScriptedProvider("a", "b", "c")
    async with staged(provider=provider).run_test() as pilot:
        await until_ready(pilot)
        for key in ["x", "ctrl+u", *"one", "enter", *"two", "ctrl+j", *"too", "enter", *"rest"]:
            letter = key if len(key) == 1 else None
            pilot.app.post_message(events.Key(key, letter))
        await until(pilot, lambda: len(provider.requests) == 2 and not pilot.app.screen.busy)
        assert pilot.app.screen.prompt.text == "rest"
    assert [request.messages[-1].text for request in provider.requests] == ["one", "two\ntoo"]
