"""Text that a person judges letter by letter: nothing in it hides, moves, or passes for something else."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from localgpt_tui.safety.lookalikes import folded
from localgpt_tui.ui.rendering.lines import Line, Run, append, chop

ODD = "bold $error"
"""How a character is shown that would not be seen otherwise."""

FOREIGN = "underline $warning"
"""How a letter is shown that looks like another one."""

_QUIET = "$text-muted"
_TAB = 4
_PLAIN = re.compile(r"[\x21-\x7e]+(?: {1,15}[\x21-\x7e]+)*")
_INDENTED = re.compile(r"( {0,40})([^ ].*)?", re.DOTALL)
_SPACES = re.compile(r" {16,}| +$")
_BLANK = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
_MOST_MARKS = 2  # accents on one letter


def exact(text: str, look: str = "", *, letters: bool = False) -> Line:
    """One line of `text`; what would not be seen is named, and a long run of spaces is shown as such.

    Args:
        letters: underline letters that look like ASCII but are not.
    """
    found = _INDENTED.match(text)
    indent, body = (found[1], found[2] or "") if found else ("", text)
    if _PLAIN.fullmatch(body):
        return [(indent + body, look)]
    line: Line = [(indent, look)] if indent and body else []
    place = 0
    for spaces in _SPACES.finditer(body or text):
        _named(line, body[place : spaces.start()], look, letters=letters)
        append(line, "␠" * len(spaces[0]), _QUIET)
        place = spaces.end()
    _named(line, body[place:], look, letters=letters)
    return line


def exact_lines(text: str, width: int, look: str = "", *, letters: bool = False) -> Iterator[Line]:
    """All of `text` in lines of at most `width` cells, broken only where a line is full; one by one."""
    for typed in lines_of(text):
        first = True
        for line in chop(exact(typed, look, letters=letters), width):
            first = False
            yield line
        if first:
            yield []


def lookalikes(text: str, most: int = 3) -> list[str]:
    """The letters of `text` that pass for ASCII ones, each in a few words; at most `most` of them."""
    found = dict.fromkeys(letter for letter in text if not letter.isascii() and _passes_for(letter))
    return [
        f"“{letter}” (U+{ord(letter):04X}, {unicodedata.name(letter, 'no name').lower()}) only looks like "
        f"“{_passes_for(letter)}”"
        for letter in list(found)[:most]
    ]


def lines_of(text: str) -> Iterator[str]:
    """The lines of `text`, found one by one: it may be very long, and only its beginning be wanted."""
    start = 0
    text = text.removesuffix("\n")
    while (end := text.find("\n", start)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:]


def _named(line: Line, text: str, look: str, *, letters: bool) -> None:
    """Put `text` at the end of `line`, what is odd in it by its name."""
    marks, before = 0, ""
    pieces: list[str] = []
    latest = look
    for letter in text:
        kind = _kind(letter)
        marks = marks + 1 if kind == "mark" else 0
        shown: Run = (letter, look)
        if kind == "foreign":
            shown = (letter, FOREIGN if letters else look)
        elif kind == "control":
            shown = _control(letter)
        elif kind == "unseen" or marks > _MOST_MARKS:
            picture = letter == "\ufe0f" and before and unicodedata.category(before) == "So"
            shown = (letter, look) if picture else (f"⟨U+{ord(letter):04X}⟩", ODD)
        if shown[1] != latest:
            append(line, "".join(pieces), latest)
            pieces, latest = [], shown[1]
        pieces.append(shown[0])
        before = letter
    append(line, "".join(pieces), latest)


def _control(letter: str) -> Run:
    if letter == "\t":
        return "→".ljust(_TAB), _QUIET
    return (chr(0x2400 + ord(letter)) if letter < " " else "␡"), ODD


@lru_cache(maxsize=4096)
def _kind(letter: str) -> str:
    """`plain`, or what has to be said of `letter`."""
    if letter.isascii():
        return "plain" if letter.isprintable() else "control"
    category = unicodedata.category(letter)
    named = unicodedata.name(letter, "")
    if category in _UNSEEN or letter in _BLANK or named.startswith(("VARIATION SELECTOR", "MONGOLIAN FREE VARIATION")):
        return "unseen"
    if category in {"Mn", "Me"}:
        return "mark"
    return "foreign" if _passes_for(letter) else "plain"


def _passes_for(letter: str) -> str:
    """The ASCII letter that `letter` looks like without being one; empty for a letter with an accent, and all else."""
    if letter.isascii() or unicodedata.normalize("NFD", letter)[0].isascii():
        return ""
    plain = folded(letter)
    return plain if len(plain) == 1 and plain.isascii() and not plain.isspace() else ""
