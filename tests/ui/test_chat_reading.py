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


async def test_a_link_is_followed_only_after_it_was_shown_whole_and_agreed_to(monkeypatch, tmp_path):
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/opened\n')
    browser.chmod(0o700)
    monkeypatch.setenv("BROWSER", str(browser))
    opened = tmp_path / "opened"
    app = staged(session=write_session(UserMessage("where?"), AssistantMessage(LINKS)), model="recall")
    async with app.run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        await until_shown(pilot, "the bank (https://evil.example/login)")
        transcript = app.screen.query_one(Transcript)
        app.screen.set_focus(transcript)
        await pilot.press("k", "enter")
        await until_shown(pilot, "Open this address?")
        page = shown(app)
        assert "https://evil.example/login" in page
        assert "leads to  evil.example" in page
        assert "it says   the bank" in page
        await pilot.press("enter", "c")
        await until(pilot, lambda: app.copied == "https://evil.example/login")
        assert not opened.exists()

        line = next(number for number, text in enumerate(shown(app).splitlines()) if "the bank" in text)
        await pilot.click(offset=(shown(app).splitlines()[line].index("bank"), line))
        await until_shown(pilot, "y open with browser")
        await pilot.press("y")
        await until_shown(pilot, "browser was given evil.example")
        assert opened.read_text() == "https://evil.example/login\n"

        await pilot.press("ctrl+x", "space")
        await until_shown(pilot, "Press a letter to go there")
        assert "s you" in shown(app) or "a you" in shown(app)
        await pilot.press("escape")
        monkeypatch.setenv("BROWSER", "")
        monkeypatch.setenv("SSH_TTY", "/dev/pts/7")
        await pilot.press("ctrl+x", "o")
        await until_shown(pilot, "over SSH: a browser would open there")
        assert "y open" not in shown(app)


async def test_a_pager_that_cannot_be_started_is_said(monkeypatch):
    monkeypatch.setenv("PAGER", "no-such-pager")
    app = staged(session=write_session(UserMessage("where?"), AssistantMessage("there")), model="recall")
    async with app.run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        await until_shown(pilot, "there")
        app.screen.set_focus(app.screen.query_one(Transcript))
        await pilot.press("o")
        await until_shown(pilot, "PAGER is “no-such-pager”, which is no program here.")
