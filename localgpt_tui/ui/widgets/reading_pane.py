"""The transcript, and the line to search it with, which is there only while somebody searches."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from localgpt_tui.ui.widgets.search_line import SearchLine
from localgpt_tui.ui.widgets.transcript import Transcript


class ReadingPane(Vertical):
    """Hands words from the line to the transcript, and what it found back."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._transcript = Transcript()
        self._line: SearchLine | None = None

    def compose(self) -> ComposeResult:
        """Only the transcript: the line comes when it is asked for first."""
        yield self._transcript

    @on(Transcript.SearchWanted)
    async def _open(self) -> None:
        if self._line is None:
            self._line = SearchLine()
            await self.mount(self._line)
        self._line.display = True
        self._line.open()
        self._transcript.search(self._line.words)

    @on(SearchLine.Typed)
    def _typed(self, typed: SearchLine.Typed) -> None:
        self._transcript.search(typed.words)

    @on(SearchLine.Stepped)
    def _stepped(self, stepped: SearchLine.Stepped) -> None:
        self._transcript.action_next_match(stepped.step)

    @on(SearchLine.Entered)
    def _entered(self) -> None:
        self._transcript.focus()

    @on(SearchLine.Left)
    def _left(self) -> None:
        self._transcript.focus()
        self._transcript.end_search()

    @on(Transcript.Searched)
    def _searched(self, searched: Transcript.Searched) -> None:
        if self._line is not None:
            self._line.show(searched.number, searched.total, complete=searched.complete, hidden=searched.hidden)

    @on(Transcript.SearchEnded)
    def _ended(self) -> None:
        if self._line is not None:
            self._line.display = False
