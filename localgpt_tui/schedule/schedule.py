"""The schedule: waits until something is due and lets it run, here or nowhere, once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.ledger import HEARTBEAT, Ledger, Row
from localgpt_tui.schedule.bookmarks import Bookmarks
from localgpt_tui.schedule.history import failures
from localgpt_tui.schedule.settings import Job, Settings
from localgpt_tui.schedule.state import next_beat
from localgpt_tui.schedule.unattended import Due
from localgpt_tui.schedule.when import believable

RECENT = 2_000
"""How many rows are looked at to tell how the heartbeat is: weeks of beats."""

_LOOK_AGAIN = 30.0
_TRY_AGAIN = 60.0

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Schedule:
    """Runs beats and jobs when they are due, as long as nobody else does.

    Attributes:
        settings: the configuration as it is now.
        run: makes the beat or runs the job; it claims its slot, so that what two programs start runs once.
        elsewhere: True while another program looks after the schedule, so that this one only watches.
        clock, sleep: the time; parameters, so that a test can walk through a year.
        look_again: seconds after which a machine that slept, or a clock that was set, is noticed at the latest.
    """

    settings: Callable[[], Settings]
    ledger: Ledger
    bookmarks: Bookmarks
    run: Callable[[Due], Awaitable[object]]
    clock: Callable[[], datetime]
    elsewhere: Callable[[], bool] = lambda: False
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    look_again: float = _LOOK_AGAIN
    _tried: dict[str, tuple[datetime, int]] = field(default_factory=dict)

    async def start(self) -> None:
        """Run what is due until cancelled; an overdue beat waits a little after the start."""
        opened = self.clock()
        self.ledger.begin_keeping(opened)
        while True:
            try:
                pause = await self._step(opened)
            except LocalGPTError as error:  # a full disk may be empty again later
                log.warning("The schedule waits: %s", error)
                pause = _TRY_AGAIN
            await self.sleep(pause)

    async def _step(self, opened: datetime) -> float:
        """Run one thing that is due, if there is one; returns the seconds until it is worth looking again."""
        if self.elsewhere():
            return self.look_again
        now = self.clock()
        coming = self.next(now)
        if coming is None:
            return self.look_again
        begins = coming.due
        if coming.trigger == "late":
            begins = max(begins, opened + self.settings().overdue_delay)
        begins = max(begins, self._not_before(coming.job, begins))
        if begins > now:
            return min(self.look_again, (begins - now).total_seconds())
        tries = self._tried.get(coming.job, (now, 0))[1]
        self._tried[coming.job] = (now, tries + 1)
        await self.run(coming)
        last = self.ledger.last(coming.job)
        if last is not None and last.slot == coming.slot:
            del self._tried[coming.job]
        return 0.0

    def next(self, now: datetime) -> Due | None:
        """What is due first: in the past where it is overdue; None where nothing will be."""
        settings, rows = self.settings(), self.ledger.rows(RECENT)
        paused = self.bookmarks.paused_until
        held = paused if paused and paused > now else None
        beat = self._beat(settings, rows, now, paused)
        jobs = [] if held else self._jobs(settings, now)
        found = [due for due in (beat, *jobs) if due is not None]
        return min(found, key=lambda due: max(due.due, now), default=None)

    def _beat(self, settings: Settings, rows: list[Row], now: datetime, paused: datetime | None) -> Due | None:
        """The next beat; of several that were missed, the last, once."""
        last = next((row for row in reversed(rows) if row.job == HEARTBEAT and believable(row.started, now)), None)
        due = next_beat(settings, last, now, since=self.ledger.since, failed=failures(rows), paused_until=paused)
        if due is None or due > now:
            return Due(HEARTBEAT, due) if due else None
        rhythm = settings.rhythm
        if not rhythm.active(now):
            return Due(HEARTBEAT, rhythm.first(now))
        slot = max(due, rhythm.slot(now))
        late = now - due > min(settings.grace, timedelta(minutes=1))
        return Due(HEARTBEAT, slot, "late" if late else "schedule", rhythm.missed(due, now))

    def _jobs(self, settings: Settings, now: datetime) -> list[Due]:
        enabled = [job for job in settings.jobs if job.enabled and job.timing]
        since = self.bookmarks.jobs_since({job.name: job.schedule for job in settings.jobs}, now)
        found = (self._job(job, self._last(job.name, since[job.name], now), now) for job in enabled)
        return [due for due in found if due is not None]

    def _last(self, job: str, since: datetime, now: datetime) -> datetime:
        """The time for which a job ran last, or from which on it counts."""
        row = self.ledger.scheduled(job)
        return max(row.due, since) if row and believable(row.due, now) else since

    def _job(self, job: Job, after: datetime, now: datetime) -> Due | None:
        assert job.timing is not None  # noqa: S101 - asked for above
        following = job.timing.after(after)
        if following is None or following > now:
            return Due(job.name, following) if following else None
        latest = job.timing.latest(now) or following
        late = now - latest > timedelta(minutes=1)
        return Due(job.name, latest, "late" if late else "schedule", int(latest > following))

    def _not_before(self, job: str, begins: datetime) -> datetime:
        """A run that left no row is not tried again at once, and less and less often."""
        if job not in self._tried:
            return begins
        at, tries = self._tried[job]
        return at + timedelta(seconds=_TRY_AGAIN * min(1 << min(tries - 1, 10), 60))
