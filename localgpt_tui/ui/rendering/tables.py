"""Tables as wide as what is in them, or as narrow as the screen asks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest

from localgpt_tui.ui.rendering.icons import Icons
from localgpt_tui.ui.rendering.lines import Line, Run, cells, padded, wrap

_NARROWEST = 4  # cells; where columns would be narrower, rows are written one cell a line
_SAMPLE = 50  # rows that decide the widths, so that a growing table stays as it is laid out
_MOST_LINES = 100  # of one row

Cell = list[Run]


@dataclass(frozen=True, slots=True)
class Table:
    """Cells by row; `head` may be empty; `align` is left, right or center for each column."""

    head: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    align: Sequence[str]


def table_lines(table: Table, width: int, icons: Icons, widths: list[int]) -> Iterator[Line]:
    """The lines of `table`, none wider than `width` cells; without column `widths`, one cell a line."""
    columns = len(table.align)
    if not widths:
        yield from _records(table, width)
        return
    yield from _row(table.head, widths, table.align, icons, "table-head")
    rule = f"{icons.rule}{icons.cross}{icons.rule}".join(icons.rule * size for size in widths)
    yield [(rule, "table-rule")]
    for row in table.rows:
        yield from _row(row[:columns], widths, table.align, icons, "")


def column_widths(table: Table, width: int) -> list[int]:
    """Cells for each column, separators of three cells aside; empty where `width` is too small for columns."""
    columns = len(table.align)
    room = width - 3 * (columns - 1)
    if columns == 0 or room < _NARROWEST * columns:
        return []
    wanted = [1] * columns
    for row in islice((table.head, *table.rows[:_SAMPLE]), _SAMPLE + 1):
        for index, cell in enumerate(row[:columns]):
            wanted[index] = max(wanted[index], cells(cell))
    return _shared(wanted, room)


def _shared(wanted: list[int], room: int) -> list[int]:
    """What each may have of `room`: small wishes are granted, the others share what is left evenly."""
    if sum(wanted) <= room:
        return wanted
    granted = [0] * len(wanted)
    open_wishes = sorted(range(len(wanted)), key=wanted.__getitem__)
    while open_wishes:
        fair = room // len(open_wishes)
        index = open_wishes.pop(0)
        granted[index] = min(wanted[index], fair)
        room -= granted[index]
    return granted


def _row(row: Sequence[Cell], widths: list[int], align: Sequence[str], icons: Icons, look: str) -> Iterator[Line]:
    cells_of_row = [*row, *([[]] * (len(widths) - len(row)))]
    wrapped = [
        [_placed(line, size, side) for line in islice(wrap(cell, size), _MOST_LINES)]
        for cell, size, side in zip(cells_of_row, widths, align, strict=True)
    ]
    for parts in zip_longest(*wrapped):
        line: Line = []
        for index, (part, size) in enumerate(zip(parts, widths, strict=True)):
            if index:
                line.append((f" {icons.column} ", "table-rule"))
            line += padded(part or [], size)
        yield [(text, f"{look} {own}".strip()) for text, own in line] if look else line


def _placed(line: Line, width: int, side: str) -> Line:
    missing = width - cells(line)
    left = {"right": missing, "center": missing // 2}.get(side, 0)
    return [(" " * left, ""), *line] if left > 0 else line


def _records(table: Table, width: int) -> Iterator[Line]:
    for number, row in enumerate(table.rows):
        if number:
            yield []
        for head, cell in zip(table.head, row, strict=False):
            named = [(text, "table-head") for text, _ in head]
            yield from islice(wrap([*named, (": ", "table-head"), *cell], width), _MOST_LINES)
