"""Rows to lines: who speaks, what was thought, which tools ran, what went wrong."""

import json
from collections.abc import Iterable
from itertools import islice

from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.rendering.icons import Icons
from localgpt_tui.ui.rendering.lines import GUTTER, Line, chop, fit, prose, wrap
from localgpt_tui.ui.rendering.markdown import MOST_BLOCK_LINES, MOST_CHARACTERS, Rendering, render, shortened
from localgpt_tui.ui.widgets.rows import (
    MOST_RESULT_LINES,
    ErrorRow,
    HeadRow,
    NoticeRow,
    ReplyRow,
    Row,
    ThinkingRow,
    ToolRow,
    UserRow,
)

_TELLING = ("path", "file", "query", "pattern", "command", "url", "name", "text")
"""Arguments that say best what a call is about, best first."""


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
            body = _tool(row, width, icons)
        case ErrorRow():
            body = _error(row, width, icons)
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
    if row.cost is not None:
        details.append(f"${row.cost:.4f}" if row.cost < 0.1 else f"${row.cost:.2f}")
    name = "assistant"
    return [
        (f"{icons.bar} ", f"{GUTTER} assistant"),
        (name, "assistant"),
        (fit("  " + "  ".join(filter(None, details)), width - len(name) - 2, icons.more), "details"),
    ]


def duration(seconds: float) -> str:
    """A time for people: 41 ms, 2.1 s, 3 min 20 s."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


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
    return [line, *_boxed(row.text, width, icons, "thinking-text", MOST_BLOCK_LINES)]


def _reply(row: ReplyRow, width: int, icons: Icons, *, colours: bool) -> Rendering:
    shown, cut = shortened(row.text)
    rendering = render(printable(shown), width - 2, icons=icons, colours=colours, left=cut)
    if row.mark:
        rendering.lines += [*([[]] if rendering.lines else []), *mark_line(row.mark, width - 2, icons)]
    rendering.lines = [*([[]] * row.gap), *indented(rendering.lines)]
    rendering.code = [block.moved(row.gap) for block in rendering.code]
    return rendering


def _tool(row: ToolRow, width: int, icons: Icons) -> list[Line]:
    fold = icons.folded if row.folded else icons.unfolded
    name, about, outcome = printable(row.name) or "…", _about(row.arguments), _outcome(row)
    name = fit(name, width // 3, icons.more)
    left = width - 6 - len(name) - len(outcome)
    line: Line = [(f"  {fold} ", f"{GUTTER} tool"), (name, "tool"), ("  ", "")]
    line += [(fit(about, max(0, left), icons.more), "details"), ("  ", "")] if about and left > 4 else []
    line.append((outcome, "failed" if row.state == "failed" else "details"))
    if row.folded:
        return [line]
    lines = [line]
    if row.arguments.strip():
        lines += _boxed(_laid_out(row.arguments), width, icons, "tool-arguments")
    if row.text:
        look = "failed" if row.state == "failed" else "tool-result"
        lines += _boxed(row.text, width, icons, look)
    return lines


def _error(row: ErrorRow, width: int, icons: Icons) -> list[Line]:
    lines: list[Line] = [[(f"{icons.bar} ", f"{GUTTER} error"), ("failed", "error")]]
    lines += indented(prose(printable(row.text), width - 2, "error-text"))
    if row.advice:
        lines += indented(prose(printable(row.advice), width - 2))
    return lines


def indented(lines: Iterable[Line]) -> list[Line]:
    """`lines` two cells further right."""
    return [[("  ", GUTTER), *line] if line else line for line in lines]


def _boxed(text: str, width: int, icons: Icons, look: str, most: int = MOST_RESULT_LINES) -> list[Line]:
    """At most `most` lines of `text` behind a bar, and how many more there are."""
    bar = (f"    {icons.column} ", f"{GUTTER} quote-bar")
    text = text.rstrip("\n")
    left = text.count("\n") + 1
    lines: list[Line] = []
    for line in printable("\n".join(text[:MOST_CHARACTERS].split("\n", most)[:most])).split("\n"):
        parts = islice(chop([(line.expandtabs(4), look)], max(2, width - 6)), most - len(lines) + 1)
        lines += [[bar, *part] for part in parts] or [[bar]]
        left -= 1
        if len(lines) >= most:
            break
    if left > 0 or len(lines) > most:
        note = f"{icons.more} {left:,} more lines" if left > 0 else icons.more
        lines[most:] = [[bar, (note, "notice")]]
    return lines


def _about(arguments: str) -> str:
    """What a call is about, on one line."""
    values = _parsed(arguments)
    if not values:
        return ""
    told = next((values[key] for key in _TELLING if isinstance(values.get(key), str)), None)
    if told is not None:
        return " ".join(printable(str(told)[:2000]).split())
    return printable(json.dumps(values, ensure_ascii=False)[:2000])


def _laid_out(arguments: str) -> str:
    """The arguments, one on a line; strings as they would be read."""
    values = _parsed(arguments)
    if not values:
        return printable(arguments)
    said = (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in values.values())
    return printable("\n".join(f"{key}: {value}" for key, value in zip(values, said, strict=True)))


def _parsed(arguments: str) -> dict[str, object]:
    try:
        values = json.loads(arguments)
    except (ValueError, RecursionError):
        return {}  # the model is still writing it, or wrote no JSON: then it is shown as it is
    return values if isinstance(values, dict) else {}


def _outcome(row: ToolRow) -> str:
    match row.state:
        case "writing" | "waiting" | "running":
            latest = printable(row.text[-200:]).rstrip().rpartition("\n")[2]
            return f"{row.state}  {fit(latest, 40)}".rstrip()
        case "unanswered":
            return "no answer"
    lines = row.text.count("\n") + (not row.text.endswith("\n")) if row.text else 0
    size = "failed" if row.state == "failed" else f"{lines:,} line{'' if lines == 1 else 's'}"
    return f"{size}  {duration(row.seconds)}" if row.seconds >= 0.0005 else size
