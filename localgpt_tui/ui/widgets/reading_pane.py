"""The transcript, and the line to search it with, which is there only while somebody searches."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from localgpt_tui.ui.widgets.search_line import SearchLine
from localgpt_tui.ui.widgets.transcript import Transcript


class ReadingPane(Vertical):
    """Hands words from the line to the transcript, and what it found back.

    The keys change hands at once, not by messages: a person types faster than those arrive.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search in this session", priority=True, id="transcript-search"),
        Binding("enter", "go", "Search: on to the match; n and N go on", priority=True, id="search-go"),
        Binding("up", "step(-1)", "Search: the match before", priority=True, id="search-before"),
        Binding("down", "step(1)", "Search: the next match", priority=True, id="search-after"),
        Binding("escape", "end", "Search: end it", priority=True, id="search-end"),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._transcript = Transcript()
        self._line = SearchLine()
        self._line.display = False

    def compose(self) -> ComposeResult:
        """What is read, and the line below it."""
        yield self._transcript
        yield self._line

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The slash is the transcript's key, the others are the line's; elsewhere they mean something else."""
        match action:
            case "search":
                return self.screen.focused is self._transcript
            case "go" | "step" | "end":
                return self._line.has_keys
            case _:
                return super().check_action(action, parameters)

    def action_search(self) -> None:
        """Ask what to look for."""
        self.search()

    def search(self, words: str = "") -> None:
        """Open the line, with `words` in it where there are any, and go to what they find."""
        self._line.open(words)
        self._transcript.search(self._line.words)

    def action_go(self) -> None:
        """Give the keys back; what is found stays marked."""
        if self._line.words.strip():
            self.screen.set_focus(self._transcript)
        else:
            self.action_end()

    def action_step(self, step: int) -> None:
        """Go to another match without leaving the line."""
        self._transcript.action_next_match(step)

    def action_end(self) -> None:
        """End the search."""
        self.screen.set_focus(self._transcript)
        self._transcript.end_search()
        self._line.display = False

    @on(SearchLine.Typed)
    def _typed(self, typed: SearchLine.Typed) -> None:
        if self._line.display:
            self._transcript.search(typed.words)

    @on(Transcript.Searched)
    def _searched(self, searched: Transcript.Searched) -> None:
        self._line.show(searched.number, searched.total, complete=searched.complete, hidden=searched.hidden)

    @on(Transcript.SearchEnded)
    def _ended(self) -> None:
        if not (self._line.has_keys or self._transcript.searching):  # it may have been opened again
            self._line.display = False
