"""When a task comes again: `daily`, `every 3 days`, `weekdays at 08:00`, `monthly`, or a schedule of cron; pure."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from localgpt_tui.config.times import time_of_day
from localgpt_tui.schedule.timing import Timing, timing

_NAMED = {"daily": (1, "day"), "weekly": (7, "day"), "monthly": (1, "month"), "yearly": (12, "month")}
_UNITS = {"day": (1, "day"), "week": (7, "day"), "month": (1, "month"), "year": (12, "month")}
_SHORT = {"minute": "m", "min": "m", "hour": "h"}
_EVERY = re.compile(r"every\s+(?:(\d{1,4})\s+)?([a-z]+?)s?", re.IGNORECASE)
_WEEKDAYS = [name.lower() for name in calendar.day_name]
_EXPECTED = "expected `daily`, `weekly`, `every 3 days`, `every monday at 09:00`, `every 2h`, or five cron fields"


@dataclass(frozen=True, slots=True)
class Recurrence:
    """How a task comes again.

    Attributes:
        days, months: the step in the calendar, one of them; both 0 where `timing` says it.
        at: the time of the day, where one was given.
        weekdays: on which days of the week, Monday being 0; empty for all.
    """

    text: str
    days: int = 0
    months: int = 0
    at: time | None = None
    weekdays: frozenset[int] = frozenset()
    timing: Timing | None = None

    def after(self, anchor: datetime, now: datetime, zone: tzinfo) -> datetime | None:
        """The first time after `now`, in steps from `anchor`; in UTC.

        The wall clock's time stays the same when daylight saving begins or ends.
        """
        if self.timing is not None:
            return self.timing.after(now)
        wall = anchor.astimezone(zone)
        hour = self.at or wall.time().replace(microsecond=0)
        start, number = wall.date(), 0
        if self.days:  # not one by one through years that nothing ran
            number = max(0, (now.astimezone(zone).date() - start).days // self.days - 1)
        for step in range(number, number + 2000):
            day = start + timedelta(days=self.days * step) if self.days else _months_after(start, self.months * step)
            moment = datetime.combine(day, hour, zone).astimezone(UTC)
            if moment > now and (not self.weekdays or day.weekday() in self.weekdays):
                return moment
        return None


def recurrence(text: str, zone: tzinfo) -> Recurrence:
    """What `text` means.

    Raises:
        ValueError: it cannot be read; the words say what was expected.
    """
    words = " ".join(text.split())
    rhythm, _, clock = words.partition(" at ") if not words.lower().startswith("at ") else (words, "", "")
    at = time_of_day(clock) if clock else None
    name = rhythm.lower()
    if name in _NAMED:
        count, unit = _NAMED[name]
        return _stepping(words, count, unit, at)
    if name in {"weekdays", "every weekday"}:
        return Recurrence(words, days=1, at=at, weekdays=frozenset(range(5)))
    if found := _EVERY.fullmatch(name):
        count, unit = int(found[1] or 1), found[2]
        if unit in _WEEKDAYS and not found[1]:
            return Recurrence(words, days=1, at=at, weekdays=frozenset({_WEEKDAYS.index(unit)}))
        if unit in _UNITS and count:
            size, step = _UNITS[unit]
            return _stepping(words, count * size, step, at)
        if unit in _SHORT and not at:
            return Recurrence(words, timing=timing(f"every {count}{_SHORT[unit]}", zone))
    if at:
        raise ValueError(_EXPECTED)
    try:
        return Recurrence(words, timing=timing(words, zone))
    except ValueError as error:
        raise ValueError(_EXPECTED) from error


def _stepping(text: str, count: int, unit: str, at: time | None) -> Recurrence:
    return Recurrence(text, days=count if unit == "day" else 0, months=count if unit == "month" else 0, at=at)


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last one."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
