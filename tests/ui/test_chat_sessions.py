"""Sessions in the app: the list beside the chat, and one session in two programs."""

from fakes import ScriptedProvider
from stage import shown, staged, talk, until, until_ready, until_shown, write_session

from localgpt_tui.core.messages import AssistantMessage, UserMessage
from localgpt_tui.paths import find_places
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.sessions.shelf import Shelf
from localgpt_tui.ui.screens.rename import RenameScreen
from localgpt_tui.ui.widgets.session_list import SessionList

ROOMY = (120, 40)


def shelf() -> Shelf:
    places = find_places()
    return Shelf(places.sessions, places.cache)


def two_sessions() -> tuple[str, str]:
    older = write_session(UserMessage("trip to Lisbon"), AssistantMessage("Pack light."), minutes_ago=180)
    return older, write_session(*talk(), minutes_ago=6)


async def test_the_list_shows_the_newest_first_with_title_and_age():
    two_sessions()
    async with staged(resume=True).run_test(size=ROOMY) as pilot:
        await until_shown(pilot, "trip to Lisbon")
        lines = shown(pilot.app).splitlines()
        newest = next(line for line in lines if "What did we" in line and "5m" in line)
        older = next(line for line in lines if "trip to Lisbon" in line and "2h" in line)
        assert lines.index(newest) < lines.index(older)


async def test_enter_opens_a_session_and_the_leader_finds_the_list():
    two_sessions()
    async with staged(resume=True).run_test(size=ROOMY) as pilot:
        await until_ready(pilot)
        await until_shown(pilot, "trip to Lisbon")
        await pilot.press("ctrl+x", "l", "down", "enter")
        await until_shown(pilot, "Pack light.")
        assert pilot.app.focused is pilot.app.screen.prompt


async def test_where_it_is_narrow_the_list_takes_the_whole_screen_and_escape_brings_the_chat_back():
    two_sessions()
    async with staged(resume=True).run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        assert "trip to Lisbon" not in shown(pilot.app)
        await pilot.press("ctrl+x", "l")
        await until_shown(pilot, "trip to Lisbon")
        assert "❯" not in shown(pilot.app)
        await pilot.press("escape")
        assert "❯" in shown(pilot.app)
        await pilot.press(*"hello")
        assert pilot.app.screen.prompt.text == "hello"


async def test_the_sidebar_can_be_put_away_and_a_resize_changes_the_layout():
    two_sessions()
    async with staged(resume=True).run_test(size=ROOMY) as pilot:
        await until_shown(pilot, "trip to Lisbon")
        await pilot.press("ctrl+x", "b")
        await until(pilot, lambda: "trip to Lisbon" not in shown(pilot.app))
        await pilot.press("ctrl+x", "b")
        await until_shown(pilot, "trip to Lisbon")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "trip to Lisbon" not in shown(pilot.app))
        await pilot.resize_terminal(40, 12)
        await until(pilot, lambda: "localgpt" not in shown(pilot.app))
        assert "❯" in shown(pilot.app)


async def test_a_new_session_by_slash_command_is_empty():
    two_sessions()
    async with staged(resume=True).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"/new", "enter")
        await until_shown(pilot, "recall answers here")
        assert "new session" in shown(pilot.app)


async def test_a_session_is_renamed_in_a_dialog():
    _, newest = two_sessions()
    async with staged(resume=True).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press("ctrl+x", "r")
        await until(pilot, lambda: isinstance(pilot.app.screen, RenameScreen))
        await pilot.press("ctrl+u", *"cache notes", "enter")
        await until_shown(pilot, "localgpt   cache notes")
    assert next(session.title for session in shelf().list() if session.id == newest) == "cache notes"


async def test_a_deleted_session_comes_back():
    older, newest = two_sessions()
    async with staged(resume=True).run_test(size=ROOMY) as pilot:
        await until_ready(pilot)
        await until_shown(pilot, "trip to Lisbon")
        await pilot.press("ctrl+x", "l", "down", "d")
        await until_shown(pilot, "Deleted “trip to Lisbon”")
        assert [session.id for session in shelf().list()] == [newest]
        await pilot.press("u")
        await until_shown(pilot, "“trip to Lisbon” is back")
        await pilot.press("g", "d")
        await until_shown(pilot, "/undelete brings it back.")
        assert isinstance(pilot.app.focused, SessionList), "who tidies the list goes on there"
        await pilot.press("u")
        await until_shown(pilot, "is back; Enter opens it.")
        assert not pilot.app.screen.prompt.text
    assert {session.id for session in shelf().list()} == {older, newest}


async def test_the_open_session_can_be_deleted_and_brought_back():
    two_sessions()
    async with staged(resume=True).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"/delete", "enter")
        await until_shown(pilot, "/undelete")
        assert len(shelf().list()) == 1
        await pilot.press(*"/undelete", "enter")
        await until_shown(pilot, "The open point")


async def test_a_pinned_session_is_marked():
    two_sessions()
    async with staged(resume=True).run_test(size=ROOMY) as pilot:
        await until_ready(pilot)
        await until_shown(pilot, "trip to Lisbon")
        await pilot.press("ctrl+x", "l", "down", "asterisk")
        await until_shown(pilot, "* trip to Lisbon")


async def test_earlier_messages_are_read_when_the_beginning_comes_into_view():
    write_session(*talk(60))
    async with staged(resume=True).run_test() as pilot:
        await until_shown(pilot, "Number 59 stays.")
        transcript = pilot.app.screen.query_one("Transcript")
        before = len(transcript.rows)
        transcript.scroll_home(animate=False)
        await until(pilot, lambda: len(transcript.rows) > before)


async def test_a_session_that_another_program_holds_is_followed_and_can_be_taken_over():
    held = write_session(UserMessage("one"), AssistantMessage("two"))
    other = Journal.open(find_places().sessions / f"{held}.jsonl")
    async with staged(session=held, provider=ScriptedProvider("Mine again.")).run_test() as pilot:
        await until_ready(pilot)
        await until_shown(pilot, "Read-only: held by pid")
        other.append(UserMessage("three, from over there"))
        await until_shown(pilot, "three, from over there")
        await pilot.press(*"me too", "enter")
        await until_shown(pilot, "Nothing can be sent here.")
        assert pilot.app.screen.prompt.text == "me too"
        await pilot.press("ctrl+x", "t")
        await until(pilot, other.handover_wanted)
        other.release()
        await until_shown(pilot, "This session is yours now.")
        await pilot.press("enter")
        await until_shown(pilot, "Mine again.")
    other.close()


async def test_a_session_is_handed_over_to_a_program_that_asks_for_it():
    held = write_session(UserMessage("one"), AssistantMessage("two"))
    async with staged(session=held).run_test() as pilot:
        await until_ready(pilot)
        with Journal.open(find_places().sessions / f"{held}.jsonl") as other:
            assert other.read_only
            other.ask_for_handover()
            await until(pilot, other.acquire)
            await until_shown(pilot, "Another program asked for this session")
            await until_shown(pilot, "Read-only")


async def test_tab_goes_round_the_panes_in_sight():
    two_sessions()
    async with staged(resume=True).run_test(size=ROOMY) as pilot:
        await until_ready(pilot)
        names = []
        for _ in range(4):
            await pilot.press("tab")
            names.append(type(pilot.app.focused).__name__)
        assert names == ["Transcript", "SessionList", "Prompt", "Transcript"]
