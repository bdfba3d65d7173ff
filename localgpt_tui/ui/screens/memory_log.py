"""The changes to the memory: each as a diff, or the file as it was then; undone, or brought back."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.screen import Screen
from textual.widgets import Static

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.changes import Change
from localgpt_tui.plaintext import shown_name
from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.engine import Engine
from localgpt_tui.ui.remembering import Remembering
from localgpt_tui.ui.screens.memory_dialogs import KeysScreen
from localgpt_tui.ui.stylesheets import stylesheet
from localgpt_tui.ui.widgets.hints import Hint, Hints
from localgpt_tui.ui.widgets.memory_items import changed
from localgpt_tui.ui.widgets.memory_list import Item, MemoryList
from localgpt_tui.ui.widgets.memory_text import MemoryText, differences, numbered

_MORE_KEYS = (("↑ ↓ j k g G", "Step through the changes, the newest first"), ("Enter", "To the text"))
_HINTS: tuple[Hint, ...] = (
    ("u", "undo it"), ("d", "diff or file"), ("Esc", "back"), ("?", "keys"), ("r", "restore file"),
    ("p", "paragraph"), ("Tab", "panes"),
)  # fmt: skip

Causes = Callable[[Sequence[Change]], Awaitable[Mapping[str, str]]]
"""Finds what the person had said before each change, by the change's id."""


