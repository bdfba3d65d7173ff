"""A beat: what is due in HEARTBEAT.md is looked at for free, and only news reaches a model."""

from dataclasses import dataclass, replace
from datetime import datetime

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.ledger import Row, Tried
from localgpt_tui.schedule.checks import Checks, Seen
from localgpt_tui.schedule.errand import Answer, Errand, Reply, beat_prompt, read_reply, said_before
from localgpt_tui.schedule.history import HELD, interrupted
from localgpt_tui.schedule.marking import Mark, TaskFile
from localgpt_tui.schedule.questions import WAITS, Asked, Question, answers_prompt, asked_for
from localgpt_tui.schedule.tasks import Plan, Task
from localgpt_tui.schedule.unattended import PERSON, Due, Stop, Unattended, unanswered

NO_TASK = "There is no open task in HEARTBEAT.md."
NOT_DUE = "No task was due."
NO_NEWS = "Nothing had changed for the tasks that are due."
INTERRUPTED = "A task was begun and interrupted, and may be done in part: tick it, or run the heartbeat now."

_NEXT = "its answer is taken up by the next beat"


@dataclass(frozen=True, slots=True)
class Look:
    """What a beat would do.

    Attributes:
        tasks: those that a model is asked about; passed: those that are due and were left, with the reason.
        again: keys of tasks that were begun before, and interrupted.
        answered: what the person has decided since a beat had to stop for it; it goes on in that session.
    """

    plan: Plan
    tasks: tuple[Task, ...]
    passed: tuple[Tried, ...]
    again: frozenset[str] = frozenset()
    answered: tuple[Question, ...] = ()

    @property
    def prompt(self) -> str:
        """What the model would be asked; empty where it would not be."""
        if not self.tasks:
            return ""
        prompt = beat_prompt(self.tasks, self.plan.guidance, self.again)
        return f"{answers_prompt(self.answered)}\n\n{prompt}" if self.answered else prompt

    @property
    def session(self) -> str:
        """The session it goes on in; empty for a new one."""
        return self.answered[0].session if self.answered else ""


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
        """Make one beat and return its row; None where another made it, or it has to wait for the person.

        Raises:
            LocalGPTError: the ledger cannot be written, or HEARTBEAT.md cannot be read.
        """
        with self.runs.alone() as mine:
            if not mine:
                return self.runs.overlapping(due)
            if why := self.quiet():
                return self.runs.whole(due, "quiet", why)
            if self.runs.gives_way(due):
                return None
            return await self.runs.claimed(due, lambda row: self._work(row, due))

    async def look(self, *, by_person: bool = False, remember: bool = True) -> Look:
        """See what is due and has news; commands of pre-checks are run, no model is asked."""
        plan, now = self.file.plan(), self.runs.clock()
        rows = self.runs.ledger.rows()
        again, asked = interrupted(rows), asked_for(rows, self.runs.outside.questions())
        answered: tuple[Question, ...] = ()
        tasks: list[Task] = []
        passed: list[Tried] = []
        for task in plan.due(now, self.file.zone):
            about = asked.get(task.key, Asked())
            goes_on = bool(about.questions) and not about.waits and not about.denied
            if why := about.waits or ("" if by_person else self._held(again.get(task.key)) or about.denied):
                passed.append(Tried(task.key, task.title, why))
            elif goes_on and answered not in {(), about.questions}:
                passed.append(Tried(task.key, task.title, _NEXT))
            elif goes_on:
                answered = about.questions
                tasks.append(task)
            elif task.checks and (reasons := await self.checks.against(task, now, remember=remember)):
                passed.append(Tried(task.key, task.title, "; ".join(reasons)))
            else:
                tasks.append(task)
        return Look(plan, tuple(tasks), tuple(passed), frozenset(again), answered)

    def _held(self, row: Row | None) -> str:
        """Why a task is left that `row` has begun and not ended; "" where there is none."""
        if row is None:
            return ""
        return f"{HELD}: it was begun at {row.started.astimezone(self.file.zone):%Y-%m-%d %H:%M} and interrupted"

    async def _work(self, row: Row, due: Due) -> Row:
        looked = await self.look(by_person=due.trigger == PERSON)
        waiting = tuple(Tried(task.key, task.title) for task in looked.tasks)
        row = self.runs.ledger.note(replace(row, tasks=(*waiting, *looked.passed)))
        if not looked.tasks:
            if any(one.result.startswith(HELD) for one in looked.passed):
                raise Stop("waiting", INTERRUPTED)
            asked = next((one for one in looked.passed if one.result.startswith(WAITS)), None)
            raise Stop("waiting", f"“{asked.title}” {asked.result}.") if asked else Stop("quiet", NO_NEWS)
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
        seconds = self.runs.settings.seconds
        return Errand("heartbeat", title, looked.prompt, model, 0, 0.0, seconds, session=looked.session)

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
            if result == "claimed" and answer.waits:
                result = "claimed, but a call waits for your answer"
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
        row = replace(row, reason=" ".join(filter(None, (answer.waiting, *problems))))
        if answer.waits:
            return replace(row, outcome="waiting")
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
