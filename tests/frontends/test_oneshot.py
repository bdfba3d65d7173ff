"""`ask`: the answer on stdout, everything else on stderr, both sides of it on disk."""

import asyncio
import json

import pytest
from hearing import Full, Gone, Out
from model_server import said

from localgpt_tui.frontends.oneshot import Wish, ask
from localgpt_tui.sessions.shelf import Shelf


def recall(places):
    places.config_file.write_text('[agent]\ndefault_model = "recall"\n')


async def test_the_answer_is_all_there_is_on_stdout_and_the_exit_status_is_0(places, model, out, err):
    status = await ask(places, Wish("hello"), out=out, err=err)

    assert status == 0
    assert out.getvalue() == "Hello from the model.\n"
    assert err.getvalue() == ""


async def test_question_and_answer_are_kept_as_a_session(places, model, out, err):
    await ask(places, Wish("hello"), out=out, err=err)

    assert said(places) == [[("user", "hello"), ("assistant", "Hello from the model.")]]


async def test_without_any_model_recall_answers_from_the_notes(places, out, err):
    recall(places)
    assert await ask(places, Wish("remember that my cat is called Mia"), out=out, err=err) == 0
    assert await ask(places, Wish("what is my cat called?"), out=out, err=err) == 0

    assert "Mia" in out.getvalue().split("\n", 1)[1]


async def test_someone_who_watches_is_told_what_runs_and_how_to_go_on(places, out):
    recall(places)
    err = Out(tty=True)
    await ask(places, Wish("what is my cat called?"), out=out, err=err)

    session = Shelf(places.sessions, places.cache).list()[0].id
    assert "Running memory_search" in err.getvalue()
    assert f"ask --session {session[:8]}" in err.getvalue()


async def test_verbose_tells_the_same_where_nobody_seems_to_watch(places, out, err):
    recall(places)
    await ask(places, Wish("hello", verbose=True), out=out, err=err)

    assert "Session " in err.getvalue()


async def test_what_was_held_back_or_refused_is_told_whoever_watches(places, model, out, err):
    wanted = [("bash", {"command": "touch x"}), ("bash", {"command": "rm -rf ~"})]
    model.calling = lambda request: [] if request["messages"][-1]["role"] == "tool" else wanted
    status = await ask(places, Wish("tidy up"), out=out, err=err)

    assert (status, out.getvalue()) == (0, "Hello from the model.\n"), "there was an answer"
    told = err.getvalue().splitlines()
    assert "Waits for you: run touch x (`localgpt-tui approvals list`)" in told
    assert any(line.startswith("bash failed: Refused: it would delete ") for line in told)


async def test_control_sequences_of_a_model_never_reach_the_terminal(places, model, out, err):
    model.pieces = ("\x1b]0;evil\x07bo", "\x1b[2Jld\x9b31m ", "\u202eend\r\n")
    await ask(places, Wish("hello"), out=out, err=err)

    assert not set(out.getvalue()) & {"\x1b", "\x07", "\x9b", "\u202e", "\r"}
    assert "bold" in out.getvalue()


async def test_json_is_one_event_a_line_in_pure_ascii(places, model, out, err):
    model.pieces = ("Grüße\x1b[2J\x7f ", "€")
    await ask(places, Wish("hallo", json=True), out=out, err=err)

    lines = out.getvalue().splitlines()
    assert out.getvalue().isascii()
    assert all(line.isprintable() for line in lines)
    events = [json.loads(line) for line in lines]
    kinds = [event["type"] for event in events]
    assert kinds == ["started", "said", "text_delta", "text_delta", "said", "finished"]
    assert events[0].keys() == {"type", "session", "model"}
    assert events[1]["message"] == {
        "role": "user",
        "text": "hallo",
        "attachments": [],
        "time": events[1]["message"]["time"],
    }
    assert events[4]["message"].keys() == {
        "role", "text", "time", "thinking", "calls", "model", "usage", "stop", "note",
    }  # fmt: skip
    assert events[1]["id"]


async def test_json_tells_tools_and_what_they_answered(places, out, err):
    recall(places)
    await ask(places, Wish("what is my cat called?", json=True), out=out, err=err)

    events = [json.loads(line) for line in out.getvalue().splitlines()]
    started = next(event for event in events if event["type"] == "tool_started")
    answered = next(e["message"] for e in events if e["type"] == "said" and e["message"]["role"] == "tool")
    assert started["call"].keys() == {"id", "name", "arguments"}
    assert answered.keys() == {"role", "text", "time", "call_id", "name", "failed", "declined", "seconds"}
    assert answered["call_id"] == started["call"]["id"]


