"""A screen on which what was said can be taken back: changed, asked again, dropped; nothing is ever lost by it."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from textual import on, work

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.drafting.completion import Suggestion
from localgpt_tui.drafting.kept import Draft
from localgpt_tui.ui.screens.picker import PickerScreen
from localgpt_tui.ui.screens.writing import WritingScreen
from localgpt_tui.ui.widgets.header import Header
from localgpt_tui.ui.widgets.transcript import Transcript

if TYPE_CHECKING:  # pydantic, the store and the rest come after the first frame
    from localgpt_tui.conversation import Conversation
    from localgpt_tui.sessions.journal import Journal
    from localgpt_tui.sessions.tree import Branch

T = TypeVar("T")

_LONGEST = 60


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
            self.entitle_draft("changing what you said; /undo goes back")
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
            if not _is_begun(self._conversation().journal):
                raise LocalGPTError("Nothing was said here yet.", "There is nothing to take back.")
            self._conversation().undo_rewind()
            return True

        if await self._rewound(undo):
            self.say("Back where it was. /undo once more changes over again.")

    @work(group="branches")
    async def action_branches(self) -> None:
        """Let the person choose among the ways in which the session goes on."""
        if not self.ready:
            self.say("Nobody answers here yet.")
            return
        from localgpt_tui.sessions.tree import Tree  # noqa: PLC0415 - it knows the store

        journal = self._conversation().journal
        try:
            entries = await asyncio.to_thread(lambda: list(journal.entries()) if _is_begun(journal) else [])
            branches = Tree(reversed(entries)).branches()
        except LocalGPTError as error:
            self.say(str(error))
            return
        if len(branches) < 2:
            self.say("This session goes on in one way only: /edit, /retry and /rewind begin others.")
            return
        picker = PickerScreen("Where this session goes on", [_offered(each) for each in branches], verb="opens it")
        chosen = await self.app.push_screen_wait(picker)
        open_now = next((branch.end for branch in branches if branch.open), None)
        if chosen is None or chosen.text == open_now:
            return

        def change_over() -> bool:
            self._conversation().rewind(chosen.text)
            return True

        if await self._rewound(change_over):
            self.say("This branch is open now. /undo returns to the one before.")

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


def _is_begun(journal: "Journal") -> bool:
    return journal.incognito or journal.path.exists()


def _offered(branch: "Branch") -> Suggestion:
    """A line for a branch: when it was used last, how long it is, and the first words that are its own."""
    said = [
        " ".join(message.text.split())[:_LONGEST] for message in branch.own if message.kind in ("user", "assistant")
    ]
    words = " → ".join(filter(None, said[-2:] if branch.open else said[:2])) or "no words of its own"
    count = f"{branch.messages} message{'' if branch.messages == 1 else 's'}"
    state = "open now" if branch.open else f"{branch.time.astimezone():%d %b %H:%M}"
    return Suggestion(branch.end, words, f"{state} · {count}")
