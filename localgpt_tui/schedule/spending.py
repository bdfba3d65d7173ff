"""What beats and jobs may use in a day: counted in money and in tokens, since not every model has a price; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from localgpt_tui.ledger import Row


@dataclass(frozen=True, slots=True)
class Budget:
    """How much one beat or job may use, and all of a day together."""

    tokens: int
    dollars: float
    tokens_a_day: int
    dollars_a_day: float


@dataclass(frozen=True, slots=True)
class Spent:
    """What was used.

    Attributes:
        beats: how many asked a model.
        unpriced: how many of them have no known price.
    """

    tokens: int = 0
    dollars: float = 0.0
    beats: int = 0
    unpriced: int = 0


def spent(rows: Iterable[Row]) -> Spent:
    """What `rows` used together."""
    asked = [row for row in rows if row.asked_a_model]
    return Spent(
        sum(row.tokens for row in asked),
        sum(row.money or 0.0 for row in asked),
        len(asked),
        sum(row.money is None for row in asked),
    )


def spent_on(rows: Iterable[Row], now: datetime, zone: tzinfo) -> Spent:
    """What was used on the day of `now`, by the calendar of `zone`."""
    today = now.astimezone(zone).date()
    return spent(row for row in rows if row.asked_a_model and row.started.astimezone(zone).date() == today)


def exhausted(used: Spent, budget: Budget) -> str:
    """Why no more may be used today, or ""."""
    if used.tokens >= budget.tokens_a_day:
        return f"{used.tokens:,} of {budget.tokens_a_day:,} tokens of today are used"
    if used.dollars >= budget.dollars_a_day:
        return f"${used.dollars:.2f} of ${budget.dollars_a_day:.2f} of today are used"
    return ""


def left(used: Spent, budget: Budget) -> tuple[int, float]:
    """The tokens and dollars that the next beat may use."""
    return (
        min(budget.tokens, budget.tokens_a_day - used.tokens),
        min(budget.dollars, budget.dollars_a_day - used.dollars),
    )
