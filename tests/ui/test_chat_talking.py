"""Saying something, and being answered."""

from fakes import Breaks, Hangs, ScriptedProvider
from stage import CLAUDE, shown, staged, talk, until, until_ready, until_shown, write_session

from localgpt_tui.core.errors import ProviderError
from localgpt_tui.paths import find_places
from localgpt_tui.sessions.shelf import Shelf
from localgpt_tui.ui.screens.chat import ChatScreen
from localgpt_tui.ui.widgets.consent import ConsentPanel
from localgpt_tui.ui.widgets.prompt import Prompt
from localgpt_tui.ui.widgets.queued import Queued


def said_on_disk() -> list[str]:
    places = find_places()
    journal = Shelf(places.sessions, places.cache).latest()
    if journal is None:
        return []
    with journal:
        return [message.text for message in journal.history()]


async def test_what_is_said_is_answered_and_kept():
    async with staged(provider=ScriptedProvider("It is **blue**.")).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"what colour", "enter")
        await until_shown(pilot, "It is blue.")
        await until(pilot, lambda: not pilot.app.screen.busy)
        assert pilot.app.screen.prompt.text == ""
    assert said_on_disk() == ["what colour", "It is **blue**."]


async def test_recall_answers_where_nothing_else_is_there():
    async with staged().run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"remember that the kettle is blue", "enter")
        await until_shown(pilot, "No language model is connected")


async def test_typing_before_the_assistant_is_there_is_kept_and_sent_later():
    async with staged(provider=ScriptedProvider("Here I am.")).run_test() as pilot:
        await pilot.press(*"early bird", "enter")
        await until_shown(pilot, "Here I am.")
    assert said_on_disk()[0] == "early bird"


async def test_a_message_said_meanwhile_waits_in_sight_and_can_be_taken_back():
    async with staged(provider=ScriptedProvider(Hangs("Thinking about it"))).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"one", "enter")
        await until_shown(pilot, "Thinking about it")
        await pilot.press(*"two", "enter", *"three", "enter")
        assert "queued  two" in shown(pilot.app)
        await pilot.press("up")
        assert pilot.app.screen.prompt.text == "three"
        await pilot.press("escape")
        await until(pilot, lambda: not pilot.app.screen.busy)
        assert "held    two" in shown(pilot.app)


async def test_what_waits_is_said_when_the_reply_is_done():
    async with staged(provider=ScriptedProvider("first answer", "second answer")).run_test() as pilot:
        await pilot.press(*"one", "enter", *"two", "enter")
        await until_shown(pilot, "second answer")
        assert pilot.app.screen.query_one(Queued).empty
    assert said_on_disk() == ["one", "first answer", "two", "second answer"]


async def test_escape_stops_the_reply_and_keeps_what_had_arrived():
    async with staged(provider=ScriptedProvider(Hangs("Half a sen"))).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"go", "enter")
        await until_shown(pilot, "Half a sen")
        assert "Esc stops" in shown(pilot.app)
        await pilot.press("escape")
        await until(pilot, lambda: not pilot.app.screen.busy)
        assert "Esc stops" not in shown(pilot.app)
    assert said_on_disk() == ["go", "Half a sen"]


async def test_a_failed_turn_says_what_to_do_next_and_the_chat_goes_on():
    broken = Breaks("Some words", error=ProviderError("The connection was lost.", "Send it again.", failure="cut"))
    async with staged(provider=ScriptedProvider(broken, "Better now.")).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"go", "enter")
        await until_shown(pilot, "Send it again.")
        await until(pilot, lambda: not pilot.app.screen.busy)
        await pilot.press(*"again", "enter")
        await until_shown(pilot, "Better now.")


async def test_up_brings_back_what_was_said_in_this_session_and_down_the_draft():
    write_session(*talk(3))
    async with staged(resume=True).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"draft", "up")
        assert pilot.app.screen.prompt.text == "And number 2?"
        await pilot.press("up")
        assert pilot.app.screen.prompt.text == "And number 1?"
        await pilot.press("down", "down")
        assert pilot.app.screen.prompt.text == "draft"


