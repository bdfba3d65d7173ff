"""A screen with a draft: completed while it is written, kept on the disk, changed in an editor, found again."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.timer import Timer

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.drafting.completion import Suggestion, Wish, is_written
from localgpt_tui.drafting.history import History, Spoken
from localgpt_tui.drafting.kept import Draft, Drafts, joined
from localgpt_tui.ui.editor import edit, editor_command
from localgpt_tui.ui.screens.picker import PickerScreen
from localgpt_tui.ui.screens.sidebar import SidebarScreen
from localgpt_tui.ui.widgets.attached import Attached
from localgpt_tui.ui.widgets.completions import Completions
from localgpt_tui.ui.widgets.prompt import Prompt
from localgpt_tui.ui.widgets.queued import Queued

if TYPE_CHECKING:  # it knows the commands, and so the assistant: not before the first frame
    from localgpt_tui.ui.suggesting import Suggesting
    from localgpt_tui.ui.unattended import Unattended

_SAVE_AFTER = 1.0  # seconds; a draft is written at most once in that time


class DraftingScreen(SidebarScreen):
    """Looks after the draft; sending it is somebody else's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "history", "Search what you said before, in any session", id="draft-history"),
        Binding("ctrl+g", "editor", "Write the draft in your editor ($VISUAL, $EDITOR)", id="draft-editor"),
        Binding("ctrl+s", "stash", "Put the draft aside; with nothing written, bring it back", id="draft-stash"),
    ]

    def __init__(self, *, pace: float, clock: Callable[[], datetime]) -> None:
        super().__init__(pace=pace, clock=clock)
        self._past: list[Spoken] = []
        self._stash: list[Draft] = []
        self._saving: Timer | None = None
        self._draft_of: Path | None = None  # the session's file, which may not be there yet
        self._keeps_draft = True
        self._suggesting: Suggesting | None = None
        self._dismissed: tuple[str, int] | None = None
        self._complained = False

    def on_mount(self) -> None:
        """Let the prompt ask what is marked among the completions."""
        self.prompt.offered = self.query_one(Completions).chosen

    @property
    def draft(self) -> Draft:
        """What is written, and what is to be sent along."""
        return Draft(self.prompt.text, self.query_one(Attached).attachments)

    def put(self, draft: Draft) -> None:
        """Make `draft` what is written."""
        self.prompt.write(draft.text)
        self.query_one(Attached).show(draft.attachments)

    async def show_session(self) -> None:
        """With the session come its draft and what was said before."""
        assert self.sitting is not None  # noqa: S101 - it has a session to show
        session, incognito = self.sitting.journal.path, self.sitting.journal.incognito
        if self._draft_of not in (None, session):
            await self.save_draft()
            self.put(Draft())
            self.query_one(Queued).clear()  # it is in that draft
        self._keeps_draft = not incognito
        await super().show_session()
        await self._remember()
        if self._draft_of != session:
            self._draft_of = session
            if incognito:
                return
            self._restore(await self.load_draft(session))

    async def load_draft(self, session: Path) -> Draft:
        """What was written in the session whose file is `session`, and not sent."""
        return await asyncio.to_thread(self._drafts().load, await asyncio.to_thread(_kept_as, session))

    async def close_down(self) -> None:
        """The draft is written before the session is let go."""
        await self.save_draft()
        await super().close_down()

    async def leave(self, minutes: float) -> "Unattended | None":
        """The draft is written, whether or not a reply goes on."""
        await self.save_draft()
        return await super().leave(minutes)

    # completions

    @on(Prompt.Changed)
    @on(Prompt.SelectionChanged)
    def _complete(self) -> None:
        wish = self.prompt.wish if self.sitting is not None and self.focused is self.prompt else None
        if wish is None or (wish.kind, wish.start) == self._dismissed:
            self._dismissed = self._dismissed if wish is not None else None
            self.query_one(Completions).offer(None, ())
        else:
            self._suggest(wish)

    @work(group="completions", exclusive=True)
    async def _suggest(self, wish: Wish) -> None:
        assert self.sitting is not None  # noqa: S101 - its caller asked
        if self._suggesting is None:
            from localgpt_tui.ui.suggesting import Suggesting  # noqa: PLC0415 - as above

            self._suggesting = Suggesting(self.sitting)
        names = [each.name for each in self.query_one(Attached).attachments]
        try:
            found = await self._suggesting.answer(wish, attached=names)
        except LocalGPTError:
            found = []  # the command itself will say what is wrong
        if len(found) == 1 and is_written(found[0], wish):
            found = []
        if self.prompt.wish == wish and self._dismissed is None:
            self.query_one(Completions).offer(wish, found)

    @on(Prompt.Moved)
    def _mark(self, moved: Prompt.Moved) -> None:
        self.query_one(Completions).move(moved.step)

    @on(Completions.Taken)
    def _take(self) -> None:
        wish = self.prompt.wish
        suggestion = self.query_one(Completions).chosen(wish) if wish else None
        self.set_focus(self.prompt)
        if suggestion is not None:
            self.prompt.accept(suggestion)

    def dismiss_completions(self) -> bool:
        """Put the completions away until something else is written; False where there are none."""
        completions, wish = self.query_one(Completions), self.prompt.wish
        if not completions.display:
            return False
        self._dismissed = (wish.kind, wish.start) if wish else None
        completions.offer(None, ())
        return True

    # on the disk

    @on(Prompt.Changed)
    def save_soon(self) -> None:
        """Write the draft within a second."""
        if self._saving is None and self._draft_of is not None:
            self._saving = self.set_timer(_SAVE_AFTER, self.save_now)

    def save_now(self) -> None:
        """Write the draft without delay, in the background."""
        if self._saving is not None:
            self._saving.stop()
            self._saving = None
        self._save_behind()

    @work(group="draft", exit_on_error=False)
    async def _save_behind(self) -> None:
        await self.save_draft()

    async def save_draft(self) -> None:
        """Write what is not sent yet: the draft, and before it what waits behind a reply."""
        if self.sitting is None or self._draft_of is None or not self._keeps_draft:
            return
        await self.keep_draft(self._draft_of, joined([*self.query_one(Queued).everything, self.draft]))

    async def keep_draft(self, session: Path, draft: Draft) -> None:
        """Write `draft` as that of the session whose file is `session`."""
        try:
            await asyncio.to_thread(self._write_down, session, draft)
        except OSError as error:
            if not self._complained:
                self._complained = True
                self.say(f"Your draft cannot be kept on the disk: {error.strerror or error}.")

    def _write_down(self, session: Path, draft: Draft) -> None:
        drafts, name = self._drafts(), _kept_as(session)
        drafts.save(name, draft)
        if name:
            drafts.save("", Draft())  # it was kept as a new session's before its first message

    def _restore(self, draft: Draft) -> None:
        if not draft or draft == self.draft:
            return
        if self.draft:  # something was typed before it was read
            self._stash.append(draft)
            self.say("An earlier draft was kept: Ctrl+S, with nothing written, brings it back.")
        else:
            self.put(draft)
            self.say("Your draft was restored.")

    def _drafts(self) -> Drafts:
        assert self.sitting is not None  # noqa: S101 - its callers asked
        return Drafts(self.sitting.assistant.places.state / "drafts")

    # what was said before

    def _history(self) -> History:
        assert self.sitting is not None  # noqa: S101 - its callers asked
        return History(self.sitting.assistant.places.state / "history.jsonl")

    async def _remember(self) -> None:
        """What Up brings back: first this session's, then what was said in others."""
        history = self._history()
        self._past = await asyncio.to_thread(history.load)
        here = self.prompt.said
        self.prompt.remember([*(spoken.text for spoken in self._past if spoken.text not in here), *here])

    def keep_said(self, text: str) -> None:
        """Let Up and the search bring `text` back, from now on and in every session."""
        self.prompt.add_said(text)
        if self.sitting is not None and not self.sitting.journal.incognito:
            self._past.append(Spoken(text, self.sitting.journal.id))
            self.run_worker(self._keep(text, self.sitting.journal.id), group="history", exit_on_error=False)

    async def _keep(self, text: str, session: str) -> None:
        history = self._history()
        try:
            await asyncio.to_thread(history.add, text, session)
            await asyncio.to_thread(history.tidy)
        except OSError as error:
            if not self._complained:
                self._complained = True
                self.say(f"What you say cannot be added to the history: {error.strerror or error}.")

    @work(group="history-search", exclusive=True)
    async def action_history(self) -> None:
        """Search what was said before, the latest first."""
        texts = dict.fromkeys([*reversed(self.prompt.said), *(spoken.text for spoken in reversed(self._past))])
        if not texts:
            self.say("Nothing was said yet.")
            return
        choices = [Suggestion(text, text) for text in texts]
        chosen = await self.app.push_screen_wait(
            PickerScreen("What you said before", choices, query=self.prompt.text, verb="puts it into the draft")
        )
        if chosen is not None:
            self.prompt.add_said(self.prompt.text.strip())
            self.prompt.write(chosen.text)

    # aside, and elsewhere

    def action_stash(self) -> None:
        """Put the draft aside, or bring the last one back."""
        if self.draft:
            self.prompt.add_said(self.draft.text.strip())
            self._stash.append(self.draft)
            self.put(Draft())
            self.say("Draft put aside; Ctrl+S brings it back.")
        elif self._stash:
            self.put(self._stash.pop())
            self.say(f"Your draft is back{'; another one is still aside' if self._stash else ''}.")
        else:
            self.say("No draft was put aside.")

    def action_editor(self) -> None:
        """Give the terminal to the person's editor until it ends."""
        if self.sitting is None:
            self.say("A moment: the assistant is still starting.")
            return
        if self.sitting.journal.incognito:
            self.say("An editor needs a file, and nothing of an incognito session reaches the disk.")
            return
        folder = self.sitting.assistant.places.state / "drafts"
        try:
            command = editor_command()
            with self.app.suspend():
                text = edit(self.prompt.text, command=command, folder=folder)
        except SuspendNotSupported:
            self.say("This terminal cannot be handed to an editor.")
        except LocalGPTError as error:
            self.say(str(error))
        else:
            self.prompt.write(text)
        self.call_after_refresh(self.app.run_action, "app.redraw")


def _kept_as(session: Path) -> str:
    """What the draft of `session` is kept as; empty while nothing was said in it. Asks the disk."""
    return session.stem if session.exists() else ""
