"""Rows to lines: who speaks, what was thought, which tools ran, what went wrong."""

from collections.abc import Iterable

from rich.cells import cell_len

from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.rendering.icons import Icons
from localgpt_tui.ui.rendering.lines import GUTTER, Line, fit, prose, wrap
from localgpt_tui.ui.rendering.markdown import MOST_BLOCK_LINES, Rendering, render, shortened
from localgpt_tui.ui.rendering.toolcards import boxed, duration, tool_lines
from localgpt_tui.ui.widgets.memory_sources import mark_of
from localgpt_tui.ui.widgets.rows import (
    ErrorRow,
    HeadRow,
    NoticeRow,
    ReplyRow,
    Row,
    SourcesRow,
    ThinkingRow,
    ToldRow,
    ToolRow,
    UserRow,
)


def row_rendering(row: Row, width: int, icons: Icons, *, colours: bool = True) -> Rendering:
    """What `row` looks like in `width` cells, its gap above included; all text in it is made printable here."""
    match row:
        case UserRow():
            body = _user(row, width, icons)
        case HeadRow():
            body = [head_line(row, width, icons)]
        case ThinkingRow():
            body = _thinking(row, width, icons)
        case ReplyRow():
            return _reply(row, width, icons, colours=colours)
        case ToolRow():
            body = tool_lines(row, width, icons)
        case ErrorRow():
            body = _error(row, width, icons)
        case SourcesRow():
            body = _sources(row, width, icons)
        case ToldRow():
            told = render(printable(row.text), width, icons=icons, colours=colours)
            told.lines = [*([[]] * row.gap), *told.lines]
            told.code = [block.moved(row.gap) for block in told.code]
            return told
        case NoticeRow():
            body = [*wrap([(printable(row.text), "notice")], width)]
        case _:
            body = []
    return Rendering([*([[]] * row.gap), *body])


def mark_line(mark: str, width: int, icons: Icons) -> list[Line]:
    """The lines that say why a reply is not whole."""
    return [*wrap([(f"{icons.dash} {printable(mark)} {icons.dash}", "mark")], width)]


def head_line(row: HeadRow, width: int, icons: Icons) -> Line:
    """Who answers, and what it took."""
    count = len(row.sources)
    details = [f"{icons.flag} {count} {'memory' if count == 1 else 'memories'}" if count else "", printable(row.model)]
    if row.seconds >= 0.05:
        details.append(duration(row.seconds))
    if row.tokens:
        details.append(f"{row.tokens:,} tokens")
    if row.cost:
        details.append(f"${row.cost:.4f}" if row.cost < 0.1 else f"${row.cost:.2f}")
    name = "assistant"
    return [
        (f"{icons.bar} ", f"{GUTTER} assistant"),
        (name, "assistant"),
        (fit("  " + "  ".join(filter(None, details)), width - len(name) - 2, icons.more), "details"),
    ]


def _user(row: UserRow, width: int, icons: Icons) -> list[Line]:
    clock = row.time.astimezone().strftime("%H:%M")
    shown, cut = shortened(row.text)
    lines: list[Line] = [[(f"{icons.bar} ", f"{GUTTER} you"), ("you", "you"), (f"  {clock}", "details")]]
    lines += indented(prose(printable(shown), width - 2))
    if cut:
        lines += indented([[(f"{icons.more} {cut:,} more lines", "notice")]])
    if row.attachments:
        names = ", ".join(printable(name) for name in row.attachments)
        lines += indented(wrap([(f"with {names}", "details")], width - 2))
    return lines


def _thinking(row: ThinkingRow, width: int, icons: Icons) -> list[Line]:
    fold = icons.folded if row.folded else icons.unfolded
    if row.live:
        said = "thinking"
    elif row.seconds is None:
        words = len(row.text.split())
        said = f"thought, {words:,} word{'' if words == 1 else 's'}"
    else:
        said = f"thought for {duration(row.seconds)}"
    line: Line = [(f"  {fold} ", f"{GUTTER} thinking"), (said, "thinking")]
    if row.live and row.folded:
        latest = printable(row.text[-4 * width :]).rstrip().rpartition("\n")[2]
        line.append((fit(f"  {latest}", width - 4 - len(said), icons.more), "details"))
    if row.folded:
        return [line]
    return [line, *boxed(row.text, width, icons, "thinking-text", MOST_BLOCK_LINES)]


def _reply(row: ReplyRow, width: int, icons: Icons, *, colours: bool) -> Rendering:
    shown, cut = shortened(row.text)
    rendering = render(printable(shown), width - 2, icons=icons, colours=colours, left=cut)
    if row.mark:
        rendering.lines += [*([[]] if rendering.lines else []), *mark_line(row.mark, width - 2, icons)]
    rendering.lines = [*([[]] * row.gap), *indented(rendering.lines)]
    rendering.code = [block.moved(row.gap) for block in rendering.code]
    return rendering


def _sources(row: SourcesRow, width: int, icons: Icons) -> list[Line]:
    """The marks, as many on a line as fit."""
    lines: list[Line] = [[]]
    room = width - 4
    for place, passage in enumerate(row.sources):
        mark = fit(printable(mark_of(passage)), width - 4, icons.more)
        if lines[-1] and room < cell_len(mark) + 2:
            lines.append([])
            room = width - 4
        lines[-1] += [("  ", "")] if lines[-1] else []
        lines[-1].append((mark, "source-chosen" if place == row.chosen else "source"))
        room -= cell_len(mark) + 2
    return indented(lines)


def _error(row: ErrorRow, width: int, icons: Icons) -> list[Line]:
    lines: list[Line] = [
        [(f"{icons.bar} ", f"{GUTTER} error"), ("failed", "error"), ("  /retry asks again", "details")]
    ]
    lines += indented(prose(printable(row.text), width - 2, "error-text"))
    if row.advice:
        lines += indented(prose(printable(row.advice), width - 2))
    return lines


def indented(lines: Iterable[Line]) -> list[Line]:
    """`lines` two cells further right."""
    return [[("  ", GUTTER), *line] if line else line for line in lines]
