"""`localgpt-tui chat` opens what the terminal can show."""

import os
import pty
import subprocess
import sys

import pytest
from click.testing import CliRunner

from localgpt_tui.cli import cli
from localgpt_tui.paths import find_places

CHAT = [sys.executable, "-m", "localgpt_tui", "chat"]


def run(*arguments, **options):
    environ = {**os.environ, "PATH": ""}
    return subprocess.run(
        [*CHAT, *arguments], capture_output=True, text=True, check=False, timeout=60, env=environ, **options
    )


def test_where_there_is_no_terminal_the_ways_without_one_are_named():
    done = run(stdin=subprocess.DEVNULL)

    assert done.returncode == 2
    assert "chat --plain" in done.stderr
    assert "ask" in done.stderr


def test_plain_talks_through_pipes():
    done = run("--plain", input="remember that my cat is called Mia\nwhat is my cat called?\n/quit\n")

    assert done.returncode == 0
    assert done.stdout.count("Assistant: ") == 2
    assert "Mia" in done.stdout.rpartition("Assistant: ")[2]
    assert "\x1b" not in done.stdout + done.stderr


def test_a_dumb_terminal_gets_the_conversation_line_by_line():
    person, terminal = pty.openpty()
    environ = {**os.environ, "PATH": "", "TERM": "dumb"}
    program = subprocess.Popen(CHAT, stdin=terminal, stdout=terminal, stderr=terminal, env=environ)
    os.close(terminal)
    shown = b""
    while b"You: " not in shown:
        shown += os.read(person, 1024)
    os.write(person, b"\x04")

    assert program.wait(timeout=30) == 0
    assert b"\x1b" not in shown
    os.close(person)


def test_an_incognito_conversation_is_kept_nowhere():
    done = run("--plain", "--incognito", input="remember that my cat is called Mia\n/quit\n")

    assert done.returncode == 0
    assert "This session is incognito" in done.stdout + done.stderr
    assert "The incognito session is gone" in done.stdout + done.stderr
    assert not list(find_places().sessions.glob("*.jsonl"))
    assert not list(find_places().workspace.glob("memory/*.md"))


@pytest.mark.parametrize("more", [["--session", "a"], ["--incognito"]])
def test_two_ways_to_name_a_session_exclude_each_other(more):
    assert CliRunner().invoke(cli, ["chat", "--resume", *more]).exit_code == 2
