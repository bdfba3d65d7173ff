"""What is said of beats in few cells: the heart of the header, a row of the ledger, a day, a task; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from localgpt_tui.config.times import in_words
from localgpt_tui.ledger import HEARTBEAT, Outcome, Row
from localgpt_tui.schedule.state import Mood, State
from localgpt_tui.schedule.tasks import Task

SECONDS_BELOW = timedelta(minutes=1)
"""A countdown shows seconds once it is shorter."""

_MUTED, _OK, _NEWS, _ASKS, _BAD = "$text-muted", "$success", "$primary", "$warning", "$error"


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of one cell, the word that says the same, and a colour that says it again."""

    sign: str
    word: str
    look: str


MOODS: Mapping[Mood, Sign] = {
    "off": Sign("♡", "off", _MUTED),
    "paused": Sign("♡", "paused", _MUTED),
    "running": Sign("●", "beats now", _NEWS),
    "late": Sign("!", "late", _BAD),
    "failing": Sign("✗", "failing", _BAD),
    "over budget": Sign("$", "over budget", _ASKS),
    "needs you": Sign("?", "needs you", _ASKS),
    "ok": Sign("♥", "ok", _OK),
}
OUTCOMES: Mapping[Outcome, Sign] = {
    "running": Sign("●", "running", _NEWS),
    "quiet": Sign(".", "nothing due", _MUTED),
    "silent": Sign("♥", "ok", _OK),
    "sent": Sign("▸", "told you", _NEWS),
    "repeated": Sign("♥", "repeated", _MUTED),
    "skipped": Sign("-", "skipped", _MUTED),
    "waiting": Sign("?", "needs you", _ASKS),
    "over budget": Sign("$", "over budget", _ASKS),
    "failed": Sign("✗", "failed", _BAD),
    "timed out": Sign("✗", "timed out", _BAD),
    "unknown": Sign("?", "unknown", _BAD),
}
_GRAVITY: Sequence[Outcome] = (
    "skipped", "quiet", "repeated", "silent", "running", "sent", "over budget", "waiting", "unknown", "timed out",
    "failed",
)  # fmt: skip
_BLOCKS = "▁▂▃▄▅▆▇█"
_HOURS = 24
_OVERDUE = timedelta(minutes=-1)


def heart(state: State, now: datetime) -> tuple[str, str]:
    """What the header says, such as `♥ 12m ok`, and in which colour; nothing where there are no beats."""
    sign, wait = MOODS[state.mood], until(state.next, now)
    words = sign.word
    match state.mood:
        case "off":
            return "", ""
        case "ok":
            words = f"{wait} ok"
        case "paused":
            words = f"paused {wait}"
        case "late" if state.next is not None:
            words = f"late {coarse(now - state.next)}"
        case "failing":
            words = f"failing, {state.failures} in a row"
        case _:
            pass
    return f"{sign.sign} {words}", sign.look


def until(moment: datetime | None, now: datetime) -> str:
    """How long it is until `moment`, in whole minutes or hours; `now` where it has come."""
    if moment is None:
        return ""
    return coarse(moment - now) if moment > now else "now"


def coarse(length: timedelta) -> str:
    """A length in one unit or two: `12m`, `2h05m`, `3d`; a begun minute counts as one."""
    minutes = max(1, -(-int(length.total_seconds()) // 60))
    if minutes < 60:
        return f"{minutes}m"
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24}d"
    return f"{hours}h{minutes:02}m" if minutes else f"{hours}h"


def countdown(moment: datetime, now: datetime) -> str:
    """How long it is until `moment`, by the second once it is near."""
    left = moment - now
    if left <= timedelta():
        return "now" if left > _OVERDUE else "overdue"
    if left >= SECONDS_BELOW:
        return f"in {coarse(left)}"
    return f"in {int(left.total_seconds())}s"


def took(row: Row) -> str:
    """How long a row took; nothing for what took no time."""
    if row.ended is None or row.ended - row.started < timedelta(milliseconds=100):
        return ""
    length = row.ended - row.started
    seconds = length.total_seconds()
    return f"{seconds:.1f}s" if seconds < 10 else in_words(length) if seconds < 3600 else coarse(length)


def thousands(tokens: int) -> str:
    """A number of tokens in at most five cells."""
    if tokens < 1000:
        return str(tokens)
    return f"{tokens / 1000:.1f}k" if tokens < 100_000 else f"{tokens // 1000}k"


def dollars(money: float | None) -> str:
    """An amount; `?` where no price is known."""
    if money is None:
        return "$?"
    return f"${money:.2f}" if money >= 0.005 or money == 0 else "<$0.01"


def told(row: Row) -> str:
    """What there is to say of a row, on one line: what it said, else why, else its tasks."""
    said = row.claims if row.outcome in {"sent", "repeated"} else ""
    words = said or row.reason or ", ".join(f"{tried.title}: {tried.result}" for tried in row.tasks) or row.claims
    words = " ".join(words.split())
    wrote = f"wrote {', '.join(row.memories)}" if row.memories else ""
    name = "" if row.job == HEARTBEAT else row.job
    return " · ".join(filter(None, (name, wrote, words)))


def day(rows: Iterable[Row], now: datetime) -> tuple[list[tuple[str, str]], str]:
    """The last 24 hours, a cell each: the gravest outcome of the hour with its colour, and a bar of its tokens."""
    worst: list[Outcome | None] = [None] * _HOURS
    tokens = [0] * _HOURS
    for row in rows:
        place = _HOURS - 1 - int((now - row.started).total_seconds() // 3600)
        if not 0 <= place < _HOURS:
            continue
        known = worst[place]
        if known is None or _GRAVITY.index(row.outcome) > _GRAVITY.index(known):
            worst[place] = row.outcome
        tokens[place] += row.tokens
    most = max(tokens)
    bars = "".join(_BLOCKS[-(-count * len(_BLOCKS) // most) - 1] if count else " " for count in tokens)
    return [(OUTCOMES[one].sign, OUTCOMES[one].look) if one else (" ", "") for one in worst], bars


def clock(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """The time of `moment`; with its day where that is not today."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    return f"{local.day} {local:%b %H:%M}" if abs((local.date() - today).days) < 300 else f"{local:%Y-%m-%d}"


def task_words(task: Task, now: datetime, zone: tzinfo, last: str) -> list[str]:
    """What is known of a task, a line each: when it is due, how it is checked, what became of it.

    Args:
        last: when and how it was tried last; empty where it never was.
    """
    due = f"due {clock(task.due, now, zone)}" if task.due else "" if task.recurring else "due at every beat"
    again = f"again {task.recurring.text}" if task.recurring else ""
    lines = [" · ".join(filter(None, (due, again)))] if not task.done or again else []
    lines += [f"only when {check.text}" for check in task.checks]
    lines += [f"if {task.condition}"] if task.condition else []
    lines += [f"done when {task.proof.text}"] if task.proof else []
    lines += [f"✗ {problem}" for problem in task.problems]
    if last or not task.done:
        lines.append(f"last {last}" if last else "not tried yet")
    return lines


def last_tried(rows: Iterable[Row], now: datetime, zone: tzinfo) -> dict[str, str]:
    """For each task, by its key, when it was tried last and what came of it."""
    newest = {tried.key: (row, tried) for row in rows for tried in row.tasks}
    return {
        key: f"{clock(row.started, now, zone)} {tried.result or OUTCOMES[row.outcome].word}"
        for key, (row, tried) in newest.items()
    }
