"""A row of the ledger, and the lines it is kept as; pure."""

import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, Literal

HEARTBEAT = "heartbeat"

_ASKED = re.compile(r"(?:open|claimed|verified|not done)(?=[:,;]|$)")

Outcome = Literal[
    "running",
    "quiet",
    "silent",
    "sent",
    "repeated",
    "skipped",
    "waiting",
    "over budget",
    "failed",
    "timed out",
    "unknown",
]
"""What became of a beat or job.

`quiet`: nothing was due, and no model was asked; `silent`: a model was asked and had nothing to say; `sent`: it said
something; `repeated`: it said what it had said within a day, so that was not sent again; `waiting`: the person has to
allow something first; `unknown`: it was interrupted, and nobody knows how far it came.
"""


@dataclass(frozen=True, slots=True)
class Tried:
    """A task of a row: its title, and what became of it, in a few words.

    Attributes:
        key: what stands for the task in HEARTBEAT.md.
    """

    key: str
    title: str
    result: str = ""

    @property
    def asked(self) -> bool:
        """True where a model was asked about it, and its reply was judged."""
        return bool(_ASKED.match(self.result))


@dataclass(frozen=True, slots=True)
class Row:
    """One beat or job.

    Attributes:
        job: `heartbeat`, or the name of a job.
        slot: the moment it stands for: no two rows of one job have the same, but for those a person started.
        due, started, ended: in UTC; `ended` is None while it runs, and where nobody knows.
        trigger: why it began: `schedule`, `late`, `answer` (the person decided what it had waited for), or `person`.
        tasks: what was due, and what became of each.
        acting: the tasks were handed to a model: what it did before an interruption may have had effects.
        tokens: read and written together; money: US dollars, None where no price is known.
        claims: the model's words.
        verified: what was found to be so, by the program.
        memories: the files of the memory that were written.
        missed: how many beats were not made while the machine slept or nothing ran.
        put_off: why it did not begin when it was due; empty where nothing stood in its way.
        notice: what the person should be told, said once for a row of failures.
    """

    id: str
    job: str
    slot: str
    due: datetime
    started: datetime
    ended: datetime | None = None
    trigger: str = "schedule"
    outcome: Outcome = "running"
    reason: str = ""
    tasks: tuple[Tried, ...] = ()
    acting: bool = False
    tokens: int = 0
    money: float | None = 0.0
    model: str = ""
    claims: str = ""
    verified: tuple[str, ...] = ()
    memories: tuple[str, ...] = ()
    session: str = ""
    missed: int = 0
    put_off: str = ""
    notice: str = ""

    @classmethod
    def begun(
        cls,
        job: str,
        slot: str,
        due: datetime,
        started: datetime,
        *,
        trigger: str = "schedule",
        missed: int = 0,
        put_off: str = "",
    ) -> "Row":
        """A new row, of which nothing else is known yet."""
        name = secrets.token_hex(6)
        return cls(name, job, slot, utc(due), utc(started), trigger=trigger, missed=missed, put_off=put_off)

    def ended_with(self, outcome: Outcome, moment: datetime, reason: str = "") -> "Row":
        """The row as it is with its end."""
        return replace(self, outcome=outcome, ended=utc(moment), reason=reason or self.reason)

    @property
    def asked_a_model(self) -> bool:
        """True where a model was asked, which is what costs."""
        return bool(self.session)


INTERRUPTED = {
    False: "It was interrupted before a model was asked.",
    True: "It was interrupted; how far it came is not known.",
}
_DEFAULTS = {field.name: field.default for field in fields(Row)}
_SETTLED = frozenset({"job", "slot", "due", "started", "trigger", "missed", "put_off"})
_MOMENTS = ("due", "started", "ended")
_NEEDED = frozenset({"id", "job", "slot", "due", "started"})
_READ: Mapping[str, Callable[[Any], object]] = {
    **dict.fromkeys(_MOMENTS, datetime.fromisoformat),
    **dict.fromkeys(("verified", "memories"), tuple),
    "tasks": lambda tasks: tuple(Tried(**task) for task in tasks),
}
_SETTERS = [
    (field.name, Row.__dict__[field.name].__set__, _READ.get(field.name), field.default) for field in fields(Row)
]


def plain(row: Row) -> dict[str, object]:
    """What differs from a row of which nothing is known."""
    record = {name: value for name, value in asdict(row).items() if value != _DEFAULTS[name]}
    return {name: value.isoformat() if name in _MOMENTS else value for name, value in record.items()}


def news(row: Row) -> dict[str, object]:
    """What a later line of a row says: all that the first did not."""
    return {name: value for name, value in plain(row).items() if name not in _SETTLED}


def records_in(content: bytes) -> Sequence[dict[str, object]]:
    """The lines as records; read in one go, and one by one only where a line is damaged."""
    try:
        found = json.loads(b"[" + content.rstrip(b"\n").replace(b"\n", b",") + b"]")
    except (ValueError, RecursionError):
        found = [_record(line) for line in content.split(b"\n")]
    return [record for record in found if isinstance(record, dict)]


def _record(line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def row_of(record: Mapping[str, Any]) -> Row | None:
    """The row that a record tells of; None where it is damaged. Fields of later versions are passed over."""
    if not record.keys() >= _NEEDED:
        return None
    row = object.__new__(Row)
    try:
        for name, put, read, default in _SETTERS:  # a frozen dataclass's own constructor takes three times as long
            if name in record:
                put(row, read(record[name]) if read else record[name])
            else:
                put(row, default)
    except (TypeError, ValueError):
        return None
    return row


def utc(moment: datetime) -> datetime:
    """The same moment, said in UTC."""
    return moment.astimezone(UTC)
