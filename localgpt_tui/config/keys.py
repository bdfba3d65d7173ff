"""Keys as people write them, such as `agent.aliases.opus`, and what the models know of each."""

import difflib
import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from localgpt_tui.config.models import Config
from localgpt_tui.core.errors import ConfigError

Path = tuple[str, ...]


def parsed(key: str) -> Path:
    """The parts of `key`; a part with odd characters is quoted, as in TOML.

    Raises:
        ConfigError: no such key can be written.
    """
    try:
        content: object = tomllib.loads(f"{key} = 0")
    except tomllib.TOMLDecodeError:
        content = None
    parts: list[str] = []
    while isinstance(content, Mapping) and len(content) == 1:
        name, content = next(iter(content.items()))
        parts.append(name)
    if content != 0:
        raise ConfigError(f"“{key}” is not a key.", "A key is written like agent.default_model.")
    return tuple(parts)


def written(path: Path) -> str:
    """`path` as a person would write it, quoted where TOML needs that."""
    return ".".join(part if part and set(part) <= _BARE else quoted(part) for part in path)


def quoted(text: str) -> str:
    """`text` as TOML's quoted text: as in JSON, which alone leaves the delete character as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def leaves(model: type[BaseModel] = Config, above: Path = ()) -> Iterator[tuple[Path, FieldInfo]]:
    """Every key that holds a value or a table of the person's own, in the order of the models."""
    for name, field in model.model_fields.items():
        if section := section_of(field):
            yield from leaves(section, (*above, name))
        else:
            yield (*above, name), field


def sections(model: type[BaseModel] = Config, above: Path = ()) -> Iterator[tuple[Path, type[BaseModel]]]:
    """Every table of the models, the outermost with the empty path first."""
    yield above, model
    for name, field in model.model_fields.items():
        if section := section_of(field):
            yield from sections(section, (*above, name))


def section_of(field: FieldInfo) -> type[BaseModel] | None:
    """The model of the table that `field` is, or None where it holds a value."""
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def field_of(path: Path) -> FieldInfo | None:
    """What the models say of the key `path`; None for sections, for entries of a table, and for unknown keys."""
    return dict(leaves()).get(path)


def is_table(field: FieldInfo) -> bool:
    """True where the key holds a table whose keys are the person's own."""
    return get_origin(field.annotation) is dict


def is_secret(path: Path) -> bool:
    """True where what the key holds is never shown."""
    field = field_of(path)
    return field is not None and field.annotation is SecretStr


def is_text(path: Path) -> bool:
    """True where the key holds text, so that a value needs no quotes."""
    if field := field_of(path):
        return field.annotation in {str, SecretStr} or get_origin(field.annotation) is Literal
    return exists(path) and field_of(path[:-1]) is not None


def exists(path: Path) -> bool:
    """True for a section, a key, and an entry of a table whose keys are the person's own."""
    if any(path == section for section, _ in sections()) or field_of(path):
        return True
    table = field_of(path[:-1])
    return table is not None and is_table(table)


def nearest(path: Path) -> str:
    """The known key that `path` was most likely meant to be, or ""."""
    known = [written(key) for key, _ in leaves()] + [written(key) for key, _ in sections() if key]
    if close := difflib.get_close_matches(written(path), known, n=1, cutoff=0.72):
        return close[0]
    last = [key for key in known if key.rpartition(".")[2] == path[-1]]
    return last[0] if len(last) == 1 else ""


def unknown(path: Path) -> ConfigError:
    """What to raise for a key that does not exist."""
    near = nearest(path)
    advice = f"Did you mean {near}?" if near else "`localgpt-tui config show` lists every key."
    return ConfigError(f"There is no key {written(path)}.", advice)


def expectation(path: Path) -> str:
    """What the key holds, in words: "a whole number of at least 1024"."""
    field = field_of(path)
    if field is None:
        table = field_of(path[:-1])
        return "text" if table is not None and is_table(table) else "a table"
    return _kind(field.annotation) + _bounds(field)


_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")

_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (int, "a whole number"),
    (float, "a number"),
    (str, "text"),
    (SecretStr, "text"),
)


def _kind(annotation: object) -> str:
    origin = get_origin(annotation)
    if origin is Literal:
        *others, last = (f'"{choice}"' for choice in get_args(annotation))
        return f"{', '.join(others)} or {last}"
    if origin is tuple:
        item = get_args(annotation)[0]
        return "a list of tables" if isinstance(item, type) and issubclass(item, BaseModel) else "a list of texts"
    if origin is dict:
        return "a table of texts"
    return next(words for kind, words in _KINDS if kind is annotation)


def _bounds(field: FieldInfo) -> str:
    words: list[str] = []
    for rule in field.metadata:
        for attribute, word in (("ge", "of at least"), ("gt", "greater than"), ("le", "of at most")):
            if (limit := getattr(rule, attribute, None)) is not None:
                words.append(f"{word} {limit}")
        if getattr(rule, "min_length", None):
            words.append("that is not empty")
    return f" {' and '.join(words)}" if words else ""
