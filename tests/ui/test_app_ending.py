"""The app in a real terminal: told to end, or left alone by its terminal, it keeps what was said and goes."""

import contextlib
import os
import pty
import select
import signal
import socket
import sys
import time

import pytest

from localgpt_tui.paths import find_places
from localgpt_tui.sessions.shelf import Shelf

PATIENCE = 20.0


class Terminal:
    """A pseudo-terminal with the app in it."""

    def __init__(self) -> None:
        self.seen = b""
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            environ = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
            os.execve(sys.executable, [sys.executable, "-m", "localgpt_tui", "chat"], environ)

    def read(self, seconds: float = 0.05) -> None:
        with contextlib.suppress(OSError):
            if select.select([self.master], [], [], seconds)[0]:
                self.seen += os.read(self.master, 65536)

    def wait_for(self, words: bytes) -> None:
        deadline = time.monotonic() + PATIENCE
        while words not in self.seen:
            assert time.monotonic() < deadline, self.seen[-2000:]
            self.read()

    def status(self) -> int:
        """The exit status; the test fails where the app goes on."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.read()
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        raise AssertionError("the app did not end")


@pytest.fixture
def silent_model():
    """A model server that takes connections and never says a word; the configuration names it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        places = find_places()
        places.config_file.parent.mkdir(parents=True, exist_ok=True)
        places.config_file.write_text(
            '[agent]\ndefault_model = "ollama/silent"\n'
            f'[providers.ollama]\nendpoint = "http://127.0.0.1:{server.getsockname()[1]}"\n'
        )
        yield


def said_on_disk() -> list[str]:
    places = find_places()
    journal = Shelf(places.sessions, places.cache).latest()
    if journal is None:
        return []
    with journal:
        return [message.text for message in journal.history()]


def test_sigterm_in_the_middle_of_a_turn_keeps_what_was_said_and_restores_the_terminal(silent_model):
    terminal = Terminal()
    terminal.wait_for(b"silent")
    os.write(terminal.master, b"are you there?\r")
    terminal.wait_for(b"Esc stops")
    while not said_on_disk():
        terminal.read()
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.status() == 128 + signal.SIGTERM
    assert b"\x1b[?1049l" in terminal.seen
    assert b"\x1b[?1000l" in terminal.seen
    assert said_on_disk() == ["are you there?"]


def test_an_idle_app_ends_when_its_terminal_goes_away():
    terminal = Terminal()
    terminal.wait_for(b"recall")
    os.close(terminal.master)
    assert terminal.status() != -signal.SIGHUP  # it ended by itself
