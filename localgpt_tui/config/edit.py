"""Changing one value of config.toml: comments and order stay, and nothing unusable is ever written."""

import contextlib
import os
import time
import tomllib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from localgpt_tui.config import keys, secrets
from localgpt_tui.config.load import validated
from localgpt_tui.config.rewrite import rewritten, with_value
from localgpt_tui.config.source import parse, read_text
from localgpt_tui.config.template import template
from localgpt_tui.core.errors import ConfigError
from localgpt_tui.files import Lock, atomic_write, private_folder
from localgpt_tui.paths import Places

_PATIENCE = 60
_PAUSE = 0.05


def write_template(places: Places, *, force: bool = False) -> Path | None:
    """Write a commented config.toml with every key and its default.

    With `force` an existing file is kept beside it under the name returned; without, it is left alone.

    Raises:
        ConfigError: there is a file already and `force` is not set, or it cannot be written.
    """
    file = places.config_file
    if not os.path.lexists(file):
        _write(file, template())
        return None
    if not force:
        raise ConfigError(f"{file} exists already; it was left as it is.", "`config init --force` replaces it.")
    kept = file.with_name(f"{file.name}.before-{datetime.now().astimezone():%Y%m%d-%H%M%S}")
    if (old := read_text(file)) is not None:
        _write(kept, old)
    _write(file, template())
    return kept if old is not None else None


def set_value(places: Places, key: str, value: str) -> None:
    """Write `value` for `key`: a TOML value, or plain words where the key holds text.

    Raises:
        ConfigError: there is no such key, the value does not fit it, or the file cannot be changed safely. The file is
            then as it was.
    """
    path = keys.parsed(key)
    if not keys.exists(path):
        raise keys.unknown(path)
    if keys.field_of(path) is None and keys.field_of(path[:-1]) is None:
        raise ConfigError(f"{keys.written(path)} is a section.", f"Set one of its keys, such as {_example(path)}.")
    new = _parsed_value(path, value)
    file = places.config_file
    with _alone(places):
        old = read_text(file)
        text = _changed(old or "", path, new, file)
        if read_text(file) != old:
            raise ConfigError(f"{file} was changed by another program just now.", "Look at it, then try again.")
        _write(file, text)


def changed_text(places: Places, change: Callable[[str, Path], str]) -> None:
    """Let `change` make the new text of the file out of the old one; what cannot be used is never written.

    Raises:
        ConfigError: the new text is no usable configuration, or the file cannot be changed safely.
    """
    file = places.config_file
    with _alone(places):
        old = read_text(file)
        text = change(old or "", file)
        filled, _ = secrets.expand(parse(text, file), os.environ)
        try:
            validated(filled, text, file)
        except ConfigError as error:
            raise ConfigError(error.message, "Nothing was written.") from None
        if read_text(file) != old:
            raise ConfigError(f"{file} was changed by another program just now.", "Look at it, then try again.")
        _write(file, text)


def _parsed_value(path: keys.Path, value: str) -> object:
    try:
        parsed = tomllib.loads(f"value = {value}")
    except (ValueError, RecursionError):
        return value
    new = parsed["value"]
    if len(parsed) > 1 or (keys.is_text(path) and not isinstance(new, str)):
        return value
    return new


def _changed(old: str, path: keys.Path, new: object, file: Path) -> str:
    filled, _ = secrets.expand(with_value(parse(old, file), path, new), os.environ)
    try:
        validated(filled, old, file, given=path)
    except ConfigError as error:
        raise ConfigError(error.message, "Nothing was written.") from None
    return rewritten(old, path, new, file)


def _write(file: Path, text: str) -> None:
    try:
        private_folder(file.parent)
        atomic_write(file, text.encode())
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise ConfigError(f"{file} cannot be written ({why}).", "Nothing was changed.") from None


@contextlib.contextmanager
def _alone(places: Places) -> Iterator[None]:
    """Wait until no other `config set` is between its reading and its writing."""
    lock = Lock(places.state / "config.lock")
    try:
        private_folder(places.state)
        tries = _PATIENCE
        while not lock.acquire("localgpt-tui config"):
            tries -= 1
            if not tries:
                raise ConfigError("Another program is changing the configuration.", "Try again in a moment.")
            time.sleep(_PAUSE)
    except OSError:
        pass  # no place for a lock; that the file is unchanged is checked before it is written
    try:
        yield
    finally:
        lock.release()


def _example(path: keys.Path) -> str:
    return next(keys.written(key) for key, _ in keys.leaves() if key[: len(path)] == path)
