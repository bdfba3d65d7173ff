"""`localgpt-tui doctor` says what it found, and its exit status whether something failed."""

import json

import pytest

from localgpt_tui.cli import main
from localgpt_tui.cli.doctor import finding_lines
from localgpt_tui.doctor import Check
from localgpt_tui.paths import find_places


@pytest.fixture
def run(capsys, monkeypatch):
    monkeypatch.setenv("PATH", "")

    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            main(["doctor", *arguments])
        return left.value.code, *capsys.readouterr()

    return run


def test_a_machine_without_trouble_is_status_0_and_counted(run):
    status, out, _ = run()

    assert status == 0
    assert "✓ ok    sqlite: SQLite" in out
    assert " 0 failed." in out


def test_something_that_fails_is_status_1_with_what_to_do_about_it(run):
    places = find_places()
    places.config_file.parent.mkdir(parents=True)
    places.config_file.write_text("[agent\n")
    status, out, _ = run()

    assert status == 1
    assert "✗ fail  settings" in out
    assert "→ " in out


def test_json_is_a_list_of_findings_and_nothing_else(run):
    status, out, err = run("--json")

    assert status == 0
    assert err == ""
    findings = json.loads(out)
    assert all(finding.keys() == {"name", "status", "words", "fix"} for finding in findings)
    assert {finding["status"] for finding in findings} <= {"ok", "warn", "fail"}


def test_a_long_finding_goes_on_below_itself_and_is_parted_between_words():
    fix = "Set it in /a/path/that/is/rather-long/config.toml, or leave it."
    assert finding_lines(Check("keys", "warn", "the usual ones; Shift+Enter arrives as Enter", fix), 40) == [
        "! warn  keys: the usual ones;",
        "        Shift+Enter arrives as Enter",
        "        → Set it in",
        "          /a/path/that/is/rather-long/config.toml,",
        "          or leave it.",
    ]


def test_fix_says_what_it_did(run):
    places = find_places()
    places.sessions.mkdir(parents=True)
    places.sessions.chmod(0o755)
    status, _, err = run("--fix")

    assert status == 0
    assert f"{places.sessions} is closed to others now." in err
    assert places.workspace.is_dir()
