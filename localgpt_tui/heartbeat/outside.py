"""What runs need of an assistant: a model, a session, a place for what they say."""

import asyncio
import contextlib
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from localgpt_tui.approvals.ruling import STEERING
from localgpt_tui.assistant import Assistant
from localgpt_tui.consent import Consent
from localgpt_tui.conversation import Conversation
from localgpt_tui.core.approvals import Decision
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.events import ApprovalAnswered, Event, Said, TurnFailed
from localgpt_tui.core.messages import AssistantMessage, ToolMessage, UserMessage, now
from localgpt_tui.files import private_folder
from localgpt_tui.heartbeat.asked import questions_in
from localgpt_tui.heartbeat.commands import give
from localgpt_tui.ledger import Row
from localgpt_tui.memory.origin import marked
from localgpt_tui.safety.policy import FILES
from localgpt_tui.schedule.errand import Answer, Errand
from localgpt_tui.schedule.questions import Question
from localgpt_tui.schedule.unattended import Chosen, Stop
from localgpt_tui.sessions.shelf import Shelf
from localgpt_tui.turns import NAME, Turns

_WRITING = frozenset({"memory_append", "memory_edit"})
_NO_MODEL = "No language model was found; set one with `localgpt-tui config set heartbeat.model NAME`."


def permission(destination: str) -> str:
    """What the consent of runs with nobody watching is kept under: it is another one than the person's for chats."""
    return f"unattended: {destination}"


class AssistantOutside:
    """Fills the Outside port with an assistant."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._consent = Consent(assistant.places.state / "consent.json")
        self._turns = Turns(assistant.places.state / NAME)

    async def choose(self, model: str) -> Chosen:
        """The model called `model`, or the one that answers chats; fallbacks that leave the machine count as well.

        Raises:
            Stop: there is no language model.
            ConfigError: the name means no model.
        """
        assistant = self._assistant
        if not model:
            choice = assistant.choose(await assistant.look_around(), attended=True)
            model = choice.model
        if model == "recall":
            raise Stop("waiting", _NO_MODEL)
        names = (model, *assistant.config.agent.fallback_models)
        places = [place for name in names if (place := assistant.destination(name))]
        unknown = [place for place in places if not self.allowed(place)]
        return Chosen(model, next(iter(unknown or places), ""))

    def allowed(self, destination: str) -> bool:
        """True where runs with nobody watching may send text there."""
        return self._consent.allowed(permission(destination))

    def busy(self) -> bool:
        """True while a turn of the person's is under way, in whichever program."""
        return self._turns.any()

    async def ask(self, errand: Errand) -> Answer:
        """Let the model do the errand, in a session among those of `errand.agent`.

        Raises:
            Stop: the session that it is to go on in is open elsewhere.
        """
        places = self._assistant.places
        shelf = Shelf(private_folder(sessions_of(places.state, errand.agent)), places.cache)
        journal = shelf.open(errand.session) if errand.session else shelf.new(cwd=str(places.workspace))
        try:
            if journal.read_only:
                raise Stop("waiting", f"Its session cannot go on: {journal.why_read_only}")
            if not errand.session:
                journal.mark("title", title=errand.title)
            conversation = self._assistant.converse(journal, errand.model, light=errand.light, persons=False)
            meter = _Meter(errand)
            try:
                await meter.run(conversation)
            finally:
                await conversation.aclose()
            await asyncio.to_thread(self._assistant.history.flush)
            answer = meter.answer(journal.id, conversation.model)
            guard = conversation.guard
            return replace(answer, origins=guard.origins, far=guard.far_origins) if guard else answer
        finally:
            journal.close()

    def questions(self) -> list[Question]:
        """What runs have left for the person to decide, and what was decided and not made use of yet."""
        return questions_in(self._assistant.equipment.inbox, now())

    def settle(self, session: str) -> None:
        """Forget the answers that were given for `session`: it has gone on with them."""
        inbox = self._assistant.equipment.inbox
        for answered in inbox.answers():
            if answered.approval.session == session:
                inbox.remove(answered.approval.id)

    async def deliver(self, output: str, row: Row, answer: Answer) -> str:
        """Put what a job said where `output` says, and say where it is now.

        Raises:
            LocalGPTError: it cannot be put there.
        """
        kind, _, where = output.strip().partition(" ")
        where = where.strip()
        match kind:
            case "file" if where:
                return await asyncio.to_thread(self._to_file, where, row, answer)
            case "session" if where:
                return await asyncio.to_thread(self._to_session, where, row, answer)
            case "command" if where:
                return await self._to_command(where, answer)
        return "" if kind == "inbox" else f"There is no output “{output}”; it is in the inbox."

    def _to_file(self, where: str, row: Row, answer: Answer) -> str:
        workspace = self._assistant.memory.workspace
        path = workspace.root / Path(where).expanduser()
        inside = str(path.relative_to(workspace.root)) if path.is_relative_to(workspace.root) else ""
        if answer.far and inside.startswith((*STEERING, *FILES)):
            return f"It was not added to {path}, which tells the assistant what to do: {_steered(answer)}"
        text = marked(answer.text, answer.origins[-1]) if answer.origins and path.suffix == ".md" else answer.text
        noted = f"## {row.job}, {_local(row.started)}\n\n{text}\n"
        try:
            if path.suffix == ".md" and path.is_relative_to(workspace.root):
                written = workspace.append(noted, str(path.relative_to(workspace.root)), author="heartbeat")
                self._assistant.history.record([written], author="heartbeat", session=row.session, why=row.job)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("a", encoding="utf-8") as file:
                    file.write(f"{noted}\n")
        except OSError as error:
            raise LocalGPTError(f"{path} cannot be written: {error.strerror}.", "Change the job’s output.") from error
        return f"It was added to {path}."

    def _to_session(self, where: str, row: Row, answer: Answer) -> str:
        with self._assistant.shelf.open(where) as journal:
            journal.append(UserMessage(f"(The job {row.job}, started by the clock.)"))
            journal.append(AssistantMessage(answer.text, model=row.model))
            for origin in answer.origins:
                journal.mark("taint", origin=origin, near=origin not in answer.far)
            return f"It was added to the session {journal.id[:8]}."

    async def _to_command(self, where: str, answer: Answer) -> str:
        if answer.far:
            return f"It was not given to `{where}`: {_steered(answer)}"
        status = await give(where, answer.text, self._assistant.places.workspace)
        if status != 0:
            ended = "took too long" if status is None else f"ended with {status}"
            raise LocalGPTError(f"`{where}` {ended}.", "What the job said is in its session.")
        return f"It was given to `{where}`."


