"""A job of the configuration: its prompt goes to a model, and what comes of it where the person wants it."""

from dataclasses import dataclass, replace

from localgpt_tui.ledger import Row
from localgpt_tui.schedule.errand import Errand, said_before
from localgpt_tui.schedule.questions import answers_prompt, decided
from localgpt_tui.schedule.settings import Job
from localgpt_tui.schedule.unattended import ANSWER, Due, Stop, Unattended, unanswered

_NOBODY = "\n\n(This job was started by the clock: nobody is watching, and nobody can answer a question.)"


@dataclass(slots=True)
class Clockwork:
    """Runs jobs."""

    runs: Unattended

    async def run(self, due: Due) -> Row | None:
        """Run the job that is due and return its row; None where another did, or it has to wait for the person.

        Raises:
            LocalGPTError: the ledger cannot be written.
        """
        with self.runs.alone() as mine:
            if not mine:
                return self.runs.overlapping(due)
            if self.runs.gives_way(due):
                return None
            return await self.runs.claimed(due, lambda row: self._work(row, due))

    async def _work(self, row: Row, due: Due) -> Row:
        job = self.runs.settings.job(row.job)
        if job is None:
            raise Stop("skipped", f"There is no job {row.job} any more.")
        chosen = await self.runs.chosen(job.model)
        errand = self._errand(job, chosen.model, row)
        if due.trigger == ANSWER:
            errand = self._going_on(errand, job.name)
        row, answer = await self.runs.asked(row, errand)
        if answer.problem:
            return self.runs.failed(row, *unanswered(answer))
        text = answer.text.strip()
        if not text:
            return replace(row, outcome="waiting" if answer.waits else "silent", reason=answer.waiting)
        if said_before(text[:4_000], self.runs.ledger.rows(), row.job, self.runs.clock()) and job.output == "inbox":
            return replace(row, outcome="repeated")
        where = await self.runs.outside.deliver(job.output, row, replace(answer, text=text))
        reason = " ".join(filter(None, (answer.waiting, where)))
        return replace(row, outcome="waiting" if answer.waits else "sent", reason=reason)

    def _going_on(self, errand: Errand, job: str) -> Errand:
        """The same errand in the session in which the person has decided what it had to wait for.

        Raises:
            Stop: there is no such session any more, or its answers were made use of.
        """
        questions = self.runs.outside.questions()
        answered = decided(questions)
        for row in reversed(self.runs.ledger.rows()):
            if row.job == job and row.session in answered:
                about = [one for one in questions if one.session == row.session]
                prompt = f"{answers_prompt(about)}\nThen finish what you were asked to do.{_NOBODY}"
                return replace(errand, session=row.session, prompt=prompt)
        raise Stop("quiet", "The answer was made use of already.")

    def _errand(self, job: Job, model: str, row: Row) -> Errand:
        title = f"{job.name} {row.started.astimezone(self.runs.settings.zone):%Y-%m-%d %H:%M}"
        agent = "cron-" + "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in job.name)
        return Errand(agent[:64], title, job.prompt + _NOBODY, model, 0, 0.0, job.seconds, light=False)
