"""Replies that go on while another session is open: shown when one comes back, marked, finished, and never lost."""

import asyncio
from itertools import count

from fakes import Hangs, ScriptedProvider
from stage import shown, staged, talk, until, until_ready, until_shown, write_session

from localgpt_tui.core.errors import ProviderError
from localgpt_tui.core.events import TextDelta
from localgpt_tui.core.messages import AssistantMessage, UserMessage
from localgpt_tui.drafting.kept import Drafts
from localgpt_tui.paths import find_places
from localgpt_tui.sessions.shelf import Shelf
from localgpt_tui.ui.screens.sidebar import RUNNING, UNREAD
from localgpt_tui.ui.widgets.status import Status

ROOMY = (120, 40)


class Slow:
    """A model that stops in the middle of each reply until the test lets it go on."""

    model = "scripted/slow"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._numbers = count(1)
        self._going = asyncio.Semaphore(0)
        self._loop = None
        self._broken = False

    async def reply(self, request, emit):
        self._loop = asyncio.get_running_loop()
        number = next(self._numbers)
        self.asked.append(request.messages[-1].text)
        emit(TextDelta(f"Answer {number} begins"))
        await self._going.acquire()
        if self._broken:
            raise ProviderError("It broke.")
        emit(TextDelta(" and ends."))
        return AssistantMessage(f"Answer {number} begins and ends.", model=self.model)

    def go_on(self, *, broken: bool = False) -> None:
        self._broken = broken
        self._loop.call_soon_threadsafe(self._going.release)

    async def aclose(self) -> None:
        pass


def said_in(session: str) -> list[str]:
    places = find_places()
    with Shelf(places.sessions, places.cache).open(session, writable=False) as journal:
        return [message.text for message in journal.history()]


async def ask(pilot, words: str, answer: str) -> None:
    """Say something, and wait for the beginning of the answer."""
    await until_ready(pilot)
    await pilot.press(*words, "enter")
    await until_shown(pilot, answer)


async def leave(pilot) -> str:
    """Go to a new session; returns the id of the one that was left."""
    session = pilot.app.screen.sitting.journal.id
    pilot.app.screen.do("/new")
    await until(pilot, lambda: pilot.app.screen.sitting.journal.id != session)
    await until(pilot, lambda: "begins" not in shown(pilot.app))
    return session


async def come_back(pilot, session: str) -> None:
    pilot.app.screen.do(f"/open {session}")
    await until(pilot, lambda: pilot.app.screen.sitting.journal.id == session)


async def test_a_reply_goes_on_is_marked_and_is_finished_while_another_session_is_open():
    model = Slow()
    async with staged(provider=model).run_test(size=ROOMY) as pilot:
        await ask(pilot, "first", "Answer 1 begins")
        left = await leave(pilot)
        await until_shown(pilot, f"{RUNNING} first")
        assert not pilot.app.screen.query_one(Status).busy

        await pilot.press(*"second", "enter")
        await until_shown(pilot, "Answer 2 begins")
        model.go_on()
        await until_shown(pilot, "The reply in “first” is finished.")
        await until_shown(pilot, f"{UNREAD} first")
        assert said_in(left) == ["first", "Answer 1 begins and ends."]
        assert "Answer 1" not in shown(pilot.app)

        model.go_on()
        await until(pilot, lambda: not pilot.app.screen.busy)
        await come_back(pilot, left)
        await until_shown(pilot, "Answer 1 begins and ends.")
        assert not pilot.app.screen.sitting.journal.read_only


