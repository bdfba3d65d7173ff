"""The daemon as a real process: started, told, killed, and what is left of it."""

import json
import os
import plistlib
import signal
import subprocess
import sys
import time

import pytest
from model_server import serve

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.frontends.daemon import differences, reread, start, stop
from localgpt_tui.frontends.units import unit_for
from localgpt_tui.heartbeat import Heartbeat
from localgpt_tui.heartbeat.keeping import Keeper
from localgpt_tui.heartbeat.outside import sessions_of
from localgpt_tui.heartbeat.pidfile import PidFile
from localgpt_tui.paths import find_places, make_folders
from localgpt_tui.processes import Process
from localgpt_tui.sessions.journal import Journal


@pytest.fixture
def places(tmp_path):
    places = find_places({"LOCALGPT_HOME": str(tmp_path / "home"), "HOME": str(tmp_path)})
    make_folders(places)
    places.config_file.write_text('[memory]\nembedding_provider = "none"\n[heartbeat]\noverdue_delay = "1s"\n')
    yield places
    if left := PidFile(places.state / "daemon.pid").running:
        os.kill(left.pid, signal.SIGKILL)


def soon(holds, seconds=10):
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


def test_it_starts_once_makes_the_beats_reads_its_settings_again_and_ends_in_time(places):
    heart = Heartbeat.open(places)
    heart.ledger.begin_keeping(heart.clock() - 2 * heart.settings.rhythm.every)
    process = start(places)
    with pytest.raises(LocalGPTError, match="runs already"):
        start(places)
    assert soon(heart.ledger.rows), "an overdue beat is made"
    row = heart.ledger.rows()[0]
    assert (row.outcome, row.trigger) == ("quiet", "late")
    assert heart.kept.words == f"kept by the daemon, process {process.pid}"
    assert Keeper(heart.daemon, places.state).elsewhere(), "an open app only watches"

    log = places.logs / "agent.log"
    places.config_file.write_text('[heartbeat]\ninterval = "2h"\n')
    reread(places)
    assert soon(lambda: "heartbeat.interval: 30m → 2h" in log.read_text())
    places.config_file.write_text("[heartbeat\n")
    os.kill(process.pid, signal.SIGHUP)
    assert soon(lambda: "was not read again" in log.read_text())
    places.config_file.write_text("")

    began = time.monotonic()
    assert stop(places).pid == process.pid
    assert time.monotonic() - began < 5
    assert stop(places) is None
    assert not (places.state / "daemon.pid").exists()
    assert "The daemon has ended." in log.read_text()


def test_a_daemon_that_is_killed_is_noticed_within_the_grace_and_is_no_obstacle(places):
    heart = Heartbeat.open(places)
    (places.workspace / "HEARTBEAT.md").write_text("- [ ] Look\n")
    heart.ledger.begin_keeping(heart.clock() - 2 * heart.settings.rhythm.every)
    process = start(places)
    assert soon(lambda: any(row.outcome != "running" for row in heart.ledger.rows()), 20), "in a process of its own"
    assert heart.ledger.rows()[0].outcome == "waiting", "no model is there"
    os.kill(process.pid, signal.SIGKILL)
    assert soon(lambda: not process.alive)

    assert heart.daemon.running is None
    later = heart.clock() + 3 * heart.settings.rhythm.every
    heart.clock = lambda: later
    assert heart.state().mood == "late", "nobody makes the beats: the line is crossed"
    heart.daemon.take()  # the next one
    heart.daemon.leave()


def test_told_to_end_in_the_middle_of_a_beat_it_ends_that_too_and_keeps_what_had_arrived(places):
    with serve() as model:
        model.pieces, model.ending = ("So far",), "waits"
        places.config_file.write_text(model.config + places.config_file.read_text())
        (places.workspace / "HEARTBEAT.md").write_text("- [ ] Look\n")
        heart = Heartbeat.open(places)
        heart.ledger.begin_keeping(heart.clock() - 2 * heart.settings.rhythm.every)
        start(places)
        assert model.waiting.wait(20)
        assert heart.state().mood == "running"
        time.sleep(1.0)  # what was written there has to be read here: nobody can see that from outside
        began = time.monotonic()
        stop(places)
        assert time.monotonic() - began < 5
    row = heart.ledger.last()
    assert (row.outcome, row.acting) == ("unknown", True)
    assert "“Look” was begun and interrupted." in heart.state().needs
    (file,) = sessions_of(places.state, "heartbeat").glob("*.jsonl")
    assert Journal.open(file, writable=False).history()[-1].text == "So far"


def test_a_stranger_with_the_pid_of_a_dead_daemon_is_left_alone(tmp_path):
    file = PidFile(tmp_path / "daemon.pid")
    file.path.write_text(json.dumps({"pid": os.getpid(), "birth": "long ago"}))
    assert file.running is None
    file.take()
    assert file.running == Process.this()
    file.leave()
    assert not file.path.exists()
    for nonsense in ("", "[]", '{"pid": "x", "birth": 1}', '{"pid": -1, "birth": ""}'):
        file.path.write_text(nonsense)
        assert file.running is None


def test_a_process_that_ended_is_not_alive_though_nobody_has_collected_it():
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as child:
        process = Process.of(child.pid)
        assert process.alive
        child.stdin.close()
        assert soon(lambda: not process.alive)
    assert not process.alive
    assert Process.this().alive


def test_what_changed_in_the_settings_is_said_with_both_values():
    old, new = {"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": 1, "c": 3}, "d": [1, 2]}
    assert list(differences(old, new)) == ["a.c: 2 → 3", "d: [1] → [1, 2]"]


def test_units_name_the_places_and_hold_no_key(places):
    environ = {"HOME": "/home/me", "LOCALGPT_HOME": "/my files/100%", "ANTHROPIC_API_KEY": "sk-secret"}
    unit = unit_for(places, environ, platform="linux")
    assert str(unit.path) == "/home/me/.config/systemd/user/localgpt-tui.service"
    assert 'Environment="LOCALGPT_HOME=/my files/100%%"' in unit.text
    assert "daemon start --foreground" in unit.text
    agent = unit_for(places, environ, platform="darwin")
    assert str(agent.path).startswith("/home/me/Library/LaunchAgents/")
    assert "not been tried" in agent.remark
    assert "sk-secret" not in unit.text + agent.text


def test_the_agent_for_launchd_is_a_well_formed_property_list(places):
    odd = {"HOME": "/Users/me", "LOCALGPT_HOME": "/Users/me/R&D <notes> “100%”", "LOCALGPT_PROFILE": "work"}
    agent = unit_for(places, odd, platform="darwin")
    read = plistlib.loads(agent.text.encode())
    assert read["Label"] == agent.path.stem
    assert read["ProgramArguments"] == [sys.executable, "-m", "localgpt_tui", "daemon", "start", "--foreground"]
    assert read["EnvironmentVariables"] == {name: text for name, text in odd.items() if name != "HOME"}
    assert read["RunAtLoad"] is True
    assert read["KeepAlive"] == {"SuccessfulExit": False}, "one that was told to end stays ended"
    assert read["ExitTimeOut"] > 5, "it has the time that it takes to end"
