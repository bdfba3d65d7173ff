"""A beat: what is due in HEARTBEAT.md is looked at for free, and only news reaches a model."""

from dataclasses import dataclass, replace
from datetime import datetime

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.ledger import Row, Tried
from localgpt_tui.schedule.checks import Checks, Seen
from localgpt_tui.schedule.errand import Answer, Errand, Reply, beat_prompt, read_reply, said_before
from localgpt_tui.schedule.history import HELD, interrupted
from localgpt_tui.schedule.marking import Mark, TaskFile
from localgpt_tui.schedule.tasks import Plan, Task
from localgpt_tui.schedule.unattended import PERSON, Due, Stop, Unattended, unanswered

NO_TASK = "There is no open task in HEARTBEAT.md."
NOT_DUE = "No task was due."
NO_NEWS = "Nothing had changed for the tasks that are due."
WAITS = "A task was begun and interrupted, and may be done in part: tick it, or run the heartbeat now."


@dataclass(frozen=True, slots=True)
class Look:
    """What a beat would do.

    Attributes:
        tasks: those that a model is asked about; passed: those that are due and were left, with the reason.
        again: keys of tasks that were begun before, and interrupted.
    """

    plan: Plan
    tasks: tuple[Task, ...]
    passed: tuple[Tried, ...]
    again: frozenset[str] = frozenset()

    @property
    def prompt(self) -> str:
        """What the model would be asked; empty where it would not be."""
        return beat_prompt(self.tasks, self.plan.guidance, self.again) if self.tasks else ""


@dataclass(slots=True)
class Heart:
    """Makes beats."""

    runs: Unattended
    file: TaskFile
    checks: Checks

    def quiet(self) -> str:
        """Why a beat now would come to nothing, as far as the file and the clock tell; "" where it might not."""
        plan, now = self.file.plan(), self.runs.clock()
        if not any(not task.done for task in plan.tasks):
            return NO_TASK
        return "" if plan.due(now, self.file.zone) else NOT_DUE

    async def beat(self, due: Due) -> Row | None:
        """Make one beat and return its row; None where another made it.

        Raises:
            LocalGPTError: the ledger cannot be written, or HEARTBEAT.md cannot be read.
        """
        with self.runs.alone() as mine:
            if not mine:
                return self.runs.overlapping(due)
            if why := self.quiet():
                return self.runs.whole(due, "quiet", why)
            return await self.runs.claimed(due, lambda row: self._work(row, due))

    async def look(self, *, by_person: bool = False, remember: bool = True) -> Look:
        """See what is due and has news; commands of pre-checks are run, no model is asked."""
        plan, now = self.file.plan(), self.runs.clock()
        again = interrupted(self.runs.ledger.rows())
        tasks: list[Task] = []
        passed: list[Tried] = []
        for task in plan.due(now, self.file.zone):
            if task.key in again and not by_person:
                row = again[task.key]
                why = f"{HELD}: it was begun at {row.started.astimezone(self.file.zone):%Y-%m-%d %H:%M} and interrupted"
                passed.append(Tried(task.key, task.title, why))
                continue
            news, reasons = await self.checks.changed(task, now, remember=remember) if task.checks else (True, ())
            if news:
                tasks.append(task)
            else:
                passed.append(Tried(task.key, task.title, "; ".join(reasons)))
        return Look(plan, tuple(tasks), tuple(passed), frozenset(again))

    async def _work(self, row: Row, due: Due) -> Row:
        looked = await self.look(by_person=due.trigger == PERSON)
        waiting = tuple(Tried(task.key, task.title) for task in looked.tasks)
        row = self.runs.ledger.note(replace(row, tasks=(*waiting, *looked.passed)))
        if not looked.tasks:
            held = any(one.result.startswith(HELD) for one in looked.passed)
            raise Stop("waiting", WAITS) if held else Stop("quiet", NO_NEWS)
        chosen = await self.runs.chosen("")
        before = {task.key: await self._proof(task) for task in looked.tasks}
        states = {task.key: await self.checks.took(task, self.runs.clock()) for task in looked.tasks}
        row, answer = await self.runs.asked(row, self._errand(looked, chosen.model, row.started))
        if answer.problem:
            outcome, reason = unanswered(answer)
            tried = tuple(replace(one, result="not done") for one in waiting)
            return self.runs.failed(replace(row, tasks=(*tried, *looked.passed)), outcome, reason)
        return await self._settled(row, looked, answer, before, states)

    def _errand(self, looked: Look, model: str, moment: datetime) -> Errand:
        title = f"Heartbeat {moment.astimezone(self.file.zone):%Y-%m-%d %H:%M}"
        return Errand("heartbeat", title, looked.prompt, model, 0, 0.0, self.runs.settings.seconds)

    async def _settled(
        self, row: Row, looked: Look, answer: Answer, before: dict[str, Seen], states: dict[str, dict[str, str]]
    ) -> Row:
        """Tick what is done, put off what comes again, and decide whether the person is told."""
        reply = read_reply(answer.text)
        marks: list[Mark] = []
        tried: list[Tried] = []
        verified: list[str] = []
        for number, task in enumerate(looked.tasks, 1):
            result, proof = await self._judged(number, task, reply, before[task.key])
            if mark := self._mark(task, result, number in reply.open):
                marks.append(mark)
                if mark.until:
                    result += f"; next {mark.until.astimezone(self.file.zone):%Y-%m-%d %H:%M}"
            tried.append(Tried(task.key, task.title, result))
            verified += [proof] if proof else []
        problems = self._marked(marks, row.session)
        for key, seen in states.items():
            self.checks.remember(key, seen)
        self.checks.forget_others(task.key for task in looked.plan.tasks)
        row = replace(row, tasks=(*tried, *looked.passed), verified=tuple(verified), claims=reply.message[:4_000])
        if problems:
            row = replace(row, reason=" ".join(problems))
        if not reply.message:
            return replace(row, outcome="silent")
        again = said_before(reply.message, self.runs.ledger.rows(), row.job, self.runs.clock())
        return replace(row, outcome="repeated" if again else "sent")

    async def _judged(self, number: int, task: Task, reply: Reply, before: Seen) -> tuple[str, str]:
        """What became of a task, and what proves it."""
        if number in reply.open:
            return f"open: {reply.open[number] or 'no reason was given'}", ""
        claimed = number in reply.done
        if task.proof is None:
            return ("claimed" if claimed else "open"), ""
        seen = await self.checks.look(task.proof, self.runs.clock())
        holds = seen.holds and (
            task.proof.kind not in {"file changed", "command changed"} or seen.state != before.state
        )
        if holds:
            return "verified", f"{task.title}: {task.proof.text}"
        what = seen.problem or f"not so: {task.proof.text}"
        return (f"claimed, but {what}" if claimed else f"open: {what}"), ""

    def _mark(self, task: Task, result: str, left_open: bool) -> Mark | None:  # noqa: FBT001 - it is what it is called
        if task.recurring and not left_open and ", but " not in result:
            now = self.runs.clock()
            until = task.recurring.after(task.due or now, now, self.file.zone)
            return Mark(task, until)
        return Mark(task) if result in {"claimed", "verified"} else None

    def _marked(self, marks: list[Mark], session: str) -> tuple[str, ...]:
        if not marks:
            return ()
        try:
            return self.file.mark(marks, session=session)
        except LocalGPTError as error:
            return (f"HEARTBEAT.md could not be marked: {error}",)

    async def _proof(self, task: Task) -> Seen:
        return await self.checks.look(task.proof, self.runs.clock()) if task.proof else Seen(holds=False)
