"""The schedule: waits until something is due and lets it run, here or nowhere, once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.ledger import HEARTBEAT, Ledger, Row
from localgpt_tui.schedule.bookmarks import Bookmarks
from localgpt_tui.schedule.history import failures
from localgpt_tui.schedule.settings import Job, Settings
from localgpt_tui.schedule.state import next_beat
from localgpt_tui.schedule.unattended import ANSWER, Due, begun
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
        run: makes the beat or runs the job, and returns why it had to be put off, "" where it had not. It claims its
            slot, so that what two programs start runs once.
        elsewhere: True while another program looks after the schedule, so that this one only watches.
        decided: the sessions of beats and jobs that may go on because the person has decided, each since when.
        clock, sleep: the time; parameters, so that a test can walk through a year.
        look_again: seconds after which a machine that slept, or a clock that was set, is noticed at the latest.
    """

    settings: Callable[[], Settings]
    ledger: Ledger
    bookmarks: Bookmarks
    run: Callable[[Due], Awaitable[str]]
    clock: Callable[[], datetime]
    elsewhere: Callable[[], bool] = lambda: False
    decided: Callable[[], Mapping[str, datetime]] = dict
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    look_again: float = _LOOK_AGAIN
    _tried: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    _put_off: dict[tuple[str, str], Due] = field(default_factory=dict)

    async def start(self) -> None:
        """Run what is due until cancelled; an overdue beat waits a little after the start."""
        opened = self.clock()
        self.ledger.begin_keeping(opened)
        while True:
            try:
                pause = await self._step(opened)
            except (LocalGPTError, OSError) as error:  # a full disk may be empty again later
                log.warning("The schedule waits: %s", error)
                pause = _TRY_AGAIN
            await self.sleep(pause)

    async def _step(self, opened: datetime) -> float:
        """Run one thing that is due, if there is one; returns the seconds until it is worth looking again."""
        if self.elsewhere():
            self._put_off.clear()
            return self.look_again
        now, pause = self.clock(), self.look_again
        coming = self.coming(now)
        if self._give_up(coming, now):
            return 0.0  # what was missed is counted from there
        for due in coming:
            begins = self._begins(due, opened)
            if begins > now:
                pause = min(pause, (begins - now).total_seconds())
            elif await self._ran(due, now):
                return 0.0
        return pause

    def coming(self, now: datetime) -> list[Due]:
        """The next beat and the next run of each job, the first first: in the past where it is overdue."""
        settings, rows = self.settings(), self.ledger.rows(RECENT)
        paused = self.bookmarks.paused_until
        held = paused is not None and paused > now
        found = [self._beat(settings, rows, now, paused)]
        if not held:
            found += [*self._answered(settings, rows), *self._jobs(settings, now)]
        return sorted((due for due in found if due is not None), key=lambda due: max(due.due, now))

    def _begins(self, due: Due, opened: datetime) -> datetime:
        begins = due.due
        if due.trigger == "late" and not self._is_put_off(due):
            begins = max(begins, opened + self.settings().overdue_delay)
        return max(begins, self._not_before(due.job, begins))

    async def _ran(self, due: Due, now: datetime) -> bool:
        """Run what is due; False where it had to be put off."""
        before = self._put_off.get((due.job, due.slot))
        due = replace(due, put_off=before.put_off if before else "")
        why = await self.run(due)
        if why:
            self._put_off[due.job, due.slot] = replace(due, put_off=why)
            return False
        self._put_off.pop((due.job, due.slot), None)
        if self.ledger.taken(due.job, due.slot):
            self._tried.pop(due.job, None)
        else:
            self._tried[due.job] = (now, self._tried.get(due.job, (now, 0))[1] + 1)
        return True

    def _is_put_off(self, due: Due) -> bool:
        return (due.job, due.slot) in self._put_off

    def _give_up(self, coming: Iterable[Due], now: datetime) -> bool:
        """Write down, once each, what was put off until its time was over; False where nothing was."""
        still = {(due.job, due.slot) for due in coming}
        over = [key for key in self._put_off if key not in still]
        for key in over:
            due = self._put_off.pop(key)
            if due.trigger == ANSWER:  # another run has made use of it
                continue
            row = begun(due, due.due)  # as if it had begun then: the next is not to keep its distance from this
            self.ledger.claim(row.ended_with("skipped", now, f"{due.put_off} It was put off until its time was over."))
        return bool(over)

    def _answered(self, settings: Settings, rows: list[Row]) -> list[Due]:
        """What goes on now because the person has decided what it had to wait for."""
        found: dict[str, Due] = {}
        if decided := self.decided():
            for row in rows:
                since = decided.get(row.session)
                if since is None or (row.job != HEARTBEAT and settings.job(row.job) is None):
                    continue
                due = Due(row.job, since, ANSWER)
                if not self.ledger.taken(due.job, due.slot):
                    found[row.session] = due
        return list(found.values())

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
