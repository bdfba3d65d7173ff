"""What the doctor says of the heartbeat: how it is, and how to mend it."""

from datetime import UTC, datetime, timedelta

import pytest

from localgpt_tui.config import load_config
from localgpt_tui.doctor.beating import heartbeat
from localgpt_tui.heartbeat import Heartbeat
from localgpt_tui.heartbeat.pidfile import PidFile
from localgpt_tui.ledger import HEARTBEAT, Row
from localgpt_tui.paths import find_places, make_folders

NOW = datetime(2026, 11, 22, 12, 10, tzinfo=UTC)


@pytest.fixture
def places(tmp_path):
    places = find_places({"LOCALGPT_HOME": str(tmp_path / "home"), "HOME": str(tmp_path)})
    make_folders(places)
    return places


def found(places, *outcomes, ago=10, config=""):
    """What is said where the last beats ended so, a half hour apart and the last some minutes `ago`."""
    places.config_file.write_text(config)
    heart = Heartbeat.of(places, load_config(places).config)
    heart.clock = lambda: NOW
    heart.ledger.begin_keeping(NOW - timedelta(days=1))
    for number, (outcome, reason) in enumerate(reversed(outcomes)):
        then = NOW - timedelta(minutes=ago + 30 * number)
        row = Row.begun(HEARTBEAT, then.isoformat(), then, then)
        heart.ledger.claim(row.ended_with(outcome, then, reason))
    return [(check.status, check.words, check.fix) for check in heartbeat(heart)]


def test_a_heart_that_is_well_says_when_it_beats_and_who_makes_it(places):
    ((status, words, fix),) = found(places, ("quiet", "No task was due."))
    beats, kept = words.split("; kept by ")
    assert (status, beats) == ("ok", "on, every 30m; next 2026-11-22 12:30; last 2026-11-22 12:00 quiet")
    assert kept == "nobody: no daemon runs, and no app is open"
    assert "daemon install" in fix
    PidFile(places.state / "daemon.pid").take()
    ((status, words, fix),) = found(places)
    assert (status, "kept by the daemon, process" in words, fix) == ("ok", True, "")


def test_a_heart_that_stands_still_is_told_with_what_makes_it_beat(places):
    ((status, words, fix),) = found(places, ("quiet", ""), ago=130)
    assert (status, "nothing seems to make it" in words) == ("warn", True)
    assert "daemon start" in fix


def test_failures_permission_budget_and_jobs_that_never_run_are_told_with_their_mending(places):
    down = ("failed", "Ollama does not answer.")
    ((status, words, fix),) = found(places, down, down, down)
    assert (status, "3 beats in a row failed" in words, "heartbeat log" in fix) == ("warn", True, True)

    bad = '[heartbeat]\nenabled = false\n[[cron.jobs]]\nname = "x"\nschedule = "sometimes"\nprompt = "y"\n'
    off, job = found(places, config=bad)
    assert off == (
        "ok",
        "off: nothing is done by itself but jobs",
        "localgpt-tui config set heartbeat.enabled true",
    )
    assert job[0] == "warn"
    assert job[1].startswith("x never runs:")
