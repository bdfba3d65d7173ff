"""What single values of the configuration must look like; each check says what it expected instead."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from localgpt_tui.paths import expanded

DEFAULT_ALIASES: Mapping[str, str] = {
    "opus": "anthropic/claude-opus-5-5",
    "sonnet": "anthropic/claude-sonnet-5-5",
    "haiku": "anthropic/claude-haiku-5-5",
    "fable": "anthropic/claude-fable-5-2",
    "gpt": "openai/gpt-6.1-sol",
    "gpt-mini": "openai/gpt-6-luna",
}
"""The short names of models that a fresh configuration has."""

_OTHER_TIERS = {"minimal": "limited"}
_OTHER_LEVELS = {"warn": "warning", "trace": "debug"}


def web_address(text: str) -> str:
    """A http or https address, without the slash at its end."""
    expected = "expected an address such as http://localhost:11434"
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError as error:
        raise ValueError(expected) from error
    if not usable or any(character.isspace() for character in text):
        raise ValueError(expected)
    return text.rstrip("/")


def web_address_if_any(text: str) -> str:
    """A web address as above, or nothing."""
    return web_address(text) if text else ""


def absolute_folder(value: object) -> object:
    """A full path, with a leading ~ filled in; whatever is no text is left to the type's own check."""
    if not isinstance(value, str):
        return value
    path = expanded(value)
    if path is None:
        raise ValueError("expected a full path, beginning with / or ~/")
    return path


def outside_folders(value: object) -> object:
    """Folders as texts; of LocalGPT's `{path, pattern}` tables those that name a folder outside the workspace."""
    if not isinstance(value, list | tuple):
        return value
    named = [item.get("path") if isinstance(item, Mapping) else item for item in value]
    return tuple(
        name for name, item in zip(named, value, strict=True) if not isinstance(item, Mapping) or expanded(str(name))
    )


def known_level(value: object) -> object:
    """The level in our words: case does not matter, and LocalGPT's `warn` and `trace` are understood."""
    if not isinstance(value, str):
        return value
    return _OTHER_LEVELS.get(value.lower(), value.lower())


def dotted_names(value: object) -> object:
    """Tables within the table as names with dots: TOML reads `leader.new = "n"` so, unless it is quoted."""
    if not isinstance(value, Mapping):
        return value
    names: dict[object, object] = {}
    for name, inner in value.items():
        parts = dotted_names(inner)
        names |= {f"{name}.{part}": each for part, each in parts.items()} if isinstance(parts, dict) else {name: inner}
    return names


def known_tier(value: object) -> object:
    """How much holds commands in, in our words: LocalGPT's `minimal` is understood."""
    return _OTHER_TIERS.get(value.lower(), value.lower()) if isinstance(value, str) else value


def with_default_aliases(value: object) -> object:
    """The person's aliases over the default ones."""
    return {**DEFAULT_ALIASES, **value} if isinstance(value, Mapping) else value
