"""What the cursor stands behind: the beginning of a command, of its argument, or of a file's name."""

import re
from dataclasses import dataclass
from typing import Literal

_COMMAND = re.compile(r"/([\w?-]*)")
_ARGUMENT = re.compile(r"/([\w?-]+) +(\S*)")
_FILE = re.compile(r"""(?:^|(?<=\s))@(?:"([^"\n]*)|([^\s"]*))$""")


@dataclass(frozen=True, slots=True)
class Wish:
    """What could be completed.

    Attributes:
        query: what is written of it so far.
        start: where that begins in the text before the cursor, its sign (`/` or `@`) included.
        command: whose argument it is; empty for anything else.
    """

    kind: Literal["command", "argument", "file"]
    query: str
    start: int
    command: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One way to go on.

    Attributes:
        text: takes the place of what was wished for.
        label: how it is shown, and `places` the letters in it that were typed.
        words: what it is or does.
        goes_on: more is to be written behind it, so it is never sent at once.
    """

    text: str
    label: str
    words: str = ""
    places: tuple[int, ...] = ()
    goes_on: bool = False


def wish(before: str) -> Wish | None:
    """What the person seems to be writing, by the text `before` the cursor; None where that is plain words."""
    if found := _COMMAND.fullmatch(before):
        return Wish("command", found[1], 0)
    if found := _ARGUMENT.fullmatch(before):
        return Wish("argument", found[2], found.start(2), found[1].lower())
    if found := _FILE.search(before):
        return Wish("file", found[1] or found[2] or "", found.start())
    return None


def is_written(suggestion: Suggestion, begun: Wish) -> bool:
    """True where the draft holds the suggestion already, so that nothing is left to complete."""
    sign = {"command": "/", "file": "@", "argument": ""}[begun.kind]
    return suggestion.text.strip().replace('"', "") == sign + begun.query
