"""Titles: one clean line that names a session."""

import unicodedata

from localgpt_tui.safety.terminal import printable

WIDEST = 60
"""Cells of a terminal."""

_LONGEST_LOOK = 4000  # characters; a pasted book is not read to its end for a title
_JOINER = "\u200d"


def clean_title(text: str, *, widest: int = WIDEST) -> str:
    """The first line of `text` that says something, harmless for a terminal, at most `widest` cells wide."""
    for line in printable(text[:_LONGEST_LOOK]).splitlines():
        if words := " ".join(line.split()):
            return _cut(words, widest)
    return ""


def _cut(words: str, widest: int) -> str:
    if sum(map(_cells, words)) <= widest:
        return words
    kept, used = "", 1  # the ellipsis takes a cell
    for character in words:
        used += _cells(character)
        if used > widest:
            break
        kept += character
    return kept.rstrip(f" {_JOINER}") + "…"


def _cells(character: str) -> int:
    if character == _JOINER or unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
