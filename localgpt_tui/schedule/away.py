"""While you were away: what beats and jobs did, what changed in the memory, what failed and what waits; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from localgpt_tui.ledger import HEARTBEAT, Row
from localgpt_tui.memory.changes import Change
from localgpt_tui.schedule.history import failures
from localgpt_tui.schedule.spending import Spent, spent

Kind = Literal["said", "done", "failed", "unknown", "memory", "needs you"]


@dataclass(frozen=True, slots=True)
class AwayLine:
    """One line of the report, and the place it leads to.

    Attributes:
        row: its row of the ledger; change: its change of the memory; None where there is none.
    """

    kind: Kind
    text: str
    row: Row | None = None
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Away:
    """The report: empty lines where there is nothing to tell.

    Attributes:
        since: when the person looked last; None where this is the first time.
        beats: how many beats there were; free: how many of them asked no model.
    """

    since: datetime | None
    lines: tuple[AwayLine, ...]
    beats: int
    free: int
    used: Spent

    @property
    def summary(self) -> str:
        """One sentence: how many beats, and what they cost."""
        if not self.beats and not self.used.beats:
            return "Nothing ran by itself."
        cost = f"{self.used.tokens:,} tokens"
        if self.used.dollars:
            cost += f", ${self.used.dollars:.2f}"
        if self.used.unpriced:
            cost += f", {self.used.unpriced} of them without a known price"
        asked = f"{self.used.beats} asked a model" + (f" ({cost})" if self.used.beats else "")
        return f"{self.beats} beat{'' if self.beats == 1 else 's'}, {self.free} of them free; {asked}."


def while_away(
    rows: Sequence[Row], changes: Sequence[Change], since: datetime | None, *, needs: Sequence[str] = ()
) -> Away:
    """What happened after `since`, worked out without a model; what matters most stands first.

    Args:
        changes: of the memory's history; those of the person's own hand are left out.
        needs: what waits for the person, a sentence each.
    """
    if since is None:
        return Away(None, tuple(AwayLine("needs you", need) for need in needs), 0, 0, Spent())
    recent = [row for row in rows if (row.ended or row.started) > since]
    lines = [AwayLine("needs you", need) for need in needs]
    lines += [line for row in recent for line in _lines(row)] + _failures(recent)
    mine = [change for change in changes if change.author != "person" and change.time > since]
    lines += [AwayLine("memory", f"{change.why} ({', '.join(change.paths)})", change=change) for change in mine[::-1]]
    beats = [row for row in recent if row.job == HEARTBEAT]
    order: tuple[Kind, ...] = ("needs you", "unknown", "failed", "said", "done", "memory")
    lines.sort(key=lambda line: order.index(line.kind))
    return Away(since, tuple(lines), len(beats), sum(not row.asked_a_model for row in beats), spent(recent))


def _failures(rows: Sequence[Row]) -> list[AwayLine]:
    """For the heartbeat and each job one line on how many runs failed, which leads to the last that did."""
    lines = []
    for job in dict.fromkeys(row.job for row in rows):
        ran = [row for row in rows if row.job == job and row.outcome != "skipped"]
        failed = [row for row in ran if row.outcome in {"failed", "timed out"}]
        if failed:
            what = "beats" if job == HEARTBEAT else f"runs of {job}"
            since = "" if failures(rows, job) else ", the last one worked"
            lines.append(
                AwayLine("failed", f"{len(failed)} of {len(ran)} {what} failed{since}: {_why(failed)}", failed[-1])
            )
    return lines


def _why(failed: Sequence[Row]) -> str:
    return next((row.notice for row in reversed(failed) if row.notice), failed[-1].reason)


def _lines(row: Row) -> list[AwayLine]:
    name = "" if row.job == HEARTBEAT else f"{row.job}: "
    lines: list[AwayLine] = []
    match row.outcome:
        case "sent":
            first = row.claims.strip().splitlines()[0] if row.claims.strip() else "It said something."
            lines.append(AwayLine("said", f"{name}{first}", row))
        case "unknown":
            lines.append(AwayLine("unknown", f"{name}{row.reason}", row))
    done = [
        tried
        for tried in row.tasks
        if tried.result.startswith(("verified", "claimed")) and ", but " not in tried.result
    ]
    lines += [AwayLine("done", f"{tried.title} ({tried.result})", row) for tried in done]
    return lines
