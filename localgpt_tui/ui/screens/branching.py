"""A screen on which what was said can be taken back: changed, asked again, dropped; nothing is ever lost by it."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from textual import on, work

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.drafting.kept import Draft
from localgpt_tui.ui.screens.writing import WritingScreen
from localgpt_tui.ui.widgets.header import Header
from localgpt_tui.ui.widgets.transcript import Transcript

if TYPE_CHECKING:  # pydantic, the store and the rest come after the first frame
    from localgpt_tui.conversation import Conversation

T = TypeVar("T")


class BranchingScreen(WritingScreen):
    """Carries out the wishes about messages; what is left behind stays in the session as a branch."""

    async def show_session(self) -> None:
        """With the session, say in how many ways it goes on."""
        await super().show_session()
        self.count_branches()

    @work(group="branches")
    async def edit_message(self, at: str = "") -> None:
        """Take the message at the entry `at` (empty: the last) back into the draft; sending it begins a branch."""
        message = await self._rewound(lambda: self._conversation().take_back(at))
        if message is not None:
            if self.draft:
                self.action_stash()
            self.put(Draft(message.text, message.attachments))
            self.action_chat()
            self.say("Change it and send it. /undo returns to what was there.")

    @work(group="branches")
    async def answer_again(self, at: str = "") -> None:
        """Let the model answer the message at, or before, the entry `at` (empty: the last) once more."""
        message = await self._rewound(lambda: self._conversation().take_back(at))
        if message is not None:
            self.start(message.text, message.attachments)
            self.say("Asked again. /undo returns to the answer before.")

    @work(group="branches")
    async def drop_from(self, at: str = "") -> None:
        """Leave the message at the entry `at` (empty: the person's last) and all after it."""

        def drop() -> bool:
            self._conversation().drop_from(at)
            return True

        if await self._rewound(drop):
            self.say("Dropped from there on. /undo brings it back.")

    @work(group="branches")
    async def undo_rewind(self) -> None:
        """Return to what was left last."""

        def undo() -> bool:
            self._conversation().undo_rewind()
            return True

        if await self._rewound(undo):
            self.say("Back where it was. /undo once more changes over again.")

    @work(group="count", exclusive=True)
    async def count_branches(self) -> None:
        """Show in how many ways the conversation goes on, where that is more than one."""
        from localgpt_tui.sessions.branches import count_branches  # noqa: PLC0415 - not before the first frame

        if self.sitting is None:
            return
        try:
            branches = await asyncio.to_thread(count_branches, self.sitting.journal.path)
        except LocalGPTError:
            return  # what cannot be read was said when the session was opened
        for header in self.query(Header):  # there is none any more once the app has ended
            header.branches = branches

    @on(Transcript.EditWanted)
    def _edit_there(self, wanted: Transcript.EditWanted) -> None:
        self.edit_message(wanted.entry)

    @on(Transcript.RetryWanted)
    def _answer_there(self, wanted: Transcript.RetryWanted) -> None:
        self.answer_again(wanted.entry)

    @on(Transcript.DropWanted)
    def _drop_there(self, wanted: Transcript.DropWanted) -> None:
        self.drop_from(wanted.entry)

    def action_edit(self) -> None:
        """Change what was said last."""
        self.edit_message()

    def action_retry(self) -> None:
        """Ask for another answer to what was said last."""
        self.answer_again()

    def action_rewind(self) -> None:
        """Drop what was said last and the answer."""
        self.drop_from()

    def action_undo(self) -> None:
        """Return to what was left last."""
        self.undo_rewind()

    def _conversation(self) -> "Conversation":
        assert self.sitting is not None  # noqa: S101 - `_rewound` asked
        assert self.sitting.conversation is not None  # noqa: S101 - the same
        return self.sitting.conversation

    async def _rewound(self, wish: Callable[[], T]) -> T | None:
        """Do what is wished for and show the branch that is open then; None where it cannot be done."""
        if not self.ready:
            self.say("Nobody answers here yet.")
            return None
        if self.busy:
            self.say("A reply is still being written here. Stop it with Esc, then go on.")
            return None
        try:
            done = await asyncio.to_thread(wish)
        except LocalGPTError as error:
            self.say(str(error))
            return None
        await self.show_session()
        return done
