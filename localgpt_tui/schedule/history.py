"""What the rows of the ledger say about those that come next: failures in a row, tasks to leave alone; pure."""

from collections.abc import Iterable, Sequence

from localgpt_tui.ledger import HEARTBEAT, Row

NOTICED = 3
"""After how many failures in a row the person is told, once."""

_SLOWEST = 16
_FAILED = frozenset({"failed", "timed out"})
_PASSED_OVER = frozenset({"skipped", "quiet", "waiting", "over budget", "running", "unknown"})


def failures(rows: Sequence[Row], job: str = HEARTBEAT) -> int:
    """How many times in a row `job` failed last; what asked no model does not count."""
    count = 0
    for row in reversed(rows):
        if row.job != job or row.outcome in _PASSED_OVER:
            continue
        if row.outcome not in _FAILED:
            break
        count += 1
    return count


def slower(failed: int) -> int:
    """Every how many intervals there is a beat after so many failures in a row."""
    return min(1 << min(max(0, failed - 1), 10), _SLOWEST)


def notice(failed: int, why: str) -> str:
    """What to tell the person after the failure that makes `failed`; "" but for one of them."""
    if failed != NOTICED:
        return ""
    return f"It failed {failed} times in a row and is tried less often now: {why}"


def interrupted(rows: Iterable[Row]) -> dict[str, Row]:
    """The tasks that a beat began and nobody knows how far it came, each with that row.

    They are not begun again by themselves: what was done may not be fit to be done twice.
    """
    held: dict[str, Row] = {}
    for row in rows:
        if row.job != HEARTBEAT or not row.acting:
            continue
        for tried in row.tasks:
            if row.outcome == "unknown" and not tried.result:
                held[tried.key] = row
            elif not tried.result.startswith(HELD):
                held.pop(tried.key, None)
    return held


HELD = "held back"
"""How the result of a task begins that was not begun again."""
