"""A run in this process: the assistant's models, sessions and memory in the hands of the schedule."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from localgpt_tui.assistant import Assistant
from localgpt_tui.core.events import Emit
from localgpt_tui.core.messages import AssistantMessage, now
from localgpt_tui.core.ports import Request
from localgpt_tui.heartbeat.commands import ConfinedCommands
from localgpt_tui.heartbeat.outside import AssistantOutside
from localgpt_tui.ledger import HEARTBEAT, Ledger, Row
from localgpt_tui.safety.sandbox import hidden_places
from localgpt_tui.schedule.beat import Heart, Look
from localgpt_tui.schedule.checks import Checks
from localgpt_tui.schedule.jobs import Clockwork
from localgpt_tui.schedule.marking import TaskFile
from localgpt_tui.schedule.settings import settings_of
from localgpt_tui.schedule.unattended import LOCK, Chosen, Due, Stop, Unattended, needs_permission
from localgpt_tui.sessions.journal import Journal


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a beat would do.

    Attributes:
        waits: what the person would have to allow first; may be empty.
        request: all that the model would be given; its last message is empty talk where no task is due.
    """

    look: Look
    model: str
    waits: str
    request: Request


class _Stage:
    """Fills a model's place: keeps what it is asked, and says nothing."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.requests: list[Request] = []

    async def reply(self, request: Request, emit: Emit) -> AssistantMessage:
        del emit
        self.requests.append(request)
        return AssistantMessage("", model=self.model)

    async def aclose(self) -> None:
        """There is nothing to close."""


@dataclass(slots=True)
class Runner:
    """Makes beats and runs jobs with one assistant."""

    assistant: Assistant
    clock: Callable[[], datetime] = now

    async def run(self, due: Due) -> Row | None:
        """Run what is due and return its row; None where another program did, or it has to wait for the person.

        Raises:
            LocalGPTError: the ledger cannot be written, or HEARTBEAT.md cannot be read.
        """
        runs = self._runs()
        if due.job == HEARTBEAT:
            return await self._heart(runs).beat(due)
        return await Clockwork(runs).run(due)

    async def rehearse(self) -> Rehearsal:
        """What a beat that the person starts would do now, and what it would ask; no model is asked.

        Commands of free checks are run as a beat would run them; nothing is remembered of it.

        Raises:
            LocalGPTError: HEARTBEAT.md cannot be read.
        """
        runs = self._runs()
        look = await self._heart(runs).look(by_person=True, remember=False)
        try:
            chosen = await AssistantOutside(self.assistant).choose(runs.settings.model)
            model, waits = chosen.model, needs_permission(chosen) if self._unallowed(chosen) else ""
        except Stop as stop:
            model, waits = "recall", stop.reason
        with tempfile.TemporaryDirectory() as folder:
            journal = Journal.create(Path(folder))
            conversation = self.assistant.converse(journal, model, light=True, persons=False)
            stage = conversation.provider = _Stage(model)
            await conversation.send(look.prompt or "-", lambda _event: None)
            journal.close()
        return Rehearsal(look, model, waits, stage.requests[0])

    def _unallowed(self, chosen: Chosen) -> bool:
        return bool(chosen.destination) and not AssistantOutside(self.assistant).allowed(chosen.destination)

    def _runs(self) -> Unattended:
        places, config = self.assistant.places, self.assistant.config
        return Unattended(
            settings_of(config.heartbeat, config.cron),
            Ledger(places.state),
            AssistantOutside(self.assistant),
            places.state / LOCK,
            self.clock,
        )

    def _heart(self, runs: Unattended) -> Heart:
        assistant = self.assistant
        zone = runs.settings.zone
        file = TaskFile(assistant.memory.workspace, assistant.history, zone)
        checks = Checks(assistant.places.state / "checks.json", assistant.places.workspace, zone, self._commands())
        return Heart(runs, file, checks)

    def _commands(self) -> ConfinedCommands:
        places, equipment = self.assistant.places, self.assistant.equipment
        return ConfinedCommands(
            equipment.sandbox,
            places.workspace,
            equipment.protected,
            tuple(self.assistant.config.sandbox.allow_paths.read),
            lambda: hidden_places(equipment.protected.home, places),
        )
