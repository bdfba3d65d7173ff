"""A chat that remembers: lines are noted at once, what was recalled and learned can be looked at and taken back."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual import on, work

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.events import ToolStarted, TurnCancelled, TurnFailed, TurnFinished
from localgpt_tui.core.passages import Passage
from localgpt_tui.plaintext import shown_name
from localgpt_tui.ui.happened import Happened
from localgpt_tui.ui.screens.branching import BranchingScreen
from localgpt_tui.ui.widgets.header import Header
from localgpt_tui.ui.widgets.memory_sources import counted
from localgpt_tui.ui.widgets.rows import HeadRow
from localgpt_tui.ui.widgets.transcript import Transcript

if TYPE_CHECKING:  # pydantic, the store and the rest come after the first frame
    from localgpt_tui.memory.changes import Change
    from localgpt_tui.ui.remembering import Remembering

_STARTING = "A moment: the assistant is still starting."
_LOOKED_BACK = 500
_WRITES = "memory_"  # how tools are called that may write


class RecallingScreen(BranchingScreen):
    """Opens the memory, and says what a session wrote into it."""

    _remembering: "Remembering | None" = None
    _may_have_written = False

    async def show_session(self) -> None:
        """With the session, say how much it wrote into the memory."""
        await super().show_session()
        self.count_learned()

    def action_remember(self, line: str = "") -> None:
        """Note `line` down; without one, let the person write it."""
        if line:
            self.remember_line(line)
        else:
            self.prompt.write(f"# {self.prompt.text}")
            self.action_chat()

    @work(group="note")
    async def remember_line(self, line: str) -> None:
        """Note `line` down without asking a model."""
        if self.sitting is None:
            return
        if self.sitting.journal.incognito:
            self.say("This session is incognito: nothing is written into the memory. /new ends it.")
            self.prompt.write(f"# {line}" if not self.prompt.text else self.prompt.text)
            return
        try:
            adding = self._memory().add(f"- {line.removeprefix('- ')}", session=self.sitting.journal.id)
            passage = await self.engine.run(adding)
        except LocalGPTError as error:
            self.say(str(error))
            self.prompt.write(f"# {line}" if not self.prompt.text else self.prompt.text)
            return
        self.tell(f"Remembered: {line} ({shown_name(passage.source)}; /learned undoes it)")
        self.count_learned()

    @on(Happened)
    def _may_have_learned(self, happened: Happened) -> None:
        """Count again after a turn that used the memory."""
        match happened.event:
            case ToolStarted(call=call):
                self._may_have_written = self._may_have_written or call.name.startswith(_WRITES)
            case TurnFinished() | TurnFailed() | TurnCancelled() if self._may_have_written:
                self._may_have_written = False
                self.count_learned()
            case _:
                pass

    @work(group="learned", exclusive=True)
    async def count_learned(self) -> None:
        """Show how many things this session wrote into the memory."""
        if self.sitting is None:
            return
        try:
            journal = self.sitting.journal
            learned = await self.engine.run(self._memory().learned(journal.id, since=journal.created))
        except LocalGPTError:
            learned = []  # /learned says why
        for header in self.query(Header):  # there is none any more once the app has ended
            header.learned = len(learned)

    # the memory's own screens

    def action_memory(self, query: str = "") -> None:
        """Browse what is remembered."""
        self._browse(query=query)

    def action_why(self) -> None:
        """Show the memories of the reply under the cursor, or of the latest that was given some."""
        transcript = self.query_one(Transcript)
        if transcript.cursor is not None:
            transcript.action_why()
            return
        heads = (row for row in reversed(transcript.rows) if isinstance(row, HeadRow) and row.sources)
        head = next(heads, None)
        if head is None:
            self.say("No reply here was given memories.")
        else:
            self._browse(sources=counted(head.sources))

    @on(Transcript.WhyWanted)
    def _why_wanted(self, wanted: Transcript.WhyWanted) -> None:
        self._browse(sources=wanted.sources, first=wanted.first)

    def action_learned(self) -> None:
        """Show what this session wrote into the memory."""
        if self.sitting is None:
            self.say(_STARTING)
            return
        from localgpt_tui.ui.screens.memory_log import LogScreen  # noqa: PLC0415 - it knows the store

        session = self.sitting.journal.id
        screen = LogScreen(self._memory(), self.engine, self.clock, session=session, causes=self._causes)
        self.app.push_screen(screen, self._came_back_from_learned)

    def _browse(self, *, query: str = "", sources: Sequence[Passage] = (), first: int = 0) -> None:
        if self.sitting is None:
            self.say(_STARTING)
            return
        from localgpt_tui.ui.screens.memory import MemoryScreen  # noqa: PLC0415 - it knows the store

        screen = MemoryScreen(
            self._memory(),
            self.engine,
            drafts=self.sitting.assistant.places.state / "edited",
            clock=self.clock,
            sources=sources,
            first=first,
            query=query,
        )
        self.app.push_screen(screen, self._came_back)

    def _came_back_from_learned(self, cause: str | None) -> None:
        """Go to the message that caused a change, where the person wants to see it."""
        self.count_learned()
        if cause:
            transcript = self.query_one(Transcript)
            self.set_focus(transcript)
            transcript.jump(cause)

    def _came_back(self, _nothing: None) -> None:
        self.count_learned()

    def _memory(self) -> "Remembering":
        """The memory in the person's hands; one for as long as the window is open, so that `u` knows what was done."""
        assert self.sitting is not None  # noqa: S101 - its callers asked
        if self._remembering is None:
            from localgpt_tui.ui.remembering import Remembering  # noqa: PLC0415 - it knows the store

            assistant = self.sitting.assistant
            self._remembering = Remembering(assistant.memory, assistant.history)
        return self._remembering

    async def _causes(self, changes: "Sequence[Change]") -> Mapping[str, str]:
        """What the person had said last before each change, by the change's id."""
        assert self.sitting is not None  # noqa: S101 - there was a session to list
        entries = await asyncio.to_thread(self.sitting.journal.tail, _LOOKED_BACK)
        said = [entry for entry in entries if entry.message is not None and entry.message.kind == "user"]
        causes: dict[str, str] = {}
        for change in changes:
            for entry in said:
                before = (
                    entry.id == change.turn if change.turn else entry.time.timestamp() < change.time.timestamp() + 1
                )
                if before and entry.message is not None and change.author != "person":
                    causes[change.id] = entry.message.text
        return causes
