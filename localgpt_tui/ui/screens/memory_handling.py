"""A screen on which the memory is changed: noted, edited, moved, forgotten, and all of it taken back."""

from abc import abstractmethod
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from textual import work
from textual.app import SuspendNotSupported
from textual.screen import Screen

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.passages import Passage
from localgpt_tui.drafting.completion import Suggestion
from localgpt_tui.memory.document import ChangedError, Fingerprint
from localgpt_tui.plaintext import shown_name
from localgpt_tui.ui.editor import editor_command
from localgpt_tui.ui.editor_copy import edit_copy
from localgpt_tui.ui.engine import Engine
from localgpt_tui.ui.remembering import Opened, Remembering
from localgpt_tui.ui.screens.memory_dialogs import NoteScreen, QuotesScreen, SureScreen
from localgpt_tui.ui.screens.memory_edit import LONGEST, EditScreen
from localgpt_tui.ui.screens.picker import PickerScreen
from localgpt_tui.ui.stylesheets import stylesheet
from localgpt_tui.ui.widgets.hints import Hints

T = TypeVar("T")

_ONLY_READ = "It is only read here."


class HandlingScreen(Screen[None]):
    """Knows how the memory is changed; what is looked at, its children know."""

    CSS_PATH = stylesheet("memory")

    def __init__(self, remembering: Remembering, engine: Engine, *, drafts: Path) -> None:
        """A screen over `remembering`, whose work is done by `engine`.

        Args:
            drafts: where a copy of a file is while another editor has it.
        """
        super().__init__()
        self.remembering = remembering
        self.engine = engine
        self.opened: Opened | None = None
        self._drafts = drafts

    @property
    @abstractmethod
    def pointed(self) -> tuple[str, int, int]:
        """The path and the lines that are meant: those of the passage, or those marked in the text; 0 for no lines."""

    @abstractmethod
    def read_again(self) -> object:
        """Show everything as it is now."""

    def say(self, word: str, *, seconds: float = 8.0) -> None:
        """A passing word on the last line."""
        self.query_one(Hints).say(word, seconds=seconds)

    async def ask(self, work: Coroutine[Any, Any, T]) -> T | None:
        """What `work` returns; None where it failed, which is said."""
        try:
            return await self.engine.run(work)
        except LocalGPTError as error:
            self.say(str(error), seconds=20)
            return None

    # noting

    @work(group="note", exclusive=True)
    async def action_add(self, *, here: bool = False) -> None:
        """Note something down: in today's log, or in the file that is shown."""
        path = self.opened.path if here and self.opened else ""
        if here and (self.opened is None or self.opened.seen is None):
            self.say(_ONLY_READ)
            return
        text = await self.app.push_screen_wait(NoteScreen(path or self.remembering.memory.workspace.today()))
        if not text:
            return
        passage = await self.ask(self.remembering.add(f"- {text.removeprefix('- ')}", path))
        if passage is not None:
            self.say(f"Noted in {shown_name(passage.source)}. u undoes it.")
            self.read_again()

    def action_add_here(self) -> None:
        """Note something down in the file that is shown."""
        self.action_add(here=True)

    # editing

    @work(group="edit", exclusive=True)
    async def action_edit(self) -> None:
        """Edit the file that is shown."""
        opened = await self._to_edit()
        if opened is None or opened.seen is None:
            return
        if len(opened.text) > LONGEST or "\n".join(opened.text.splitlines()) != opened.text.removesuffix("\n"):
            self.say("This file is too long, or has signs that only your own editor keeps: E opens it there.")
            return

        async def save(path: str, text: str, seen: Fingerprint) -> Fingerprint:
            return await self.engine.run(self.remembering.retype(path, text, seen))

        async def newest(path: str) -> Fingerprint:
            return (await self.engine.run(self.remembering.read(path))).fingerprint

        await self.app.push_screen_wait(EditScreen(opened, max(1, self.pointed[1]), save, newest))
        self.read_again()

    @work(group="edit", exclusive=True)
    async def action_editor(self) -> None:
        """Edit the file that is shown in the person's own editor, which has the terminal meanwhile."""
        opened = await self._to_edit()
        if opened is None or opened.seen is None:
            return
        try:
            command = editor_command()
            with self.app.suspend():
                copy = edit_copy(opened.text, name=opened.path, command=command, folder=self._drafts)
        except SuspendNotSupported:
            self.say("This terminal cannot be handed to an editor; e edits here.")
            return
        except LocalGPTError as error:
            self.say(str(error))
            return
        self.call_after_refresh(self.app.run_action, "app.redraw")
        if copy.text != opened.text:
            try:
                await self.engine.run(self.remembering.retype(opened.path, copy.text, opened.seen))
            except ChangedError as error:
                self.say(f"{error.message} What you wrote is in {copy.file}.", seconds=60)
                return
            except LocalGPTError as error:
                self.say(f"{error.message} What you wrote is in {copy.file}.", seconds=60)
                return
            self.say("Saved. u undoes it.")
        copy.file.unlink(missing_ok=True)
        self.read_again()

    async def _to_edit(self) -> Opened | None:
        """The file as it is now, if it can be changed here."""
        if self.opened is None or self.opened.seen is None:
            self.say(_ONLY_READ)
            return None
        return await self.ask(self.remembering.open(self.opened.path))

    # forgetting

    @work(group="forget", exclusive=True)
    async def action_forget(self) -> None:
        """Forget the lines that are meant, or the whole file where none are."""
        path, first, last = self.pointed
        if self.opened is None or self.opened.seen is None:
            self.say("A past session is forgotten by deleting it in the list of sessions." if path else _ONLY_READ)
            return
        if not first:
            await self._remove(path, self.opened.text)
            return
        passage = await self.ask(self.remembering.passage(path, first, last))
        if passage is None:
            return
        question = f"Forget this? It stands in {shown_name(passage.source)}."
        if await self.app.push_screen_wait(SureScreen(question, passage.text.split("\n"), "forgets it")):
            await self._forget([passage])

    async def _forget(self, passages: list[Passage]) -> None:
        done = await self.ask(self.remembering.forget(passages))
        if done is None:
            return
        lines = f"{len(done.lines)} line{'' if len(done.lines) == 1 else 's'}"
        self.say(f"Forgot {lines}. u undoes it; P purges the history as well.", seconds=20)
        self.read_again()
        if done.quoted:
            also = await self.app.push_screen_wait(QuotesScreen(done.quoted))
            if also:
                await self._forget(also)

    async def _remove(self, path: str, text: str) -> None:
        question = f"Remove the whole file {shown_name(path)}?"
        if await self.app.push_screen_wait(SureScreen(question, text.split("\n"), "removes it")):
            await self._done(self.remembering.remove(path), f"Removed {shown_name(path)}. u undoes it.")

    @work(group="forget", exclusive=True)
    async def action_purge(self) -> None:
        """Remove what was forgotten last from the past versions as well."""
        lines = self.remembering.forgotten
        if not lines:
            self.say("Nothing was forgotten here yet; x forgets lines.")
            return
        asked = SureScreen("Remove this from the whole history too?", lines, "purges it", "this cannot be undone")
        if await self.app.push_screen_wait(asked):
            done = await self.ask(self.remembering.purge())
            if done is not None:
                self.say(done)

    # moving, undoing

    @work(group="move", exclusive=True)
    async def action_move(self) -> None:
        """Move the lines that are meant to the end of another file."""
        path, first, last = self.pointed
        if self.opened is None or self.opened.seen is None or not first:
            self.say("Mark lines first: Tab goes to the text, v marks, m moves.")
            return
        passage = await self.ask(self.remembering.passage(path, first, last))
        listing = await self.ask(self.remembering.listing())
        if passage is None or listing is None:
            return
        places = [file.path for file in listing.files if file.kind == "memory" and file.path != path]
        choices = [Suggestion(place, shown_name(place)) for place in places]
        target = await self.app.push_screen_wait(PickerScreen("Move it to", choices, verb="moves it there"))
        if target is not None:
            await self._done(self.remembering.move(passage, target.text), f"Moved to {target.label}. u undoes it.")

    @work(group="undo", exclusive=True)
    async def action_undo(self) -> None:
        """Take back what was done last here."""
        what = await self.ask(self.remembering.undo())
        if what is not None:
            self.say(f"Taken back: {what}.")
            self.read_again()

    async def _done(self, work: Coroutine[Any, Any, object], word: str) -> None:
        """Do `work` and say `word`, or why it could not be done."""
        try:
            await self.engine.run(work)
        except LocalGPTError as error:
            self.say(str(error), seconds=20)
        else:
            self.say(word)
            self.read_again()
