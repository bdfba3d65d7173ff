"""Everything we keep, gone: listed first, and never a file that is not known to be ours."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from localgpt_tui.backup.inventory import refuse_while_in_use
from localgpt_tui.paths import Places

_OURS = {
    "agents": "sessions",
    "approvals": "questions that wait for you",
    "audit-head": "the end of the audit log",
    "audit.jsonl": "the audit log: what tools were asked to do, and did",
    "audit.lock": "the lock of the audit log",
    "backups": "backups made before upgrades and restores",
    "cache": "cache",
    "changes": "what files held before tools changed them",
    "checks.json": "what the heartbeat saw last",
    "config.lock": "the lock of the settings",
    "copied": "text that was copied to files",
    "consent.json": "which places text may be sent to",
    "crashes": "crash files",
    "daemon.lock": "the lock of the daemon",
    "daemon.pid": "which process is the daemon",
    "drafts": "messages that were not sent yet",
    "heartbeat.json": "pauses of the heartbeat, and when you looked last",
    "history.jsonl": "what was said, for the prompt to bring back",
    "ledger.jsonl": "what ran by itself",
    "logs": "logs",
    "turns.lock": "the lock of turns",
    "schedule.lock": "which app keeps the schedule",
    "unattended.lock": "the lock of the heartbeat",
    "trust.json": "which folders tools may change",
}
"""What the state and data folders hold of ours, by name. Anything else there is somebody else's and stays."""


@dataclass(frozen=True, slots=True)
class Doomed:
    """Something that erasing would remove: what it is, how many files and how many bytes."""

    path: Path
    words: str
    files: int
    size: int


@dataclass(frozen=True, slots=True)
class Erasure:
    """What erasing would remove, and a sentence on each thing it would leave."""

    doomed: tuple[Doomed, ...]
    kept: tuple[str, ...]


def survey(places: Places, *, workspace: bool = False) -> Erasure:
    """Say what `erase` would remove; nothing is changed."""
    doomed = [_measured(path, words) for path, words in _ours(places) if path.exists() or path.is_symlink()]
    kept: list[str] = []
    if workspace and places.workspace.exists():
        doomed.append(_measured(places.workspace, "your workspace: the memory, in Markdown"))
    elif places.workspace.exists():
        kept.append(f"{places.workspace}: your workspace; --workspace erases it too")
    known = {each.path for each in doomed} | {places.workspace, places.config_file, places.cache}
    folders = dict.fromkeys((places.state, places.data))
    strangers = (path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir()))
    kept += [f"{path}: not known to be ours" for path in strangers if path not in known]
    return Erasure(tuple(doomed), tuple(kept))


def erase(places: Places, erasure: Erasure) -> tuple[str, ...]:
    """Remove what was surveyed, then our folders where they are empty; returns a sentence on each failure.

    Raises:
        LocalGPTError: another program is using the sessions; nothing was removed.
    """
    refuse_while_in_use(places)
    problems: list[str] = []
    for each in erasure.doomed:
        try:
            _remove(each.path)
        except OSError as error:
            problems.append(f"{error.filename or each.path}: {os.strerror(error.errno or 0)}")
    for folder in dict.fromkeys((places.cache, places.data, places.state, places.config_file.parent)):
        if folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir()):
            folder.rmdir()
    return tuple(problems)


def _ours(places: Places) -> Iterator[tuple[Path, str]]:
    yield places.config_file, "settings, and the keys in them"
    for earlier in sorted(places.config_file.parent.glob(f"{places.config_file.name}.before-*")):
        yield earlier, "earlier settings"
    if places.cache.parent not in {places.state, places.data}:
        yield places.cache, _OURS["cache"]
    for folder in dict.fromkeys((places.state, places.data)):
        for name, words in _OURS.items():
            yield folder / name, words


def _measured(path: Path, words: str) -> Doomed:
    if path.is_symlink() or not path.is_dir():
        return Doomed(path, words, 1, path.lstat().st_size)
    sizes = [(Path(folder) / name).lstat().st_size for folder, _, names in os.walk(path) for name in names]
    return Doomed(path, words, len(sizes), sum(sizes))


def _remove(path: Path) -> None:
    """A link goes, what it points to stays."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
    else:
        shutil.rmtree(path)
