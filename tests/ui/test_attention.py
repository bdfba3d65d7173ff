"""Calling the person back, and what the app is to its terminal: title, bell, mouse, plain signs, the caret."""

import os
import re
import signal
from pathlib import Path

import pytest
from model_server import serve
from ptys import running

from localgpt_tui.paths import find_places
from localgpt_tui.ui.asciiset import plain
from localgpt_tui.ui.attention import Attention
from localgpt_tui.ui.settings import read_settings


class Caller:
    """An `Attention` with a clock in the test's hand, and what it did."""

    def __init__(self, *, bell=True):
        self.now = 0.0
        self.did = []
        self.attention = Attention(
            ring=lambda: self.did.append("ring"), show=self.did.append, bell=bell, clock=lambda: self.now
        )


def test_who_watched_the_reply_is_not_called():
    caller = Caller()
    caller.now = 9.0
    caller.attention.turn_ended()

    assert caller.did == []


def test_who_pressed_no_key_for_ten_seconds_is_called_once_and_the_mark_goes_with_the_next_key():
    caller = Caller()
    caller.attention.opened("Cache\x1b]0;evil\x07 invalidation\nand more")
    caller.now = 10.0
    caller.attention.turn_ended()
    caller.attention.turn_ended()
    caller.attention.pressed()
    caller.attention.pressed()

    title = "localgpt - Cache invalidation and more"
    assert caller.did == [title, title.replace("localgpt", "(!) localgpt"), "ring", title]


def test_a_person_who_is_needed_is_called_at_once_and_without_a_bell_the_mark_must_do():
    caller = Caller(bell=False)
    caller.attention.needed()

    assert caller.did == ["(!) localgpt"]


@pytest.fixture
def model():
    places = find_places()
    places.config_file.parent.mkdir(parents=True, exist_ok=True)
    with serve() as model:
        places.config_file.write_text(model.config)
        yield model


def configure(model, lines):
    find_places().config_file.write_text(f"{model.config}\n[ui]\n{lines}\n")


def app(**rest):
    return running("-m", "localgpt_tui", "chat", **rest)


def test_the_window_is_called_after_the_session_and_gets_its_own_title_back(model):
    with app() as terminal:
        terminal.until("openai/test")
        terminal.until("Enter send")
        terminal.press("hello\r")
        terminal.until(b"\x1b]2;localgpt - hello\x07")
        assert terminal.seen.index(b"\x1b[22;2t") < terminal.seen.index(b"\x1b]2;")
        terminal.until("from the model")
        terminal.press("\x04")
        terminal.until(terminal.ended)
        assert b"\x1b[23;2t" in terminal.seen
        assert b"\x07" not in re.sub(rb"\x1b\]\d+;[^\x07]*\x07", b"", terminal.seen)  # who was there is not rung for


def test_the_terminals_cursor_stands_at_the_caret_for_input_methods(model):
    with app() as terminal:
        terminal.until("openai/test")
        terminal.until("Enter send")
        terminal.press("ab漢字")
        terminal.until("ab漢")
        row = next(row for row, line in enumerate(terminal.screen.display) if "❯ ab" in line)
        terminal.until(lambda: (terminal.screen.cursor.y, terminal.screen.cursor.x) == (row, 9))


def test_the_mouse_can_be_left_to_the_terminal_and_taken_back(model):
    with app() as terminal:
        terminal.until("openai/test")
        terminal.until("Enter send")
        assert b"\x1b[?1002h" in terminal.seen
        terminal.press("\x18m")
        terminal.until("The mouse is the terminal's")
        terminal.until(b"\x1b[?1002l")
        terminal.press("\x18m")
        terminal.until("the app's again")
        assert terminal.seen.rindex(b"\x1b[?1002h") > terminal.seen.rindex(b"\x1b[?1002l")


def test_without_a_mouse_in_the_settings_none_is_asked_for(model):
    configure(model, "mouse = false")
    with app() as terminal:
        terminal.until("openai/test")
        assert b"\x1b[?1000h" not in terminal.seen


def test_where_signs_are_missing_or_ambiguous_all_is_drawn_in_ascii(model):
    with app(LC_ALL="ja_JP.UTF-8") as terminal:
        terminal.until("openai/test")
        terminal.until("Enter send")
        terminal.press("hello\r")
        terminal.until("from the model")
        assert terminal.shown.isascii(), terminal.shown
        assert "> Write here" in terminal.shown


def test_ctrl_z_gives_the_terminal_back_and_comes_back_whole(model):
    with app() as terminal:
        terminal.until("openai/test")
        terminal.until("Enter send")
        terminal.press("\x1a")
        terminal.until(b"\x1b[?1049l")
        terminal.until(lambda: _state(terminal.process) == "T")
        os.kill(terminal.process, signal.SIGCONT)
        terminal.until(lambda: terminal.seen.count(b"\x1b[?1049h") == 2)
        terminal.until("Enter send")


def _state(process):
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]


@pytest.mark.parametrize(
    ("content", "environ", "expected"),
    [
        ("", {"TERM": "xterm-256color"}, False),
        ("", {"TERM": "linux"}, True),
        ("", {"TERM": "vt220"}, True),
        ("", {"LANG": "zh_CN.UTF-8"}, True),
        ("", {"LC_ALL": "ja_JP.UTF-8"}, True),
        ("", {"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, False),
        ('ascii = "never"', {"TERM": "linux"}, False),
        ('ascii = "always"', {}, True),
        ("ascii = 7", {}, False),
    ],
)
def test_ascii_is_what_the_person_says_and_else_what_the_terminal_needs(tmp_path, content, environ, expected):
    (tmp_path / "config.toml").write_text(f"[ui]\n{content}\n")

    assert read_settings(tmp_path / "config.toml", environ).plain_icons is expected


@pytest.mark.parametrize(("written", "minutes"), [("", 30.0), ("5", 5.0), ("0", 0.0), ("-3", 0.0), ('"x"', 30.0)])
def test_the_minutes_without_a_terminal_are_read_or_have_their_default(tmp_path, written, minutes):
    (tmp_path / "config.toml").write_text(f"[ui]\n{f'detached_minutes = {written}' if written else ''}\n")

    assert read_settings(tmp_path / "config.toml", {}).detached_minutes == minutes


def test_plain_signs_keep_every_cell_and_every_letter():
    assert plain("╭─ ❯ äß漢 … ✓ ─╮") == "+- > äß漢 ~ x -+"
