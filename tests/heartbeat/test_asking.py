"""A beat whose model wants to act: what needs a yes waits, and is carried out once it was given, in real processes."""

import asyncio
import json

import pytest
from model_server import serve

from localgpt_tui.cli import cli, status_of
from localgpt_tui.heartbeat import Heartbeat
from localgpt_tui.heartbeat.children import run_in_child
from localgpt_tui.heartbeat.outside import sessions_of
from localgpt_tui.paths import find_places, make_folders
from localgpt_tui.schedule.unattended import Due
from localgpt_tui.sessions.journal import Journal


@pytest.fixture
def places(tmp_path):
    places = find_places()
    make_folders(places)
    for name in ("out", "books"):
        (tmp_path / name).mkdir()
    return places


def config(model, tmp_path):
    """With a model that may write to one folder and read in another."""
    memory = '[memory]\nembedding_provider = "none"\n'
    reading = f'[tools]\nallowed_directories = ["{tmp_path}/books"]\n'
    return f'{model.config}{memory}{reading}[sandbox.allow_paths]\nwrite = ["{tmp_path}/out"]\n'


def acting(first, *acts):
    """A model that makes the call `first`, then `acts`, and those again when it hears that the person has decided."""

    def calling(request):
        messages = request["messages"]
        said = max(place for place, message in enumerate(messages) if message["role"] == "user")
        replies = sum(message["role"] == "assistant" for message in messages[said:])
        goes_on = "has decided" in str(messages[said]["content"])
        return dict(enumerate([acts] if goes_on else [[first], acts])).get(replies, [])

    return calling


def beat(heart, due):
    """Make the beat in a process of its own; returns its row."""
    asyncio.run(run_in_child(heart.places, due))
    row = heart.ledger.last()
    assert row.slot == due.slot
    return row


def answered(heart):
    """What is due because the person has decided."""
    return [due for due in heart.schedule(lambda: False).coming(heart.clock()) if due.trigger == "answer"]


def answer(capsys, **answers):
    """Answer what waits, by the tool that asked, on the command line; returns what is said to it."""
    assert status_of(cli, ["approvals", "list", "--json"]) == 0
    for line in capsys.readouterr().out.splitlines():
        asked = json.loads(line)
        assert status_of(cli, ["approvals", "answer", asked["id"], answers[asked["call"]["name"]]]) == 0
    return capsys.readouterr().out


def test_what_needs_a_yes_waits_is_told_and_is_done_in_the_same_session_once_it_is_given(places, tmp_path, capsys):
    report = tmp_path / "out" / "report.md"
    (tmp_path / "books" / "page.txt").write_text("A page from elsewhere.")
    tasks = places.workspace / "HEARTBEAT.md"
    tasks.write_text(f"- [ ] Write the report\n  - Done when: file {report} exists\n")
    with serve() as model:
        places.config_file.write_text(config(model, tmp_path))
        heart = Heartbeat.open(places)
        model.calling = acting(
            ("read_file", {"path": f"{tmp_path}/books/page.txt"}),
            ("write_file", {"path": str(report), "content": "All well.\n"}),
            ("memory_append", {"text": "The report is written."}),
            ("bash", {"command": "touch x"}),
        )
        model.pieces = ("Three things wait.\nDONE 1",)
        row = beat(heart, Due("heartbeat", heart.clock()))
        asked = len(model.asked)
        assert row.outcome == "waiting"
        assert row.reason.startswith("3 calls wait for your answer: ")
        assert all(title in row.reason for title in (f"write {report}", "note in today", "run touch x"))
        assert row.tasks[0].result.startswith("claimed, but not so"), "the proof decides"
        assert not report.exists()
        assert any("3 calls wait" in need for need in heart.state().needs)
        assert answered(heart) == []

        said = answer(capsys, write_file="yes", memory_append="yes", bash="no")
        assert "The heartbeat goes on with it within a minute" in said
        assert "The heartbeat leaves it." in said
        model.pieces = ("DONE 1\nHEARTBEAT_OK",)
        (due,) = answered(heart)
        done = beat(heart, due)

    assert (done.trigger, done.outcome, done.session) == ("answer", "silent", row.session)
    assert done.tasks[0].result == "verified"
    assert report.read_text() == "All well.\n"
    assert "[x] Write the report" in tasks.read_text()
    assert (heart.state().needs, answered(heart)) == ((), [])
    told = str(model.asked[asked]["messages"][-1]["content"])
    assert f"- yes: write {report}" in told
    assert "- no: run touch x." in told
    notes = "".join(file.read_text() for file in (places.workspace / "memory").glob("*.md"))
    assert "The report is written." in notes
    assert "page.txt" in notes, "the session is still marked by what it had read"
    journal = Journal.open(sessions_of(places.state, "heartbeat") / f"{row.session}.jsonl", writable=False)
    assert "said no" in [said.text for said in journal.history() if said.kind == "tool"][-1]
