"""The configured schedule, read once: rhythm, jobs, budgets; pure."""

from dataclasses import dataclass
from datetime import timedelta, tzinfo

from localgpt_tui.config.schedule import Cron, Heartbeat
from localgpt_tui.config.times import duration, interval, time_of_day, zone
from localgpt_tui.schedule.spending import Budget
from localgpt_tui.schedule.timing import Timing, timing
from localgpt_tui.schedule.when import Hours, Rhythm


@dataclass(frozen=True, slots=True)
class Job:
    """A job and when it is due.

    Attributes:
        timing: None where its schedule cannot be read; `problem` says why.
    """

    name: str
    schedule: str
    prompt: str
    enabled: bool
    seconds: float
    model: str
    output: str
    timing: Timing | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the schedule goes by.

    Attributes:
        grace: how late a beat may be; overdue_delay: how long an overdue one waits after opening.
        seconds: the longest a beat may take.
        model: of beats, and of jobs that name none; empty for the usual one.
    """

    enabled: bool
    rhythm: Rhythm
    grace: timedelta
    overdue_delay: timedelta
    seconds: float
    model: str
    budget: Budget
    jobs: tuple[Job, ...]

    @property
    def zone(self) -> tzinfo:
        """Where the person's clock stands."""
        return self.rhythm.zone

    def job(self, name: str) -> Job | None:
        """The job called `name`."""
        return next((job for job in self.jobs if job.name == name), None)


def settings_of(heartbeat: Heartbeat, cron: Cron) -> Settings:
    """What the two sections of the configuration mean."""
    here = zone(heartbeat.timezone)
    every = interval(heartbeat.interval)
    hours = heartbeat.active_hours
    bounds = Hours(time_of_day(hours.start or "00:00"), time_of_day(hours.end or "24:00"))
    return Settings(
        heartbeat.enabled,
        Rhythm(every, None if bounds.start == bounds.end else bounds, here),
        duration(heartbeat.grace),
        duration(heartbeat.overdue_delay),
        (duration(heartbeat.timeout) if heartbeat.timeout else every / 2).total_seconds(),
        heartbeat.model,
        Budget(
            heartbeat.tokens_per_beat, heartbeat.dollars_per_beat, heartbeat.tokens_per_day, heartbeat.dollars_per_day
        ),
        _jobs(cron, here),
    )


def _jobs(cron: Cron, here: tzinfo) -> tuple[Job, ...]:
    jobs: dict[str, Job] = {}
    for one in cron.jobs:
        read, problem = None, ""
        try:
            read = timing(one.schedule, here)
        except ValueError as error:
            problem = f"“{one.schedule}”: {error}"
        if one.name in jobs or one.name == "heartbeat":
            problem = (
                f"There are two jobs called {one.name}." if one.name in jobs else "No job can be called heartbeat."
            )
            name, read = f"{one.name} ({len(jobs) + 1})", None
        else:
            name = one.name
        seconds = duration(one.timeout).total_seconds()
        jobs[name] = Job(name, one.schedule, one.prompt, one.enabled, seconds, one.model, one.output, read, problem)
    return tuple(jobs.values())
