"""Rows as finished strips: each laid out once for a width and a palette, and its height then known."""

from textual.cache import LRUCache
from textual.strip import Strip

from localgpt_tui.ui.rendering.cards import indented, row_rendering
from localgpt_tui.ui.rendering.growing import Growing
from localgpt_tui.ui.rendering.icons import UNICODE, Icons
from localgpt_tui.ui.rendering.lines import Line
from localgpt_tui.ui.rendering.markdown import CodeBlock
from localgpt_tui.ui.rendering.paint import Palette
from localgpt_tui.ui.widgets.heights import Heights
from localgpt_tui.ui.widgets.rows import ReplyRow, Row, estimated_height, may_have_code

MOST_COLUMNS = 100
"""Cells that text may be wide; longer lines are hard to read."""

_KEPT = 400  # rows whose strips are kept


class Canvas:
    """The strips of `rows`; does nothing before `prepare` has told it how wide it is.

    Attributes:
        cursor: the row that is marked, if any.
        block_number: which block of code in it is marked, from 0, if any.
    """

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.heights = Heights()
        self.width = 0
        self.palette: Palette | None = None
        self.icons: Icons = UNICODE
        self.colours = False
        self.cursor: Row | None = None
        self.block_number: int | None = None
        self._kept: LRUCache[tuple[int, int, int | None], list[Strip]] = LRUCache(_KEPT)
        self._live: _LiveReply | None = None

    @property
    def margin(self) -> int:
        """Cells left of the text; where there is much room, the text stands in the middle."""
        return 1 + max(0, (self.width - MOST_COLUMNS - 2) // 2)

    @property
    def column(self) -> int:
        """Cells that a line of text may have."""
        return max(1, min(MOST_COLUMNS, self.width - self.margin - 1))

    def prepare(self, width: int, palette: Palette, icons: Icons, *, colours: bool) -> None:
        """Draw for this width and these colours from now on; all heights become estimates again."""
        resized = width != self.width
        self.width, self.palette, self.icons, self.colours = width, palette, icons, colours
        self._kept.clear()
        self._live = None
        if resized:
            self.heights = Heights(estimated_height(row, self.column) for row in self.rows)

    def came_above(self, count: int) -> None:
        """The first `count` rows are new; of those that were first, some may have gone into them."""
        known = self.heights[len(self.heights) - (len(self.rows) - count) :]
        self.heights = Heights([*(estimated_height(row, self.column) for row in self.rows[:count]), *known])

    def came_below(self) -> None:
        """Rows that have no height yet are new; they get estimates."""
        self.heights.extend([estimated_height(row, self.column) for row in self.rows[len(self.heights) :]])

    def measure(self, first: int, last: int) -> bool:
        """Lay out rows `first` to `last`, both included; True where one is not as tall as it was thought to be."""
        if not self.width:
            return False
        changes = [self.heights.set(index, len(self.strips(index))) for index in range(first, last + 1)]
        return any(changes)

    def seen(self, top: int, count: int) -> list[Strip]:
        """The strips of `count` lines from line `top` on; fewer at the end."""
        found: list[Strip] = []
        index = self.heights.at(top)
        skip = top - self.heights.start(index) if self.rows else 0
        while len(found) < count and index < len(self.rows):
            found += self.strips(index)[skip : skip + count - len(found)]
            skip, index = 0, index + 1
        return found

    def strips(self, index: int) -> list[Strip]:
        """All strips of row `index`."""
        row = self.rows[index]
        marked = row is self.cursor
        if isinstance(row, ReplyRow) and row.live:
            live = self._growing(row)
            if live is None:
                return []
            strips = live.strips
            return self._marked(strips, row.gap) if marked else strips
        plain = (row.number, row.version, None)
        key = (row.number, row.version, -1 if self.block_number is None else self.block_number) if marked else plain
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept.get(plain)
            kept = self._kept[plain] = self._painted(row) if kept is None else kept
            kept = self._kept[key] = self._marked(kept, row.gap) if marked else kept
        return kept

    def lines(self, index: int) -> list[Line]:
        """The lines of row `index` before they were painted, as many as it has strips."""
        row = self.rows[index]
        if isinstance(row, ReplyRow) and row.live:
            live = self._growing(row)
            return live.lines if live is not None else []
        return row_rendering(row, self.column, self.icons, colours=False).lines

    def code(self, row: Row) -> list[CodeBlock]:
        """The blocks of code in `row`, with the lines of the row that show them."""
        return row_rendering(row, self.column, self.icons, colours=False).code if may_have_code(row) else []

    @property
    def block(self) -> CodeBlock | None:
        """The block of code that is marked."""
        if self.cursor is None or self.block_number is None:
            return None
        blocks = self.code(self.cursor)
        return blocks[self.block_number] if self.block_number < len(blocks) else None

    def _painted(self, row: Row) -> list[Strip]:
        if self.palette is None:
            return []
        rendering = row_rendering(row, self.column, self.icons, colours=self.colours)
        return self.palette.strips(rendering.lines, self.width, self.margin)

    def _growing(self, row: ReplyRow) -> "_LiveReply | None":
        if self.palette is None:
            return None
        if self._live is None or self._live.row is not row:
            self._live = _LiveReply(row, self)
        self._live.grow(self.palette)
        return self._live

    def _marked(self, strips: list[Strip], gap: int) -> list[Strip]:
        if self.palette is None:
            return strips
        column = self.margin - 1
        thin, thick = self.palette.strips([[(self.icons.column, "cursor")], [(self.icons.block, "cursor")]], 1, 0)
        marked = self.block
        block = range(marked.first, marked.last + 1) if marked else ()
        return [
            *strips[:gap],
            *(
                Strip.join([strip.crop(0, column), thick if line in block else thin, strip.crop(column + 1)])
                for line, strip in enumerate(strips[gap:], gap)
            ),
        ]


class _LiveReply:
    """The reply that is being written: finished lines are painted once."""

    def __init__(self, row: ReplyRow, canvas: Canvas) -> None:
        self.row = row
        self._canvas = canvas
        self._growing = Growing(canvas.column - 2, icons=canvas.icons, colours=canvas.colours)
        self._fed = 0
        self._version = -1
        self._done: list[Strip] = []
        self._painted = 0
        self.strips: list[Strip] = []

    @property
    def lines(self) -> list[Line]:
        """The lines that the strips are painted from."""
        return [*([[]] * self.row.gap), *indented([*self._growing.done, *self._growing.tail])]

    def grow(self, palette: Palette) -> None:
        """Paint what has come since the last time."""
        row, canvas = self.row, self._canvas
        if self._version != row.version:
            self._growing.feed(row.text[self._fed :])
            self._fed, self._version = len(row.text), row.version
            new = self._growing.done[self._painted :]
            self._painted += len(new)
            if not self._done:
                new = [*([[]] * row.gap), *new]
            self._done += palette.strips(indented(new), canvas.width, canvas.margin)
            self.strips = [*self._done, *palette.strips(indented(self._growing.tail), canvas.width, canvas.margin)]
