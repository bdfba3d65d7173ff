"""A backup put back: checked as a whole first, and only after what is there now has been backed up itself."""

import contextlib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from localgpt_tui.backup.archive import Archive, Stored, make_backup, opened
from localgpt_tui.backup.inventory import CONFIG, areas, refuse_while_in_use, take_inventory
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.messages import now
from localgpt_tui.files import PRIVATE_FILE, atomic_write, private_folder
from localgpt_tui.paths import Places

Step = Literal["new", "replaced", "same"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a restore would do: a step for each file of the backup; `untouched` are ours but not in it, and stay."""

    made: str
    version: str
    steps: tuple[tuple[Path, Step], ...]
    untouched: int

    def count(self, step: Step) -> int:
        """How many files would meet with `step`."""
        return sum(1 for _, each in self.steps if each == step)


@dataclass(frozen=True, slots=True)
class Restored:
    """How many files were written, and the backup of what was there before (None where there was nothing)."""

    files: int
    before: Path | None


def plan(places: Places, path: Path) -> Plan:
    """Check the whole backup and say what restoring it would do; nothing is changed.

    Raises:
        LocalGPTError: it may not be restored, and why.
    """
    with opened(path) as archive:
        steps = tuple((target, _step(archive, file, target)) for file, target in _targets(places, archive))
        ours = {kept.path for kept in take_inventory(places).files}
        return Plan(archive.made, archive.version, steps, len(ours - {target for target, _ in steps}))


def restore(places: Places, path: Path) -> Restored:
    """Put a backup back; what is there now goes into a backup of its own first.

    A crash on the way leaves each file old or new, and the backup of the old ones is whole.

    Raises:
        LocalGPTError: it may not be restored, or a program is using what would be replaced; nothing was changed. Or
            writing failed half-way: the message says where the old files are.
    """
    refuse_while_in_use(places)
    with opened(path) as archive:
        pairs = _targets(places, archive)
        changed = [(file, target) for file, target in pairs if _step(archive, file, target) != "same"]
        before = _keep_present(places) if changed else None
        try:
            for file, target in changed:
                _put(archive.read(file), file, target)
        except OSError as error:
            raise LocalGPTError(
                f"Restoring stopped at {error.filename}: {os.strerror(error.errno or 0)}.",
                f"What was there before is in {before}." if before else "Make room, then try again.",
            ) from error
    return Restored(len(changed), before)


def _targets(places: Places, archive: Archive) -> list[tuple[Stored, Path]]:
    roots = areas(places)
    pairs: list[tuple[Stored, Path]] = []
    for file in archive.files:
        area, _, inside = file.name.partition("/")
        if file.name == CONFIG:
            pairs.append((file, places.config_file))  # may be a link of the person's own, into their dotfiles
            continue
        target = roots[area] / inside
        _refuse_detour(target, roots[area])
        pairs.append((file, target))
    return pairs


def _refuse_detour(target: Path, root: Path) -> None:
    """A link below `root` would let the backup write somewhere else."""
    step = target
    while step != root:
        if step.is_symlink():
            raise LocalGPTError(
                f"{step} is a symbolic link; restoring through it could write elsewhere.", "Move it away."
            )
        step = step.parent


def _step(archive: Archive, file: Stored, target: Path) -> Step:
    archive.read(file)  # every file is checked before the first one is written
    if target.is_dir():
        raise LocalGPTError(f"{target} is a folder, but the backup has a file there.", "Move it away, then try again.")
    try:
        with target.open("rb") as present:
            return "same" if hashlib.file_digest(present, "sha256").hexdigest() == file.sha256 else "replaced"
    except FileNotFoundError:
        return "new"
    except OSError:
        return "replaced"


def _keep_present(places: Places) -> Path | None:
    if not take_inventory(places).files:
        return None
    private_folder(places.backups)
    made = make_backup(places, places.backups / f"before-restore-{now():%Y%m%d-%H%M%S-%f}.zip")
    return made.path


def _put(content: bytes, file: Stored, target: Path) -> None:
    private_folder(target.parent)
    atomic_write(target, content, mode=PRIVATE_FILE | (0o100 if file.executable else 0))
    with contextlib.suppress(OSError, OverflowError):  # the time is a nicety; the content is there
        os.utime(target, (file.time, file.time))
