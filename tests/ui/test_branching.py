"""Taking back what was said, and what waits to be said."""

from fakes import Hangs, ScriptedProvider
from stage import shown, staged, talk, until, until_ready, until_shown, write_session

from localgpt_tui.core.messages import AssistantMessage, UserMessage
from localgpt_tui.paths import find_places
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.ui.widgets.queued import Queued
from localgpt_tui.ui.widgets.transcript import Transcript


def session_of_two() -> str:
    return write_session(
        UserMessage("first question"),
        AssistantMessage("first answer"),
        UserMessage("second question"),
        AssistantMessage("second answer"),
    )


def said(session: str) -> list[str]:
    with Journal.open(find_places().sessions / f"{session}.jsonl", writable=False) as journal:
        return [message.text for message in journal.history()]


async def test_what_was_said_last_is_changed_and_said_again_on_a_new_branch():
    session = session_of_two()
    async with staged(session=session, provider=ScriptedProvider("third answer")).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press("ctrl+x", "E")
        await until(pilot, lambda: pilot.app.screen.prompt.text == "second question")
        await until(pilot, lambda: "second answer" not in shown(pilot.app))
        await pilot.press(*" indeed", "enter")
        await until_shown(pilot, "third answer")
        await until_shown(pilot, "2 branches")
        await until(pilot, lambda: not pilot.app.screen.busy)
        await pilot.press(*"/undo", "enter")
        await until_shown(pilot, "second answer")
        await pilot.press("ctrl+x", "g")
        await until_shown(pilot, "Where this session goes on")
        assert "open now · 4 messages  second question → second answer" in shown(pilot.app)
        await pilot.press(*"third", "enter")
        await until_shown(pilot, "This branch is open now")
        await until_shown(pilot, "third answer")
    assert said(session)[2:] == ["second question indeed", "third answer"]


async def test_another_answer_is_asked_for():
    session = session_of_two()
    provider = ScriptedProvider("a better answer")
    async with staged(session=session, provider=provider).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"/retry", "enter")
        await until_shown(pilot, "a better answer")
        await until(pilot, lambda: not pilot.app.screen.busy)
        assert "second answer" not in shown(pilot.app)
    assert [message.text for message in provider.requests[0].messages] == [
        "first question",
        "first answer",
        "second question",
    ]


async def test_messages_are_dropped_from_the_cursor_on_and_brought_back():
    session = session_of_two()
    async with staged(session=session).run_test() as pilot:
        await until_ready(pilot)
        pilot.app.screen.query_one(Transcript).focus()
        await pilot.press("g", "j")
        await until(pilot, lambda: pilot.app.screen.query_one(Transcript).cursor.text == "first answer")
        await pilot.press("d")
        await until(pilot, lambda: "second question" not in shown(pilot.app))
        assert said(session) == ["first question"]
        await pilot.press("ctrl+x", "U")
        await until_shown(pilot, "second answer")


async def test_the_cursor_chooses_what_is_changed():
    session = session_of_two()
    async with staged(session=session).run_test() as pilot:
        await until_ready(pilot)
        pilot.app.screen.query_one(Transcript).focus()
        await pilot.press("g", "e")
        await until(pilot, lambda: pilot.app.screen.prompt.text == "first question")
    assert said(session) == []


async def test_there_is_nothing_to_undo_in_a_session_that_only_grew():
    session = session_of_two()
    async with staged(session=session).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"/undo", "enter")
        await until_shown(pilot, "Nothing was taken back in this session.")


async def test_nothing_is_taken_back_while_a_reply_is_being_written():
    session = session_of_two()
    async with staged(session=session, provider=ScriptedProvider(Hangs("Still"))).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"go", "enter")
        await until_shown(pilot, "Still")
        await pilot.press("ctrl+x", "D")
        await until_shown(pilot, "A reply is still being written here.")
        await pilot.press(*"/retry", "enter")
        await until_shown(pilot, "queued  /retry")


async def test_what_waits_is_put_in_another_order_changed_and_dropped():
    async with staged(provider=ScriptedProvider(Hangs("Thinking"))).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"go", "enter")
        await until_shown(pilot, "Thinking")
        for word in ("one", "two", "three"):
            await pilot.press(*word, "enter")
        await until_shown(pilot, "queued  three")
        await pilot.press("ctrl+x", "Q")
        await until_shown(pilot, "› queued  three")
        await pilot.press("K", "K")
        await until(pilot, lambda: [each.text for each in waiting(pilot)] == ["three", "one", "two"])
        await pilot.press("down", "d")
        assert [each.text for each in waiting(pilot)] == ["three", "two"]
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen.prompt.text == "two")
        assert [each.text for each in waiting(pilot)] == ["three"]
        assert pilot.app.screen.prompt.has_focus


async def test_a_session_is_found_by_letters_of_its_title():
    write_session(UserMessage("trip to Lisbon"), AssistantMessage("Pack light."), minutes_ago=180)
    write_session(*talk())
    async with staged(resume=True).run_test(size=(120, 40)) as pilot:
        await until_shown(pilot, "trip to Lisbon")
        await pilot.press("ctrl+x", "/", *"lis")
        await until_shown(pilot, "/ lis▏ 1 found")
        await pilot.press("enter")
        await until_shown(pilot, "Pack light.")
        assert "1 found" not in shown(pilot.app)


async def test_escape_shows_every_session_again():
    write_session(UserMessage("trip to Lisbon"), AssistantMessage("Pack light."), minutes_ago=180)
    write_session(*talk())
    async with staged(resume=True).run_test(size=(120, 40)) as pilot:
        await until_shown(pilot, "trip to Lisbon")
        await pilot.press("ctrl+x", "/", *"zzz")
        await until_shown(pilot, "0 found")
        assert "trip to Lisbon" not in shown(pilot.app)
        await pilot.press("escape")
        await until_shown(pilot, "trip to Lisbon")


async def test_a_pinned_session_stands_first():
    write_session(UserMessage("trip to Lisbon"), AssistantMessage("Pack light."), minutes_ago=180)
    write_session(*talk())
    async with staged(session="", resume=False).run_test(size=(120, 40)) as pilot:
        await until_shown(pilot, "trip to Lisbon")
        await pilot.press("ctrl+x", "l", "G", "asterisk")
        await until_shown(pilot, "* trip to Lisbon")
        lines = shown(pilot.app).splitlines()
        places = [next(at for at, line in enumerate(lines) if words in line) for words in ("trip to", "What did we")]
        assert places == sorted(places)


def waiting(pilot):
    return pilot.app.screen.query_one(Queued).everything
