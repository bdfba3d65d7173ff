"""`heartbeat`, `cron` and `daemon` on the command line."""

import json
import tomllib
from datetime import UTC, datetime, timedelta

import pytest

from localgpt_tui.cli import cli, status_of
from localgpt_tui.heartbeat import Heartbeat
from localgpt_tui.ledger import HEARTBEAT, Row
from localgpt_tui.logs import stop_logging
from localgpt_tui.paths import find_places


@pytest.fixture
def places(tmp_path, monkeypatch):
    monkeypatch.setenv("LOCALGPT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("CONFIG", "PROFILE", "AGENT", "LOG_LEVEL"):
        monkeypatch.setenv(f"LOCALGPT_{name}", "")
    places = find_places()
    places.workspace.mkdir(parents=True)
    places.config_file.write_text("# mine\n[heartbeat] # beats\ninterval = '1h' # slow\n")
    yield places
    stop_logging()


@pytest.fixture
def run(places, capsys):
    def run(*arguments):
        status = status_of(cli, list(arguments))
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_status_says_how_it_is_and_fails_where_a_beat_is_late(places, run):
    status, out, _ = run("heartbeat", "status")
    assert status == 0
    assert "Heartbeat: ok" in out
    assert "no daemon runs" in out

    heart = Heartbeat.open(places)
    then = datetime.now(UTC) - timedelta(hours=5)
    heart.ledger.claim(Row.begun(HEARTBEAT, "x", then, then).ended_with("quiet", then, "Nothing."))
    status, out, _ = run("heartbeat", "status", "--json")
    assert (status, json.loads(out)["mood"]) == (1, "late")
    status, out, _ = run("daemon", "status")
    assert status == 1
    assert "nothing seems to make it" in out
    assert run("heartbeat", "log")[1].split()[2:4] == ["heartbeat", "quiet"]
    assert json.loads(run("heartbeat", "log", "--json", "-n", "1")[1])["slot"] == "x"


def test_a_pause_is_made_and_ended(places, run):
    assert "Paused until" in run("heartbeat", "pause", "2h")[1]
    assert "Heartbeat: paused" in run("heartbeat", "status")[1]
    run("heartbeat", "resume")
    assert "Heartbeat: ok" in run("heartbeat", "status")[1]
    status, _, err = run("heartbeat", "pause", "soon")
    assert (status, "30m" in err) == (2, True)


def test_tasks_are_listed_as_they_are_understood(places, run):
    (places.workspace / "HEARTBEAT.md").write_text(
        "- [ ] A\n  When: after 25:00\n- [x] B\n- [ ] C\n  Due: 2099-01-01\n"
    )
    out = run("heartbeat", "tasks")[1].splitlines()
    assert [line.split()[0] for line in out] == ["unclear", "done", "later"]
    assert "expected a time of the day" in out[0]


def test_jobs_are_added_switched_and_removed_and_the_rest_of_the_file_stays(places, run):
    before = places.config_file.read_text()
    status, out, _ = run("cron", "add", "news", "0 9 * * 1-5", "What's “new”?", "--output", "file news.md")
    assert status == 0
    assert "Monday through Friday" in out
    assert places.config_file.read_text().startswith(before)
    run("cron", "add", "two", "every 2h", "x")
    assert run("cron", "add", "two", "every 2h", "x")[0] == 2, "there is one"
    assert run("cron", "add", "three", "sometimes", "x")[0] == 2
    assert run("cron", "add", "heartbeat", "every 2h", "x")[0] == 2
    assert run("cron", "add", "four", "every 2h", "x", "--output", "mail")[0] == 2

    run("cron", "disable", "news")
    out = run("cron", "list")[1].splitlines()
    assert "disabled" in out[0]
    assert out[1].startswith("two: every 2h; next")
    run("cron", "enable", "news")
    run("cron", "remove", "two")
    assert run("cron", "remove", "two")[0] == 2
    text = places.config_file.read_text()
    assert text.startswith(before)
    assert tomllib.loads(text)["cron"]["jobs"] == [
        {
            "name": "news",
            "schedule": "0 9 * * 1-5",
            "prompt": "What's “new”?",
            "output": "file news.md",
            "enabled": True,
        }
    ]
    assert run("cron", "run", "gone")[0] == 1


def test_jobs_written_as_one_line_or_with_comments_are_kept_so(places, run):
    places.config_file.write_text('[cron]\njobs = [{name = "a", schedule = "every 2h", prompt = "x"}] # inline\n[ui]\n')
    assert run("cron", "add", "b", "every 3h", "y")[0] == 0
    run("cron", "disable", "a")
    jobs = tomllib.loads(places.config_file.read_text())["cron"]["jobs"]
    assert [(job["name"], job.get("enabled")) for job in jobs] == [("a", False), ("b", None)]

    places.config_file.write_text(
        '[[cron.jobs]] # one\nname = "a" # its name\nschedule = "every 2h"\nprompt = "x"\n\n'
        '# two\n[[cron.jobs]]\nname = "b"\nschedule = "every 2h"\nprompt = "x"\n'
    )
    run("cron", "disable", "a")
    run("cron", "remove", "b")
    text = places.config_file.read_text()
    assert "# its name" in text
    assert [job["name"] for job in tomllib.loads(text)["cron"]["jobs"]] == ["a"]


def test_a_beat_by_hand_says_what_came_of_it(places, run):
    status, out, _ = run("heartbeat", "run")
    assert (status, "no open task" in out) == (0, True)
    status, out, _ = run("heartbeat", "dry-run")
    assert (status, "No model would be asked" in out) == (0, True)


def test_the_unit_is_shown_before_it_is_written_and_removed_again(places, run, tmp_path):
    status, out, _ = run("daemon", "install", "--yes")
    file = tmp_path / "config" / "systemd" / "user" / "localgpt-tui.service"
    assert status == 0
    if file.exists():  # elsewhere it is an agent of launchd
        assert file.read_text() in out
        assert "systemctl --user" in out
        run("daemon", "uninstall")
        assert not file.exists()
    assert run("daemon", "stop")[1] == "No daemon runs.\n"
