"""What a beat says to the model, and what it makes of the reply; pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from localgpt_tui.core.errors import Failure
from localgpt_tui.ledger import Row
from localgpt_tui.schedule.tasks import Task

SILENT = "HEARTBEAT_OK"

_SLACK = 30
_MARK = re.compile(r"[ \t>*_-]*(DONE|OPEN)[ \t]+#?(\d{1,3})\b[*_]*[ \t]*[:.–—-]*[ \t]*(.*)")
_DAY = timedelta(hours=24)
_INTRODUCTION = """\
This is a heartbeat: nobody is watching, and nobody can answer a question. Below are the tasks of HEARTBEAT.md that \
are due. Do them now, these only, with the tools you have; do not look for others, and change nothing in \
HEARTBEAT.md: that is done for you."""
_ENDING = f"""\
When you have finished, say for each task on a line of its own `DONE n` or `OPEN n: why`, by its number. DONE means \
that you did it and saw that it worked; what you could not do, or were not allowed to, is OPEN. Then write what the \
person should know, in a few plain sentences; if there is nothing they need to know, write only {SILENT}."""


@dataclass(frozen=True, slots=True)
class Errand:
    """Something to ask a model, with nobody watching.

    Attributes:
        agent: whose sessions it is kept among, such as `heartbeat`.
        title: of its session.
        tokens, dollars, seconds: where it is stopped.
        light: without what the workspace says of the person and the day.
        session: the one to go on in; empty for a new one.
    """

    agent: str
    title: str
    prompt: str
    model: str
    tokens: int
    dollars: float
    seconds: float
    light: bool = True
    session: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an errand.

    Attributes:
        problem: why there is no answer, in words for the person; empty where there is one.
        stopped: `time` or `budget`, where that ended it.
        money: None where no price is known.
        waits: what calls would have done that wait for the person now.
        origins: the untrusted places that the session has read; far: those further away than the working folder.
    """

    text: str = ""
    session: str = ""
    model: str = ""
    tokens: int = 0
    money: float | None = 0.0
    memories: tuple[str, ...] = ()
    problem: str = ""
    failure: Failure | None = None
    stopped: str = ""
    waits: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    far: tuple[str, ...] = ()

    @property
    def waiting(self) -> str:
        """What the row says of the calls that wait; "" where none does."""
        if not self.waits:
            return ""
        what = "A call waits" if len(self.waits) == 1 else f"{len(self.waits)} calls wait"
        return f"{what} for your answer: {'; '.join(self.waits)}. `localgpt-tui approvals list` shows more."


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's reply to a beat.

    Attributes:
        done: the numbers of the tasks it claims to have done.
        open: of those it did not do, with its reason.
        message: what is for the person; empty where it has nothing to say.
    """

    done: frozenset[int]
    open: dict[int, str]
    message: str


def beat_prompt(tasks: Sequence[Task], guidance: str, interrupted: Iterable[str] = ()) -> str:
    """The message that a beat begins with.

    Args:
        guidance: what HEARTBEAT.md says besides tasks.
        interrupted: keys of tasks that an earlier beat began, and nobody knows how far it came.
    """
    known = set(interrupted)
    told = [_told(number, task, interrupted=task.key in known) for number, task in enumerate(tasks, 1)]
    parts = [_INTRODUCTION]
    if guidance:
        parts.append(f"What HEARTBEAT.md says besides:\n\n{guidance}")
    return "\n\n".join([*parts, "\n\n".join(told), _ENDING])


def read_reply(text: str) -> Reply:
    """What the model claims, and what it says to the person."""
    done: set[int] = set()
    open_: dict[int, str] = {}
    rest: list[str] = []
    for line in text.splitlines():
        found = _MARK.fullmatch(line.rstrip())
        if not found:
            rest.append(line)
        elif found[1] == "DONE":
            done.add(int(found[2]))
            rest.append(found[3])
        else:
            open_[int(found[2])] = found[3].strip()
    return Reply(frozenset(done - open_.keys()), open_, _message("\n".join(rest).strip()))


def said_before(message: str, rows: Iterable[Row], job: str, now: datetime) -> bool:
    """True where the same was said within a day already."""
    words = _folded(message)
    return any(
        row.job == job and row.outcome == "sent" and now - row.started < _DAY and _folded(row.claims) == words
        for row in rows
    )


def _told(number: int, task: Task, *, interrupted: bool) -> str:
    lines = [f"Task {number}: {task.title}"]
    lines += [f"Condition: {task.condition}"] if task.condition else []
    lines += [f"It counts as done when: {task.proof.text}"] if task.proof else []
    lines += [task.body] if task.body else []
    if interrupted:
        lines.append(
            "An earlier beat began this and was interrupted. Look first at what it has done; do not repeat it."
        )
    return "\n".join(lines)


def _message(text: str) -> str:
    """`text` without the word for silence; empty where hardly anything stands beside it."""
    if SILENT not in text:
        return text
    if len(text) <= len(SILENT) + _SLACK:
        return ""
    return text.replace(SILENT, "").strip()


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
