"""A job of the configuration: its prompt goes to a model, and what comes of it where the person wants it."""

from dataclasses import dataclass, replace

from localgpt_tui.ledger import Row
from localgpt_tui.schedule.errand import Errand, said_before
from localgpt_tui.schedule.settings import Job
from localgpt_tui.schedule.unattended import Due, Stop, Unattended, unanswered

_NOBODY = "\n\n(This job was started by the clock: nobody is watching, and nobody can answer a question.)"


@dataclass(slots=True)
class Clockwork:
    """Runs jobs."""

    runs: Unattended

    async def run(self, due: Due) -> Row | None:
        """Run the job that is due and return its row; None where another did.

        Raises:
            LocalGPTError: the ledger cannot be written.
        """
        with self.runs.alone() as mine:
            if not mine:
                return self.runs.overlapping(due)
            return await self.runs.claimed(due, self._work)

    async def _work(self, row: Row) -> Row:
        job = self.runs.settings.job(row.job)
        if job is None:
            raise Stop("skipped", f"There is no job {row.job} any more.")
        chosen = await self.runs.chosen(job.model)
        row, answer = await self.runs.asked(row, self._errand(job, chosen.model, row))
        if answer.problem:
            return self.runs.failed(row, *unanswered(answer))
        text = answer.text.strip()
        if not text:
            return replace(row, outcome="silent")
        if said_before(text[:4_000], self.runs.ledger.rows(), row.job, self.runs.clock()) and job.output == "inbox":
            return replace(row, outcome="repeated")
        return replace(row, outcome="sent", reason=await self.runs.outside.deliver(job.output, row, text))

    def _errand(self, job: Job, model: str, row: Row) -> Errand:
        title = f"{job.name} {row.started.astimezone(self.runs.settings.zone):%Y-%m-%d %H:%M}"
        agent = "cron-" + "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in job.name)
        return Errand(agent[:64], title, job.prompt + _NOBODY, model, 0, 0.0, job.seconds, light=False)
