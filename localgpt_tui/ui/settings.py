"""What the first frame needs of config.toml, read plainly: the whole of it is read, and judged, after that frame."""

import locale
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """The `[ui]` section as far as it can be understood; what cannot be is as if it were not there.

    Attributes:
        theme: a theme's name; empty to go with the terminal.
        plain_icons: draw with ASCII signs.
        detached_minutes: for how long a reply goes on when the terminal goes away.
        keys: what the person has changed: ids of actions, and keys with commas between.
    """

    theme: str = ""
    mouse: bool = True
    reduced_motion: bool = False
    plain_icons: bool = False
    bell: bool = True
    detached_minutes: float = 30.0
    keys: Mapping[str, str] = field(default_factory=dict)


def read_settings(config_file: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings in `config_file`; a missing or broken file gives the defaults, its error is shown later."""
    try:
        section = tomllib.loads(config_file.read_text("utf-8-sig")).get("ui")
    except (OSError, ValueError):
        section = None
    if not isinstance(section, dict):
        section = {}
    keys = section.get("keys")
    theme, minutes = section.get("theme", ""), section.get("detached_minutes")
    return Settings(
        theme=theme if isinstance(theme, str) and theme != "auto" else "",
        mouse=section.get("mouse") is not False,
        reduced_motion=section.get("reduced_motion") is True,
        plain_icons=_wants_ascii(section.get("ascii"), environ),
        bell=section.get("bell") is not False,
        keys=dict(_keys(keys)) if isinstance(keys, dict) else {},
        detached_minutes=max(0.0, float(minutes)) if isinstance(minutes, int | float) else 30.0,
    )


def light_terminal() -> bool:
    """True where the terminal says that its background is light, as rxvt and Konsole do."""
    return os.environ.get("COLORFGBG", "").rpartition(";")[2] in {"7", "15"}


def _keys(table: Mapping[str, object], before: str = "") -> Iterator[tuple[str, str]]:
    """Names and keys; `leader.new = "n"` without quotes is a table to TOML, and meant as a name all the same."""
    for name, key in table.items():
        if isinstance(key, dict):
            yield from _keys(key, f"{before}{name}.")
        elif isinstance(key, str):
            yield before + name, key


def _wants_ascii(chosen: object, environ: Mapping[str, str]) -> bool:
    """Whether signs are to be ASCII: as the person says, else where signs are missing or often take two cells."""
    if chosen in {"always", "never"}:
        return chosen == "always"
    language = next((environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(name)), "")
    encoding = locale.getpreferredencoding(do_setlocale=False)
    return (
        environ.get("TERM", "").startswith(("linux", "vt"))
        or language.startswith(("zh", "ja", "ko"))
        or encoding.upper().replace("-", "") != "UTF8"
    )
