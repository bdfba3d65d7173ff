from stage import shown, staged, until, until_ready, until_shown, write_session

from localgpt_tui.core.messages import AssistantMessage, UserMessage
from localgpt_tui.ui.widgets.transcript import Transcript

LINKS = "See [the bank](https://evil.example/login)."


def long_session() -> str:
    said = [UserMessage("where is the pelican?"), AssistantMessage("In the reeds.")]
    return write_session(*said, *(UserMessage(f"and number {number}?") for number in range(700)))


async def test_a_search_reaches_the_beginning_of_a_session_that_was_opened_at_its_end():
    app = staged(session=long_session(), model="recall")
    async with app.run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        await until_shown(pilot, "and number 699?")
        transcript = app.screen.query_one(Transcript)
        assert len(transcript.rows) < 100
        app.screen.set_focus(transcript)
        await pilot.press("slash", *"pelican")
        await until_shown(pilot, "1 of 1")
        await until_shown(pilot, "where is the pelican?")
        assert "Esc end the search" in shown(app)
        await pilot.press("escape", "G", "g")
        await until(pilot, lambda: transcript.scroll_offset.y == 0 and transcript.cursor is transcript.rows[0])


async def test_links_are_listed_whole_and_the_chosen_address_is_copied():
    app = staged(session=write_session(UserMessage("where?"), AssistantMessage(LINKS)), model="recall")
    async with app.run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        await until_shown(pilot, "the bank (https://evil.example/login)")
        app.screen.set_focus(app.screen.query_one(Transcript))
        await pilot.press("k", "enter")
        await until_shown(pilot, "Where the links lead")
        assert "the bank  https://evil.example/login" in shown(app)
        assert "copies the address; nothing is opened" in shown(app)
        await pilot.press("enter")
        await until(pilot, lambda: app.copied == "https://evil.example/login")


async def test_a_pager_that_cannot_be_started_is_said(monkeypatch):
    monkeypatch.setenv("PAGER", "no-such-pager")
    app = staged(session=write_session(UserMessage("where?"), AssistantMessage("there")), model="recall")
    async with app.run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        await until_shown(pilot, "there")
        app.screen.set_focus(app.screen.query_one(Transcript))
        await pilot.press("o")
        await until_shown(pilot, "PAGER is “no-such-pager”, which is no program here.")
