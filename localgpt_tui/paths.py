"""Where things live: one folder of the person's choosing, or the places the platform has for such things."""

import errno
import os
import pwd
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import platformdirs

from localgpt_tui.core.errors import ConfigError

APP = "localgpt"
DEFAULT_AGENT = "main"

Kind = Literal["config", "data", "state", "cache"]

_KINDS: tuple[Kind, ...] = ("config", "data", "state", "cache")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Places:
    """Every path the program keeps something under, all absolute; nothing is created by naming them.

    Attributes:
        workspace: the Markdown memory, the person's own files.
        sessions: the conversations of `agent`.
        logs: the folder of the log files.
        reason: why these places, in words for a person.
    """

    config_file: Path
    workspace: Path
    data: Path
    state: Path
    cache: Path
    logs: Path
    sessions: Path
    backups: Path
    crashes: Path
    agent: str
    profile: str
    reason: str


def find_places(environ: Mapping[str, str] = os.environ, *, agent: str = "") -> Places:
    """Decide where everything lives; looks at the disk, changes nothing.

    `LOCALGPT_HOME` comes first, then a `~/.localgpt` that exists while the platform's place has no config.toml, then
    the platform's places. `LOCALGPT_CONFIG_DIR`, `_DATA_DIR`, `_STATE_DIR` and `_CACHE_DIR` replace one folder each,
    and a profile is a suffix on the folders so found; `LOCALGPT_CONFIG` and `LOCALGPT_WORKSPACE` are taken as they are.

    Args:
        agent: whose sessions; by default `LOCALGPT_AGENT`, else "main".

    Raises:
        ConfigError: a variable holds what is no absolute path or no plain name, or there is no home folder.
    """
    profile = _profile(environ)
    agent = _plain_name("LOCALGPT_AGENT", agent or environ.get("LOCALGPT_AGENT", "") or DEFAULT_AGENT)
    folders, reason = _base(environ, profile)
    for kind in _KINDS:
        variable = f"LOCALGPT_{kind.upper()}_DIR"
        if chosen := _path_from(environ, variable):
            folders[kind] = _suffixed(chosen, profile)
            reason += f"; {variable} is set"
    file = _path_from(environ, "LOCALGPT_CONFIG")
    workspace = _path_from(environ, "LOCALGPT_WORKSPACE")
    for variable, chosen in (("LOCALGPT_CONFIG", file), ("LOCALGPT_WORKSPACE", workspace)):
        reason += f"; {variable} is set" if chosen else ""
    if profile:
        reason += f"; profile “{profile}”"
    return Places(
        config_file=file or folders["config"] / "config.toml",
        workspace=workspace or folders["data"] / "workspace",
        data=folders["data"],
        state=folders["state"],
        cache=folders["cache"],
        logs=folders["state"] / "logs",
        sessions=folders["state"] / "agents" / agent / "sessions",
        backups=folders["state"] / "backups",
        crashes=folders["state"] / "crashes",
        agent=agent,
        profile=profile,
        reason=reason,
    )


def make_folders(places: Places) -> str:
    """Make the folders that are missing, for their owner only, and say in a sentence what cannot be kept.

    Returns "" where everything can be written. It never raises: on a read-only disk the program still opens, and the
    sentence is for the person to see.
    """
    for folder, lost in (
        (places.state, "nothing said here will be kept"),
        (places.sessions, "nothing said here will be kept"),
        (places.workspace, "nothing can be noted down"),
        (places.logs, "nothing is kept of trouble"),
        (places.data, "some of what is here will not be kept"),
        (places.cache, "the memory is searched with what is there already, if anything"),
    ):
        try:
            _make_private(folder)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            return _read_only(f"The folder {folder} cannot be made ({why})", lost)
        if not os.access(folder, os.W_OK | os.X_OK):
            return _read_only(f"The folder {folder} cannot be written to", lost)
    return ""


def expanded(text: str, home: Path | None = None) -> Path | None:
    """`text` as an absolute path with a leading `~` filled in, or None where it is no absolute path."""
    if text == "~" or text.startswith("~/"):
        text = f"{home or _home(os.environ)}{text[1:]}"
    return Path(os.path.normpath(text)) if text.startswith("/") and "\0" not in text else None


def _base(environ: Mapping[str, str], profile: str) -> tuple[dict[Kind, Path], str]:
    if chosen := _path_from(environ, "LOCALGPT_HOME"):
        return _one_folder(_suffixed(chosen, profile)), "LOCALGPT_HOME is set"
    if all(environ.get(f"LOCALGPT_{kind.upper()}_DIR") for kind in _KINDS):
        return {}, "every folder is named in full"  # no home folder is needed then
    home = _home(environ)
    folders = {kind: _suffixed(_platform_folder(kind, environ, home), profile) for kind in _KINDS}
    legacy = _suffixed(home / f".{APP}", profile)
    if legacy.is_dir() and not (folders["config"] / "config.toml").exists():
        return _one_folder(legacy), f"{legacy} was found"
    return folders, "this platform's usual places"


def _one_folder(home: Path) -> dict[Kind, Path]:
    return {"config": home, "data": home, "state": home, "cache": home / "cache"}


def _platform_folder(kind: Kind, environ: Mapping[str, str], home: Path) -> Path:
    """The platform's own place, as `environ` has it: platformdirs itself can read `os.environ` only."""
    named = environ.get(f"XDG_{kind.upper()}_HOME", "").strip()
    if named.startswith("/"):  # the XDG specification: a relative path is to be ignored
        return Path(named) / APP
    finders = {
        "config": platformdirs.user_config_path,
        "data": platformdirs.user_data_path,
        "state": platformdirs.user_state_path,
        "cache": platformdirs.user_cache_path,
    }
    usual, ours = finders[kind](APP, appauthor=False), _home(os.environ)
    return home / usual.relative_to(ours) if usual.is_relative_to(ours) else usual


def _home(environ: Mapping[str, str]) -> Path:
    named = environ.get("HOME", "")
    if named.startswith("/"):
        return Path(named)
    advice = "Set HOME, or LOCALGPT_HOME, to the full path of a folder."
    if named:
        raise ConfigError(f"HOME is “{named}”, which is not a full path.", advice)
    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        message = "Your home folder cannot be found: HOME is not set and the system has no entry for this user."
        raise ConfigError(message, advice) from None


def _path_from(environ: Mapping[str, str], variable: str) -> Path | None:
    text = environ.get(variable, "").strip()
    if not text:
        return None
    path = expanded(text, _home(environ) if text.startswith("~") else None)
    if path is None:
        raise ConfigError(f"{variable} is “{text}”, which is not a full path.", "Begin it with / or ~/, or unset it.")
    return path


def _profile(environ: Mapping[str, str]) -> str:
    profile = environ.get("LOCALGPT_PROFILE", "").strip().lower()
    return "" if profile in {"", "default"} else _plain_name("LOCALGPT_PROFILE", profile)


def _plain_name(variable: str, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"{variable} is “{name[:80]}”, which cannot be part of a folder's name.",
            "Use 1 to 64 letters, digits, - and _.",
        )
    return name


def _suffixed(folder: Path, profile: str) -> Path:
    return folder.with_name(f"{folder.name}-{profile}") if profile and folder.name else folder


def _make_private(folder: Path) -> None:
    missing = [step for step in (folder, *folder.parents) if not step.exists()]
    for step in reversed(missing):
        step.mkdir(mode=0o700, exist_ok=True)
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "a file is in its place")


def _read_only(what: str, lost: str) -> str:
    return f"{what}: {lost}. Make it writable, or set LOCALGPT_HOME to a folder that is."
