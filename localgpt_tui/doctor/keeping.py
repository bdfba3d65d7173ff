"""What is kept: folders, settings, memory, sessions, logs."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from localgpt_tui.config import load_config
from localgpt_tui.core.errors import ConfigError, SessionError
from localgpt_tui.doctor.check import Check
from localgpt_tui.logs import log_file
from localgpt_tui.memory.workspace import Workspace
from localgpt_tui.paths import Places
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.sessions.shelf import Shelf

_OTHERS = 0o077
_MOST_NAMED = 5


def settings(places: Places) -> Iterator[Check]:
    """Whether config.toml can be used, and what in it was not understood."""
    try:
        loaded = load_config(places)
    except ConfigError as error:
        yield Check("settings", "fail", error.message, error.advice or f"Edit {places.config_file}.")
        return
    there = str(places.config_file) if places.config_file.exists() else "no config.toml: every key has its default"
    yield Check("settings", "ok", there)
    for warning in loaded.warnings:
        yield Check("settings", "warn", warning, f"Edit {places.config_file}.")


def folders(places: Places) -> Iterator[Check]:
    """Whether each folder is there, can be written, and is closed to others."""
    yield Check("places", "ok", places.reason)
    for name, folder in _folders(places).items():
        if not folder.exists():
            yield _missing(name, folder)
        elif not folder.is_dir():
            yield Check(name, "fail", f"{folder} is not a folder", "Move that file away.")
        elif not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            yield Check(name, "fail", f"{folder} cannot be read and written", f"chmod u+rwx '{folder}'")
        elif name != "workspace" and open_to_others(folder):
            mode = stat.S_IMODE(folder.stat().st_mode)
            yield Check(
                name, "warn", f"{folder} is open to others ({mode:03o})", f"`doctor --fix`, or: chmod 700 '{folder}'"
            )
        else:
            yield Check(name, "ok", str(folder))


def open_to_others(path: Path) -> bool:
    """True where anybody but the owner may do anything with `path`."""
    return bool(path.stat().st_mode & _OTHERS)


def private_places(places: Places) -> Iterator[Path]:
    """The folders and files of ours that are only the owner's business; the workspace is the person's own."""
    for name, folder in _folders(places).items():
        if name != "workspace" and folder.is_dir():
            yield folder
    yield from (path for path in (places.config_file, log_file(places)) if path.is_file())


def sessions(places: Places) -> Iterator[Check]:
    """Whether every session can be read, to the last line, and what lies beside them."""
    shelf = Shelf(places.sessions, places.cache)
    try:
        listed, conflicts = shelf.list(), shelf.conflicts()
    except SessionError as error:
        yield Check("sessions", "fail", error.message, error.advice)
        return
    damaged = 0
    for summary in listed:
        problem = _damage(places.sessions / f"{summary.id}.jsonl")
        damaged += bool(problem)
        if problem and damaged <= _MOST_NAMED:
            fix = "What can be read is shown; nothing was removed. A backup may have the rest."
            yield Check("sessions", "warn", f"{summary.id[:8]} ({summary.title}): {problem}", fix)
    count = "1 session" if len(listed) == 1 else f"{len(listed)} sessions"
    words = f"{count} of {sum(each.size for each in listed) / 1e6:.1f} MB, {damaged} with damage"
    yield Check("sessions", "warn" if damaged else "ok", words)
    for conflict in conflicts:
        yield Check("sessions", "warn", f"{places.sessions / conflict.name}", conflict.sentence)


def memory(places: Places) -> Iterator[Check]:
    """What the workspace holds, and second versions that a sync tool left in it."""
    if not places.workspace.is_dir():
        return
    listing = Workspace(places.workspace).files()
    yield Check("memory", "ok", f"{len(listing.files)} Markdown files in {places.workspace}")
    for sentence in listing.passed_over:
        yield Check(
            "memory", "warn", sentence, "It is not searched. Take over what is missing elsewhere, or put it right."
        )


def log(places: Places) -> Iterator[Check]:
    """Where the log is, and whether something went wrong lately."""
    path = log_file(places)
    existing = path if path.exists() else next(step for step in path.parents if step.exists())
    if os.access(existing, os.W_OK):
        yield Check("log", "ok", str(path))
    else:
        yield Check("log", "warn", f"{path} cannot be written", f"chmod u+w '{existing}'")
    crashes = sorted(places.crashes.glob("crash-*.txt")) if places.crashes.is_dir() else []
    if crashes:
        fix = "It holds no secrets and none of your words: send it along with a bug report, or delete it."
        yield Check("log", "warn", f"{len(crashes)} crash files; the latest is {crashes[-1]}", fix)


def _folders(places: Places) -> dict[str, Path]:
    return {
        "workspace": places.workspace,
        "state": places.state,
        "sessions folder": places.sessions,
        "logs": places.logs,
        "cache": places.cache,
    }


def _missing(name: str, folder: Path) -> Check:
    above = next(step for step in folder.parents if step.exists())
    if os.access(above, os.W_OK | os.X_OK):
        return Check(name, "ok", f"{folder} is not there yet; it is made when it is needed")
    return Check(name, "fail", f"{folder} is not there and cannot be made in {above}", f"chmod u+rwx '{above}'")


def _damage(path: Path) -> str:
    try:
        journal = Journal.open(path, writable=False)
        journal.history()
    except SessionError as error:
        return str(error)
    return " ".join(journal.damage)
