"""What the words of a shell line come to: quotes taken off, what can be read of expansions filled in."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import islice
from typing import Literal

UNKNOWN = "\0"
"""Stands for text that cannot be read from the line alone."""
PRINTED = "\1"
"""Stands for what a command will have printed."""

_MOST_FIELDS = 64
_LONGEST = 20_000  # characters of one word; a line may double a variable again and again
_NAME = re.compile(r"[A-Za-z_]\w*|[0-9@*#?$!-]")
_PARAMETER = re.compile(r"(?P<sign>[!#]?)(?P<name>[A-Za-z_]\w*|[0-9@*])(?:\[[^\]]*\])?(?P<change>.*)", re.DOTALL)
_SLICE = re.compile(r":\s*(-?\d+)(?::(-?\d+))?")
_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)|([a-zA-Z])\.\.([a-zA-Z])")
_ESCAPES = {"a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c(.)|(.))", re.DOTALL
)
_SECRET_VARIABLE = re.compile(
    r"(?:^|_)(?:API_?KEY|TOKEN|SECRET|PASSWORD|PASSWD|ACCESS_KEY|PRIVATE_KEY)(?:_|$)", re.IGNORECASE
)

_Kind = Literal["plain", "quoted", "expanded"]


@dataclass(slots=True)
class Scope:
    """What is known where a word stands.

    Attributes:
        run: reads the text of a substitution and returns what it prints, as far as that can be known.
        keys_read: names of variables that hold secrets, as words asked for them.
    """

    variables: dict[str, str]
    run: Callable[[str], str]
    keys_read: list[str] = field(default_factory=list)

    def value(self, name: str) -> str:
        """What the variable `name` holds."""
        if _SECRET_VARIABLE.search(name):
            self.keys_read.append(name)
        if name in self.variables:
            return self.variables[name]
        return "" if name in "@*123456789" else UNKNOWN


def fields_of(text: str, scope: Scope) -> list[str]:
    """The words that the word `text`, as written, comes to: none, one, or several."""
    marks = list(islice(_scan(text, scope), _LONGEST))
    found: list[str] = []
    for variant in _braces(marks)[:_MOST_FIELDS]:
        found += _split(_tilde(variant, scope), scope.variables.get("IFS", " \t\n"))
    return found[:_MOST_FIELDS]


def text_of(text: str, scope: Scope) -> str:
    """What the word `text` comes to where it is not split, as on the right of `=` and after `<`."""
    return "".join(character for character, _ in _tilde(list(islice(_scan(text, scope), _LONGEST)), scope))


def decoded(text: str) -> str:
    r"""`text` with the escapes of `$'…'` and `printf` taken for what they stand for."""
    return _ESCAPE.sub(_unescaped, text)


def closing(text: str, start: int, opened: str, closed: str) -> int:
    """Where what opens just before `start` closes, quotes heeded; the end of `text` where nothing does."""
    depth, place = 1, start
    while place < len(text):
        character = text[place]
        if character == "\\":
            place += 1
        elif character in "'\"":
            place = _closing_quote(text, place)
        elif character == opened:
            depth += 1
        elif character == closed:
            depth -= 1
            if not depth:
                return place
        place += 1
    return len(text)


_Marks = list[tuple[str, _Kind]]


def _scan(text: str, scope: Scope, *, quoted: bool = False) -> Iterator[tuple[str, _Kind]]:
    """Each character of `text` and whether a quote protects it; expansions are filled in."""
    place, plain = 0, "quoted" if quoted else "plain"
    while place < len(text):
        character, rest = text[place], text[place + 1 : place + 2]
        if character == "\\":
            if rest != "\n":
                if quoted and rest not in tuple('$`"\\'):
                    yield "\\", "quoted"
                yield from ((one, "quoted") for one in rest)
            place += 2
        elif character in "$`" or (character in "<>" and rest == "(" and not quoted):
            value, place, kind = _expansion(text, place, scope, quoted=quoted)
            yield from ((one, kind) for one in value)
        elif character == "'" and not quoted:
            end = _closing_quote(text, place)
            yield "", "quoted"
            yield from ((one, "quoted") for one in text[place + 1 : end])
            place = end + 1
        elif character == '"' and not quoted:
            end = _closing_quote(text, place)
            yield "", "quoted"
            yield from _scan(text[place + 1 : end], scope, quoted=True)
            place = end + 1
        else:
            yield character, "quoted" if plain == "quoted" else "plain"
            place += 1


def _expansion(text: str, place: int, scope: Scope, *, quoted: bool) -> tuple[str, int, _Kind]:
    """What stands for the expansion at `place`, and where it ends."""
    kind: _Kind = "quoted" if quoted else "expanded"
    following = text[place + 1 : place + 2]
    if text[place] == "`":
        end = _skip_to(text, place + 1, "`")
        return scope.run(re.sub(r"\\([$`\\])", r"\1", text[place + 1 : end])), end + 1, kind
    if following == "(":
        end = closing(text, place + 2, "(", ")")
        return _substituted(text[place], text[place + 2 : end], scope), end + 1, kind
    if following == "{":
        end = closing(text, place + 2, "{", "}")
        return _parameter(text[place + 2 : end], scope), end + 1, kind
    if following == "'" and not quoted:
        end = _skip_to(text, place + 2, "'")
        return decoded(text[place + 2 : end]), end + 1, "quoted"
    if following == '"' and not quoted:
        return "", place + 1, kind  # $"…" is "…" in the person's language
    name = _NAME.match(text, place + 1)
    return (scope.value(name[0]), name.end(), kind) if name else ("$", place + 1, "quoted")


def _substituted(sign: str, inside: str, scope: Scope) -> str:
    """What `$(inside)`, `$((…))`, `<(inside)` or `>(inside)` puts in its place."""
    if sign == "$" and inside.startswith("("):
        for found in re.finditer(r"\$\(|`", inside):
            _expansion(inside, found.start(), scope, quoted=True)
        return UNKNOWN
    printed = scope.run(inside)
    return printed if sign == "$" else PRINTED


def _skip_to(text: str, place: int, end: str) -> int:
    while place < len(text) and text[place] != end:
        place += 2 if text[place] == "\\" else 1
    return min(place, len(text))


def _parameter(inside: str, scope: Scope) -> str:
    """What `${inside}` comes to."""
    found = _PARAMETER.fullmatch(inside)
    if not found:
        return UNKNOWN
    value, change = scope.value(found["name"]), found["change"]
    if found["sign"] == "!":
        value = scope.value(value) if re.fullmatch(r"\w+", value) else UNKNOWN
    elif found["sign"] == "#":
        return str(len(value)) if value != UNKNOWN else UNKNOWN
    if not change:
        return value
    return _changed(value, change, scope)


def _changed(value: str, change: str, scope: Scope) -> str:
    """`value` as `${name<change>}` gives it."""
    if default := re.match(r":?([-=+?])(.*)", change, re.DOTALL):
        other = text_of(default[2], scope)
        return other if value in ("", UNKNOWN) or default[1] == "+" else value
    pattern = text_of(change, scope)
    if UNKNOWN in value:
        return UNKNOWN
    changed = UNKNOWN
    if piece := _SLICE.fullmatch(change):
        start, length = int(piece[1]), piece[2]
        changed = value[start:][: int(length)] if length else value[start:]
    elif change[0] == "/":
        old, _, new = pattern.lstrip("/").partition("/")
        changed = value[:_LONGEST].replace(old, new, -1 if change.startswith("//") else 1) if old else value
    elif change[0] in "#%":
        changed = _trimmed(value, pattern)
    elif change[0] in "^,":
        changed = value.upper() if change[0] == "^" else value.lower()
    return changed


def _trimmed(value: str, pattern: str) -> str:
    sign, longest = pattern[0], pattern[:2] in ("##", "%%")
    glob = pattern.lstrip(sign)
    cuts = range(len(value) + 1)
    for cut in cuts if (sign == "%") == longest else reversed(cuts):
        if sign == "%" and fnmatchcase(value[cut:], glob):
            return value[:cut]
        if sign == "#" and fnmatchcase(value[:cut], glob):
            return value[cut:]
    return value


def _braces(marks: _Marks) -> list[_Marks]:
    """`marks` once for each way through its brace expansions."""
    for start, mark in enumerate(marks):
        if mark != ("{", "plain"):
            continue
        end, commas = _brace_end(marks, start)
        if end < 0:
            continue
        choices = (
            [marks[first + 1 : last] for first, last in zip([start, *commas], [*commas, end], strict=True)]
            if commas
            else _range(marks[start + 1 : end])
        )
        if choices:
            tails = _braces(marks[end + 1 :])
            heads = [head for choice in choices for head in _braces(choice)]
            return [marks[:start] + head + tail for head in heads for tail in tails][:_MOST_FIELDS]
    return [marks]


def _brace_end(marks: _Marks, start: int) -> tuple[int, list[int]]:
    depth, commas = 0, list[int]()
    for place in range(start, len(marks)):
        character, kind = marks[place]
        if kind != "plain":
            continue
        depth += (character == "{") - (character == "}")
        if not depth:
            return place, commas
        if character == "," and depth == 1:
            commas.append(place)
    return -1, commas


def _range(marks: _Marks) -> list[_Marks]:
    found = _RANGE.fullmatch("".join(character for character, _ in marks))
    if not found:
        return []
    first, last = (int(found[1]), int(found[2])) if found[1] else (ord(found[3]), ord(found[4]))
    step = 1 if last >= first else -1
    values = range(first, last + step, step)[:_MOST_FIELDS]
    return [[(one, "plain") for one in (str(value) if found[1] else chr(value))] for value in values]


def _tilde(marks: _Marks, scope: Scope) -> _Marks:
    if not marks or marks[0] != ("~", "plain"):
        return marks
    end = next((place for place, (character, _) in enumerate(marks) if character == "/"), len(marks))
    user = "".join(character for character, _ in marks[1:end])
    special = {"": "HOME", "+": "PWD", "-": "OLDPWD"}
    elsewhere = "/root" if user == "root" else f"/home/{user}"
    folder = scope.value(special[user]) if user in special else elsewhere
    return [*((one, "quoted") for one in folder), *marks[end:]]


def _split(marks: _Marks, separators: str) -> list[str]:
    """The words that `marks` fall into where expanded text holds separators."""
    words: list[_Marks] = [[]]
    for character, kind in marks:
        if kind == "expanded" and character and character in separators:
            words.append([])
        else:
            words[-1].append((character, kind))
    return ["".join(one for one, _ in word) for word in words if any(one or kind == "quoted" for one, kind in word)]


def _closing_quote(text: str, start: int) -> int:
    quote, place = text[start], start + 1
    while place < len(text) and text[place] != quote:
        place += 2 if quote == '"' and text[place] == "\\" else 1
    return min(place, len(text))


def _unescaped(found: re.Match[str]) -> str:
    for group, base in ((1, 16), (2, 16), (3, 16), (4, 8)):
        if found[group]:
            code = int(found[group], base)
            return chr(code) if code < 0x110000 else UNKNOWN
    if found[5]:
        return chr(ord(found[5].upper()) & 0x1F)
    return _ESCAPES.get(found[6], found[6] if found[6] in "\\'\"?" else f"\\{found[6]}")


def starting_variables(home: str, folder: str, pid: int) -> Mapping[str, str]:
    """The variables whose values are known before the line runs."""
    return {"HOME": home, "PWD": folder, "IFS": " \t\n", "PPID": str(pid), "0": "bash", "@": "", "*": ""}
