"""What is told on opening, worked out of the rows alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from localgpt_tui.ledger import HEARTBEAT, Row
from localgpt_tui.schedule.away import while_away

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def rows(*outcomes, job=HEARTBEAT):
    """Rows that ended so, an hour apart, the last an hour before noon."""
    found = []
    for number, outcome in enumerate(outcomes):
        then = NOON - timedelta(hours=len(outcomes) - number)
        row = Row.begun(job, str(number), then, then).ended_with(outcome, then, f"{outcome} {number}.")
        found.append(replace(row, session="" if outcome in {"quiet", "skipped"} else "s", claims="Told."))
    return found


def told(*found):
    away = while_away([row for each in found for row in each], [], NOON - timedelta(days=1))
    return [(line.kind, line.text) for line in away.lines], away


def test_a_failed_beat_is_counted_also_where_the_next_one_worked_and_leads_to_its_row():
    beats = rows("quiet", "failed", "silent", "quiet", "skipped")
    lines, away = told(beats)
    assert lines == [("failed", "1 of 4 beats failed, the last one worked: failed 1.")]
    assert away.lines[0].row is beats[1]


def test_failures_that_go_on_are_one_line_with_their_one_notice():
    beats = rows("failed", "timed out", "failed", "quiet")
    beats[2] = replace(beats[2], notice="It failed 3 times in a row.")
    lines, away = told(beats)
    assert lines == [("failed", "3 of 4 beats failed: It failed 3 times in a row.")]
    assert away.lines[0].row is beats[2]


def test_jobs_are_counted_apart_and_what_was_said_comes_after_what_failed():
    lines, _ = told(rows("failed", "sent", job="digest"), rows("silent"))
    assert lines == [
        ("failed", "1 of 2 runs of digest failed, the last one worked: failed 0."),
        ("said", "digest: Told."),
    ]