def sessions_of(state: Path, agent: str) -> Path:
    """Where the sessions of `agent` are: beats and jobs have their own, apart from the person's."""
    return state / "agents" / agent / "sessions"


class _Meter:
    """Runs a turn, counts what it uses, and stops it at its limits."""

    def __init__(self, errand: Errand) -> None:
        self._errand = errand
        self._tokens = 0
        self._money: float | None = 0.0
        self._text = ""
        self._memories: dict[str, None] = {}
        self._calls: dict[str, str] = {}
        self._failure: TurnFailed | None = None
        self._stopped = ""
        self._waits: dict[str, None] = {}
        self._turn: asyncio.Future[None] | None = None

    async def run(self, conversation: Conversation) -> None:
        """The turn, to its end or to a limit.

        Raises:
            CancelledError: it was stopped from outside; what had arrived is kept.
        """
        self._turn = asyncio.ensure_future(conversation.send(self._errand.prompt, self._emit))
        try:
            async with asyncio.timeout(self._errand.seconds):
                await self._turn
        except TimeoutError:
            self._stopped = "time"
        except asyncio.CancelledError:
            if not self._stopped:
                raise

    def answer(self, session: str, model: str) -> Answer:
        """What came of it."""
        problem = ""
        match self._stopped:
            case "time":
                problem = f"It took longer than {self._errand.seconds:.0f} seconds."
            case "budget":
                problem = f"It had used {self._tokens:,} tokens, and was stopped."
        if self._failure and not problem:
            problem = f"{self._failure.reason} {self._failure.advice}".strip()
        return Answer(
            text=self._text,
            session=session,
            model=model,
            tokens=self._tokens,
            money=self._money,
            memories=tuple(self._memories),
            problem=problem,
            failure=self._failure.failure if self._failure else None,
            stopped=self._stopped,
            waits=tuple(self._waits),
        )

    def _emit(self, event: Event) -> None:
        match event:
            case Said(AssistantMessage() as message):
                self._count(message)
            case Said(ToolMessage(name=name, call_id=call, failed=False)) if name in _WRITING:
                self._memories[_file_of(self._calls.get(call, ""))] = None
            case ApprovalAnswered(approval, Decision(answer="wait")):
                self._waits[approval.act.title] = None
            case TurnFailed():
                self._failure = event

    def _count(self, message: AssistantMessage) -> None:
        usage = message.usage
        self._text = message.text
        self._calls |= {call.id: call.arguments for call in message.calls}
        read = usage.input_tokens if usage.input_tokens is not None else len(self._errand.prompt) // 4
        written = usage.output_tokens if usage.output_tokens is not None else len(message.text) // 4
        self._tokens += read + written
        self._money = None if usage.cost is None or self._money is None else self._money + usage.cost
        over = self._tokens >= self._errand.tokens or (self._money or 0.0) >= self._errand.dollars
        if over and message.calls and self._turn is not None:  # an answer that is whole is taken
            self._stopped = "budget"
            self._turn.cancel()


def _steered(answer: Answer) -> str:
    return (
        f"the job had read {answer.far[0]}, which may have put words into its mouth. "
        "Read it here, and pass it on yourself."
    )


def _file_of(arguments: str) -> str:
    with contextlib.suppress(ValueError, AttributeError):
        named = json.loads(arguments)
        return str(named.get("file") or named.get("path") or "today's log")
    return "today's log"


def _local(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