class LogScreen(Screen[str | None]):
    """Steps through the past; the text beside it follows. Returns the entry of a message that is to be gone to."""

    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (100, "-medium")]  # noqa: RUF012 - Textual's own annotation
    CSS_PATH = stylesheet("memory")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "Back", id="changes-back"),
        Binding("ctrl+c", "dismiss", "Back", show=False),
        Binding("tab,shift+tab", "pane", "The other pane", priority=True, id="changes-pane"),
        Binding("u", "undo", "Undo this change; what came later stays", id="changes-undo"),
        Binding("d", "difference", "The difference it made, or the whole file as it was then", id="changes-difference"),
        Binding("r", "restore", "Bring the file back as it was right after this change", id="changes-restore"),
        Binding("p", "paragraph", "In the whole file: bring back this paragraph only", id="changes-paragraph"),
        Binding("f1,question_mark", "keys", "Every key", id="changes-keys"),
    ]

    def __init__(
        self,
        remembering: Remembering,
        engine: Engine,
        clock: Callable[[], datetime],
        *,
        path: str = "",
        session: str = "",
        change: str = "",
        causes: Causes | None = None,
    ) -> None:
        """The changes to the file `path`, by the conversation `session`, or all of them.

        Args:
            change: the id of the one to begin with; empty for the newest.
            causes: tells what the person had said before changes; with it, Enter goes to that message.
        """
        super().__init__()
        self._remembering, self._engine, self._clock = remembering, engine, clock
        self._path, self._session, self._find_causes = path, session, causes
        self._causes: Mapping[str, str] = {}
        self._changes: Sequence[Change] = ()
        self._first = change
        self._whole = False

    def compose(self) -> ComposeResult:
        """A title, the changes, the text, the keys."""
        yield Static("", id="memory-head", markup=False)
        with Container(id="memory-body"):
            yield MemoryList()
            with Vertical(id="memory-reading"):
                yield Static("", id="memory-about", markup=False)
                yield MemoryText()
        yield Hints()

    def on_mount(self) -> None:
        """Read the changes."""
        self.set_focus(self.query_one(MemoryList))
        self.query_one(Hints).show(((("Enter", "what caused it"),) if self._find_causes else ()) + _HINTS)
        self._read()

    @work(group="read", exclusive=True)
    async def _read(self) -> None:
        work = self._remembering.learned(self._session) if self._session else self._remembering.log(self._path)
        try:
            self._changes = await self._engine.run(work)
            if self._find_causes is not None:
                self._causes = await self._find_causes(self._changes)
        except LocalGPTError as error:
            self.query_one(Hints).say(str(error), seconds=20)
        title = "What this session wrote" if self._session else f"Changes to {shown_name(self._path or 'the memory')}"
        self.query_one("#memory-head", Static).update(f"{title}   {len(self._changes)}")
        entries = self.query_one(MemoryList)
        none = "Nothing was written here." if self._session else "Nothing was recorded yet."
        entries.show(changed(self._changes, self._clock()) or [Item(none)], chosen=entries.chosen or self._first)
        if not self._changes:
            self.query_one(MemoryText).show([])
            self.query_one("#memory-about", Static).update("")

    @property
    def _change(self) -> Change | None:
        chosen = self.query_one(MemoryList).chosen
        return next((change for change in self._changes if change.id == chosen), None)

    @property
    def _file(self) -> str:
        change = self._change
        return self._path or (change.paths[0] if change and len(change.paths) == 1 else "")

    @on(MemoryList.Looked)
    def _looked(self) -> None:
        self._show()

    @on(MemoryList.Entered)
    def _entered(self) -> None:
        change = self._change
        if self._find_causes is None or change is None:
            self.set_focus(self.query_one(MemoryText))
        elif change.turn:
            self.dismiss(change.turn)
        else:
            self.query_one(Hints).say("You wrote this yourself: no message caused it. Tab goes to the text.")

    @work(group="show", exclusive=True)
    async def _show(self) -> None:
        change = self._change
        if change is None:
            return
        try:
            if self._whole and self._file:
                lines = numbered(await self._engine.run(self._remembering.version(self._file, change.id)))
            else:
                lines = differences(await self._engine.run(self._remembering.diff(change.id, self._path)))
        except LocalGPTError as error:
            self.query_one(Hints).say(str(error), seconds=20)
            return
        self.query_one("#memory-about", Static).update(printable(self._about(change)))
        self.query_one(MemoryText).show(lines)

    def _about(self, change: Change) -> str:
        when = f"{change.time.astimezone():%Y-%m-%d %H:%M}"
        session = f"session {change.session[:8]}" if change.session and not self._session else ""
        first = " · ".join(filter(None, (change.author, when, session)))
        said = self._causes.get(change.id, "")
        cause = f"after you said: {' '.join(said.split())}" if said else change.why
        return f"{first}\n{cause}"

    def action_back(self) -> None:
        """From the text to the list, from there away."""
        if self.focused is self.query_one(MemoryText):
            self.action_pane()
        else:
            self.dismiss(None)

    def action_pane(self) -> None:
        """Go to the other pane."""
        entries, text = self.query_one(MemoryList), self.query_one(MemoryText)
        self.set_focus(entries if self.focused is text else text)

    def action_difference(self) -> None:
        """Show the difference, or the whole file as it was then."""
        if not self._file:
            self.query_one(Hints).say("This change has more than one file; its difference shows all.")
            return
        self._whole = not self._whole
        self._show()

    @work(group="undo", exclusive=True)
    async def action_undo(self) -> None:
        """Undo this change."""
        change = self._change
        if change is not None:
            await self._carry_out(self._remembering.undo_change(change.id), f"Undone: {change.why}.")

    @work(group="undo", exclusive=True)
    async def action_restore(self) -> None:
        """Bring the file back as it was right after this change."""
        change = self._change
        if change is None or not self._file:
            self.query_one(Hints).say("This change has more than one file; open the log of one: l.")
            return
        await self._carry_out(
            self._remembering.restore(self._file, change.id), "Brought back; u in the memory undoes it."
        )

    @work(group="undo", exclusive=True)
    async def action_paragraph(self) -> None:
        """Bring back the paragraph under the cursor."""
        change, text = self._change, self.query_one(MemoryText)
        if change is None or not self._whole or not self._file or self.focused is not text:
            self.query_one(Hints).say("d shows the whole file; Tab goes there; p brings its paragraph back.")
            return
        work = self._remembering.restore(self._file, change.id, text.paragraph)
        await self._carry_out(work, "Brought the paragraph back; u in the memory undoes it.")

    async def _carry_out(self, work: Coroutine[Any, Any, object], word: str) -> None:
        try:
            await self._engine.run(work)
        except LocalGPTError as error:
            self.query_one(Hints).say(str(error), seconds=20)
        else:
            self.query_one(Hints).say(word)
            self._read()

    def action_keys(self) -> None:
        """Show every key."""
        self.app.push_screen(KeysScreen("Keys of the changes", ("Changes",), _MORE_KEYS))
