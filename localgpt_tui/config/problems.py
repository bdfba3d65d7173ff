"""What is wrong with a configuration, said with its place: file, line, key, what was found, what was expected."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from localgpt_tui.config import keys, original
from localgpt_tui.config.lines import lines_of, nearest_line
from localgpt_tui.config.source import Content

_SHOWN = 60
_LISTED = 20
_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "true or false"),  # before int: Python counts it among the numbers
    (str, "text"),
    (int, "a whole number"),
    (float, "a number"),
    ((date, time), "a date or time"),
    (list, "a list"),
    (object, "a table"),
)


def mistakes(error: ValidationError, content: Content, text: str, file: Path, *, given: keys.Path = ()) -> str:
    """One line for each value that cannot be used; a secret's value is not among them.

    The key `given` has no place in the file yet, so none is named.
    """
    lines = lines_of(text)
    details = error.errors(include_url=False, include_input=False)
    by_line = sorted(details, key=lambda detail: nearest_line(lines, _path(detail)))
    said = [_mistake(detail, content) + "." for detail in by_line[:_LISTED]]
    for index, detail in enumerate(by_line[:_LISTED]):
        if not given or _path(detail)[: len(given)] != given:
            said[index] = f"{_place(file, lines, _path(detail))}: {said[index]}"
    return "\n".join(said + _more(len(by_line), "mistakes"))


def strangers(content: Content, text: str, file: Path) -> list[str]:
    """A warning for each unknown key, and one for all that LocalGPT knows and this version does not use."""
    unmodelled = list(_unmodelled(content))
    unused = [keys.written(path) for path in unmodelled if original.is_known(path)]
    unknown = [path for path in unmodelled if not original.is_known(path)]
    lines = lines_of(text) if unknown else {}
    warnings = [f"{_place(file, lines, path)}: {_stranger(path)}" for path in unknown[:_LISTED]]
    warnings += _more(len(unknown), "unknown keys")
    if unused:
        warnings.append(f"{file}: known to LocalGPT, not used by this version: {', '.join(unused)}.")
    return warnings + [f"{file}: {sentence}" for sentence in original.replacements(content)]


def _mistake(detail: ErrorDetails, content: Content) -> str:
    path = _path(detail)
    items = [part for part in detail["loc"] if isinstance(part, int)]
    key = keys.written(path) + "".join(f", item {index + 1}" for index in items)
    own_words = str(detail.get("ctx", {}).get("error", ""))
    if detail["type"] == "missing":
        return f"{key}: this key is missing"
    if own_words and keys.field_of(path) is None:
        return f"{key}: {own_words}"
    expected = own_words or "expected " + ("text" if items else keys.expectation(path))
    return f"{key}: found {_found(content, detail['loc'], secret=keys.is_secret(path))}, {expected}"


def _stranger(path: keys.Path) -> str:
    near = keys.nearest(path)
    return f"there is no key {keys.written(path)}" + (f"; did you mean {near}?" if near else ": it does nothing.")


def _more(count: int, what: str) -> list[str]:
    return [f"… and {count - _LISTED} more {what}."] if count > _LISTED else []


def _path(detail: ErrorDetails) -> keys.Path:
    return tuple(part for part in detail["loc"] if isinstance(part, str))


def _place(file: Path, lines: Mapping[keys.Path, int], path: keys.Path) -> str:
    line = nearest_line(lines, path)
    return f"{file}, line {line}" if line else str(file)


def _found(content: object, location: Sequence[str | int], *, secret: bool) -> str:
    for step in location:
        match content:
            case Mapping() if step in content:
                content = content[step]
            case list() if isinstance(step, int) and step < len(content):
                content = content[step]
    kind = _kind_of(content)
    if secret or isinstance(content, list | Mapping):
        return kind
    if isinstance(content, str | bool | int | float):
        shown = json.dumps(content, ensure_ascii=False)
        shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
        return shown if isinstance(content, bool) else f"{shown} ({kind})"
    return f"{content} ({kind})"


def _kind_of(value: object) -> str:
    return next(words for kinds, words in _KINDS if isinstance(value, kinds))


def _unmodelled(content: Mapping[str, object], above: keys.Path = ()) -> Iterator[keys.Path]:
    for name, value in content.items():
        path = (*above, name)
        if not keys.exists(path):
            yield path
        elif isinstance(value, Mapping) and keys.field_of(path) is None:
            yield from _unmodelled(value, path)
