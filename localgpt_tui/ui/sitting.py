"""The assistant as one window uses it: which session is open, who answers in it, and whether that was allowed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from localgpt_tui.assistant import Assistant
from localgpt_tui.conversation import Conversation
from localgpt_tui.core.errors import SessionError
from localgpt_tui.core.events import Emit
from localgpt_tui.core.messages import AssistantMessage, Attachment, Usage
from localgpt_tui.crashes import keep_crash
from localgpt_tui.logs import start_logging, stop_logging
from localgpt_tui.paths import Places, make_folders
from localgpt_tui.providers.discovery import Choice, Surroundings
from localgpt_tui.sessions.entries import Entry
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.sessions.partial import UNATTENDED
from localgpt_tui.ui.approver import ScreenApprover
from localgpt_tui.ui.turn import Turn

if TYPE_CHECKING:
    from localgpt_tui.heartbeat import Heartbeat

PAGE = 60
"""How many entries are read from a session at a time."""

_LONG_PAGE = 500  # where all of them are wanted: few enough that a key never waits for one to be shown


@dataclass(frozen=True, slots=True)
class Opening:
    """A part of a session, oldest first.

    Attributes:
        more: whether there are earlier entries.
        usage: what the latest reply in it used.
    """

    entries: list[Entry]
    more: bool
    usage: Usage = field(default_factory=Usage)


class Sitting:
    """Opened once, in a thread, after the first frame: everything heavy is imported with it."""

    def __init__(self, assistant: Assistant, journal: Journal, model: str) -> None:
        self.assistant = assistant
        self.journal = journal
        self.surroundings = Surroundings()
        self.choice: Choice | None = None
        self.conversation: Conversation | None = None
        self.approver: ScreenApprover | None = None
        self._model = model
        self._turns: dict[str, Turn] = {}  # those under way, by the ids of their sessions
        self._aside: dict[str, Conversation] = {}  # conversations that are not open, but a reply is written in them

    @classmethod
    def open(cls, places: Places, *, session: str, resume: bool, model: str, incognito: bool = False) -> "Sitting":
        """Open the assistant, and the session that was asked for or a new one; blocks on the disk.

        Raises:
            LocalGPTError: the configuration cannot be used, or there is no such session.
        """
        trouble = make_folders(places)
        assistant = Assistant.open(places)
        assistant.warnings = tuple(filter(None, (trouble, *assistant.warnings)))
        settings, secrets = assistant.config.logging, assistant.config.secrets()
        start_logging(places, settings.level, secrets, max_bytes=settings.max_bytes, backups=settings.backups)
        assistant.on_crash = lambda error: keep_crash(places, error, secrets)
        return cls.over(assistant, session=session, resume=resume, model=model, incognito=incognito)

    @classmethod
    def over(
        cls,
        assistant: Assistant,
        *,
        session: str = "",
        resume: bool = False,
        model: str = "",
        incognito: bool = False,
    ) -> "Sitting":
        """Open the session that was asked for, or a new one; blocks on the disk.

        Args:
            session: the id of a session, or how it begins.
            resume: whether to go on with the latest session.
            model: the model the person named; empty to use what the configuration says or what is found.
            incognito: begin one that is never on the disk.

        Raises:
            SessionError: there is no such session.
        """
        if incognito:
            journal = assistant.shelf.incognito(cwd=str(Path.cwd()))
        elif session:
            journal = assistant.shelf.open(session)
        else:
            journal = (assistant.shelf.latest() if resume else None) or assistant.shelf.new(cwd=str(Path.cwd()))
        return cls(assistant, journal, model)

    async def find_model(self) -> None:
        """See what is there and settle who answers; takes at most about three seconds.

        Raises:
            ConfigError: the name of the model means none.
        """
        self.assistant.start()
        self.surroundings = await self.assistant.look_around()
        if self._model:
            where = self.assistant.destination(self._model)
            self.choice = Choice(self._model, "You named it.", bool(where), where)
        else:
            self.choice = self.assistant.choose(self.surroundings, attended=True)
        if not self.needs_consent:
            await self.converse(self.journal)

    @property
    def needs_consent(self) -> bool:
        """True where the person has to say yes before anything is sent."""
        return not self._model and self.choice is not None and self.assistant.needs_consent(self.choice)

    async def answer_consent(self, *, use: bool) -> None:
        """Go on with the model that was found, or with recall on this machine.

        Raises:
            OSError: the yes could not be written down; it holds for this time.
        """
        if self.choice is None:
            return
        if use:
            try:
                await asyncio.to_thread(self.assistant.allow, self.choice)
            finally:
                self._model = self.choice.model
                await self.converse(self.journal)
            return
        self.choice = Choice("recall", "You chose to stay on this machine; /model changes that.", False, "")  # noqa: FBT003
        self._model = "recall"
        await self.converse(self.journal)

    async def converse(self, journal: Journal) -> None:
        """Make `journal` the open session, with the model that answered before, or is answering there.

        The session that was open is closed; one in which a reply is being written is set aside until `let_go`.

        Raises:
            ConfigError: the name of the model means none.
        """
        left, before = self.conversation, self.journal
        back = self._aside.pop(journal.id, None)
        if back is not None and back.journal is not journal:
            await asyncio.to_thread(journal.close)  # we hold it ourselves
            journal = back.journal
        goes_on = left is not None and before is not journal and before.id in self._turns
        if left is not None and goes_on:
            self._aside[before.id] = left
        elif left is not None:
            await left.aclose()
        self.journal = journal
        model = left.model if left else self.choice.model if self.choice else "recall"
        self.conversation = back or await asyncio.to_thread(self.assistant.converse, journal, model, self.approver)
        if before is not journal and not goes_on:
            await asyncio.to_thread(before.close)

    async def say(self, text: str, emit: Emit, attachments: Sequence[Attachment] = (), *, session: str = "") -> None:
        """Say `text` and let the model answer, as `Conversation.send` does.

        Args:
            session: the id of a session that was set aside; empty for the open one.

        Raises:
            CancelledError: the turn was stopped, or it gave way to another program.
            SessionError: the session is not held here any more.
        """
        open_here = not session or session == self.journal.id
        conversation = self.conversation if open_here else self._aside.get(session)
        if conversation is None:
            raise SessionError("That session was closed meanwhile.", "Open it and send your message again.")
        turn = self._turns[conversation.journal.id] = Turn(conversation)
        try:
            await turn.run(text, emit, attachments)
        finally:
            del self._turns[conversation.journal.id]

    async def let_go(self, session: str) -> None:
        """Close a session that was set aside, unless something is still written in it."""
        if session in self._turns or session not in self._aside:
            return
        conversation = self._aside.pop(session)
        await conversation.aclose()
        await asyncio.to_thread(conversation.journal.close)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What is being said and answered just now, in any session."""
        return tuple(self._turns.values())

    def give_way(self) -> None:
        """Let replies in sessions that are not open end after their message, where another program asks for those."""
        for turn in self.turns:
            if turn.journal is not self.journal and turn.journal.handover_wanted():
                turn.give_way()

    def leave(self) -> None:
        """Nobody looks any more: say so to whoever opens a session that is held here, and let them read along."""
        for journal in (self.journal, *(conversation.journal for conversation in tuple(self._aside.values()))):
            journal.announce(UNATTENDED)
        if self.approver is not None:
            self.approver.leave()
        for turn in self.turns:
            turn.leave()

    async def read(self, before: Entry | None = None, *, everything: bool = False) -> Opening:
        """The last entries of the open session, or those before an entry; a longer page where everything is wanted."""
        count = _LONG_PAGE if everything else PAGE
        entries = await asyncio.to_thread(self.journal.tail, count + 1, before)
        return Opening(entries[-count:], len(entries) > count, _latest_usage(entries))

    def tier(self) -> str:
        """How well commands are held in; found out by trying, the first time, which blocks for a moment."""
        return self.assistant.equipment.sandbox.tier

    def heartbeat(self) -> "Heartbeat":
        """The heartbeat as the configuration wants it; another one each time, since a thread needs its own."""
        from localgpt_tui.heartbeat import Heartbeat  # noqa: PLC0415 - opening a session does not wait for it

        return Heartbeat.of(self.assistant.places, self.assistant.config)

    async def keep(self, heartbeat: "Heartbeat") -> None:
        """Run what is due until cancelled, as long as no daemon does.

        Raises:
            LocalGPTError: the ledger cannot be written.
        """
        await heartbeat.keep()

    @property
    def destination(self) -> str:
        """The host that what is written goes to now; empty where it stays on this machine."""
        return self.assistant.destination(self.conversation.model) if self.conversation else ""

    async def take_over(self, *, patience: float = 5.0) -> bool:
        """Ask the program that holds the open session for it, and wait; True once it is ours."""
        await asyncio.to_thread(self.journal.ask_for_handover)
        for _ in range(int(patience / 0.2)):
            if await asyncio.to_thread(self.journal.acquire):
                return True
            await asyncio.sleep(0.2)
        return False

    async def aclose(self) -> None:
        """Let go of every session, and stop what runs in the background."""
        await asyncio.to_thread(self.journal.close)
        if self.conversation:
            await self.conversation.aclose()
        for session in tuple(self._aside):
            await self.let_go(session)
        await self.assistant.aclose()
        await asyncio.to_thread(stop_logging)


def _latest_usage(entries: list[Entry]) -> Usage:
    """What the latest reply used, where its provider counted."""
    replies = [entry.message for entry in entries if isinstance(entry.message, AssistantMessage)]
    return next((reply.usage for reply in reversed(replies) if reply.usage.input_tokens is not None), Usage())
