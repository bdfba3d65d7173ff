"""Secrets in config.toml: taken from the environment where it says so, and kept from other eyes."""

import copy
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from localgpt_tui.config import keys
from localgpt_tui.config.source import Content

_REFERENCE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")
_SECRET_ENDS = ("key", "token", "secret", "password")


def expand(content: Content, environ: Mapping[str, str]) -> tuple[Content, list[str]]:
    """`content` with each secret `${VARIABLE}` filled in, and a warning for each variable that is not set.

    Such a secret counts as not set. Only a whole value is a reference: a key may hold a dollar sign.
    """
    content, warnings = copy.deepcopy(content), []
    for path, table, name in _secrets_in(content):
        value = str(table[name]).strip()
        if reference := _REFERENCE.fullmatch(value):
            variable = reference[1] or reference[2]
            value = environ.get(variable, "").strip()
            if not value:
                warnings.append(f"{keys.written(path)} is ${{{variable}}}, which is not set: it counts as empty.")
        table[name] = value
    return content, warnings


def exposure(file: Path, content: Content) -> list[str]:
    """A warning where others may read a file that holds a secret in plain text."""
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
    except OSError:
        return []
    if not mode & 0o044 or not _holds_secret(content):
        return []
    warning = f"{file} holds a secret and others may read it (mode {mode:04o}). Run `chmod 600 {file}`, or keep the"
    return [f"{warning} secret in an environment variable and write ${{ITS_NAME}} here."]


def _secrets_in(content: Content) -> list[tuple[keys.Path, Content, str]]:
    found = []
    for path, _ in keys.leaves():
        table: object = content
        for part in path[:-1]:
            table = table.get(part) if isinstance(table, dict) else None
        if keys.is_secret(path) and isinstance(table, dict) and isinstance(table.get(path[-1]), str):
            found.append((path, table, path[-1]))
    return found


def _holds_secret(content: object) -> bool:
    """Also under keys that this version does not use: they are no less secret."""
    if not isinstance(content, Mapping):
        return isinstance(content, list) and any(map(_holds_secret, content))
    return any(
        _is_plain_secret(value) if str(name).lower().endswith(_SECRET_ENDS) else _holds_secret(value)
        for name, value in content.items()
    )


def _is_plain_secret(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and not _REFERENCE.fullmatch(value.strip())
