"""One run with nobody watching: claimed, bounded, asked, and written down, whatever happens."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.files import locked, private_folder
from localgpt_tui.ledger import Ledger, Outcome, Row
from localgpt_tui.schedule.errand import Answer, Errand
from localgpt_tui.schedule.history import failures, notice
from localgpt_tui.schedule.questions import Question
from localgpt_tui.schedule.settings import Settings
from localgpt_tui.schedule.spending import exhausted, left, spent_on

LOCK = "unattended.lock"
"""What in the state folder a run holds while it lasts."""

PERSON = "person"
ANSWER = "answer"
OVERLAP = "Another beat or job was still running."
BUSY = "You were in the middle of a turn."

_LONGEST_CLAIM = 4_000


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is due: which job, for which slot, and why it runs now.

    Attributes:
        missed: how many of its slots passed with nobody there.
        put_off: why it does not begin when it was due; empty where nothing stood in its way.
    """

    job: str
    due: datetime
    trigger: str = "schedule"
    missed: int = 0
    put_off: str = ""

    @property
    def slot(self) -> str:
        """What no two runs of a job share."""
        return self.due.astimezone(UTC).isoformat()


@dataclass(frozen=True, slots=True)
class Chosen:
    """The model for a run, and where text for it goes: "" where it stays on this machine."""

    model: str
    destination: str = ""


class Outside(Protocol):
    """What a run needs of the rest of the program."""

    async def choose(self, model: str) -> Chosen:
        """The model called `model`, or the usual one.

        Raises:
            LocalGPTError: there is none that could do anything.
        """
        ...

    async def ask(self, errand: Errand) -> Answer:
        """Let a model do an errand, in a session of its own."""
        ...

    def allowed(self, destination: str) -> bool:
        """True where runs with nobody watching may send text there."""
        ...

    def busy(self) -> bool:
        """True while a turn of the person's is under way."""
        ...

    def questions(self) -> Sequence[Question]:
        """What runs have left for the person to decide, and what was decided and not made use of yet."""
        ...

    def settle(self, session: str) -> None:
        """Forget the answers that were given for `session`: it has gone on with them."""
        ...

    async def deliver(self, output: str, row: Row, answer: Answer) -> str:
        """Put what a job said where `output` says, and say where it is now."""
        ...


class Stop(Exception):  # noqa: N818 - no error: a run that ends before a model was asked
    """Ends a run without a model, with an outcome and a reason."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome: Outcome = outcome
        self.reason = reason


@dataclass(slots=True)
class Unattended:
    """What all runs share: the ledger, one at a time, the budget, the consent."""

    settings: Settings
    ledger: Ledger
    outside: Outside
    lock: Path
    clock: Callable[[], datetime]

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Keep other runs out for a block; yields False where one is under way. Rows of dead runs are ended."""
        try:
            private_folder(self.lock.parent)
            with locked(self.lock, program="localgpt-tui heartbeat") as mine:
                if mine:
                    self.ledger.close_interrupted(self.clock())
                yield mine
        except OSError as error:
            raise LocalGPTError(f"Nothing can be run by itself: {self.lock}: {error.strerror or error}.") from error

    def row(self, due: Due) -> Row:
        """A row for `due` that begins now."""
        return begun(due, self.clock())

    def whole(self, due: Due, outcome: Outcome, reason: str) -> Row | None:
        """Claim and end at once what comes to nothing; None where the slot was taken."""
        row = self.row(due).ended_with(outcome, self.clock(), reason)
        return row if self.ledger.claim(row, twice=due.trigger == PERSON) else None

    def overlapping(self, due: Due) -> Row | None:
        """Leave `due` for later because another run is under way; what the person wants is skipped, and has a row."""
        return self.whole(due, "skipped", OVERLAP) if due.trigger == PERSON else None

    def gives_way(self, due: Due) -> bool:
        """True where `due` has to wait because the person is busy; what they want themselves does not."""
        return due.trigger != PERSON and self.outside.busy()

    async def claimed(self, due: Due, work: Callable[[Row], Awaitable[Row]]) -> Row | None:
        """Claim `due`, let `work` do it, and end its row, whatever comes; None where the slot was taken.

        Raises:
            LocalGPTError: the ledger cannot be written; nothing was done.
        """
        row = self.row(due)
        if not self.ledger.claim(row, twice=due.trigger == PERSON):
            return None
        try:
            done = await work(row)
        except Stop as stop:
            done = replace(self._latest(row), outcome=stop.outcome, reason=stop.reason)
        except LocalGPTError as error:
            done = self.failed(self._latest(row), "failed", str(error))
        except BaseException as error:
            latest = self._latest(row)
            stopped = isinstance(error, asyncio.CancelledError | KeyboardInterrupt | SystemExit)
            why = "It was stopped; how far it came is not known." if stopped else f"A defect: {type(error).__name__}."
            self.ledger.end(latest, "unknown" if stopped else "failed", ended=self.clock(), reason=why)
            raise
        return self.ledger.end(done, done.outcome, ended=self.clock())

    async def chosen(self, model: str) -> Chosen:
        """The model to ask.

        Raises:
            Stop: the day's budget is used up, or the person has to allow where it would send text.
            LocalGPTError: there is no model.
        """
        used = spent_on(self.ledger.rows(), self.clock(), self.settings.zone)
        if why := exhausted(used, self.settings.budget):
            raise Stop("over budget", f"{why}.")
        chosen = await self.outside.choose(model or self.settings.model)
        if chosen.destination and not self.outside.allowed(chosen.destination):
            raise Stop("waiting", needs_permission(chosen))
        return chosen

    async def asked(self, row: Row, errand: Errand) -> tuple[Row, Answer]:
        """Do the errand within what is left of the budget; the row says beforehand that a model is being asked."""
        tokens, dollars = left(spent_on(self.ledger.rows(), self.clock(), self.settings.zone), self.settings.budget)
        row = self.ledger.note(replace(row, acting=True, model=errand.model))
        answer = await self.outside.ask(replace(errand, tokens=tokens, dollars=dollars))
        if errand.session and not answer.problem:
            self.outside.settle(errand.session)
        row = replace(
            row,
            session=answer.session,
            model=answer.model or row.model,
            tokens=answer.tokens,
            money=answer.money,
            memories=answer.memories,
            claims=answer.text[:_LONGEST_CLAIM],
        )
        return row, answer

    def failed(self, row: Row, outcome: Outcome, reason: str) -> Row:
        """The row with how it failed, and with the one notice that a row of failures is worth."""
        count = failures(self.ledger.rows(), row.job) + 1
        return replace(row, outcome=outcome, reason=reason, notice=notice(count, reason))

    def _latest(self, row: Row) -> Row:
        """The row as it was noted last."""
        known = next((one for one in reversed(self.ledger.rows()) if one.id == row.id), row)
        return replace(known, outcome="running")


def begun(due: Due, moment: datetime) -> Row:
    """A row for `due` that begins at `moment`."""
    return Row.begun(due.job, due.slot, due.due, moment, trigger=due.trigger, missed=due.missed, put_off=due.put_off)


def unanswered(answer: Answer) -> tuple[Outcome, str]:
    """How a run ends whose errand brought no answer."""
    match answer.stopped:
        case "time":
            return "timed out", answer.problem
        case "budget":
            return "over budget", answer.problem
    return "failed", answer.problem


def needs_permission(chosen: Chosen) -> str:
    """What a row says that waits for the person's permission."""
    return (
        f"{chosen.model} would send text to {chosen.destination} with nobody watching, which you have not allowed yet: "
        "`localgpt-tui heartbeat allow` does."
    )
