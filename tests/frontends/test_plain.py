"""`chat --plain`: a conversation that can be read line by line."""

import asyncio
import os
import signal

import pytest
from hearing import Gone, Out
from model_server import said

from localgpt_tui.frontends.plain import Wish, chat
from localgpt_tui.frontends.voice import Sentences
from localgpt_tui.sessions.shelf import Shelf


async def talk(places, out, *lines, wish=Wish()):  # noqa: B008 - frozen
    reader, writer = os.pipe()
    os.write(writer, "".join(f"{line}\n" for line in lines).encode())
    os.close(writer)
    return await chat(places, wish, stdin=reader, out=out)


async def test_each_reply_is_labelled_and_ends_its_line(places, model, out):
    assert await talk(places, out, "hello", "again") == 0

    lines = out.getvalue().splitlines()
    assert lines.count("Assistant: Hello from the model.") == 2
    assert said(places) == [[("user", "hello"), ("assistant", "Hello from the model.")] * 1 + [
        ("user", "again"), ("assistant", "Hello from the model.")
    ]]  # fmt: skip


async def test_there_is_no_colour_and_no_cursor_movement_even_in_what_a_model_says(places, model, out):
    model.pieces = ("\x1b[31mred", "\x1b[2J\x07 end.")
    await talk(places, out, "hello")

    assert "\x1b" not in out.getvalue()
    assert "Assistant: red end.\n" in out.getvalue()


async def test_slash_commands_work_as_in_the_app(places, model, out):
    await talk(places, out, "hello", "/rename My title", "/status", "/nonsense", "/help")

    assert "localgpt-tui: This session is now called “My title”." in out.getvalue()
    assert "My title" in out.getvalue()
    assert "There is no command /nonsense." in out.getvalue()
    assert "`/quit`" in out.getvalue()


async def test_quit_ends_before_the_next_line(places, model, out):
    assert await talk(places, out, "/quit", "never said") == 0

    assert model.asked == []


async def test_what_only_a_screen_can_do_is_said(places, model, out):
    await talk(places, out, "/sidebar")

    assert "needs the full screen" in out.getvalue()


async def test_new_and_open_change_the_session(places, model, out):
    await talk(places, out, "first")
    first = Shelf(places.sessions, places.cache).list()[0].id
    await talk(places, out, f"/open {first[:8]}", "more", "/new", "elsewhere")

    assert "Going on with “first”" in out.getvalue()
    users = [[text for kind, text in session if kind == "user"] for session in said(places)]
    assert users == [["first", "more"], ["elsewhere"]]


async def test_resume_repeats_the_end_of_the_conversation(places, model, out):
    await talk(places, out, "hello")
    out.truncate(0)
    await talk(places, out, wish=Wish(resume=True))

    assert "You: hello\nAssistant: Hello from the model.\n" in out.getvalue()


async def test_a_failure_is_said_and_the_conversation_goes_on(places, model, out):
    model.status = 401
    assert await talk(places, out, "hello", "/status") == 0

    assert "localgpt-tui: " in out.getvalue()
    assert "model `openai/test`" in out.getvalue()


@pytest.mark.parametrize(
    ("wish", "status"), [(Wish(session="none"), 1), (Wish(resume=True), 1), (Wish(model="openai/"), 2)]
)
async def test_a_wish_that_cannot_be_met_is_said(places, model, out, wish, status):
    assert await talk(places, out, "hello", wish=wish) == status
    assert out.getvalue().startswith("localgpt-tui: ")
    assert model.asked == []


@pytest.fixture
def terminal():
    """A terminal: (the end a person types into, the end the program reads from)."""
    person, program = os.openpty()
    yield person, program
    os.close(person)
    os.close(program)


async def test_ctrl_c_stops_the_reply_and_the_conversation_goes_on(places, model, out, terminal):
    model.pieces, model.ending = ("Hello. ", "And mo"), "waits"
    person, program = terminal
    running = asyncio.create_task(chat(places, Wish(), stdin=program, out=out))
    await out.shows("You: ")
    os.write(person, b"hello\n")
    await out.shows("Hello. ")
    os.kill(os.getpid(), signal.SIGINT)
    await out.shows("Stopped")
    os.write(person, b"/quit\n")

    assert await running == 0
    kinds = [kind for kind, _ in said(places)[0]]
    assert kinds == ["user", "assistant"]


async def test_ctrl_c_at_the_prompt_says_how_to_end_and_ctrl_d_ends(places, model, out, terminal):
    person, program = terminal
    running = asyncio.create_task(chat(places, Wish(), stdin=program, out=out))
    await out.shows("You: ")
    os.kill(os.getpid(), signal.SIGINT)
    await out.shows("Ctrl+D or /quit ends.")
    os.write(person, b"\x04")

    assert await running == 0


async def test_sigterm_during_a_reply_keeps_what_had_arrived(places, model, out):
    model.pieces, model.ending = ("Hello. ", "And mo"), "waits"
    reader, writer = os.pipe()
    os.write(writer, b"hello\n")
    running = asyncio.create_task(chat(places, Wish(), stdin=reader, out=out))
    await out.shows("Hello. ")
    os.kill(os.getpid(), signal.SIGTERM)

    assert await running == 128 + signal.SIGTERM
    os.close(writer)
    [[question, (kind, partial)]] = said(places)
    assert question == ("user", "hello")
    assert kind == "assistant"
    assert partial.startswith("Hello. ")


@pytest.mark.parametrize(("answer", "allowed"), [(b"y\n", True), (b"\n", False), (b"no\n", False)])
async def test_on_a_terminal_a_model_off_this_machine_is_asked_about_first(
    places, terminal, monkeypatch, answer, allowed
):
    out = Out()
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-a-real-key-0123456789")
    monkeypatch.setenv("PATH", "")
    person, program = terminal
    running = asyncio.create_task(chat(places, Wish(), stdin=program, out=out))
    await out.shows("be sent to api.openai.com? y/N: ")
    os.write(person, answer)
    await out.shows("A new conversation with ")
    os.write(person, b"/quit\n")

    assert await running == 0
    assert ("A new conversation with openai/" in out.getvalue()) is allowed
    assert (places.state / "consent.json").exists() is allowed


async def test_piped_in_nobody_is_asked_and_nothing_leaves(places, out, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-a-real-key-0123456789")
    monkeypatch.setenv("PATH", "")
    await talk(places, out, "hello")

    assert "A new conversation with recall" in out.getvalue()
    assert "y/N" not in out.getvalue()


async def test_a_reader_who_goes_away_ends_it_quietly(places, model):
    reader, writer = os.pipe()
    assert await chat(places, Wish(), stdin=reader, out=Gone()) == 0
    os.close(writer)


@pytest.mark.parametrize(
    ("pieces", "read_out"),
    [
        (["One. Tw", "o and"], ["One. ", ""]),
        (["a line\nand ", "more\n"], ["a line\n", "and more\n"]),
        (["3.14 is", " pi"], ["", ""]),
    ],
)
def test_a_sentence_is_read_out_once_it_is_whole(pieces, read_out):
    sentences = Sentences()

    assert [sentences.ready(piece) for piece in pieces] == read_out
    assert "".join(read_out) + sentences.rest() == "".join(pieces)
