"""Dates and periods that a query names, and how well a day fits them; pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = """
january february march april may june july august september october november december
januar februar märz april mai juni juli august september oktober november dezember
"""
_NUMBERS = {name: place % 12 + 1 for place, name in enumerate(_MONTHS.split())}
_NUMBERS |= {name[:3]: number for name, number in _NUMBERS.items() if len(name) > 4}
_NUMBERS |= {"sept": 9}
_MONTH = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_ISO = re.compile(r"(?<![\d-])(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?![\d-])")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_NAMED = re.compile(
    rf"(?:(?<!\d)(?P<before>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?)?\b(?P<month>{_MONTH})\b\.?"
    r"(?:\s+(?P<after>\d{1,2})(?:st|nd|rd|th)?\b)?,?(?:\s+(?:of\s+)?(?P<year>(?:19|20)\d\d)\b)?",
)
_VERB = re.compile(r"(?:\b(?:in|of|since|until|last|this|next|early|late|mid|before|after|by|during)\s+)$")
_NEAR = 7


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both included; a year of 0 means any year, as in “14 May”."""

    first: date
    last: date
    any_year: bool = False


def named_periods(text: str, today: date) -> tuple[Period, ...]:
    """What `text` names: days, months, years, and words such as “yesterday” and “last week”."""
    lowered = text.lower()
    periods = [*_iso(lowered), *_spoken(lowered, today)]
    year = _YEAR.search(_ISO.sub(" ", lowered))
    months = list(_months(lowered, int(year[1]) if year else 0))
    if not months and year:
        months = [_year(int(year[1]))]
    return tuple(dict.fromkeys(period for period in [*periods, *months] if period))


def fit(day: str, periods: Sequence[Period]) -> float:
    """How well the ISO date `day` fits the best of `periods`, from 0 to 1.

    1 within a day or month that was named; less beside a day; 0.3 within a year, which says little.
    """
    try:
        when = date.fromisoformat(day)
    except ValueError:
        return 0.0
    return max((_fit(when, period) for period in periods), default=0.0)


def around(period: Period) -> tuple[str, str] | None:
    """The days to look at for `period` as ISO dates, a week more on both sides of a day; None for any year."""
    if period.any_year:
        return None
    margin = timedelta(days=_NEAR if _days(period) <= _NEAR else 0)
    return (period.first - margin).isoformat(), (period.last + margin).isoformat()


def span(text: str) -> tuple[str, str] | None:
    """The first and last day that `2026`, `2026-01` or `2026-01-31` names, as ISO dates; None if it is none."""
    if found := re.fullmatch(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", text):
        year, month, day = (int(part or 0) for part in found.groups())
        period = _day(year, month, day) if day else _month(year, month) if month else _year(year)
        return (period.first.isoformat(), period.last.isoformat()) if period else None
    return None


def _fit(when: date, period: Period) -> float:
    if period.any_year:
        try:
            period = Period(period.first.replace(year=when.year), period.last.replace(year=when.year))
        except ValueError:  # 29 February
            return 0.0
    length = _days(period)
    if period.first <= when <= period.last:
        return 0.3 if length > 92 else 1.0
    if length > _NEAR:
        return 0.0
    distance = min(abs((when - period.first).days), abs((when - period.last).days))
    return 0.7 if distance <= 2 else 0.4 if distance <= _NEAR else 0.0


def _days(period: Period) -> int:
    return (period.last - period.first).days + 1


def _iso(text: str) -> list[Period | None]:
    return [
        _day(int(year), int(month), int(day)) if day else _month(int(year), int(month))
        for year, month, day in _ISO.findall(text)
    ]


def _months(text: str, year: int) -> list[Period | None]:
    found: list[Period | None] = []
    for match in _NAMED.finditer(text):
        day = int(match["before"] or match["after"] or 0)
        own = int(match["year"] or year)
        name = match["month"]
        if name in ("may", "mar", "mai", "jun", "dec", "jan") and not (
            day or match["year"] or year or _VERB.search(text[: match.start()])
        ):
            continue  # “may” is a verb first, and “Jan” a name
        number = _NUMBERS[name]
        period = _day(own or 2000, number, day) if day else _month(own or 2000, number)
        found.append(period if own or period is None else Period(period.first, period.last, any_year=True))
    return found


def _spoken(text: str, today: date) -> list[Period | None]:
    monday = today - timedelta(days=today.weekday())
    found: list[Period | None] = []
    for words, first, last in (
        (r"\b(?:today|heute)\b", today, today),
        (r"\b(?:yesterday|gestern)\b", today - timedelta(days=1), today - timedelta(days=1)),
        (r"\b(?:last week|letzte woche)\b", monday - timedelta(days=7), monday - timedelta(days=1)),
        (r"\b(?:this week|diese woche)\b", monday, monday + timedelta(days=6)),
    ):
        if re.search(words, text):
            found.append(Period(first, last))
    if re.search(r"\b(?:this month|diesen monat)\b", text):
        found.append(_month(today.year, today.month))
    if re.search(r"\b(?:last month|letzten monat)\b", text):
        before = today.replace(day=1) - timedelta(days=1)
        found.append(_month(before.year, before.month))
    if re.search(r"\b(?:last year|letztes jahr)\b", text):
        found.append(_year(today.year - 1))
    return found


def _day(year: int, month: int, day: int) -> Period | None:
    try:
        when = date(year, month, day)
    except ValueError:
        return None
    return Period(when, when)


def _month(year: int, month: int) -> Period | None:
    try:
        first = date(year, month, 1)
        after = date(year + month // 12, month % 12 + 1, 1) if (year, month) != (9999, 12) else date.max
    except ValueError:
        return None
    return Period(first, after - timedelta(days=1) if after != date.max else date.max)


def _year(year: int) -> Period | None:
    return Period(date(year, 1, 1), date(year, 12, 31)) if 1 <= year <= 9999 else None
