"""What we keep, and where: one list for backup, restore and erase, whatever the layout of the folders."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.files import Lock
from localgpt_tui.paths import Places

CONFIG = "config/config.toml"

_PASSING = (".tmp-", ".lock", ".handover", ".partial", ".sock", ".pid")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that belongs into a backup.

    Attributes:
        name: how a backup calls it, `area/path/inside`, with areas `config`, `workspace`, `data` and `state`.
    """

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Inventory:
    """What there is to back up, and a sentence on each thing that cannot be."""

    files: tuple[Kept, ...]
    skipped: tuple[str, ...]


def areas(places: Places) -> dict[str, Path]:
    """The folders a backup is made of, by name; the config file is an area of its own."""
    return {"workspace": places.workspace, "data": places.data, "state": places.state}


def take_inventory(places: Places) -> Inventory:
    """List every file worth keeping: not the cache, the logs, the crash files, or earlier backups."""
    files: list[Kept] = []
    skipped: list[str] = []
    if places.config_file.is_file():
        files.append(Kept(CONFIG, places.config_file.resolve()))
    roots = areas(places)
    apart = {*roots.values(), places.cache, places.logs, places.crashes, places.backups, places.config_file}
    for area, root in roots.items():
        if area == "data" and root == places.state:
            continue  # some systems know one folder for both
        found = _walk(root, apart - {root}, skipped)
        files += [Kept(f"{area}/{path.relative_to(root).as_posix()}", path) for path in found]
    return Inventory(tuple(files), tuple(skipped))


def refuse_while_in_use(places: Places) -> None:
    """Make sure that no other program is writing what is about to be replaced or removed.

    Raises:
        LocalGPTError: one is, by the locks it holds.
    """
    for file in sorted(places.state.rglob("*.lock")):
        lock = Lock(file)
        try:
            free = lock.acquire()
        except OSError:
            continue
        if not free:
            holder = lock.holder()
            who = f"{holder.program} (process {holder.pid})" if holder else "another program"
            raise LocalGPTError(f"{who} is using these sessions.", "Close it, then try again.")
        lock.release()


def _walk(root: Path, apart: set[Path], skipped: list[str]) -> Iterator[Path]:
    """Every regular file below `root`, without following links; notes down what it passes over."""

    def unreadable(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            skipped.append(f"{error.filename}: {os.strerror(error.errno or 0)}")

    for folder, folders, names in os.walk(root, onerror=unreadable):
        here = Path(folder)
        skipped.extend(f"{here / name}: a symbolic link" for name in folders if (here / name).is_symlink())
        folders[:] = sorted(name for name in folders if here / name not in apart)
        for name in sorted(names):
            path = here / name
            if path in apart or name.startswith(_PASSING[0]) or name.endswith(_PASSING[1:]):
                continue
            if not stat.S_ISREG(path.lstat().st_mode):
                skipped.append(f"{path}: {'a symbolic link' if path.is_symlink() else 'not an ordinary file'}")
            else:
                yield path
