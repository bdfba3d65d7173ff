"""The terminal goes away: what is saved, what goes on, and what the returning person finds."""

import os
import signal
import time

import pytest
from model_server import said, serve
from ptys import running

from localgpt_tui.files import Lock
from localgpt_tui.paths import find_places
from localgpt_tui.sessions.partial import UNATTENDED, glimpse


@pytest.fixture
def places():
    places = find_places()
    places.config_file.parent.mkdir(parents=True, exist_ok=True)
    return places


@pytest.fixture
def model(places):
    with serve() as model:
        places.config_file.write_text(model.config)
        yield model


def app(*arguments, **rest):
    return running("-m", "localgpt_tui", "chat", *arguments, **rest)


def ask(terminal, model, words="hello there"):
    """Say something, and wait until the model is in the middle of its answer."""
    terminal.until("openai/test")
    terminal.until("Enter send")
    terminal.press(words)
    terminal.until(words)
    terminal.press("\r")
    terminal.until("from the model.")
    assert model.waiting.wait(20)


def settle(true, *, seconds=30.0):
    """Wait until something is true of the disk or of a process."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def holder(places):
    return Lock(next(places.sessions.glob("*.lock"))).holder()


def partial(places):
    return glimpse(next(places.sessions.glob("*.jsonl")))


def test_an_idle_app_saves_the_draft_and_ends(places, model):
    with app() as terminal:
        terminal.until("openai/test")
        terminal.press("half a thought")
        terminal.until("half a thought")
        terminal.close()
        settle(terminal.ended)
        assert terminal.status == 128 + signal.SIGHUP
    with app() as terminal:
        terminal.until("half a thought")


def test_a_reply_goes_on_without_a_terminal_and_is_kept_whole(places, model):
    model.ending = "pauses"
    with app() as terminal:
        ask(terminal, model)
        terminal.close()
        settle(lambda: holder(places).program == UNATTENDED)
        used = terminal.processor_seconds()
        time.sleep(1.0)
        assert not terminal.ended()
        assert terminal.processor_seconds() - used < 0.3  # it waits, and does not ask again and again
        assert partial(places).text == "Hello from the model."
        model.released.set()
        settle(terminal.ended)
        assert terminal.status == 128 + signal.SIGHUP
    assert said(places) == [[("user", "hello there"), ("assistant", "Hello from the model. That was all.")]]
    assert holder(places) is None
    assert partial(places) is None


def test_replies_in_two_sessions_both_go_on_without_a_terminal(places, model):
    model.ending = "pauses"
    with app() as terminal:
        ask(terminal, model)
        terminal.press("/new\r")
        terminal.until("new session")
        model.waiting.clear()
        ask(terminal, model, "and here")
        terminal.close()
        settle(lambda: [Lock(lock).holder().program for lock in places.sessions.glob("*.lock")] == [UNATTENDED] * 2)
        model.released.set()
        settle(terminal.ended)
    answer = ("assistant", "Hello from the model. That was all.")
    assert sorted(said(places)) == [[("user", "and here"), answer], [("user", "hello there"), answer]]


def test_told_to_end_it_keeps_what_had_arrived(places, model):
    model.ending = "waits"
    with app() as terminal:
        ask(terminal, model)
        terminal.close()
        settle(lambda: holder(places).program == UNATTENDED)
        os.kill(terminal.process, signal.SIGHUP)  # shells say it twice
        os.kill(terminal.process, signal.SIGTERM)
        settle(terminal.ended)
    assert said(places) == [[("user", "hello there"), ("assistant", "Hello from the model.")]]


def test_with_no_minutes_to_go_on_a_reply_is_stopped_and_kept_as_far_as_it_was(places, model):
    places.config_file.write_text(model.config + "\n[ui]\ndetached_minutes = 0\n")
    model.ending = "waits"
    with app() as terminal:
        ask(terminal, model)
        terminal.close()
        settle(terminal.ended)
    assert said(places) == [[("user", "hello there"), ("assistant", "Hello from the model.")]]


def test_after_its_minutes_a_reply_is_stopped_and_kept_as_far_as_it_was(places, model):
    places.config_file.write_text(model.config + "\n[ui]\ndetached_minutes = 0.01\n")
    model.ending = "waits"
    with app() as terminal:
        ask(terminal, model)
        terminal.close()
        settle(terminal.ended)
    assert said(places) == [[("user", "hello there"), ("assistant", "Hello from the model.")]]


def test_who_returns_sees_the_reply_grow_and_gets_the_session_when_it_ends(places, model):
    model.ending = "pauses"
    with app() as left:
        ask(left, model)
        left.close()
        settle(lambda: holder(places).program == UNATTENDED)
        with app("--resume") as returned:
            returned.until("Still answering")
            returned.until("Hello from the model.")
            model.released.set()
            returned.until("That was all.")
            returned.until("the session is yours")
            settle(left.ended)
            assert returned.shown.count("Hello from the model.") == 1
            model.ending = "whole"
            returned.press("and now?\r")
            settle(lambda: len(said(places)[0]) == 4)


def test_who_returns_and_asks_gets_the_session_after_the_message(places, model):
    model.ending = "pauses"
    with app() as left:
        ask(left, model)
        left.close()
        settle(lambda: holder(places).program == UNATTENDED)
        with app("--resume") as returned:
            returned.until("Still answering")
            returned.press("\x18t")
            settle(lambda: list(places.sessions.glob("*.handover")))
            model.released.set()
            returned.until("yours")
            settle(left.ended)
    assert said(places)[0][-1] == ("assistant", "Hello from the model. That was all.")
