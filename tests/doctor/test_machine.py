"""What the doctor says about the machine."""

from datetime import UTC, datetime

import pytest

from localgpt_tui.doctor import machine


def test_sqlite_here_can_search_text_and_vectors():
    check = machine.sqlite()

    assert check.status == "ok"
    assert "FTS5" in check.words


def test_python_here_is_new_enough():
    assert machine.python().status == "ok"


def test_a_clock_that_was_never_set_fails():
    assert machine.clock(datetime(1970, 1, 1, tzinfo=UTC)).status == "fail"
    assert machine.clock(datetime(2030, 1, 1, tzinfo=UTC)).status == "ok"


def test_the_disk_is_looked_at_even_before_our_folder_is_there(tmp_path):
    assert str(tmp_path) in machine.disk(tmp_path / "not/there/yet").words


@pytest.mark.parametrize(
    ("environ", "size", "status", "words"),
    [
        ({"TERM": "xterm-256color"}, (80, 24), "ok", "80×24"),
        ({"TERM": "dumb"}, (80, 24), "warn", "cannot be placed"),
        ({}, (80, 24), "warn", "not set"),
        ({"TERM": "xterm"}, (20, 5), "warn", "very small"),
        ({"TERM": "screen", "TMUX": "/x", "SSH_TTY": "/dev/pts/1"}, (80, 24), "ok", "through tmux and SSH"),
    ],
)
def test_the_terminal_is_told_with_what_stands_between(environ, size, status, words):
    check = next(machine.terminal(environ, size=size, interactive=True))

    assert check.status == status
    assert words in check.words
    assert status == "ok" or check.fix


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"COLORTERM": "truecolor"}, "16 million"),
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "xterm"}, "16 or fewer"),
        ({"NO_COLOR": "1", "COLORTERM": "truecolor"}, "none"),
    ],
)
def test_the_colours_are_told(environ, words):
    *_, colours = machine.terminal({"TERM": "xterm", **environ}, size=(80, 24), interactive=True)

    assert words in colours.words


def test_a_password_in_a_proxy_is_not_shown():
    words = machine.network({"https_proxy": "http://me:hunter2@proxy:8080"}).words

    assert "hunter2" not in words
    assert "proxy:8080" in words
