"""Lines of text before they are painted: wrapped, cut and padded by cells, which are not characters."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from rich.cells import cell_len, split_graphemes

Run = tuple[str, str]
"""Some text and its looks: names separated by spaces, empty for plain text."""

Line = list[Run]
"""What stands on one line of the screen."""

GUTTER = "gutter"
"""The look of what only sets text apart, such as bars and indents; it is never copied."""

BREAK: Run = ("\n", "")
"""Ends a line wherever `wrap` meets it."""

_SPACES = r" \t\u1680\u2000-\u2006\u2008-\u200a\u205f\u3000"
_IDEOGRAPHS = r"\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff"
_CLINGING = (
    r"\u3001\u3002\u3009\u300b\u300d\u300f\u3011\u3015\uff01\uff09\uff0c\uff0e\uff1a\uff1b\uff1f\uff3d\uff5d"
    r"\u30fc\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef"
)  # closing punctuation and marks, which never begin a line
_WORD = (
    rf"(?P<break>\n)|(?P<space>[{_SPACES}]+)|(?P<ideograph>[{_IDEOGRAPHS}][{_CLINGING}]*)|[^\n{_SPACES}{_IDEOGRAPHS}]+"
)
_PIECE = 4096  # characters measured at once, so that a line of a megabyte is never split further than it is shown


def cells(line: Iterable[Run]) -> int:
    """How many cells `line` takes."""
    return sum(cell_len(text) for text, _ in line)


def plain(line: Iterable[Run]) -> str:
    """The text of `line` alone."""
    return "".join(text for text, _ in line)


def content(line: Line) -> str:
    """The text of `line` as a person copies it: no gutter, no padding."""
    return "".join(text for text, look in line if GUTTER not in look).rstrip(" ")


def wrap(runs: Iterable[Run], width: int) -> Iterator[Line]:
    """Break `runs` into lines of at most `width` cells, between words; a word that is longer is broken itself.

    Ideographs are words of their own. Spaces at a break vanish. Lines come one by one, so that a caller may stop.
    """
    width = max(2, width)
    line: Line = []
    used = 0
    for space, word in _words(runs):
        needed, gap = cells(word), cell_len(space[0]) if used else 0
        if not word or (used and used + gap + needed > width):
            yield line
            line, used, gap = [], 0, 0
        if gap:
            append(line, *space)
        if needed <= width:
            for text, look in word:
                append(line, text, look)
            used += gap + needed
        else:
            for part in chop(word, width):
                if line:
                    yield line
                line = part
            used = cells(line)
    if line:
        yield line


def chop(runs: Iterable[Run], width: int) -> Iterator[Line]:
    """Break `runs` into lines of exactly `width` cells, as far as whole characters allow; the last may be shorter."""
    width = max(2, width)
    line: Line = []
    used = 0
    for text, look in runs:
        for piece, needed in _pieces(text, width):
            while needed > 0 and used + needed > width:
                head, taken = _head(piece, width - used)
                append(line, head, look)
                if not line:
                    return  # not even one character fits
                yield line
                line, used = [], 0
                piece, needed = piece[len(head) :], needed - taken  # noqa: PLW2901 - what is left of it
            append(line, piece, look)
            used += needed
    if line:
        yield line


def prose(text: str, width: int, look: str = "") -> Iterator[Line]:
    """Plain text as it was typed: its own line ends and indents stay, long lines are wrapped."""
    for typed in text.expandtabs(4).split("\n"):
        body = typed.lstrip(" ")
        indent = min(len(typed) - len(body), width // 2)
        first = True
        for line in wrap([(body, look)], width - indent):
            yield [(" " * indent, ""), *line] if indent else line
            first = False
        if first:
            yield []


def fit(text: str, width: int, more: str = "…") -> str:
    """`text` on one line of at most `width` cells, its end replaced by `more` where it is longer."""
    text = text[: 16 * max(width, 0) + 16].replace("\n", " ").replace("\t", " ")
    if cell_len(text) <= width:
        return text
    head, _ = _head(text, max(0, width - cell_len(more)))
    return head + more if width >= cell_len(more) else head


def fitted(line: Line, width: int) -> Line:
    """`line` cut at `width` cells."""
    return line if cells(line) <= width else next(chop(line, width), [])


def padded(line: Line, width: int, look: str = "") -> Line:
    """`line` filled up with spaces to `width` cells."""
    missing = width - cells(line)
    return [*line, (" " * missing, look)] if missing > 0 else line


def append(line: Line, text: str, look: str) -> None:
    """Put `text` at the end of `line`, joined to what has the same look."""
    if not text:
        return
    if line and line[-1][1] == look:
        line[-1] = (line[-1][0] + text, look)
    else:
        line.append((text, look))


def _words(runs: Iterable[Run]) -> Iterator[tuple[Run, list[Run]]]:
    """Each word with the space before it; an empty word is a forced break."""
    space: Run = ("", "")
    word: list[Run] = []
    for text, look in runs:
        for found in _pattern().finditer(text):
            kind = found.lastgroup
            if word and kind:
                yield space, word
                space, word = ("", ""), []
            if kind == "space":
                space = (found[0].replace("\t", " "), look)
            elif kind == "break":
                yield space, []
                space = ("", "")
            else:
                append(word, found[0], look)
    if word:
        yield space, word


def _pieces(text: str, width: int) -> Iterator[tuple[str, int]]:
    step = max(_PIECE, width)
    for start in range(0, len(text), step):
        piece = text[start : start + step]
        yield piece, cell_len(piece)


def _head(text: str, width: int) -> tuple[str, int]:
    """The longest beginning of `text` within `width` cells, and its width."""
    if text.isascii():
        return text[:width], min(len(text), width)
    end = used = 0
    spans, _ = split_graphemes(text[: 16 * width + 16])
    for _, stop, size in spans:
        if used + size > width:
            break
        end, used = stop, used + size
    return text[:end], used


@cache
def _pattern() -> re.Pattern[str]:
    """Made when the first text is laid out: making it takes longer than many a frame."""
    return re.compile(_WORD)
