"""Marked text: how it looks, and what is copied, which is the text alone."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.cells import get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from localgpt_tui.ui.rendering.lines import GUTTER, Line, content

if TYPE_CHECKING:
    from textual.selection import Selection

    from localgpt_tui.ui.widgets.canvas import Canvas

MOST_LINES = 20_000
"""Lines copied at once."""


def with_selection(strips: list[Strip], top: int, selection: "Selection", style: Style) -> list[Strip]:
    """`strips`, the first of which is line `top`, with what is marked in `style`."""
    spans = [selection.get_span(top + index) for index in range(len(strips))]
    return [restyled(strip, span, style) if span else strip for strip, span in zip(strips, spans, strict=True)]


def restyled(strip: Strip, span: tuple[int, int], style: Style) -> Strip:
    """`strip` with the characters of `span` in `style`; an end of -1 is the strip's own."""
    start, end = span
    segments: list[Segment] = []
    position = 0
    for text, own, _ in strip:
        left = max(0, min(len(text), start - position))
        right = len(text) if end == -1 else max(left, min(len(text), end - position))
        position += len(text)
        marked = Segment(text[left:right], own + style if own else style)
        segments += [part for part in (Segment(text[:left], own), marked, Segment(text[right:], own)) if part.text]
    return Strip(segments, strip.cell_length)


def pointable(strip: Strip, y: int) -> Strip:
    """A strip as wide as `strip` that says for each cell which character of line `y` is there.

    Textual takes the right half of a wide character for the character after it, so each cell stands by itself here.
    """
    text = strip.text
    if len(text) == strip.cell_length:
        return strip.apply_offsets(0, y)
    cells: list[Segment] = []
    for index, character in enumerate(text):
        style = Style.from_meta({"offset": (index, y)})
        cells += [Segment(" ", style)] * get_character_cell_size(character)
    return Strip(cells, strip.cell_length)


def selected_text(canvas: "Canvas", selection: "Selection") -> str:
    """The text marked with the mouse; at most 20,000 lines."""
    first = selection.start.y if selection.start else 0
    last = selection.end.y if selection.end else canvas.heights.total - 1
    lines: list[str] = []
    for number, line in numbered_lines(canvas, first, min(last, first + MOST_LINES - 1)):
        start, end = selection.get_span(number) or (0, 0)
        lines.append(_part(line, start - canvas.margin, None if end == -1 else end - canvas.margin))
    return "\n".join(lines)


def lines_text(canvas: "Canvas", first: int, last: int) -> str:
    """The text of lines `first` to `last`, both included; at most 20,000 of them."""
    return "\n".join(content(line) for _, line in numbered_lines(canvas, first, min(last, first + MOST_LINES - 1)))


def numbered_lines(canvas: "Canvas", first: int, last: int) -> Iterator[tuple[int, Line]]:
    """Lines `first` to `last` of everything, without those that only say what language code is in."""
    index = canvas.heights.at(first)
    number = canvas.heights.start(index) if canvas.rows else 0
    while index < len(canvas.rows) and number <= last:
        for line in canvas.lines(index):
            if first <= number <= last and not any("code-label" in look for _, look in line):
                yield number, line
            number += 1
        index += 1


def _part(line: Line, start: int, end: int | None) -> str:
    """The text between two characters of `line`, gutters and padding left out; never half of a letter."""
    text = "".join(text for text, _ in line).rstrip(" ")
    end = len(text) if end is None else max(0, min(end, len(text)))
    while end < len(text) and get_character_cell_size(text[end]) == 0:
        end += 1
    kept: list[str] = []
    position = 0
    for part, look in line:
        if GUTTER not in look:
            kept.append(part[max(0, start - position) : max(0, end - position)])
        position += len(part)
    return "".join(kept).rstrip(" ")
