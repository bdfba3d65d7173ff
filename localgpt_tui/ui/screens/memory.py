"""The memory on a screen of its own: its files, what a search finds in them, and the text with the place marked."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Literal

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from localgpt_tui.core.passages import Passage
from localgpt_tui.memory.listing import Listing
from localgpt_tui.memory.memory import Statistics
from localgpt_tui.plaintext import shown_name
from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.engine import Engine
from localgpt_tui.ui.remembering import Remembering
from localgpt_tui.ui.screens.memory_dialogs import KeysScreen
from localgpt_tui.ui.screens.memory_past import PastScreen
from localgpt_tui.ui.widgets.hints import Hint, Hints
from localgpt_tui.ui.widgets.memory_items import (
    about_file,
    about_passage,
    chosen_items,
    counts,
    found,
    listed,
    new_files,
)
from localgpt_tui.ui.widgets.memory_list import Item, MemoryList
from localgpt_tui.ui.widgets.memory_text import MemoryText, numbered

_TYPING = 0.15  # seconds after the last letter
_LOOK_AGAIN = 2.0

_MORE_KEYS = (
    ("Enter", "From the search to the list, from the list to the text"),
    ("↑ ↓ j k g G", "Move; PgUp PgDn by pages"),
    ("1 … 9", "The passage with that number"),
    ("in: after:", "In the search: narrow it, also with before: and kind:"),
)
_LIST_HINTS: tuple[Hint, ...] = (
    ("/", "search"), ("Enter", "read"), ("Esc", "back"), ("?", "keys"), ("e", "edit"), ("a", "note"), ("x", "forget"),
    ("u", "undo"), ("l", "log"), ("m", "move"),
)  # fmt: skip
_TEXT_HINTS: tuple[Hint, ...] = (
    ("v", "mark"), ("Esc", "list"), ("?", "keys"), ("x", "forget"), ("m", "move"), ("e", "edit"), ("l", "log"),
    ("u", "undo"), ("E", "$EDITOR"),
)  # fmt: skip
_FIND_HINTS: tuple[Hint, ...] = (("Enter", "to the list"), ("Esc", "all files"), ("in: after: before:", "narrow it"))

_NOTHING = "Nothing is remembered yet; a notes something."

Showing = Literal["files", "found", "sources"]


class MemoryScreen(PastScreen):
    """Everything by keyboard; nothing here waits for the disk or the index."""

    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (100, "-medium")]  # noqa: RUF012 - Textual's own annotation
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (16, "-low")]  # noqa: RUF012 - the same
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", "Search", id="memory-search"),
        Binding("escape", "back", "Back: to the list, to all files, to the chat", id="memory-back"),
        Binding("ctrl+c", "leave", "To the chat", id="memory-leave"),
        Binding("tab", "pane(1)", "The next pane", priority=True, id="memory-next-pane"),
        Binding("shift+tab", "pane(-1)", "The pane before", priority=True, id="memory-previous-pane"),
        Binding("a", "add", "Note something down in today's log", id="memory-add"),
        Binding("A", "add_here", "Note something down in the file shown", id="memory-add-here"),
        Binding("e", "edit", "Edit the file here", id="memory-edit"),
        Binding("E", "editor", "Edit the file in your editor ($VISUAL, $EDITOR)", id="memory-editor"),
        Binding("x", "forget", "Forget the passage, the marked lines, or the file", id="memory-forget"),
        Binding("m", "move", "Move the passage or the marked lines to another file", id="memory-move"),
        Binding("u", "undo", "Take back what was done last here", id="memory-undo"),
        Binding("P", "purge", "Purge what was forgotten last from the history too", id="memory-purge"),
        Binding("f1,question_mark", "keys", "Every key", id="memory-keys"),
        *(Binding(str(number), f"number({number})", show=False) for number in range(1, 10)),
    ]

    def __init__(
        self,
        remembering: Remembering,
        engine: Engine,
        *,
        drafts: Path,
        clock: Callable[[], datetime],
        sources: Sequence[Passage] = (),
        first: int = 0,
        query: str = "",
    ) -> None:
        """The files of the memory, or why something was known.

        Args:
            sources: passages that a reply was given; they are shown instead of the files.
            first: the number of the one that is opened.
            query: what is searched for at first.
        """
        super().__init__(remembering, engine, drafts=drafts, clock=clock)
        self._listing = Listing(())
        self._files: Sequence[Item] = ()
        self._statistics: Statistics | None = None
        self._passages: Sequence[Passage] = sources
        self._first = next((str(place) for place, each in enumerate(sources, 1) if each.number == first), "")
        self._showing: Showing = "sources" if sources else "files"
        self._query = query
        self._soon: Timer | None = None
        self._freshness = ""
        self._file = ""

    def compose(self) -> ComposeResult:
        """Counts, a search line, the list and the text, the keys."""
        yield Static(" Memory", id="memory-head", markup=False)
        with Horizontal(id="memory-find"):
            yield Static("/ ", id="memory-slash", markup=False)
            line = Input(self._query, placeholder="search what is remembered", compact=True)
            line.cursor_blink = False
            yield line
        with Container(id="memory-body"):
            yield MemoryList()
            with Vertical(id="memory-reading"):
                yield Static("", id="memory-about", markup=False)
                yield MemoryText()
        yield Hints()

    def on_mount(self) -> None:
        """Begin with the list; look at the counts from time to time."""
        self.set_focus(self.query_one(MemoryList))
        if self._showing == "sources":
            self._show_passages()
            self.query_one(MemoryList).choose(self._first)
        self.read_again()
        self.set_interval(_LOOK_AGAIN, self._count)

    # what is listed

    @work(group="list", exclusive=True)
    async def read_again(self) -> None:
        """Show everything as it is now."""
        await self._list()
        await self.read_choices()
        if self._showing == "files":
            self._show_files()
        elif self._showing == "sources":
            self._show_passages()
        elif self._showing == "found":
            self._search()
        self._look(self.query_one(MemoryList).chosen)
        self._count()

    async def _list(self) -> None:
        listing = await self.ask(self.remembering.listing())
        if listing is not None:
            self._listing = listing
            self._files = await asyncio.to_thread(listed, listing, self.clock())

    @work(group="count", exclusive=True, exit_on_error=False)
    async def _count(self) -> None:
        before, self._statistics = self._statistics, await self.engine.run(self.remembering.statistics())
        self._say_counts()
        grown = before and self._statistics and (before.files, before.chunks) != (
            self._statistics.files, self._statistics.chunks
        )  # fmt: skip
        if grown and self._showing == "files":
            await self._list()
            self._show_files()

    def _say_counts(self) -> None:
        files = self._listing.files
        words = counts(self._statistics, len(files), new_files(files, self.clock()))
        fresh = self._statistics.freshness if self._statistics else "no index yet: plain lists only"
        if self._showing == "found":
            fresh = f"{len(self._passages)} found · {self._freshness}"
        problem = self.remembering.history.problem
        said = " · ".join(filter(None, (f"history: {problem}" if problem else "", words, fresh)))
        self.query_one("#memory-head", Static).update(f"Memory   {printable(said)}")

    def _show_files(self) -> None:
        items = [*chosen_items(self.kept.places, self.kept.chosens), *self._files]
        entries = self.query_one(MemoryList)
        entries.show(items or [Item(_NOTHING)], chosen=entries.chosen if self.kept_at(entries.chosen) else self._file)

    def _show_passages(self) -> None:
        shown = self.query_one(MemoryList)
        titles = {"found": "Nothing found", "sources": "The reply was given these memories"}
        counted = self._showing == "sources"
        items = found(self._passages, self.clock(), counted=counted, chosen=self.kept.of)
        if self._showing == "sources" or not items:
            items.insert(0, Item(titles[self._showing]))
        shown.show(items, chosen=shown.chosen)

    # searching

    @on(Input.Changed)
    def _typed(self) -> None:
        if self._soon is not None:
            self._soon.stop()
        self._soon = self.set_timer(_TYPING, self._search)

    @work(group="search", exclusive=True)
    async def _search(self) -> None:
        query = self.query_one(Input).value.strip()
        if not query:
            if self._showing == "found":
                self._showing, self._passages = "files", ()
                self._show_files()
                self._say_counts()
            return
        hits = await self.ask(self.remembering.search(query))
        if hits is None or self.query_one(Input).value.strip() != query:
            return
        self._showing, self._passages, self._freshness = "found", hits.passages, hits.freshness
        self._show_passages()
        self._say_counts()

    @on(Input.Submitted)
    def _to_list(self) -> None:
        self.set_focus(self.query_one(MemoryList))

    # the text

    @property
    def chosen(self) -> str:
        """The key of the line that is marked in the list."""
        return self.query_one(MemoryList).chosen

    @property
    def passage(self) -> Passage | None:
        """The passage that is marked in the list, if one is."""
        chosen = self.query_one(MemoryList).chosen
        if kept := self.kept_at(chosen):
            return self.kept.places.get(kept)
        listed = self._showing != "files" and chosen.isdecimal() and int(chosen) <= len(self._passages)
        return self._passages[int(chosen) - 1] if listed else None

    @property
    def pointed(self) -> tuple[str, int, int]:
        """The passage in the list; in the text, the marked lines."""
        passage, text = self.passage, self.query_one(MemoryText)
        path = self.opened.path if self.opened else ""
        if self.focused is text:
            return path, *text.marked
        if passage is None:
            return path, 0, 0
        return passage.path, passage.first_line, passage.last_line

    @on(MemoryList.Looked)
    def _looked(self, looked: MemoryList.Looked) -> None:
        self._look(looked.key)

    @on(MemoryList.Entered)
    def _entered(self, entered: MemoryList.Entered) -> None:
        self._look(entered.key)
        self.set_focus(self.query_one(MemoryText))

    @work(group="look", exclusive=True)
    async def _look(self, key: str) -> None:
        passage = self.passage
        path = passage.path if passage else key
        if not key or (self.kept_at(key) and passage is None):
            self.opened = None
            self._show_text("This passage is no longer there; p or n takes the choice back." if key else "", "")
            return
        self._file = path if passage is None else self._file
        self.opened = await self.ask(self.remembering.open(path))
        if self.opened is None:
            self._show_text(shown_name(path), "")
            return
        lines = self.opened.text.removesuffix("\n").count("\n") + 1
        file = next((file for file in self._listing.files if file.path == path), None)
        about = about_passage(passage) if passage else about_file(file, path, lines)
        self._show_text(about, self.opened.text, (passage.first_line, passage.last_line) if passage else (0, 0))

    def _show_text(self, about: str, text: str, hit: tuple[int, int] = (0, 0)) -> None:
        self.query_one("#memory-about", Static).update(printable(about))
        self.query_one(MemoryText).show(numbered(text, hit) if text else [])

    # keys

    def on_descendant_focus(self) -> None:
        """Say which keys matter in the pane that has them now."""
        match self.focused:
            case MemoryText():
                hints = _TEXT_HINTS
            case Input():
                hints = _FIND_HINTS
            case _:
                hints = _LIST_HINTS
        self.query_one(Hints).show(hints)

    def on_key(self, event: events.Key) -> None:
        """Letters typed right after `/` are on their way to the list already: they belong to the search."""
        line = self.query_one(Input)
        if self.focused is line:
            if event.is_printable and event.character:
                event.stop()
                line.insert_text_at_cursor(event.character)
        elif any(binding.action == "find" for binding in self._bindings.key_to_bindings.get(event.key, ())):
            event.stop()
            event.prevent_default()
            self.action_find()

    def action_find(self) -> None:
        """Go to the search line."""
        self.set_focus(self.query_one(Input))

    def action_pane(self, step: int) -> None:
        """Go to the next of search, list and text."""
        panes: list[Widget] = [self.query_one(Input), self.query_one(MemoryList), self.query_one(MemoryText)]
        place = panes.index(self.focused) if self.focused in panes else 0
        self.set_focus(panes[(place + step) % len(panes)])

    def action_back(self) -> None:
        """One step: from the text to the list, from what was found to the files, from there to the chat."""
        line, entries = self.query_one(Input), self.query_one(MemoryList)
        if self.focused is self.query_one(MemoryText):
            self.set_focus(entries)
        elif line.value:
            line.value = ""
            self.set_focus(entries)
        elif self.focused is line:
            self.set_focus(entries)
        else:
            self.dismiss()

    def action_leave(self) -> None:
        """Go to the chat."""
        self.dismiss()

    def action_number(self, number: int) -> None:
        """Look at the passage with this number."""
        places = {each.number or place: place for place, each in enumerate(self._passages, 1)}
        if self._showing != "files" and number in places:
            self.query_one(MemoryList).choose(str(places[number]))

    def action_keys(self) -> None:
        """Show every key."""
        self.app.push_screen(KeysScreen("Keys of the memory", ("Memory", "Text"), _MORE_KEYS))