async def test_ctrl_c_clears_the_draft_first_and_quits_when_pressed_twice():
    app = staged()
    async with app.run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"a thought", "ctrl+c")
        assert app.screen.prompt.text == ""
        await pilot.press("up")
        assert app.screen.prompt.text == "a thought"
        await pilot.press("ctrl+c", "ctrl+c")
        assert "Press Ctrl+C again to quit" in shown(app)
        await pilot.press("ctrl+c")
        await until(pilot, lambda: app._exit)
    assert app.return_code == 0


async def test_quitting_in_the_middle_of_a_reply_keeps_what_had_arrived():
    app = staged(provider=ScriptedProvider(Hangs("So far")))
    async with app.run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"go", "enter")
        await until_shown(pilot, "So far")
        await pilot.press("ctrl+x", "q")
        await until(pilot, lambda: app._exit)
    assert said_on_disk() == ["go", "So far"]


async def test_a_model_off_this_machine_is_asked_about_once():
    provider = ScriptedProvider("Hello from afar.", repeat=True)
    async with staged(surroundings=CLAUDE, provider=provider).run_test() as pilot:
        await until_ready(pilot)
        assert "Send what you write to api.anthropic.com?" in shown(pilot.app)
        assert isinstance(pilot.app.focused, ConsentPanel)
        await until(pilot, lambda: pilot.app.focused._armed)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen.ready)
        await pilot.press(*"hi", "enter")
        await until_shown(pilot, "Hello from afar.")
    async with staged(surroundings=CLAUDE, provider=provider).run_test() as pilot:
        await until(pilot, lambda: pilot.app.screen.ready)
        assert "Send what you write" not in shown(pilot.app)


async def test_the_person_can_stay_on_this_machine():
    async with staged(surroundings=CLAUDE).run_test() as pilot:
        await until_ready(pilot)
        await until(pilot, lambda: pilot.app.focused._armed)
        await pilot.press("r")
        await until(pilot, lambda: pilot.app.screen.ready)
        assert "recall answers here · on this machine" in shown(pilot.app)


async def test_the_question_holds_no_typing_up_and_nothing_is_sent_before_the_answer():
    provider = ScriptedProvider("Hello from afar.")
    async with staged(surroundings=CLAUDE, provider=provider).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"hello there", "enter")
        assert "queued  hello there" in shown(pilot.app)
        assert provider.requests == []
        await until(pilot, lambda: pilot.app.focused._armed)
        await pilot.press("enter")
        await until_shown(pilot, "Hello from afar.")


async def test_a_key_that_was_on_its_way_is_no_answer():
    provider = ScriptedProvider()
    async with staged(surroundings=CLAUDE, provider=provider).run_test() as pilot:
        await until_ready(pilot)
        panel = pilot.app.screen.query_one(ConsentPanel)
        await until(pilot, lambda: panel._armed)
        panel._armed = False  # as in the first moment
        await pilot.press("enter")
        assert panel.display
        assert not pilot.app.screen.ready


async def test_a_broken_configuration_ends_the_app_with_status_2_and_names_the_line(capsys):
    places = find_places()
    places.config_file.parent.mkdir(parents=True, exist_ok=True)
    places.config_file.write_text("[agent\n")
    app = staged()
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.return_code is not None)
    assert app.return_code == 2
    assert "line 1" in capsys.readouterr().err


async def test_a_line_that_only_looks_like_a_command_is_a_message():
    async with staged(provider=ScriptedProvider("A file.")).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"/etc/hosts", "enter")
        await until_shown(pilot, "A file.")


async def test_an_unknown_command_says_where_to_find_the_known_ones():
    async with staged().run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"/frobnicate", "enter")
        await until_shown(pilot, "There is no command /frobnicate.")


async def test_idle_asks_for_no_frame():
    async with staged().run_test() as pilot:
        await until_ready(pilot)
        screen: ChatScreen = pilot.app.screen
        assert not screen.query_one(Prompt).cursor_blink
        ticking = [timer for widget in screen.walk_children() for timer in widget._timers if timer._active.is_set()]
        assert ticking == []
