"""The heartbeat of one assistant: its state, and what a person can ask of it. Nothing here needs a screen."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from localgpt_tui.approvals.inbox import Inbox
from localgpt_tui.config import Config, load_config
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.messages import now
from localgpt_tui.files import is_locked
from localgpt_tui.heartbeat.asked import FOLDER, questions_in
from localgpt_tui.heartbeat.children import nothing_due, run_in_child
from localgpt_tui.heartbeat.keeping import Keeper, Kept
from localgpt_tui.heartbeat.pidfile import PidFile
from localgpt_tui.ledger import HEARTBEAT, Ledger, Row
from localgpt_tui.memory.history import History
from localgpt_tui.memory.workspace import Workspace
from localgpt_tui.paths import Places
from localgpt_tui.schedule.away import Away, while_away
from localgpt_tui.schedule.bookmarks import Bookmarks
from localgpt_tui.schedule.marking import TaskFile
from localgpt_tui.schedule.questions import decided
from localgpt_tui.schedule.schedule import RECENT, Schedule
from localgpt_tui.schedule.settings import Settings, settings_of
from localgpt_tui.schedule.state import State, state_of
from localgpt_tui.schedule.tasks import Plan
from localgpt_tui.schedule.unattended import BUSY, LOCK, OVERLAP, PERSON, Due, begun
from localgpt_tui.turns import NAME as TURNS
from localgpt_tui.turns import Turns

_LONGEST_PAUSE = timedelta(days=366)


@dataclass(slots=True)
class Heartbeat:
    """What every front end asks about the heartbeat, and lets it do; light enough to be asked each second.

    Attributes:
        ledger: the rows; `rows()` reads what was added since the last look.
    """

    places: Places
    settings: Settings
    ledger: Ledger
    bookmarks: Bookmarks
    clock: Callable[[], datetime] = now

    @classmethod
    def of(cls, places: Places, config: Config) -> "Heartbeat":
        """The heartbeat as `config` wants it."""
        settings = settings_of(config.heartbeat, config.cron)
        return cls(places, settings, Ledger(places.state), Bookmarks(places.state))

    @classmethod
    def open(cls, places: Places) -> "Heartbeat":
        """The heartbeat as the configuration wants it.

        Raises:
            ConfigError: that cannot be used.
        """
        return cls.of(places, load_config(places).config)

    @property
    def daemon(self) -> PidFile:
        """Who looks after the schedule where no app is open."""
        return PidFile(self.places.state / "daemon.pid")

    @property
    def kept(self) -> Kept:
        """Which program keeps the schedule now."""
        return Keeper(self.daemon, self.places.state).who()

    @property
    def hindrance(self) -> str:
        """Why nothing that asks a model can begin by itself now; "" where it could."""
        state = self.places.state
        if Turns(state / TURNS).any():
            return BUSY
        return OVERLAP if is_locked(state / LOCK) else ""

    def reload(self) -> None:
        """Read the configuration again.

        Raises:
            ConfigError: it cannot be used; nothing has changed.
        """
        config = load_config(self.places).config
        self.settings = settings_of(config.heartbeat, config.cron)

    def state(self) -> State:
        """How it is now.

        Raises:
            LocalGPTError: the ledger cannot be read.
        """
        return state_of(
            self.settings,
            self.ledger.rows(RECENT),
            self.clock(),
            since=self.ledger.since,
            paused_until=self.bookmarks.paused_until,
            hindrance=self.hindrance,
        )

    def plan(self) -> Plan:
        """What HEARTBEAT.md says.

        Raises:
            LocalGPTError: it cannot be read.
        """
        workspace = Workspace(self.places.workspace)
        return TaskFile(workspace, History(workspace), self.settings.zone).plan()

    def pause(self, length: timedelta) -> datetime:
        """Make no beats and run no jobs for so long; returns until when.

        Raises:
            LocalGPTError: it cannot be written down.
        """
        until = self.clock() + min(length, _LONGEST_PAUSE)
        self.bookmarks.pause(until)
        return until

    def resume(self) -> None:
        """End a pause.

        Raises:
            LocalGPTError: it cannot be written down.
        """
        if (until := self.bookmarks.paused_until) and until > self.clock():
            self.bookmarks.pause(self.clock())

    def by_hand(self, job: str = HEARTBEAT) -> Due:
        """A run that the person wants now.

        Raises:
            LocalGPTError: there is no such job.
        """
        if job != HEARTBEAT and self.settings.job(job) is None:
            raise LocalGPTError(f"There is no job {job}.", "`localgpt-tui cron list` shows them.")
        return Due(job, self.clock(), PERSON)

    async def run_now(self, job: str = HEARTBEAT) -> Row | None:
        """Run a beat or job in a process of its own, and return its row once that has ended.

        It goes on where this is cancelled.

        Raises:
            LocalGPTError: there is no such job, or nothing can be started.
        """
        due = self.by_hand(job)
        await run_in_child(self.places, due)
        return next((row for row in reversed(self.ledger.rows()) if row.job == job and row.slot == due.slot), None)

    def schedule(self, elsewhere: Callable[[], bool], *, attached: bool = False) -> Schedule:
        """The schedule, to be started in an event loop: `await schedule.start()`.

        Args:
            elsewhere: True while another program keeps it; `keep` is for apps.
            attached: runs end with this process: for the daemon, which must leave nothing behind.
        """

        async def run(due: Due) -> str:
            if why := await asyncio.to_thread(nothing_due, self.places, self.settings, due, self.clock()):
                self.ledger.claim(begun(due, self.clock()).ended_with("quiet", self.clock(), why))
            elif why := self.hindrance:
                return why
            else:
                await run_in_child(self.places, due, attached=attached)
            return ""

        return Schedule(
            lambda: self.settings,
            self.ledger,
            self.bookmarks,
            run,
            self.clock,
            elsewhere,
            lambda: decided(questions_in(Inbox(self.places.state / FOLDER), self.clock())),
        )

    async def keep(self) -> None:
        """Keep the schedule in an app until cancelled: while no daemon does, and no app that was there before.

        What it has started goes on when the app is closed.

        Raises:
            LocalGPTError: the ledger cannot be written.
        """
        keeper = Keeper(self.daemon, self.places.state)
        try:
            await self.schedule(keeper.elsewhere).start()
        finally:
            keeper.leave()

    def away(self, *, history: History | None = None) -> Away:
        """What happened since the person looked last; ask before `visited`.

        Raises:
            LocalGPTError: the ledger cannot be read.
        """
        since = self.bookmarks.visited
        changes = history.log(limit=500) if history and since and history.may_have_changed(since) else []
        return while_away(self.ledger.rows(), changes, since, needs=self.state().needs)

    def visited(self) -> None:
        """Remember that the person has seen it all.

        Raises:
            LocalGPTError: it cannot be written down.
        """
        self.bookmarks.visit(self.clock())
