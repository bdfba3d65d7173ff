"""The doctor finds what is wrong with what is kept, and puts right what is safe to."""

import os

import pytest

from localgpt_tui.core.messages import UserMessage
from localgpt_tui.doctor import checks, fix
from localgpt_tui.paths import find_places
from localgpt_tui.safety.audit import audit_of
from localgpt_tui.sessions.journal import Journal


@pytest.fixture
def places(_own_home, monkeypatch):
    monkeypatch.setenv("PATH", "")
    return find_places()


def found(places, name):
    return [check for check in checks(places, {}) if check.name == name]


def test_a_fresh_machine_is_fine_and_stays_untouched(places):
    found = [check for check in checks(places, {"LANG": "C.UTF-8"}) if check.name != "sandbox"]  # that is the kernel's
    assert {check.status for check in found} == {"ok"}
    assert not places.state.exists()


def test_whatever_is_wrong_comes_with_what_to_do(places):
    places.config_file.parent.mkdir(parents=True)
    places.config_file.write_text("[agent]\ndefault_modle = 'x'\n")
    places.logs.write_text("a file where a folder should be")

    wrong = [check for check in checks(places, {}) if check.status != "ok"]
    assert {check.name for check in wrong} >= {"settings", "logs"}
    assert all(check.fix for check in wrong if check.name != "encoding")


def test_a_broken_config_fails_and_the_rest_is_still_looked_at(places):
    places.config_file.parent.mkdir(parents=True)
    places.config_file.write_text("[agent\n")

    [check] = found(places, "settings")
    assert check.status == "fail"
    assert str(places.config_file) in check.words
    assert found(places, "clock")


def test_the_model_that_would_answer_is_told_and_why(places, monkeypatch):
    assert found(places, "model")[0].words.startswith("recall.")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-a-real-key-0123456789")

    [check] = found(places, "model")
    assert "asked once before anything is sent" in check.words
    assert "OPENAI_API_KEY" in found(places, "API keys")[0].words
    assert "0123456789" not in str(checks(places, {}))


def test_open_folders_are_noticed_and_fix_closes_them(places):
    places.sessions.mkdir(parents=True)
    for folder in (places.state, places.sessions):
        folder.chmod(0o755)
    assert found(places, "sessions folder")[0].status == "warn"
    assert fix(places)

    assert found(places, "sessions folder")[0].status == "ok"
    assert found(places, "state")[0].status == "ok"


def test_fix_makes_the_folders_that_are_missing(places):
    fix(places)

    assert places.sessions.is_dir()
    assert places.workspace.is_dir()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_fails(places):
    places.state.mkdir(parents=True)
    places.state.chmod(0o500)

    assert found(places, "state")[0].status == "fail"
    places.state.chmod(0o700)


def test_damage_in_a_session_and_copies_beside_it_are_named(places):
    with Journal.create(places.sessions) as journal:
        journal.append(UserMessage("hello"))
    with journal.path.open("ab") as file:
        file.write(b'{"torn')
    (places.sessions / "x.sync-conflict-20260101-120000-ABC.jsonl").touch()

    told = found(places, "sessions")
    assert [check.status for check in told] == ["warn", "warn", "warn"]
    assert journal.id[:8] in told[0].words
    assert "sync" in told[2].fix


def test_copies_of_notes_that_a_sync_tool_left_are_named(places):
    (places.workspace / "memory").mkdir(parents=True)
    (places.workspace / "memory/2026-01-01.sync-conflict-20260102-120000-ABC.md").touch()

    assert any("sync-conflict" in check.words for check in found(places, "memory"))


def test_crash_files_are_mentioned(places):
    places.crashes.mkdir(parents=True)
    (places.crashes / "crash-20260101-000000.txt").touch()

    assert [check.status for check in found(places, "log")] == ["ok", "warn"]


def test_a_changed_audit_log_and_a_policy_that_is_too_long_are_said(places):
    log = audit_of(places)
    log.record("tool_call", "tool:bash", "ls")
    log.file.write_text(log.file.read_text().replace("ls", "rm"))
    places.workspace.mkdir(parents=True)
    (places.workspace / "POLICY.md").write_text("x" * 5_000)

    assert found(places, "audit")[0].status == "warn"
    assert "longer than" in found(places, "policy")[0].words
