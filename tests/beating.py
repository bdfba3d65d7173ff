"""A heart with everything around it faked but the files: for a clock that runs as fast as it likes.

heart = beating(tmp_path)
row = await heart.beat()
assert heart.outside.errands[0].prompt
"""

import asyncio
import os
import signal
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from localgpt_tui.config.schedule import Cron, Heartbeat
from localgpt_tui.ledger import HEARTBEAT, Ledger
from localgpt_tui.memory.history import History
from localgpt_tui.memory.workspace import Workspace
from localgpt_tui.schedule.beat import Heart
from localgpt_tui.schedule.bookmarks import Bookmarks
from localgpt_tui.schedule.checks import Checks
from localgpt_tui.schedule.errand import Answer
from localgpt_tui.schedule.jobs import Clockwork
from localgpt_tui.schedule.marking import TaskFile
from localgpt_tui.schedule.schedule import Schedule
from localgpt_tui.schedule.settings import settings_of
from localgpt_tui.schedule.state import state_of
from localgpt_tui.schedule.unattended import BUSY, Chosen, Due, Unattended

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass
class FakeOutside:
    """Fills the Outside port: answers from a script, and dies by SIGKILL at the point called `dies`."""

    answers: list = field(default_factory=list)
    destination: str = ""
    permitted: bool = False
    is_busy: bool = False
    dies: str = ""
    effects: Path | None = None
    errands: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    delivered: list = field(default_factory=list)

    async def choose(self, model):
        self._reach("choosing")
        return Chosen(model or "fake/model", self.destination)

    async def ask(self, errand):
        self._reach("asking")
        self.errands.append(errand)
        if self.effects:
            with self.effects.open("a") as file:
                file.write(errand.prompt.split("Task 1: ")[1].split("\n")[0] + "\n")
        self._reach("asked")
        answer = self.answers.pop(0) if self.answers else "DONE 1\nHEARTBEAT_OK"
        if isinstance(answer, BaseException):
            raise answer
        if isinstance(answer, Answer):
            return answer
        return Answer(answer, session=f"session-{len(self.errands)}", model=errand.model, tokens=100, money=0.01)

    def allowed(self, destination):
        return self.permitted

    def busy(self):
        self._reach("looking")
        return self.is_busy

    def questions(self):
        return self.asked

    def settle(self, session):
        self.asked = [one for one in self.asked if one.session != session or not one.answer]

    async def deliver(self, output, row, answer):
        self.delivered.append((output, answer.text))
        return f"to {output}"

    def _reach(self, point):
        if self.dies == point:
            os.kill(os.getpid(), signal.SIGKILL)


class FreeCommands:
    """Fills the Commands port without a sandbox, and refuses what `refusal` gives a reason for."""

    def __init__(self, folder, refusal):
        self.folder, self.refusal = folder, refusal

    async def run(self, line, seconds):
        ended = await asyncio.to_thread(subprocess.run, line, cwd=self.folder, shell=True, capture_output=True)
        return ended.returncode, ended.stdout


class Beating:
    """A heart, its files below `folder`, and a clock that is set by hand."""

    def __init__(self, folder, *, heartbeat=None, jobs=(), refusal=lambda command: ""):
        self.now = START
        config = Heartbeat(**{"timezone": "Europe/Berlin", **(heartbeat or {})})
        self.settings = settings_of(config, Cron(jobs=tuple(jobs)))
        self.state_folder = folder / "state"
        self.workspace = Workspace(folder / "workspace")
        self.workspace.root.mkdir(exist_ok=True)
        self.history = History(self.workspace)
        self.ledger = Ledger(self.state_folder)
        self.outside = FakeOutside()
        self.bookmarks = Bookmarks(self.state_folder)
        self.runs = Unattended(
            self.settings, self.ledger, self.outside, self.state_folder / "unattended.lock", lambda: self.now
        )
        self.file = TaskFile(self.workspace, self.history, BERLIN)
        commands = FreeCommands(self.workspace.root, refusal)
        self.checks = Checks(self.state_folder / "checks.json", self.workspace.root, BERLIN, commands)
        self.heart = Heart(self.runs, self.file, self.checks)

    @property
    def rows(self):
        return self.ledger.rows()

    @property
    def state(self):
        return state_of(
            self.settings,
            self.rows,
            self.now,
            since=self.ledger.since,
            paused_until=self.bookmarks.paused_until,
            hindrance=BUSY if self.outside.is_busy else "",
        )

    def say(self, text):
        """What HEARTBEAT.md holds from now on."""
        (self.workspace.root / "HEARTBEAT.md").write_text(text)

    def said(self):
        return (self.workspace.root / "HEARTBEAT.md").read_text()

    async def beat(self, trigger="schedule", **later):
        """Let time pass, and make a beat."""
        self.now += timedelta(**later)
        return await self.heart.beat(Due(HEARTBEAT, self.now, trigger))

    async def job(self, name, **later):
        self.now += timedelta(**later)
        return await Clockwork(self.runs).run(Due(name, self.now))

    def schedule(self, run=None, **rest):
        async def usual(due):
            if self.outside.is_busy:
                return BUSY
            if due.job == HEARTBEAT:
                await self.heart.beat(due)
            else:
                await Clockwork(self.runs).run(due)
            return ""

        async def sleep(seconds):
            self.now += timedelta(seconds=seconds)
            await asyncio.sleep(0)

        return Schedule(
            lambda: self.settings, self.ledger, self.bookmarks, run or usual, lambda: self.now, sleep=sleep, **rest
        )
