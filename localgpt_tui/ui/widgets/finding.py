"""Words looked for in a conversation: what they match, how often each row has them, which of them comes next."""

import json
import re
from collections.abc import Sequence

from localgpt_tui.ui.widgets.rows import ErrorRow, HeadRow, Row, SourcesRow, ToolRow

PIECE = 65_536
"""Characters that are looked through at once; between two pieces a key may be answered."""

_LONGEST_GAP = 500  # characters of white space that stand for one space: a line's end, and the margins around it
_LONGEST = 2_000  # characters of a match that may lie in the next piece

Span = tuple[int, int, int]
"""A part of a line: a number, and the characters it begins and ends at."""


def pattern(query: str) -> re.Pattern[str] | None:
    """What `query` matches: any white space for a space, and either case unless it has a capital; None for nothing."""
    words = [re.escape(word) for word in query.split()]
    if not words:
        return None
    either = not any(letter.isupper() for letter in query)
    return re.compile(rf"\s{{1,{_LONGEST_GAP}}}".join(words), re.IGNORECASE if either else 0)


def searched_text(row: Row) -> str:
    """What can be found in `row`, folded or not."""
    match row:
        case HeadRow() | SourcesRow():
            return ""
        case ToolRow(name=name, arguments=arguments, text=text):
            return f"{name}\n{_unescaped(arguments)}\n{text}"
        case ErrorRow(text=text, advice=advice):
            return f"{text}\n{advice}"
        case _:
            return row.text


def matches_in_piece(wanted: re.Pattern[str], text: str, start: int) -> int:
    """How often `wanted` begins in the piece of `text` that begins at `start`."""
    end = start + PIECE
    count = len(wanted.findall(text, start, end))
    if end < len(text):
        window = min(_LONGEST, 2 * len(wanted.pattern)) if "\\s" not in wanted.pattern else _LONGEST
        near = wanted.finditer(text, max(start, end - window), end + window)
        count += any(match.start() < end < match.end() for match in near)
    return count


def spans(wanted: re.Pattern[str], lines: Sequence[str]) -> list[list[Span]]:
    """Where `wanted` stands in `lines`: for each match the parts of lines it takes, each with the line's number."""
    starts = [0]
    for text in lines:
        starts.append(starts[-1] + len(text) + 1)
    found: list[list[Span]] = []
    line = 0
    for match in wanted.finditer("\n".join(lines)):
        while starts[line + 1] <= match.start():
            line += 1
        parts: list[Span] = []
        last = line
        while starts[last] < match.end():
            left = max(match.start() - starts[last], 0)
            right = min(match.end() - starts[last], len(lines[last]))
            indent = len(lines[last]) - len(lines[last].lstrip()) if last > line else 0
            if max(left, indent) < right:
                parts.append((last, max(left, indent), right))
            last += 1
        if parts:
            found.append(parts)
    return found


class Hits:
    """How often each row has what is looked for: as it is written, and as it is shown once that is known.

    What is written but not shown, in a text that is too long or a mark of its Markdown, is one more match at the end.
    """

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._written: dict[int, int] = {}

    def __getitem__(self, row: Row) -> int:
        return self._counts.get(row.number, 0)

    def written(self, row: Row, count: int) -> None:
        """`row` has `count` matches as it is written."""
        self._counts[row.number] = self._written[row.number] = count

    def shown(self, row: Row, count: int) -> None:
        """`row` shows `count` matches."""
        self._counts[row.number] = max(1, count + (self._written.get(row.number, 0) > count))

    def total(self, rows: Sequence[Row]) -> int:
        """All matches in `rows`."""
        return sum(self[row] for row in rows)

    def next(self, rows: Sequence[Row], index: int, step: int) -> int | None:
        """The first of `rows` with a match below row `index`, or above it for a `step` of -1; None for none."""
        others = range(index + step, len(rows) if step > 0 else -1, step)
        return next((other for other in others if self[rows[other]]), None)


def _unescaped(arguments: str) -> str:
    """Arguments as they are read: line ends and letters, not their escapes."""
    try:
        values = json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments  # the model is still writing it, or wrote no JSON
    if not isinstance(values, dict):
        return arguments
    return "\n".join(
        f"{key}: {value if isinstance(value, str) else json.dumps(value)}" for key, value in values.items()
    )