async def test_a_session_is_gone_on_with_by_the_beginning_of_its_id(places, model, out, err):
    await ask(places, Wish("one"), out=out, err=err)
    await ask(places, Wish("another"), out=out, err=err)
    first = Shelf(places.sessions, places.cache).list()[1]
    await ask(places, Wish("two", session=first.id[:8]), out=out, err=err)

    texts = [message["content"] for message in model.asked[-1]["messages"] if message["role"] == "user"]
    assert texts[0] == "one"
    assert "two" in texts[-1]


async def test_resume_goes_on_with_the_session_used_last(places, model, out, err):
    await ask(places, Wish("one"), out=out, err=err)
    await ask(places, Wish("two", resume=True), out=out, err=err)

    assert [[text for kind, text in session if kind == "user"] for session in said(places)] == [["one", "two"]]


@pytest.mark.parametrize(
    ("wish", "status", "words"),
    [
        (Wish("x", session="nothing-like-it"), 1, "There is no session"),
        (Wish("x", resume=True), 1, "no session to resume"),
        (Wish("x", model="openai/"), 2, "openai"),
    ],
)
@pytest.mark.usefixtures("model")
async def test_a_wish_that_cannot_be_met_is_said_and_nothing_is_kept(places, wish, status, words):
    out, err = Out(), Out()

    assert await ask(places, wish, out=out, err=err) == status
    assert words in err.getvalue()
    assert out.getvalue() == ""
    assert said(places) == []


async def test_a_configuration_that_cannot_be_used_is_status_2(places, out, err):
    places.config_file.write_text("[agent\n")

    assert await ask(places, Wish("x"), out=out, err=err) == 2
    assert str(places.config_file) in err.getvalue()


async def test_a_model_that_refuses_is_status_3_with_what_to_do_and_the_question_is_kept(places, model, out, err):
    model.status = 401

    assert await ask(places, Wish("hello"), out=out, err=err) == 3
    assert out.getvalue() == ""
    assert err.getvalue().strip()
    assert said(places) == [[("user", "hello")]]


async def test_an_answer_that_breaks_off_is_status_3_and_kept_as_far_as_it_came(places, model, out, err):
    model.ending = "cut"

    assert await ask(places, Wish("hello"), out=out, err=err) == 3
    assert out.getvalue() == "Hello from the model.\n"
    assert said(places) == [[("user", "hello"), ("assistant", "Hello from the model.")]]


async def test_an_answer_that_is_cancelled_is_kept_as_far_as_it_came(places, model, out, err):
    model.ending = "waits"
    task = asyncio.create_task(ask(places, Wish("hello"), out=out, err=err))
    await out.shows("model.")
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert said(places) == [[("user", "hello"), ("assistant", "Hello from the model.")]]


async def test_a_session_that_another_program_holds_is_not_written(places, model, out, err):
    await ask(places, Wish("one"), out=out, err=err)
    with Shelf(places.sessions, places.cache).latest():
        assert await ask(places, Wish("two", resume=True), out=out, err=err) == 1

    assert "cannot be written" in err.getvalue()
    assert len(model.asked) == 1


async def test_what_auto_finds_off_the_machine_is_not_used_without_consent(places, out, err, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-a-real-key-0123456789")
    monkeypatch.setenv("PATH", "")

    assert await ask(places, Wish("hello"), out=out, err=err) == 0
    assert "--model" in err.getvalue()
    assert "api.openai.com" in err.getvalue()
    assert "recall" in Shelf(places.sessions, places.cache).latest().history()[-1].model


async def test_naming_the_model_is_consent(places, model, out, err):
    places.config_file.write_text(places.config_file.read_text().replace("openai/test", "auto"))

    assert await ask(places, Wish("hello", model="openai/other"), out=out, err=err) == 0
    assert model.asked[0]["model"] == "other"


async def test_a_home_that_cannot_be_written_is_said(places, out, err):
    recall(places)
    places.state.joinpath("agents").write_text("a file where the sessions should be")

    assert await ask(places, Wish("hello"), out=out, err=err) == 1
    assert "agents" in err.getvalue()
    assert out.getvalue() == ""


async def test_an_answer_that_cannot_be_written_is_said_and_kept(places, model, err):
    assert await ask(places, Wish("hello"), out=Full(), err=err) == 1

    assert "No space left" in err.getvalue()
    assert said(places)[0][0] == ("user", "hello")


async def test_a_reader_who_goes_away_stops_the_model_and_what_had_arrived_is_kept(places, model, err):
    model.ending = "waits"
    with pytest.raises(BrokenPipeError):
        await ask(places, Wish("hello"), out=Gone(), err=err)

    assert err.getvalue() == ""
    assert said(places)[0][0] == ("user", "hello")
