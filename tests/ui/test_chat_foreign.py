"""Foreign text can do nothing to the terminal or the app, wherever it is shown."""

import re

import pytest
from fakes import ScriptedProvider
from hypothesis import given, settings
from hypothesis import strategies as st
from stage import shown, staged, until, until_ready, until_shown, write_session
from textual import events
from textual._xterm_parser import XTermParser

from localgpt_tui.core.messages import UserMessage
from localgpt_tui.providers.discovery import Surroundings
from localgpt_tui.ui.keyboard import Pastes, ignore_alt_symbols
from localgpt_tui.ui.widgets.prompt import LARGEST_PASTE

HOSTILE = "\x1b]52;c;cm0=\x07\x1b]2;owned\x07\x9b2J[/x] [@click=app.quit]press[/] [bold]me\u202e"
HARMLESS = "[/x] [@click=app.quit]press[/] [bold]me"


def no_control_character(text: str) -> bool:
    return all(letter.isprintable() or letter == "\n" for letter in text)


async def test_a_title_says_what_it_says_and_does_nothing():
    write_session(UserMessage(HOSTILE))
    async with staged(resume=True).run_test(size=(120, 40)) as pilot:
        await until_ready(pilot)
        await until(pilot, lambda: shown(pilot.app).count("[/x] [@click") == 3)  # header, list, transcript
        assert HARMLESS in shown(pilot.app)
        assert no_control_character(shown(pilot.app))
        await pilot.click("Header", offset=(30, 0))
        assert pilot.app.return_code is None


async def test_what_was_found_is_shown_as_it_is():
    found = Surroundings(ollama_models=(HOSTILE,), claude_path=HOSTILE, keys=(HOSTILE,))
    async with staged(surroundings=found, provider=ScriptedProvider(model=HOSTILE)).run_test(size=(160, 40)) as pilot:
        await until_ready(pilot)
        assert shown(pilot.app).count(HARMLESS) >= 3
        assert no_control_character(shown(pilot.app))


async def test_what_is_pasted_is_made_harmless():
    async with staged().run_test() as pilot:
        await until_ready(pilot)
        pilot.app.post_message(events.Paste(f"one\r\n{HOSTILE}"))
        await until(pilot, lambda: pilot.app.screen.prompt.text)
        assert pilot.app.screen.prompt.text == f"one\n{HARMLESS}"


@settings(max_examples=100)
@given(st.text(alphabet="\x1b[201~xy\r\x18\x00é", max_size=40), st.integers(1, 7))
def test_what_is_pasted_presses_no_key_however_it_arrives(pasted, size):
    pasted = pasted.replace("\x1b[201~", "")
    sent = f"a\x1b[200~{pasted}\x1b[201~\x1b[Ab"
    pastes, parser = Pastes(), XTermParser()
    pieces = [pastes.harmless(sent[at : at + size]) for at in range(0, len(sent), size)]
    arrived = list(parser.feed("".join(pieces)))
    text = "".join(event.text for event in arrived if isinstance(event, events.Paste))
    assert text == re.sub(r"[\x1b\x18\x00]", "", pasted)
    assert [event.key for event in arrived if isinstance(event, events.Key)] == ["a", "up", "b"]


async def test_a_paste_that_is_too_big_for_the_draft_goes_beside_it():
    async with staged().run_test() as pilot:
        await until_ready(pilot)
        pilot.app.post_message(events.Paste("x" * (LARGEST_PASTE + 1)))
        await until_shown(pilot, "attached  paste-1.txt 64 kB")
        assert pilot.app.screen.prompt.text == ""


async def test_the_rename_dialog_shows_a_hostile_title_as_it_is():
    write_session(UserMessage(HOSTILE))
    async with staged(resume=True).run_test() as pilot:
        await until_ready(pilot)
        await pilot.press("ctrl+x", "r")
        await until_shown(pilot, "Title of this session")
        assert no_control_character(shown(pilot.app))


@pytest.mark.parametrize("keys", ["\x1b1", "\x1b2", "\x1b3", "\x1b9", "\x1b-", "\x1b="])
def test_alt_with_a_digit_types_no_letter(keys):
    ignore_alt_symbols()
    arrived = [event for event in XTermParser().feed(keys) if isinstance(event, events.Key)]
    assert not any(event.is_printable for event in arrived)


def test_the_letters_themselves_stay_typeable():
    ignore_alt_symbols()
    arrived = [event for event in XTermParser().feed("£¡–") if isinstance(event, events.Key)]
    assert [event.character for event in arrived] == ["£", "¡", "–"]