async def test_who_comes_back_sees_the_reply_grow_with_the_draft_and_what_waits_as_they_were():
    model = Slow()
    async with staged(provider=model).run_test(size=ROOMY) as pilot:
        await ask(pilot, "first", "Answer 1 begins")
        assert "Enter queue" in shown(pilot.app)
        await pilot.press(*"then", "enter", *"half a thought")
        left = await leave(pilot)
        assert not pilot.app.screen.prompt.text
        assert Drafts(find_places().state / "drafts").load(left).text == "then\n\nhalf a thought"

        await come_back(pilot, left)
        await until_shown(pilot, "Answer 1 begins")
        await until(pilot, lambda: pilot.app.screen.prompt.text == "half a thought")
        assert "queued  then" in shown(pilot.app)
        assert pilot.app.screen.query_one(Status).busy
        model.go_on()
        await until_shown(pilot, "Answer 1 begins and ends.")
        await until_shown(pilot, "Answer 2 begins")
        assert pilot.app.screen.prompt.text == "half a thought"


async def test_what_waits_is_said_in_its_own_session_and_the_rest_of_the_draft_stays_there():
    model = Slow()
    async with staged(provider=model).run_test(size=ROOMY) as pilot:
        await ask(pilot, "first", "Answer 1 begins")
        await pilot.press(*"then", "enter", *"half")
        left = await leave(pilot)
        model.go_on()
        await until(pilot, lambda: len(model.asked) == 2)
        model.go_on()
        await until_shown(pilot, "is finished.")
        assert said_in(left) == ["first", "Answer 1 begins and ends.", "then", "Answer 2 begins and ends."]
        await until(pilot, lambda: Drafts(find_places().state / "drafts").load(left).text == "half")
        assert "Answer" not in shown(pilot.app)


async def test_esc_stops_only_the_reply_in_view_and_quitting_keeps_what_had_arrived_of_all():
    other = write_session(*talk())
    async with staged(provider=ScriptedProvider(Hangs("Still here"), Hangs("There too"))).run_test() as pilot:
        await ask(pilot, "go", "Still here")
        left = pilot.app.screen.sitting.journal.id
        await come_back(pilot, other)
        await pilot.press("escape")
        await pilot.press(*"and", "enter")
        await until_shown(pilot, "There too")
        assert pilot.app.screen.replying == {left, other}
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen.replying == {left})
        await pilot.app.action_quit()
    assert said_in(left) == ["go", "Still here"]
    assert said_in(other)[-1] == "There too"


async def test_a_reply_that_fails_out_of_sight_says_so_and_what_waited_is_a_draft():
    model = Slow()
    async with staged(provider=model).run_test(size=ROOMY) as pilot:
        await ask(pilot, "first", "Answer 1 begins")
        await pilot.press(*"then", "enter")
        left = await leave(pilot)
        model.go_on(broken=True)
        await until_shown(pilot, "The reply in “first” failed: It broke.")
        assert said_in(left) == ["first", "Answer 1 begins"]
        await come_back(pilot, left)
        await until(pilot, lambda: pilot.app.screen.prompt.text == "then")


async def test_an_incognito_session_is_not_left_while_a_reply_is_being_written_in_it():
    async with staged(provider=ScriptedProvider(Hangs("Still here"))).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"/incognito", "enter")
        await until_shown(pilot, "incognito: nothing is recalled")
        await pilot.press(*"go", "enter")
        await until_shown(pilot, "Still here")
        await pilot.press(*"/new", "enter")
        await until_shown(pilot, "A reply is still being written here.")


async def test_a_running_session_is_not_deleted_from_the_list():
    write_session(UserMessage("trip to Lisbon"), AssistantMessage("Pack light."), minutes_ago=180)
    async with staged(provider=ScriptedProvider(Hangs("Still here"))).run_test(size=ROOMY) as pilot:
        await ask(pilot, "go", "Still here")
        left = await leave(pilot)
        await until_shown(pilot, f"{RUNNING} go")
        await pilot.press("ctrl+x", "l", "g", "d")
        await until_shown(pilot, "A reply is being written in it")
        assert pilot.app.screen.replying == {left}


async def test_a_question_that_was_never_answered_says_so_when_its_session_is_opened():
    write_session(UserMessage("trip to Lisbon"))
    async with staged(resume=True).run_test() as pilot:
        await until_shown(pilot, "This was never answered; /retry asks again.")
