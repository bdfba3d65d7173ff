"""A second, narrow reading of a shell line: plain words, quotes, pipes and lists; anything else is not understood."""

import re
from dataclasses import dataclass, field

_OPERATORS = ("&&", "||", "|", ";", "\n")
_REDIRECT = re.compile(
    r"(?:(?:[12]?>>?|&>)[ ]*/dev/null(?=[\s;|&]|$)|2>&1(?=[\s;|&]|$)|1?>&2(?=[\s;|&]|$)|(?P<read><)(?![<&(>])[ ]*)"
)
_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./^\[\]*?~#!-]")
_ESCAPABLE = re.compile(r"[!-~ ]")
_GLOB = frozenset("*?[")
_GUARDED = frozenset("*?[]!^-\\")


class NotPlainError(ValueError):
    """The line has something that only a shell can read; the message says what."""


@dataclass(slots=True)
class Plain:
    """A word as the program gets it.

    Attributes:
        glob: whether unquoted wildcards stand in it.
        guarded: whether quotes keep a part of it from being read as wildcards.
    """

    text: str = ""
    glob: bool = False
    guarded: bool = False

    def quote(self, text: str) -> None:
        """Add `text`, which stands for itself."""
        self.text += text
        self.guarded = self.guarded or not _GUARDED.isdisjoint(text)


@dataclass(slots=True)
class PlainCommand:
    """A program's name and words, and the files it reads through `<`."""

    words: list[Plain] = field(default_factory=list)
    reads: list[Plain] = field(default_factory=list)


def plain_commands(line: str) -> list[PlainCommand]:
    """The commands of `line`, in their order.

    Raises:
        NotPlainError: it is not made of plain words, quotes, `|`, `&&`, `||`, `;` and harmless redirects alone.
    """
    return _Lines(line.strip()).commands()


class _Lines:
    def __init__(self, line: str) -> None:
        self._line = line
        self._place = 0
        self._commands: list[PlainCommand] = []
        self._current = PlainCommand()

    def commands(self) -> list[PlainCommand]:
        awaited = True
        while self._place < len(self._line):
            rest = self._line[self._place :]
            if rest[0] in " \t":
                self._place += 1
            elif found := _REDIRECT.match(rest):
                self._place += found.end()
                if found["read"]:
                    self._current.reads.append(self._word())
            elif operator := next((sign for sign in _OPERATORS if rest.startswith(sign)), ""):
                if rest.startswith(("|&", ";;", ";&")):
                    raise NotPlainError(f"“{rest[:2]}”")
                if not (self._close() or operator == "\n"):
                    raise NotPlainError(f"nothing stands before “{operator}”")
                self._place += len(operator)
                awaited = operator in {"&&", "||", "|"}
                continue
            else:
                self._current.words.append(self._word())
                awaited = False
        if not self._close() and awaited:
            raise NotPlainError("the line ends in the middle")
        return self._commands

    def _close(self) -> bool:
        """End the command that is being read; False where there is none."""
        if not self._current.words:
            if self._current.reads:
                raise NotPlainError("a redirect without a command")
            return False
        self._commands.append(self._current)
        self._current = PlainCommand()
        return True

    def _word(self) -> Plain:
        word, start = Plain(), self._place
        while self._place < len(self._line):
            sign = self._line[self._place]
            if sign == "'":
                self._single(word)
            elif sign == '"':
                self._double(word)
            elif sign == "\\":
                self._escaped(word)
            elif _PLAIN.fullmatch(sign):
                if sign in "~#" and (self._place == start or self._line[self._place - 1] in "=:"):
                    raise NotPlainError(f"“{sign}” at the start of a word")
                word.glob = word.glob or sign in _GLOB
                word.text += sign
                self._place += 1
            else:
                break
        if self._place == start or not self._ends_here():
            sign, following = self._line[self._place : self._place + 1], self._line[self._place + 1 : self._place + 2]
            if sign == "&" and following != ">":
                raise NotPlainError("“&”, which lets it run on in the background")
            raise NotPlainError(f"“{sign or 'the end'}”, which means something to a shell")
        return word

    def _ends_here(self) -> bool:
        return self._place == len(self._line) or self._line[self._place] in " \t\n|;&<>"

    def _single(self, word: Plain) -> None:
        end = self._line.find("'", self._place + 1)
        if end < 0:
            raise NotPlainError("a quote that is not closed")
        word.quote(self._line[self._place + 1 : end])
        self._place = end + 1

    def _double(self, word: Plain) -> None:
        self._place += 1
        while self._place < len(self._line):
            sign, following = self._line[self._place], self._line[self._place + 1 : self._place + 2]
            if sign == '"':
                self._place += 1
                return
            if sign in "$`":
                raise NotPlainError(f"“{sign}”, which a shell fills in")
            if sign == "\\":
                if following == "\n":
                    raise NotPlainError("a line that is continued")
                word.quote(following if following in tuple('$`"\\') else sign + following)
                self._place += 2
            else:
                word.quote(sign)
                self._place += 1
        raise NotPlainError("a quote that is not closed")

    def _escaped(self, word: Plain) -> None:
        following = self._line[self._place + 1 : self._place + 2]
        if not _ESCAPABLE.fullmatch(following):
            raise NotPlainError("a line that is continued, or a backslash at its end")
        word.quote(following)
        self._place += 2
