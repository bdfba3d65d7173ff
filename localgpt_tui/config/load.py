"""config.toml → a frozen `Config`; the file itself is never touched."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from pydantic import ValidationError

from localgpt_tui.config import problems, secrets
from localgpt_tui.config.models import Config, Level
from localgpt_tui.config.source import Content, parse, read_text
from localgpt_tui.config.values import known_level
from localgpt_tui.core.errors import ConfigError
from localgpt_tui.paths import Places

LOG_LEVEL = "LOCALGPT_LOG_LEVEL"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A usable configuration, and what the person should know about the file it came from."""

    config: Config
    warnings: tuple[str, ...] = ()


def load_config(places: Places, environ: Mapping[str, str] = os.environ) -> Loaded:
    """Read `places.config_file`; without such a file every key has its default.

    Raises:
        ConfigError: the message names file, line, key, what was found and what was expected.
    """
    file = places.config_file
    text = read_text(file)
    if text is None:
        named = environ.get("LOCALGPT_CONFIG", "").strip()
        missing = (f"{file} does not exist: every setting has its default.",) if named else ()
        return _with_level(Loaded(Config(), missing), environ)
    content = parse(text, file)
    filled, unset = secrets.expand(content, environ)
    config = validated(filled, text, file)
    warnings = problems.strangers(content, text, file) + [f"{file}: {sentence}" for sentence in unset]
    return _with_level(Loaded(config, (*warnings, *secrets.exposure(file, content))), environ)


def validated(content: Content, text: str, file: Path, *, given: tuple[str, ...] = ()) -> Config:
    """The configuration that `content` describes.

    Args:
        text: what `content` was read from, for the lines of its keys.
        given: a key that comes from the person rather than from the file.

    Raises:
        ConfigError: a value cannot be used.
    """
    try:
        return Config.model_validate(content)
    except ValidationError as error:
        found = problems.mistakes(error, content, text, file, given=given)
    # raised outside of the handler: pydantic's own error holds the values, secrets among them
    raise ConfigError(found, "Correct the file; `localgpt-tui config check` tests it.")


def _with_level(loaded: Loaded, environ: Mapping[str, str]) -> Loaded:
    named = environ.get(LOG_LEVEL, "").strip()
    if not named:
        return loaded
    level = known_level(named)
    if level not in get_args(Level):
        warning = f"{LOG_LEVEL} is “{named[:40]}”, not one of {', '.join(get_args(Level))}: it is ignored."
        return Loaded(loaded.config, (*loaded.warnings, warning))
    logging = loaded.config.logging.model_copy(update={"level": level})
    return Loaded(loaded.config.model_copy(update={"logging": logging}), loaded.warnings)
