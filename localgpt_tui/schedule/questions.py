"""What runs have left for the person to decide, and what follows from the answers; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from localgpt_tui.ledger import HEARTBEAT, Row

WAITS = "waits for your answer"
"""How the result of a task begins that is left until the person has decided."""
REFUSED = "you said no"
"""How the result of a task begins that is left because the person said no to what it needs."""


@dataclass(frozen=True, slots=True)
class Question:
    """A call of a model that the person has to decide about, and what they decided.

    Attributes:
        session: where it was made; title: what it would do, in a few words.
        answer: empty while it waits; reason: what the person said with a no.
        moment: when it was answered, or asked while it waits.
    """

    session: str
    title: str
    moment: datetime
    answer: Literal["", "yes", "no"] = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person was asked because of one task.

    Attributes:
        refused: what an earlier row says of it, where they said no.
    """

    session: str = ""
    questions: tuple[Question, ...] = ()
    refused: str = ""

    @property
    def waits(self) -> str:
        """Why the task has to be left until the person has decided; "" where it has not."""
        return _told(WAITS, (one for one in self.questions if not one.answer))

    @property
    def denied(self) -> str:
        """Why the task is left, where all that it asked for was refused; "" where it was not."""
        if any(one.answer == "yes" for one in self.questions):
            return ""
        return _told(REFUSED, self.questions) or self.refused


def asked_for(rows: Iterable[Row], questions: Sequence[Question]) -> dict[str, Asked]:
    """What was asked because of each task, by its key; the newest row that tried a task tells its session.

    Args:
        rows: the oldest first.
    """
    sessions: dict[str, str] = {}
    refused: dict[str, str] = {}
    for row in rows:
        for tried in row.tasks if row.job == HEARTBEAT else ():
            if tried.result.startswith(REFUSED):
                refused[tried.key] = tried.result
                sessions.pop(tried.key, None)
            elif tried.asked and row.session:
                refused.pop(tried.key, None)
                sessions[tried.key] = row.session
    found = {key: Asked(refused=result) for key, result in refused.items()}
    for key, session in sessions.items():
        if about := tuple(one for one in questions if one.session == session):
            found[key] = Asked(session, about)
    return found


def decided(questions: Iterable[Question]) -> Mapping[str, datetime]:
    """The sessions that may go on because the person said yes and nothing else waits there, each with when they did."""
    asked: dict[str, list[Question]] = {}
    for one in questions:
        asked.setdefault(one.session, []).append(one)
    return {
        session: max(one.moment for one in about)
        for session, about in asked.items()
        if all(one.answer for one in about) and any(one.answer == "yes" for one in about)
    }


def answers_prompt(questions: Iterable[Question]) -> str:
    """What the model is told that goes on where it had to stop."""
    lines = ["The person was asked about the calls that were not run, and has decided:"]
    for one in questions:
        said = f" They said: {one.reason}" if one.reason else ""
        lines.append(f"- yes: {one.title}" if one.answer == "yes" else f"- no: {one.title}.{said}")
    lines.append(
        "Make each call that has a yes once more, with exactly the same arguments; leave those that have a no."
    )
    return "\n".join(lines)


def _told(what: str, questions: Iterable[Question]) -> str:
    titles = list(dict.fromkeys(one.title for one in questions))
    return f"{what}: {'; '.join(titles)}" if titles else ""
