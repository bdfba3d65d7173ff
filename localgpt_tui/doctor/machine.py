"""The machine: Python, SQLite, the disk, the clock, the terminal, the way to the network."""

import locale
import platform
import shutil
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from localgpt_tui import __version__
from localgpt_tui.core.messages import now
from localgpt_tui.doctor.check import Check
from localgpt_tui.safety.redact import Redactor

_OLDEST_PYTHON = (3, 11)
_RELEASED = 2026
_LITTLE, _TOO_LITTLE = 200_000_000, 10_000_000
_NARROWEST, _SHORTEST = 40, 10
_NETWORK = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")


def python() -> Check:
    """Which Python, on which system, runs which version of ours."""
    words = f"localgpt-tui {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    if sys.version_info < _OLDEST_PYTHON:
        return Check("python", "fail", words, "Install Python 3.11 or newer.")
    return Check("python", "ok", words)


def sqlite() -> Check:
    """Whether SQLite can search text (FTS5) and vectors (sqlite-vec)."""
    fix = "Install localgpt-tui again: pip install --force-reinstall apsw sqlite-vec"
    try:
        import apsw  # noqa: PLC0415 - a broken library is a finding, not the end of the doctor
        import sqlite_vec  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError as error:
        return Check("sqlite", "fail", f"SQLite is not there: {error}", fix)
    try:
        database = apsw.Connection(":memory:")
        database.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
        database.enable_load_extension(True)  # noqa: FBT003 - apsw takes no keyword
        database.load_extension(sqlite_vec.loadable_path())
        vectors = database.execute("SELECT vec_version()").fetchall()[0][0]
        database.close()
    except apsw.Error as error:
        return Check("sqlite", "fail", f"SQLite cannot do what the memory needs: {error}", fix)
    return Check("sqlite", "ok", f"SQLite {apsw.sqlite_lib_version()} with FTS5 and sqlite-vec {vectors}")


def disk(folder: Path) -> Check:
    """The room left where things are kept."""
    existing = next(step for step in (folder, *folder.parents) if step.exists())
    try:
        free = shutil.disk_usage(existing).free
    except OSError as error:
        return Check("disk", "warn", f"The free space at {existing} cannot be told: {error.strerror}")
    words = f"{free / 1e9:.1f} GB free at {existing}"
    if free < _LITTLE:
        return Check("disk", "fail" if free < _TOO_LITTLE else "warn", words, "Make room: what is said must fit.")
    return Check("disk", "ok", words)


def clock(moment: datetime | None = None) -> Check:
    """The time and its zone: days, schedules and certificates go by them."""
    moment = moment or now()
    words = f"{moment:%Y-%m-%d %H:%M:%S}, {moment.tzname()} (UTC{moment:%z})"
    if moment.year < _RELEASED:
        return Check("clock", "fail", f"{words} is before this program was written", "Set the system's clock.")
    return Check("clock", "ok", words)


def terminal(environ: Mapping[str, str], *, size: tuple[int, int], interactive: bool) -> Iterator[Check]:
    """What the terminal is and can do.

    Args:
        size: columns and rows.
    """
    term = environ.get("TERM", "")
    around = [name for name, sign in (("tmux", "TMUX"), ("screen", "STY"), ("SSH", "SSH_TTY")) if environ.get(sign)]
    words = f"TERM={term or 'not set'}" + (f", through {' and '.join(around)}" if around else "")
    if not interactive:
        yield Check("terminal", "ok", f"{words}; not looked at further, since this is no terminal")
        return
    if term in {"", "dumb"}:
        fix = "`localgpt-tui chat` goes line by line there; for the app, use another terminal or set TERM."
        yield Check("terminal", "warn", f"{words}: text cannot be placed", fix)
    elif size[0] < _NARROWEST or size[1] < _SHORTEST:
        yield Check("terminal", "warn", f"{words}, {size[0]}×{size[1]}: very small", "Make the window larger.")
    else:
        yield Check("terminal", "ok", f"{words}, {size[0]}×{size[1]}")
    yield _colours(environ, term)


def encoding(environ: Mapping[str, str]) -> Check:
    """Whether letters beyond ASCII get through."""
    name = locale.getpreferredencoding(do_setlocale=False)
    said = next((f"{key}={environ[key]}" for key in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(key)), "not set")
    words = f"{name} (locale {said})"
    if name.upper().replace("-", "") == "UTF8":
        return Check("encoding", "ok", words)
    return Check("encoding", "warn", f"{words}: some letters will not show", "export LANG=C.UTF-8")


def network(environ: Mapping[str, str]) -> Check:
    """Which proxies and certificates requests go by; nothing is sent to find out."""
    spelled = {name: environ.get(name) or environ.get(name.lower()) for name in _NETWORK}
    said = [f"{name}={value}" for name, value in spelled.items() if value]
    return Check("network", "ok", Redactor().clean(", ".join(said)) or "directly, without a proxy")


def _colours(environ: Mapping[str, str], term: str) -> Check:
    if environ.get("NO_COLOR"):
        return Check("colours", "ok", "none, since NO_COLOR is set")
    if environ.get("COLORTERM") in {"truecolor", "24bit"}:
        return Check("colours", "ok", "16 million")
    fix = "If it can do more, export COLORTERM=truecolor (over SSH it is often not passed on)."
    return Check("colours", "ok", "256" if "256" in term else "16 or fewer", fix)
