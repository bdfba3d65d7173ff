"""A view of rows that can be searched: what is found is marked, and gone through from match to match."""

import asyncio
import re
from collections import deque
from collections.abc import Iterable
from time import perf_counter

from textual import work
from textual.message import Message
from textual.strip import Strip

from localgpt_tui.ui.widgets.finding import PIECE, Hits, Span, matches_in_piece, pattern, searched_text, spans
from localgpt_tui.ui.widgets.rows import Row
from localgpt_tui.ui.widgets.rowview import Place, RowView
from localgpt_tui.ui.widgets.selection import restyled

_SLICE = 0.005  # seconds of looking through rows between two looks at the keys


class SearchView(RowView):
    """Looks for words in all rows, folded ones too, in small steps between the keys."""

    class Searched(Message):
        """What a search has found so far.

        Attributes:
            number: which match the view is at, from 1; 0 for none.
            total: how many there are.
            complete: nothing that is to be looked through is still being loaded.
            hidden: the match is in a part of the row that is too long to be shown.
        """

        def __init__(self, number: int, total: int, *, complete: bool, hidden: bool = False) -> None:
            super().__init__()
            self.number = number
            self.total = total
            self.complete = complete
            self.hidden = hidden

    class SearchEnded(Message):
        """Nothing is looked for any more."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._wanted: re.Pattern[str] | None = None
        self._hits = Hits()
        self._unread: deque[Row] = deque()
        self._reading = False
        self._here: tuple[Row, int] | None = None
        self._from: Place | None = None
        self._opened: Row | None = None
        self._known: dict[int, _Matches] = {}  # by rows' numbers

    @property
    def searching(self) -> bool:
        """True while matches are marked."""
        return self._wanted is not None

    @property
    def complete(self) -> bool:
        """False while rows are being loaded that are to be looked through."""
        return True

    def search(self, query: str) -> None:
        """Mark what matches `query`, and go to the match nearest to where the search began."""
        if self._from is None:
            self._from = self.top_place()
        self._wanted, self._hits, self._here = pattern(query), Hits(), None
        self._known.clear()
        self._unread = deque(self.canvas.rows)
        if self._wanted is None:
            self.post_message(self.Searched(0, 0, complete=self.complete))
        self.refresh()
        self._read_on()

    def search_also(self, rows: Iterable[Row]) -> None:
        """Rows that are new, or have changed, are looked through too."""
        if self._wanted is not None:
            self._unread.extend(rows)
            if self._unread:
                self._read_on()
            else:
                self._counted()

    def end_search(self) -> None:
        """Mark nothing any more; the view stays where it is."""
        self._wanted, self._here, self._from, self._opened = None, None, None, None
        self._unread.clear()
        self._known.clear()
        self.stay_or_follow()
        self.post_message(self.SearchEnded())
        self.refresh()

    def action_next_match(self, step: int) -> None:
        """Go to the next match, or with -1 to the one before; after the last comes the first."""
        rows = self.canvas.rows
        if self._wanted is None or self._here is None:
            return
        row, number = self._here
        if 0 <= number + step < self._hits[row]:
            self._go_to(row, number + step)
            return
        index = self._hits.next(rows, rows.index(row), step) if row in rows else None
        if index is None:
            index = self._hits.next(rows, -1 if step > 0 else len(rows), step)
        if index is not None:
            self._go_to(rows[index], 0 if step > 0 else -1)

    def over(self, strips: list[Strip], top: int) -> list[Strip]:
        """Mark the matches."""
        strips = super().over(strips, top)
        palette = self.canvas.palette
        if self._wanted is None or palette is None:
            return strips
        strips = [*strips]
        here, found = palette.over("found-here"), palette.over("found")
        for index, first in self.rows_in(top, len(strips)):
            row, by_line = self.canvas.rows[index], self._matches(index).by_line
            for line in range(max(0, first), min(len(strips), first + self.canvas.heights[index])):
                for number, start, end in by_line.get(line - first, ()):
                    style = here if self._here == (row, number) else found
                    strips[line] = restyled(strips[line], (start, end), style)
        return strips

    def notify_rendering(self) -> None:
        """Lines are laid out anew: matches stand elsewhere."""
        super().notify_rendering()
        self._known.clear()

    def match_line(self, row: Row) -> int | None:
        """The line of `row` that the match is on which the view is at; None where it is in another row."""
        if self._here is None or self._here[0] is not row:
            return None
        lines = self._matches(self.canvas.rows.index(row)).lines
        return lines[self._here[1]] if self._here[1] < len(lines) else None

    def forget_search(self) -> None:
        """Other rows are shown: what was found was in those before."""
        if self._wanted is not None:
            self.end_search()

    def _read_on(self) -> None:
        if not self._reading and self._unread and self.is_mounted:
            self._reading = True
            self._read()

    @work(group="search")
    async def _read(self) -> None:
        """Count the matches in the rows that were not looked through yet."""
        paused = perf_counter()
        try:
            while self._unread:
                row, wanted = self._unread.pop(), self._wanted
                text = searched_text(row)
                count = 0
                for start in range(0, len(text), PIECE):
                    if perf_counter() - paused > _SLICE:
                        await asyncio.sleep(0)
                        paused = perf_counter()
                    if wanted is None or wanted is not self._wanted:
                        break
                    count += matches_in_piece(wanted, text, start)
                if wanted is self._wanted:
                    self._hits.written(row, count)
        finally:
            self._reading = False
        self._counted()

    def _counted(self) -> None:
        if self._wanted is None:
            return
        if self._here is None:
            self._go_to_nearest()
        else:
            self._tell_found()

    def _go_to_nearest(self) -> None:
        """To the first match at or below where the search began, else to the last one above it."""
        rows = self.canvas.rows
        start = rows.index(self._from.row) if self._from and self._from.row in rows else 0
        below, above = self._hits.next(rows, start - 1, 1), self._hits.next(rows, start, -1)
        if below is not None:
            self._go_to(rows[below], 0)
        elif above is not None:
            self._go_to(rows[above], -1)
        else:
            self._tell_found()

    def _go_to(self, row: Row, number: int) -> None:
        if self._opened is not None and self._opened is not row:
            self._unfold(self._opened, folded=True)
            self._opened = None
        if row.foldable and row.folded:
            self._unfold(row, folded=False)
            self._opened = row
        self.canvas.block_number, self.canvas.cursor = None, row
        lines = self._matches(self.canvas.rows.index(row)).lines
        self._hits.shown(row, len(lines))
        number = min(number % self._hits[row] if number < 0 else number, self._hits[row] - 1)
        self._here = (row, number)
        hidden = number >= len(lines)
        self.show_line(row, lines[number] if not hidden else lines[-1] if lines else 0)
        self._tell_found(hidden=hidden)

    def _unfold(self, row: Row, *, folded: bool) -> None:
        if row in self.canvas.rows:
            row.folded = folded
            row.changed()
            index = self.canvas.rows.index(row)
            place = self.place()
            self.canvas.measure(index, index)
            self.settle(place)

    def _tell_found(self, *, hidden: bool = False) -> None:
        rows = self.canvas.rows
        number = 0
        if self._here is not None and self._here[0] in rows:
            number = self._hits.total(rows[: rows.index(self._here[0])]) + self._here[1] + 1
        total = self._hits.total(rows)
        self.post_message(self.Searched(number, total, complete=self.complete, hidden=hidden))
        self.refresh()

    def _matches(self, index: int) -> "_Matches":
        """What is found in row `index` as it is shown now."""
        row, margin = self.canvas.rows[index], self.canvas.margin
        known = self._known.get(row.number)
        if known is None or known.version != row.version:
            known = self._known[row.number] = _Matches(row.version)
            lines = [strip.text[margin:].rstrip() for strip in self.canvas.strips(index)]
            for parts in spans(self._wanted, lines) if self._wanted else ():
                known.add(parts, margin)
        return known


class _Matches:
    """What is found in one row.

    Attributes:
        version: of the row, when it was looked through.
        lines: the line that each match begins on.
        by_line: by lines, the number of each match and the characters of the strip that it takes there.
    """

    def __init__(self, version: int) -> None:
        self.version = version
        self.lines: list[int] = []
        self.by_line: dict[int, list[Span]] = {}

    def add(self, parts: list[Span], margin: int) -> None:
        """One more match, by the parts of lines that it takes."""
        for line, start, end in parts:
            self.by_line.setdefault(line, []).append((len(self.lines), start + margin, end + margin))
        self.lines.append(parts[0][0])
