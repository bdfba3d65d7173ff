"""`localgpt-tui session` on the command line."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from localgpt_tui.cli import cli
from localgpt_tui.core.errors import SessionError
from localgpt_tui.core.messages import AssistantMessage, UserMessage
from localgpt_tui.drafting.history import History
from localgpt_tui.drafting.kept import Draft, Drafts
from localgpt_tui.paths import Places, find_places
from localgpt_tui.sessions.shelf import Shelf

KEY = "sk-ant-api03-" + "a1B2" * 12


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.setenv("LOCALGPT_HOME", str(tmp_path))
    return find_places(os.environ)


@pytest.fixture
def name(places: Places) -> str:
    with Shelf(places.sessions, places.cache).new() as journal:
        journal.append(UserMessage("Hello \x1b[2Jthere"))
        journal.append(AssistantMessage(f"The key is {KEY}."))
        return journal.id


def run(*arguments: str, **rest: object) -> Result:
    return CliRunner().invoke(cli, ["session", *arguments], **rest)


def test_list_shows_the_sessions(name: str):
    line = run("list").stdout
    assert line.startswith(name[:8])
    assert line.endswith("    2  Hello there\n")
    (record,) = json.loads(run("list", "--json").stdout)
    assert (record["id"], record["title"], record["messages"]) == (name, "Hello there", 2)


def test_list_says_where_there_is_nothing_and_what_looks_odd(places: Places, name: str):
    content = (places.sessions / f"{name}.jsonl").read_bytes()
    (places.sessions / f"{name}.sync-conflict-1.jsonl").write_bytes(content)
    assert "sync tool's copy" in run("list").stderr
    run("delete", name, "--yes")
    assert "There are no sessions yet" in run("list").stderr
    assert json.loads(run("list", "--json").stdout) == []


def test_show_prints_the_conversation_without_control_sequences_and_keys(name: str):
    shown = run("show", name[:8]).stdout
    assert "**You**\n\nHello there" in shown
    assert KEY not in shown
    assert "\x1b" not in shown
    exported = json.loads(run("show", name, "--json").stdout)
    assert exported["entries"][0]["message"]["content"][0]["text"] == "Hello \x1b[2Jthere"


def test_show_reports_damage_on_stderr(places: Places, name: str):
    with (places.sessions / f"{name}.jsonl").open("a") as file:
        file.write("torn")
    outcome = run("show", name)
    assert outcome.exit_code == 0
    assert "cut off" in outcome.stderr


def test_rename_gives_a_title(name: str):
    assert "Holidays" in run("rename", name[:6], "Holidays").stdout
    assert "Holidays" in run("list").stdout


def test_delete_asks_and_undelete_brings_back(places: Places, name: str):
    refused = run("delete", name, input="n\n")
    assert refused.exit_code == 1
    assert "“Hello there”" in refused.stderr
    assert name[:8] in run("list").stdout
    assert "undelete" in run("delete", name, input="y\n").stdout
    assert run("list").stdout == ""
    run("undelete", name)
    assert name[:8] in run("list").stdout
    assert run("delete", name, "--yes", "--now").exit_code == 0
    assert list(places.sessions.glob("**/*.jsonl")) == []


def test_export_writes_a_private_file_and_re_none_unasked(name: str, tmp_path: Path):
    target = tmp_path / "out.md"
    assert run("export", name, "-o", str(target)).exit_code == 0
    assert "Hello \x1b[2Jthere" in target.read_text()
    assert KEY not in target.read_text()
    assert target.stat().st_mode & 0o777 == 0o600
    again = run("export", name, "-o", str(target))
    assert isinstance(again.exception, SessionError)
    assert run("export", name, "-o", str(target), "-f", "json", "--force").exit_code == 0
    assert json.loads(target.read_text())["id"] == name
    nowhere = run("export", name, "-o", str(tmp_path / "no" / "x.md"))
    assert "cannot be written" in str(nowhere.exception)


def test_a_session_that_is_not_there_is_an_error_in_words():
    outcome = run("show", "zzz")
    assert isinstance(outcome.exception, SessionError)
    assert "There is no session 'zzz'" in str(outcome.exception)


def test_what_is_deleted_for_good_takes_its_draft_and_its_words_with_it(places: Places, name: str):
    drafts, history = Drafts(places.state / "drafts"), History(places.state / "history.jsonl")
    drafts.save(name, Draft("not sent yet"))
    history.add("Hello there", name)
    history.add("said elsewhere", "another")
    assert run("delete", name, "--now", "--yes").exit_code == 0
    assert not drafts.load(name)
    assert [spoken.text for spoken in history.load()] == ["said elsewhere"]
