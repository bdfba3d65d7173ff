"""A schedule as people write it: five cron fields, `every 2h`, `at 2026-12-01 09:00`; pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

from cronsim import CronSim, CronSimError

from localgpt_tui.config.times import in_words, interval
from localgpt_tui.schedule.when import Rhythm

_EXPECTED = "expected five cron fields such as `0 9 * * 1-5`, `every 2h`, or `at 2026-12-01 09:00`"
_NICKNAMES = {"hourly": "0 * * * *", "daily": "0 9 * * *", "weekdays": "0 9 * * 1-5", "weekly": "0 9 * * 1"}


class Timing(Protocol):
    """When something happens again and again, or once; all moments are in UTC."""

    def after(self, moment: datetime) -> datetime | None:
        """The first time after `moment`, or None where there is none any more."""
        ...

    def latest(self, now: datetime) -> datetime | None:
        """The last time that is not after `now`, or None where there was none yet."""
        ...

    @property
    def words(self) -> str:
        """What it means, for a person."""
        ...


@dataclass(frozen=True, slots=True)
class Every:
    """Again after a fixed time, on the grid that beats use."""

    length: timedelta

    def after(self, moment: datetime) -> datetime | None:
        """The first time after `moment`."""
        return Rhythm(self.length, None, UTC).first(moment + timedelta(microseconds=1))

    def latest(self, now: datetime) -> datetime | None:
        """The last time that is not after `now`."""
        return Rhythm(self.length, None, UTC).slot(now)

    @property
    def words(self) -> str:
        """What it means."""
        return f"every {in_words(self.length)}"


@dataclass(frozen=True, slots=True)
class Once:
    """One moment."""

    moment: datetime
    zone: tzinfo

    def after(self, moment: datetime) -> datetime | None:
        """The moment, if it lies after `moment`."""
        return self.moment if self.moment > moment else None

    def latest(self, now: datetime) -> datetime | None:
        """The moment, if it has come."""
        return self.moment if self.moment <= now else None

    @property
    def words(self) -> str:
        """What it means."""
        return f"once at {self.moment.astimezone(self.zone):%Y-%m-%d %H:%M}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Five cron fields, read by the wall clock of `zone`.

    As Debian's cron does it: a time that daylight saving leaves out comes right after the gap, one that it repeats
    comes once, and jobs of every hour go on through both.
    """

    fields: str
    zone: tzinfo

    def after(self, moment: datetime) -> datetime | None:
        """The first time after `moment`."""
        return self._step(moment, back=False)

    def latest(self, now: datetime) -> datetime | None:
        """The last time that is not after `now`."""
        return self._step(now + timedelta(microseconds=1), back=True)

    @property
    def words(self) -> str:
        """What it means."""
        return CronSim(self.fields, datetime(2026, 1, 1, tzinfo=UTC)).explain()

    def _step(self, moment: datetime, *, back: bool) -> datetime | None:
        found = next(CronSim(self.fields, moment.astimezone(self.zone), reverse=back), None)
        return found.astimezone(UTC) if found else None


def timing(text: str, zone: tzinfo) -> Timing:
    """What the schedule `text` means in `zone`.

    Raises:
        ValueError: it cannot be read; the words say what was expected.
    """
    words = " ".join(text.split())
    kind, _, rest = words.partition(" ")
    if kind.lower() == "every":
        return Every(interval(rest.replace(" ", "")))
    if kind.lower() == "at":
        return Once(moment_of(rest, zone), zone)
    fields = _NICKNAMES.get(words.lower().removeprefix("@"), words)
    if len(fields.split()) != 5:
        raise ValueError(_EXPECTED)
    try:
        found = next(CronSim(fields, datetime(2026, 1, 1, tzinfo=UTC)), None)
    except CronSimError as error:
        raise ValueError(f"{str(error).lower()}; {_EXPECTED}") from error
    if found is None:
        raise ValueError("that day never comes")
    return Calendar(fields, zone)


def moment_of(text: str, zone: tzinfo) -> datetime:
    """The moment that a date, or a date and a time, means in `zone`.

    A time that daylight saving leaves out is taken as if the clock had not been moved yet.

    Raises:
        ValueError: it is none.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError("expected a date such as 2026-12-01, or 2026-12-01 09:00") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
