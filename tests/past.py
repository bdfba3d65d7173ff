"""A past of beats and jobs in this test's own home: real rows in a real ledger, before the stage's noon.

write_past(Beat(30, "sent", claims="The backup failed."))
"""

from dataclasses import replace
from datetime import timedelta

from stage import NOON

from localgpt_tui.ledger import HEARTBEAT, Ledger, Row
from localgpt_tui.paths import find_places
from localgpt_tui.sessions.journal import Journal


class Beat:
    """A row that began so many minutes ago."""

    def __init__(self, ago, outcome="quiet", reason="", *, seconds=0.0, job=HEARTBEAT, **rest):
        self.ago, self.outcome, self.reason, self.seconds, self.job, self.rest = (
            ago,
            outcome,
            reason,
            seconds,
            job,
            rest,
        )


def write_past(*beats, began_days_ago=2):
    """The rows, in the order given; returns them."""
    ledger = Ledger(find_places().state)
    ledger.begin_keeping(NOON - timedelta(days=began_days_ago))
    return [_write(ledger, beat) for beat in beats]


def _write(ledger, beat):
    started = NOON - timedelta(minutes=beat.ago)
    row = Row.begun(beat.job, started.isoformat(), started, started)
    row = replace(row, **beat.rest)
    assert ledger.claim(row)
    if beat.outcome == "running":
        return row
    return ledger.end(row, beat.outcome, ended=started + timedelta(seconds=beat.seconds), reason=beat.reason)


def write_tasks(text):
    """HEARTBEAT.md."""
    workspace = find_places().workspace
    workspace.mkdir(parents=True, exist_ok=True)
    (workspace / "HEARTBEAT.md").write_text(text)


def write_beat_session(*messages, agent="heartbeat"):
    """The session of a beat; returns its id."""
    folder = find_places().state / "agents" / agent / "sessions"
    with Journal.create(folder) as journal:
        for message in messages:
            journal.append(message)
        return journal.id


TASKS = """\
# Heartbeat

## Current Tasks

- [ ] Check the backup log
  - Recurring: daily at 07:00
  - Due: 2026-03-15 07:00
- [ ] Read the inbox
  - When: file inbox changed
- [ ] Renew the certificate
  - Due: 2026-03-14 09:00
  - Done when: file cert.pem changed
- [x] Thank the neighbours

Speak plainly; write nothing that is not needed.
"""


def asked(ago, outcome="silent", tokens=1200, money=0.004, **rest):
    """A beat that asked a model."""
    return Beat(
        ago,
        outcome,
        seconds=rest.pop("seconds", 3.2),
        tokens=tokens,
        money=money,
        model="ollama/llama3.2",
        session=rest.pop("session", "0199"),
        acting=True,
        **rest,
    )
