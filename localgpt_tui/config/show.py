"""The configuration as people may see it: every key with its value, every secret as three stars."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel, SecretStr

from localgpt_tui.config import keys
from localgpt_tui.config.models import Config

MASK = "***"


def plain(config: BaseModel) -> dict[str, object]:
    """Every key and its value as texts, numbers, lists and tables; a secret that is set is `MASK`."""
    return {name: _plain(getattr(config, name)) for name in type(config).model_fields}


def as_toml(config: Config) -> str:
    """All of the configuration as TOML."""
    return "\n".join(_lines(plain(config))).lstrip("\n") + "\n"


def as_json(config: Config) -> str:
    """All of the configuration as JSON."""
    return json.dumps(plain(config), indent=2, ensure_ascii=False)


def value_of(config: Config, key: str) -> str:
    """What `key` holds: text as it is, anything else as TOML.

    Raises:
        ConfigError: there is no such key.
    """
    path = keys.parsed(key)
    found: object = plain(config)
    for part in path:
        if not isinstance(found, Mapping) or part not in found:
            raise keys.unknown(path)
        found = found[part]
    if isinstance(found, str):
        return found
    return "\n".join(_lines(found, path)).lstrip("\n") if isinstance(found, Mapping) else toml(found)


def toml(value: object) -> str:
    """`value` as it is written in TOML, on one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case Mapping():
            return "{ " + ", ".join(f"{keys.written((str(name),))} = {toml(one)}" for name, one in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(toml(one) for one in value) + "]"
        case _:
            return keys.quoted(str(value))


def _plain(value: object) -> object:
    match value:
        case BaseModel():
            return plain(value)
        case SecretStr():
            return MASK if value.get_secret_value() else ""
        case Path():
            return str(value)
        case tuple():
            return [_plain(one) for one in value]
        case _:
            return value


def _lines(table: Mapping[str, object], above: keys.Path = ()) -> Iterator[str]:
    for name, value in table.items():
        if not isinstance(value, Mapping):
            yield f"{keys.written((name,))} = {toml(value)}"
    for name, value in table.items():
        if isinstance(value, Mapping):
            path = (*above, name)
            if not value or any(not isinstance(one, Mapping) for one in value.values()):
                yield from ("", f"[{keys.written(path)}]")
            yield from _lines(value, path)
