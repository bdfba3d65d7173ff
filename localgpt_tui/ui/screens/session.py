"""A screen with an open session: reading it, and changing to another."""

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from textual import on, work

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.messages import Usage
from localgpt_tui.ui.engine import Engine
from localgpt_tui.ui.screens.panes import PanedScreen
from localgpt_tui.ui.widgets.header import Header
from localgpt_tui.ui.widgets.hints import Hints
from localgpt_tui.ui.widgets.session_list import SessionList
from localgpt_tui.ui.widgets.status import Status, place_words
from localgpt_tui.ui.widgets.transcript import Transcript
from localgpt_tui.ui.widgets.welcome import Finding, Welcome

if TYPE_CHECKING:  # pydantic, the store and the rest come after the first frame
    from localgpt_tui.sessions.entries import Entry
    from localgpt_tui.sessions.journal import Journal
    from localgpt_tui.ui.sitting import Opening, Sitting


class SessionScreen(PanedScreen):
    """Holds the sitting, once there is one, and shows what is in its session."""

    def __init__(self, *, pace: float, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self.engine = Engine()
        self.sitting: Sitting | None = None
        self.clock = clock
        self._pace = pace
        self._first: Entry | None = None  # of those that are shown

    @property
    @abstractmethod
    def busy(self) -> bool:
        """True while a reply is being written."""

    @property
    def ready(self) -> bool:
        """True once there is somebody to talk to."""
        return self.sitting is not None and self.sitting.conversation is not None

    async def close_down(self) -> None:
        """Stop what runs, let go of the session; what was said is on the disk already."""
        await self.stop_turns()
        if self.sitting is not None:
            await self.engine.run(self.sitting.aclose())

    @property
    @abstractmethod
    def replying(self) -> frozenset[str]:
        """The ids of the sessions, open or not, in which a reply is being written here."""

    @abstractmethod
    def set_aside(self) -> None:
        """Let a reply that is being written in the open session go on while another one is shown."""

    @abstractmethod
    async def stop_turns(self) -> None:
        """Stop every reply and wait until what had arrived is kept."""

    @abstractmethod
    def show_holder(self) -> None:
        """Say so where another program writes in the open session."""

    @abstractmethod
    def list_sessions(self) -> object:
        """Read the list of sessions again."""

    def say(self, word: str) -> None:
        """A passing word on the last line."""
        for hints in self.query(Hints):  # there is none any more once the app has ended
            hints.say(word)

    def tell(self, text: str) -> None:
        """Show Markdown that is part of no conversation."""
        self.remove_class("-empty")
        self.query_one(Transcript).tell(text)

    @work(group="command")
    async def do(self, line: str) -> None:
        """Carry out a slash command."""
        from localgpt_tui import commands  # noqa: PLC0415 - it knows the assistant: not before the first frame
        from localgpt_tui.ui.desk import ScreenDesk  # noqa: PLC0415 - the same

        if self.sitting is None:
            self.say("A moment: the assistant is still starting.")
            return
        try:
            await commands.run(ScreenDesk(self, self.sitting), line)
        except LocalGPTError as error:
            self.say(str(error))
        if not self.query(Header):
            return  # the app has ended meanwhile
        self.show_usage()
        self.title_changed()
        self.list_sessions()

    # showing

    async def open_session(self, journal: "Journal") -> None:
        """Show `journal` and go on in it.

        Raises:
            LocalGPTError: a reply is still being written in a session that would be gone.
        """
        assert self.sitting is not None  # noqa: S101 - there was a command to carry out
        gone = self.farewell
        if gone and self.busy:
            await asyncio.to_thread(journal.close)
            raise LocalGPTError("A reply is still being written here.", "Stop it with Esc, then go on.")
        self.set_aside()
        await self.engine.run(self.sitting.converse(journal))
        await self.show_session()
        self.show_surroundings()
        if not self.query_one(SessionList).has_focus:  # who tidies the list goes on there
            self.action_chat()
        if gone:
            self.say(gone)

    @property
    def farewell(self) -> str:
        """What the person is to know once the open session was left: empty for one that is kept."""
        if self.sitting is None or not self.sitting.journal.incognito:
            return ""
        from localgpt_tui.sessions.incognito import GONE  # noqa: PLC0415 - not before the first frame

        return GONE

    async def show_session(self) -> None:
        """Fill the screen with the open session: its end first."""
        assert self.sitting is not None  # noqa: S101 - it has a session to show
        opening = await self.engine.run(self.sitting.read())
        if not self.query(Header):
            return  # the app has ended meanwhile
        self.set_class(not opening.entries, "-empty")
        incognito = self.sitting.journal.incognito
        self.set_class(incognito, "-incognito")
        self.entitle_draft()
        said = [entry.message.text for entry in opening.entries if entry.message and entry.message.kind == "user"]
        self.prompt.remember(said)
        self.query_one(Status).reset(opening.usage)
        self.show_entries(opening)
        self.title_changed()
        self.show_holder()
        self.list_sessions()
        for sentence in self.sitting.journal.damage[:1]:
            self.say(sentence)

    def entitle_draft(self, words: str = "") -> None:
        """Say above the draft what is special about it: `words`, or that the session is incognito."""
        if self.sitting is not None and self.sitting.journal.incognito:
            words = "incognito: nothing is recalled, nothing is kept"
        self.query_one("#draft").border_title = words or None

    def show_entries(self, opening: "Opening") -> None:
        """Fill the transcript with the end of a session."""
        self._first = opening.entries[0] if opening.entries else None
        self.query_one(Transcript).load(opening.entries, more=opening.more)

    @on(Transcript.Behind)
    def _behind(self, behind: Transcript.Behind) -> None:
        self.query_one(Status).below = behind.lines

    @on(Transcript.EarlierWanted)
    @work(group="earlier", exclusive=True)
    async def _earlier(self, wanted: Transcript.EarlierWanted) -> None:
        """Put what was said before above what is shown: a page of it, or page after page to the beginning."""
        more = True
        while more and self.sitting is not None and self._first is not None:
            first = self._first
            opening = await self.engine.run(self.sitting.read(first, everything=wanted.everything))
            if self._first is not first:
                return  # something else is shown by now
            if opening.entries:
                self._first = opening.entries[0]
            self.query_one(Transcript).prepend(opening.entries, more=opening.more)
            more = wanted.everything and opening.more
            await asyncio.sleep(0)

    def title_changed(self) -> None:
        """Show what the session is called now."""
        for header in self.query(Header):  # there is none any more once the app has ended
            if self.sitting is not None:
                header.session = self.sitting.journal.title

    def show_surroundings(self) -> None:
        """Show who answers, why, and where the words go."""
        if self.sitting is None or self.sitting.choice is None:
            return
        choice, found = self.sitting.choice, self.sitting.surroundings
        model = self.sitting.conversation.model if self.sitting.conversation else choice.model
        self.show_usage()
        self.query_one(Welcome).show(
            model=model,
            reason=choice.reason,
            place=place_words(choice.destination),
            findings=(
                Finding("Ollama", found.ollama_problem or _some(found.ollama_models), bool(found.ollama_models)),
                Finding("claude", found.claude_path or "the program is not on the path", bool(found.claude_path)),
                Finding(
                    "API keys",
                    ", ".join(found.keys) or "none in the environment or the configuration",
                    bool(found.keys),
                ),
            ),
            problem="\n".join(self.sitting.assistant.warnings[:3]),
            asked=self.sitting.conversation is None,
        )

    def show_usage(self) -> None:
        """Show who answers now and what it has used."""
        if self.sitting is None:
            return
        status = self.query_one(Status)
        choice, conversation = self.sitting.choice, self.sitting.conversation
        if conversation is not None:
            status.model, status.place = conversation.model, place_words(self.sitting.destination)
            if conversation.usage != Usage():
                status.account(conversation.usage)
        elif choice is not None:
            status.model, status.place = choice.model, place_words(choice.destination)
        status.state = "" if conversation else "waits for your answer"


def _some(models: tuple[str, ...]) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(models) - 3} more" if len(models) > 3 else ""
    return ", ".join(models[:3]) + more
