"""A text to read line by line: numbered, with the lines that matter marked, and a cursor to point with."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.rendering.lines import plain, wrap

_LONGEST = 20_000
_ROUGH = 100_000  # characters; a longer text is broken wherever a line is full, which takes no time
_TAB = 4


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of a text.

    Attributes:
        look: what it is: `hit`, `added`, `removed`, `title`, `quiet`, or empty.
        number: which line of its file it is; 0 for none.
    """

    text: str
    look: str = ""
    number: int = 0


def numbered(text: str, hit: tuple[int, int] = (0, 0)) -> list[TextLine]:
    """The lines of a file; those from `hit[0]` to `hit[1]` are marked, headings stand out."""
    lines = text.removesuffix("\n").split("\n")
    return [TextLine(line, _look(line, number, hit), number) for number, line in enumerate(lines, 1)]


def differences(diff: str) -> list[TextLine]:
    """The lines of a unified diff."""
    looks = {"+": "added", "-": "removed", "@": "quiet", "\\": "quiet"}
    lines = diff.removesuffix("\n").split("\n")
    return [TextLine(line, "title" if line.startswith(("+++ ", "--- ")) else looks.get(line[:1], "")) for line in lines]


class MemoryText(ScrollView, can_focus=True):
    """Wraps long lines; renders only what is in sight."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "memory-text--plain",
        "memory-text--hit",
        "memory-text--added",
        "memory-text--removed",
        "memory-text--title",
        "memory-text--quiet",
        "memory-text--cursor",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor(-1)", "The line above", show=False),
        Binding("down,j", "cursor(1)", "The line below", show=False),
        Binding("pageup", "page(-1)", "A page up", show=False),
        Binding("pagedown,space", "page(1)", "A page down", show=False),
        Binding("home,g", "edge(-1)", "The first line", show=False),
        Binding("end,G", "edge(1)", "The last line", show=False),
        Binding("v", "mark", "In the text: begin or end marking lines", id="memory-text-mark"),
    ]

    class CursorMoved(Message):
        """The cursor stands on another line."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._lines: Sequence[TextLine] = ()
        self._starts: list[int] = [0]
        self._cursor = 0
        self._mark: int | None = None
        self._gutter = 2
        self._rough = False

    @property
    def line(self) -> TextLine | None:
        """The line under the cursor."""
        return self._lines[self._cursor] if self._lines else None

    @property
    def marked(self) -> tuple[int, int]:
        """The numbers of the first and last line that are marked; without marks, of the one under the cursor."""
        first, last = self._range()
        if not self._lines:
            return (0, 0)
        return self._lines[first].number, self._lines[last].number

    @property
    def paragraph(self) -> tuple[int, int]:
        """The numbers of the first and last line of the paragraph under the cursor."""
        first = last = self._cursor
        while first > 0 and self._lines[first - 1].text.strip():
            first -= 1
        while last + 1 < len(self._lines) and self._lines[last + 1].text.strip():
            last += 1
        return (self._lines[first].number, self._lines[last].number) if self._lines else (0, 0)

    def show(self, lines: Iterable[TextLine]) -> None:
        """Show `lines` from the first that is marked as a hit, else from the top."""
        self._lines = [_cleaned(line) for line in lines]
        self._mark = None
        self._rough = sum(len(line.text) for line in self._lines) > _ROUGH
        self._gutter = 2 + max((len(str(line.number)) for line in self._lines[-1:] if line.number), default=-1) + 1
        self._cursor = next((index for index, line in enumerate(self._lines) if line.look == "hit"), 0)
        self._measure()
        self.scroll_to(0, max(0, self._starts[self._cursor] - 2), animate=False, immediate=True)
        self.refresh()

    def go_to(self, number: int) -> None:
        """Put the cursor on the line with this number, or the last one."""
        self._go(next((index for index, line in enumerate(self._lines) if line.number == number), len(self._lines) - 1))

    def action_cursor(self, step: int) -> None:
        """Go to a line above or below."""
        self._go(self._cursor + step)

    def action_page(self, pages: int) -> None:
        """Go on by what is in sight."""
        row = self._starts[self._cursor] + pages * max(1, self.size.height - 1)
        self._go(bisect_right(self._starts, max(0, row)) - 1)

    def action_edge(self, end: int) -> None:
        """Go to the first or the last line."""
        self._go(0 if end < 0 else len(self._lines) - 1)

    def action_mark(self) -> None:
        """Mark from here on, or no longer."""
        self._mark = self._cursor if self._mark is None else None
        self.refresh()

    def on_resize(self) -> None:
        """Another width, other lines."""
        self._measure()

    def on_focus(self) -> None:
        """The cursor shows itself."""
        self.refresh()

    def on_blur(self) -> None:
        """And hides."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row of what is in sight."""
        row = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if row >= self._starts[-1] or not self._lines:
            return Strip.blank(width, self.rich_style)
        index = bisect_right(self._starts, row) - 1
        line, part = self._lines[index], row - self._starts[index]
        pieces = _pieces(line.text, self._room, rough=self._rough)
        text = pieces[part] if part < len(pieces) else ""
        style = self.get_component_rich_style(f"memory-text--{line.look or 'plain'}")
        if self.has_focus and self._pointed(index):
            style += Style(bgcolor=self.get_component_rich_style("memory-text--cursor").bgcolor)
        quiet = self.get_component_rich_style("memory-text--quiet") + Style(bgcolor=style.bgcolor)
        segments = [Segment(self._gutter_of(index, part), quiet), Segment(text, style)]
        used = self._gutter + cell_len(text)
        return Strip([*segments, Segment(" " * max(0, width - used), style)]).crop(0, width)

    @property
    def _room(self) -> int:
        return max(8, self.scrollable_content_region.width - self._gutter)

    def _pointed(self, index: int) -> bool:
        first, last = self._range()
        return first <= index <= last

    def _range(self) -> tuple[int, int]:
        mark = self._cursor if self._mark is None else self._mark
        return min(mark, self._cursor), max(mark, self._cursor)

    def _gutter_of(self, index: int, part: int) -> str:
        line = self._lines[index]
        sign = "▌" if line.look == "hit" else " "
        if self.has_focus and part == 0 and self._pointed(index):
            sign = "›" if index == self._cursor else "*"
        number = str(line.number) if line.number and part == 0 else ""
        return f"{sign}{number.rjust(self._gutter - 2)} " if self._gutter > 2 else f"{sign} "

    def _measure(self) -> None:
        if not self.scrollable_content_region.width:
            return
        room = self._room
        heights = [len(_pieces(line.text, room, rough=self._rough)) for line in self._lines]
        self._starts = [0, *accumulate(heights)]
        self.virtual_size = Size(self.scrollable_content_region.width, self._starts[-1])

    def _go(self, index: int) -> None:
        if not self._lines:
            return
        self._cursor = max(0, min(index, len(self._lines) - 1))
        first, height = self._starts[self._cursor], self._starts[self._cursor + 1] - self._starts[self._cursor]
        self.scroll_to_region(Region(0, first, 1, max(1, height)), animate=False, force=True)
        self.refresh()
        self.post_message(self.CursorMoved())


def _cleaned(line: TextLine) -> TextLine:
    text = printable(line.text).replace("\n", " ").expandtabs(_TAB)
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]} … and {len(text) - _LONGEST:,} characters more"
    return line if text == line.text else TextLine(text, line.look, line.number)


def _pieces(text: str, width: int, *, rough: bool) -> list[str]:
    if (len(text) <= width and text.isascii()) or cell_len(text) <= width:
        return [text]
    if rough:
        starts = range(0, len(text), width)
        return [text[at : at + width] for at in starts] if text.isascii() else chop_cells(text, width)
    return [plain(piece) for piece in wrap([(text, "")], width)] or [""]


def _look(line: str, number: int, hit: tuple[int, int]) -> str:
    if hit[0] <= number <= hit[1]:
        return "hit"
    return "title" if line.startswith("#") else ""
