"""Several programs that could keep the schedule: one does, and each says which."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from localgpt_tui.heartbeat import Heartbeat
from localgpt_tui.heartbeat.keeping import Keeper
from localgpt_tui.heartbeat.pidfile import PidFile
from localgpt_tui.paths import find_places, make_folders

# An app's part, with a clock that runs 600 times as fast; it says now and then who keeps the schedule.
PROGRAM = """
import asyncio, json
from localgpt_tui.heartbeat import Heartbeat
from localgpt_tui.heartbeat.keeping import Keeper
from localgpt_tui.core.messages import now
from localgpt_tui.paths import find_places
heart, began = Heartbeat.open(find_places()), now()
heart.clock = lambda: began + 600 * (now() - began)
async def tell():
    while True:
        kept = heart.kept
        print(json.dumps([kept.by, kept.pid]), flush=True)
        await asyncio.sleep(0.05)
async def main():
    schedule = heart.schedule(Keeper(heart.daemon, heart.places.state).elsewhere)
    schedule.sleep = lambda seconds: asyncio.sleep(min(seconds / 600, 0.05))
    await asyncio.gather(schedule.start(), tell())
asyncio.run(main())
"""


@pytest.fixture
def places(tmp_path):
    places = find_places({"LOCALGPT_HOME": str(tmp_path / "home"), "HOME": str(tmp_path)})
    make_folders(places)
    places.config_file.write_text('[heartbeat]\ninterval = "2m"\n')
    return places


class App:
    """A process that would keep the schedule."""

    def __init__(self, home):
        environ = os.environ | {"LOCALGPT_HOME": str(home)}
        self.process = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, env=environ, text=True)
        self.pid = self.process.pid

    def says(self, by, pid):
        """Read on until it says that."""
        return any(json.loads(line) == [by, pid] for line in self.process.stdout)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()


def test_of_two_open_apps_one_keeps_the_schedule_until_it_dies_and_both_say_which(places):
    heart = Heartbeat.open(places)
    one = App(places.state)
    try:
        assert one.says("app", one.pid)
        two = App(places.state)
        try:
            assert two.says("another", one.pid)
            made = len(heart.ledger.rows())
            deadline = time.monotonic() + 20
            while len(heart.ledger.rows()) < made + 3 and time.monotonic() < deadline:
                time.sleep(0.02)
            one.kill()
            assert two.says("app", two.pid)
            after = len(heart.ledger.rows())
            while len(heart.ledger.rows()) < after + 2 and time.monotonic() < deadline:
                time.sleep(0.02)
        finally:
            two.kill()
    finally:
        one.kill()
    rows = heart.ledger.rows()
    assert len(rows) >= after + 2
    assert len({row.slot for row in rows}) == len(rows), "no beat was made twice"
    assert heart.kept.words == "kept by nobody: no daemon runs, and no app is open"


def test_a_daemon_takes_the_schedule_over_from_an_app_and_says_so(places):
    daemon = PidFile(places.state / "daemon.pid")
    app, other = Keeper(daemon, places.state), Keeper(daemon, places.state)
    assert not app.elsewhere()
    assert other.elsewhere(), "one app is enough"
    assert app.who() == other.who()
    assert other.who().words == "kept by this app; no daemon runs", "both are this process"
    daemon.take()
    assert app.elsewhere()
    assert app.who().words == f"kept by the daemon, process {os.getpid()}"
    daemon.leave()
    assert not other.elsewhere(), "the first to look keeps it"
    other.leave()
    assert other.who().by == "nobody"
