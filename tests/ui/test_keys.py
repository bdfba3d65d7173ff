"""Keys that the person has changed, and the page that lists them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage import shown, staged, talk, until, until_ready, until_shown, write_session

from localgpt_tui.commands import COMMANDS
from localgpt_tui.paths import find_places
from localgpt_tui.ui.keymap import keymap, leader_path, shown_path, spelled
from localgpt_tui.ui.keymap import shown as key_shown
from localgpt_tui.ui.keys import actions, conflicts


def configure(text: str) -> None:
    file = find_places().config_file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


async def test_a_key_is_moved_and_the_old_one_does_nothing():
    configure('[ui.keys]\ndraft-stash = "F5"\n')
    async with staged().run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"words", "ctrl+s")
        assert pilot.app.screen.prompt.text == "words"
        await pilot.press("f5")
        await until_shown(pilot, "Draft put aside")


async def test_a_key_is_taken_away():
    configure('[ui.keys]\ndraft-stash = ""\n')
    async with staged().run_test() as pilot:
        await until_ready(pilot)
        await pilot.press(*"words", "ctrl+s")
        assert pilot.app.screen.prompt.text == "words"
        await pilot.press("ctrl+x", "S")
        await until_shown(pilot, "Draft put aside")


async def test_enter_can_make_a_new_line_and_another_key_send():
    configure('[ui.keys]\nprompt-newline = "enter"\nprompt-send = "ctrl+t"\n')
    async with staged().run_test() as pilot:
        await until_ready(pilot)
        await pilot.press("a", "enter", "b")
        assert pilot.app.screen.prompt.text == "a\nb"
        await pilot.press("ctrl+t")
        await until(pilot, lambda: pilot.app.screen.prompt.text == "")


async def test_the_help_page_shows_the_keys_as_they_are_now_and_those_after_the_leader_too():
    configure(
        '[ui.keys]\ndraft-history = "f6"\ndraft-editor = ""\nno-such-thing = "f7"\n'
        'leader.stash = "v"\n"leader.keys" = ""\n'
    )
    async with staged().run_test(size=(100, 40)) as pilot:
        await until_ready(pilot)
        await pilot.press(*"words", "ctrl+x", "v")
        await until_shown(pilot, "Draft put aside")
        await pilot.resize_terminal(100, 300)
        await pilot.press("ctrl+x", "k", "f1")
        await until_shown(pilot, "Keys and commands")
        page = shown(pilot.app)
    lines = page.splitlines()
    assert "there is no such action" in page
    assert "F6" in next(line for line in lines if "draft-history" in line)
    assert "no key" in next(line for line in lines if "draft-editor" in line)
    assert "(Ctrl+X f · F6)" in page
    assert all(f"/{command.name}" in page for command in COMMANDS)
    assert "Ctrl+X v" in next(line for line in lines if "/stash" in line)
    assert "Ctrl+X" not in next(line for line in lines if "/keys" in line)


async def test_the_palette_names_the_keys_of_a_command():
    async with staged().run_test(size=(100, 40)) as pilot:
        await until_ready(pilot)
        await pilot.press("ctrl+p", *"stash")
        await until_shown(pilot, "/stash   ^X S · Ctrl+S")


def test_every_key_of_a_command_is_one_that_exists():
    ids = {action.id for action in actions({})}
    assert {command.key for command in COMMANDS if command.key} <= ids


def test_every_action_has_words_and_the_defaults_agree_with_each_other():
    assert all(action.words for action in actions({}))
    assert conflicts({}) == []


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"draft-stsh": "f5"}, "did you mean draft-stash?"),
        ({"draft-stash": "ctrl+r"}, "Ctrl+R is the key of both"),
        ({"prompt-send": "ctrl+m"}, "Ctrl+M is no good choice: terminals send it for Enter."),
        ({"draft-stash": "ctrl+b"}, "tmux takes it"),
        ({"draft-stash": "alt+1"}, "digits arrive as letters"),
        ({"draft-stash": "s"}, "while you write it is a letter like any other"),
    ],
)
def test_what_cannot_work_is_said(keys, words):
    assert any(words in sentence for sentence in conflicts(keys))


def test_keys_are_understood_as_people_write_them():
    assert spelled("Ctrl+G, ?, PgUp,G") == ("ctrl+g", "question_mark", "pageup", "G")
    assert keymap({"a": "", "b": "Esc"}) == {"a": "unbound", "b": "escape"}
    assert [key_shown(key) for key in ("ctrl+j", "plus", "left", "unbound")] == ["Ctrl+J", "+", "←", ""]


@given(st.text(max_size=30))
def test_any_configured_text_is_taken_calmly(text):
    assert all(isinstance(key, str) for key in spelled(text))
    conflicts({"draft-stash": text, text: "f5"})


def test_leader_paths_that_are_never_reached_and_unknown_ones_are_told():
    assert conflicts({"leader.stash": "v"}) == []
    assert conflicts({"leader.stash": "y"})[0] == "Ctrl+X y is stash, so Ctrl+X y y never reaches copy."
    assert "did you mean copy-code?" in conflicts({"leader.copycode": "v"})[0]
    assert leader_path("jump", " ", {}) == " "
    assert shown_path(leader_path("jump", " ", {"leader.jump": "Space j"})) == "Ctrl+X Space j"
    assert leader_path("jump", " ", {"leader.jump": ""}) == ""


async def test_a_command_of_the_palette_closes_the_screens_over_the_chat_and_is_carried_out_there():
    write_session(*talk())
    async with staged(resume=True).run_test(size=(100, 30)) as pilot:
        await until_ready(pilot)
        await pilot.press("ctrl+x", "3")
        await until_shown(pilot, "Memory   ")
        await pilot.press("ctrl+p", *"which model", "enter")
        await until_shown(pilot, "answers here.")
        assert pilot.app.screen is pilot.app.screen_stack[0]
