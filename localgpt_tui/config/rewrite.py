"""TOML text with one value changed, and every comment and the order of everything else as they were."""

import re
import tomllib
from collections.abc import Mapping, MutableMapping
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from localgpt_tui.config import keys
from localgpt_tui.config.lines import lines_of
from localgpt_tui.config.show import toml
from localgpt_tui.config.source import Content, parse
from localgpt_tui.core.errors import ConfigError


def with_value(content: Content, path: keys.Path, new: object) -> Content:
    """`content` with `new` at `path`, in a table made for it where there is none."""
    if len(path) == 1:
        return {**content, path[0]: new}
    inner = content.get(path[0])
    return {**content, path[0]: with_value(inner if isinstance(inner, dict) else {}, path[1:], new)}


def rewritten(old: str, path: keys.Path, new: object, file: Path) -> str:
    """The text `old` of `file` with `new` at `path`.

    Raises:
        ConfigError: `old` is not valid TOML, or its layout allows no such change.
    """
    wanted = with_value(parse(old, file), path, new)
    for change in (_as_new_line, _with_tomlkit):
        text = change(old, path, new)
        if text is not None and _content(text) == wanted:
            return text
    advice = f"Write {keys.written(path)} with an editor."
    raise ConfigError(f"{file} cannot be changed here without touching the rest of it.", advice)


def _as_new_line(old: str, path: keys.Path, new: object) -> str | None:
    """A key that its table does not have yet: beneath its `#key = default`, or where the table's lines end.

    tomlkit would put it at the end of its table, below a comment that belongs to the next one.
    """
    found = lines_of(old)
    if path in found or path[:-1] not in found:
        return None
    lines = old.split("\n")
    key = keys.written(path[-1:])
    number = _line_for(lines, found[path[:-1]], key)
    ending = "\r" if lines[number - 1].endswith("\r") else ""
    lines.insert(number, f"{key} = {toml(new)}{ending}")
    return "\n".join(lines)


def _line_for(lines: list[str], header: int, key: str) -> int:
    others = (number for number in range(header, len(lines)) if lines[number].lstrip().startswith("["))
    end = next(others, len(lines))
    commented = re.compile(rf"#\s*{re.escape(key)}\s*=")
    for number in range(header, end):
        if commented.match(lines[number]):
            return number + 1
    if end < len(lines):
        end = _before(lines, end, re.compile(r"\s*#"))  # what is said above a table belongs to it
    return max(header, _before(lines, end, re.compile(r"\s*$")))


def _before(lines: list[str], end: int, kind: re.Pattern[str]) -> int:
    while kind.match(lines[end - 1]):
        end -= 1
    return end


def _with_tomlkit(old: str, path: keys.Path, new: object) -> str | None:
    try:
        document = tomlkit.parse(old)
        if isinstance(new, Mapping):
            _replace(_table(document, path), new)
        else:
            _table(document, path[:-1])[path[-1]] = new
        return tomlkit.dumps(document)
    except (TOMLKitError, ValueError, TypeError, AttributeError):
        return None  # a layout that tomlkit has no way with


def _table(document: tomlkit.TOMLDocument, path: keys.Path) -> MutableMapping[str, object]:
    table: MutableMapping[str, object] = document
    for depth, part in enumerate(path, start=1):
        if not isinstance(table.get(part), MutableMapping):
            table[part] = tomlkit.table(is_super_table=depth < len(path))
        inner = table[part]
        if not isinstance(inner, MutableMapping):
            raise TypeError(part)
        table = inner
    return table


def _replace(table: MutableMapping[str, object], new: Mapping[str, object]) -> None:
    for name in [name for name in table if name not in new]:
        del table[name]
    table.update(new)


def _content(text: str) -> Content | None:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
