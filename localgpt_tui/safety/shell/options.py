"""How a program's options are known: which there are, which take a word, and what that word may be."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from localgpt_tui.safety.shell.expressions import UnknownError, check_awk, check_jq, check_sed

Kind = Literal["file", "input", "text", "format", "number", "word", "word?", "number?", "sed", "awk", "jq"]
"""What a word is: a file or folder that is read (`input`: one that may not look like `a=b`), any text, a format of
`date`, a number, a plain word without a slash, a script; with a question mark it can only be joined to its option by
`=`."""

_SCRIPTS: Mapping[str, Callable[[str], None]] = {"sed": check_sed, "awk": check_awk, "jq": check_jq}
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[kKMGTPEbB]i?B?)?|\d*(?:[-,]\d*)+|\d+")
_WORD = re.compile(r"[\w.,:%+=@-]*")


@dataclass(frozen=True, slots=True)
class Options:
    """The harmless options of a program.

    Attributes:
        flags: single letters without a word, which may be written together.
        values: single letters with a word, and its kind.
        longs: long options, by their whole name; the kind of their word, or "" for those without.
        words: the kinds of the operands in order; the last one stands for all that follow.
        most: how many operands there may be.
        digits: whether `-5` is a number.
        instead: options in whose presence the first operand is an ordinary one, such as `-e` of `grep`.
    """

    flags: str = ""
    values: Mapping[str, Kind] = field(default_factory=dict)
    longs: Mapping[str, Kind | Literal[""]] = field(default_factory=dict)
    words: tuple[Kind, ...] = ("file",)
    most: int = 10_000
    digits: bool = False
    instead: frozenset[str] = frozenset()


def files_in(words: list[str], options: Options) -> Iterator[str]:
    """The files that the `words` after a program's name make it read.

    Raises:
        UnknownError: something in them is not among `options`.
    """
    operands: list[str] = []
    seen: set[str] = set()
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            operands += waiting
            break
        if word == "-" or not word.startswith("-"):
            operands.append(word)
        elif word.startswith("--"):
            seen.add(word[2:].partition("=")[0])
            yield from _long(word, waiting, options)
        elif not (options.digits and re.fullmatch(r"-[0-9]+", word)):
            yield from _short(word, waiting, options, seen)
    if len(operands) > options.most:
        raise UnknownError(f"more words than expected: {operands[options.most]}")
    kinds = options.words[1:] if seen & options.instead else options.words
    for place, word in enumerate(operands):
        yield from _checked(word, kinds[min(place, len(kinds) - 1)])


def _long(word: str, waiting: list[str], options: Options) -> Iterator[str]:
    name, joined, value = word[2:].partition("=")
    kind = options.longs.get(name)
    if kind is None or (joined and not kind):
        raise UnknownError(f"the option {word}")
    if not kind or (kind in {"word?", "number?"} and not joined):
        return
    if not joined:
        if not waiting:
            raise UnknownError(f"--{name} without its word")
        value = waiting.pop(0)
    yield from _checked(value, kind)


def _short(word: str, waiting: list[str], options: Options, seen: set[str]) -> Iterator[str]:
    for place, letter in enumerate(word[1:], 1):
        seen.add(letter)
        if letter in options.values:
            value = word[place + 1 :] or (waiting.pop(0) if waiting else "")
            if not value:
                raise UnknownError(f"-{letter} without its word")
            yield from _checked(value, options.values[letter])
            return
        if letter not in options.flags:
            raise UnknownError(f"the option -{letter}")


def _checked(word: str, kind: Kind) -> Iterator[str]:
    """The file that `word` names, if it names one; `UnknownError` where it is not what it should be."""
    match kind:
        case "file" | "input":
            if kind == "input" and "=" in word:
                raise UnknownError(f"“{word}”, which sets a variable")
            if word.startswith("@"):
                raise UnknownError(f"“{word}”, which may stand for a list of further words")
            if word != "-":
                yield word
        case "format" if not word.startswith("+"):
            raise UnknownError(f"“{word}”, which would set the clock")
        case "sed" | "awk" | "jq":
            _SCRIPTS[kind](word)
        case "number" | "number?" if not _NUMBER.fullmatch(word):
            raise UnknownError(f"“{word}”, which is no number")
        case "word" | "word?" if not _WORD.fullmatch(word):
            raise UnknownError(f"“{word}”, which is no plain word")
        case _:
            pass
