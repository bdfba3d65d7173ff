"""How the heartbeat is: when the next beat is, whether it is late, what it cost, what waits for the person; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from localgpt_tui.config.times import in_words
from localgpt_tui.ledger import HEARTBEAT, Row
from localgpt_tui.schedule.history import NOTICED, failures, interrupted, slower
from localgpt_tui.schedule.settings import Settings
from localgpt_tui.schedule.spending import Spent, exhausted, spent_on
from localgpt_tui.schedule.unattended import BUSY, OVERLAP
from localgpt_tui.schedule.when import believable

_PUT_OFF = {
    BUSY: "A beat waits until your turn is over.",
    OVERLAP: "A beat waits until another run has ended.",
}

Mood = Literal["off", "paused", "running", "late", "failing", "over budget", "needs you", "ok"]
"""How it is, in one word; the first that fits, in this order."""


@dataclass(frozen=True, slots=True)
class State:
    """The heartbeat as it is at one moment.

    Attributes:
        words: the mood in a sentence.
        next: when the next beat is due, in UTC; None where there will be none.
        late_by: how late it is, beyond its grace; zero where it is not.
        last: the newest row of a beat; failures: how many failed in a row.
        today: what beats and jobs used today.
        needs: what waits for the person, a sentence each.
    """

    mood: Mood
    words: str
    next: datetime | None
    late_by: timedelta
    last: Row | None
    failures: int
    today: Spent
    needs: tuple[str, ...]


def state_of(
    settings: Settings,
    rows: Sequence[Row],
    now: datetime,
    *,
    since: datetime | None,
    paused_until: datetime | None,
    hindrance: str = "",
) -> State:
    """How the heartbeat is at `now`.

    Args:
        rows: of the ledger, the oldest first; since: when it was begun.
        paused_until: None where it is not paused.
        hindrance: why a beat that is due is put off; "" where nothing is in its way.
    """
    last = next((row for row in reversed(rows) if row.job == HEARTBEAT and believable(row.started, now)), None)
    failed = failures(rows)
    paused = paused_until if paused_until and paused_until > now else None
    today = spent_on(rows, now, settings.zone)
    following = next_beat(settings, last, now, since=since, failed=failed, paused_until=paused_until)
    late = lateness(settings, last, now, since=since, failed=failed, paused_until=paused_until)
    waits = hindrance if following is not None and following <= now else ""
    if waits and late <= settings.rhythm.every:  # beyond that even its being put off would have left a row
        late = timedelta()
    needs = _needs(rows)
    over = exhausted(today, settings.budget)
    mood, words = _mood(settings, now=now, last=last, paused=paused, late=late, failed=failed, over=over, needs=needs)
    if mood == "ok" and waits:
        words = _PUT_OFF.get(waits, waits)
    return State(mood, words, following, late, last, failed, today, needs)


def next_beat(
    settings: Settings,
    last: Row | None,
    now: datetime,
    *,
    since: datetime | None,
    failed: int = 0,
    paused_until: datetime | None = None,
) -> datetime | None:
    """When the next beat is due; it lies in the past where that one is overdue. None where there are no beats."""
    if not settings.enabled:
        return None
    rhythm = settings.rhythm
    if last is not None:
        due = rhythm.after(last.started, slower=slower(failed))
    else:
        due = rhythm.first(since if believable(since, now) and since else now)
    return rhythm.first(paused_until) if paused_until and paused_until > due else due


def lateness(
    settings: Settings,
    last: Row | None,
    now: datetime,
    *,
    since: datetime | None,
    failed: int = 0,
    paused_until: datetime | None = None,
) -> timedelta:
    """How long a beat is overdue beyond its grace: the dead-man line. Zero outside of the active hours."""
    due = next_beat(settings, last, now, since=since, failed=failed, paused_until=paused_until)
    running = last is not None and last.outcome == "running"
    if due is None or running or (last is None and since is None) or not settings.rhythm.active(now):
        return timedelta()
    hours_began = settings.rhythm.first(due)  # the grace counts from when it might have been
    return max(timedelta(), now - hours_began - settings.grace)


def _mood(
    settings: Settings,
    *,
    now: datetime,
    last: Row | None,
    paused: datetime | None,
    late: timedelta,
    failed: int,
    over: str,
    needs: tuple[str, ...],
) -> tuple[Mood, str]:
    moods: tuple[tuple[object, Mood, str], ...] = (
        (not settings.enabled, "off", "The heartbeat is off."),
        (paused, "paused", f"Paused until {_clock(paused, settings)}." if paused else ""),
        (last and last.outcome == "running", "running", "A beat is under way."),
        (late, "late", f"The beat is late by {in_words(late + settings.grace)}: nothing seems to make it."),
        (failed >= NOTICED, "failing", f"{failed} beats in a row failed. {last.reason if last else ''}".strip()),
        (over, "over budget", f"{over}; beats that need a model wait until tomorrow."),
        (needs, "needs you", " ".join(needs[:1])),
    )
    ended = f"The last one was {in_words(now - last.started)} ago." if last else "There was none yet."
    return next(((mood, words) for holds, mood, words in moods if holds), ("ok", ended))


def _needs(rows: Sequence[Row]) -> tuple[str, ...]:
    needs = []
    newest: dict[str, Row] = {}
    for row in rows:
        if row.outcome not in {"running", "skipped"}:
            newest[row.job] = row
    needs += [row.reason for row in newest.values() if row.outcome == "waiting"]
    for job, row in newest.items():
        if (failed := failures(rows, job)) >= NOTICED:
            needs.append(f"{job} failed {failed} times in a row: {row.reason}")
    needs += [f"“{_title(row, key)}” was begun and interrupted." for key, row in interrupted(rows).items()]
    return tuple(dict.fromkeys(needs))


def _title(row: Row, key: str) -> str:
    return next(tried.title for tried in row.tasks if tried.key == key)


def _clock(moment: datetime, settings: Settings) -> str:
    return f"{moment.astimezone(settings.zone):%H:%M}"
