"""The backup file: a zip that opens anywhere, with a manifest that says what is in it and how to tell damage."""

import contextlib
import hashlib
import json
import os
import stat
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from localgpt_tui import __version__
from localgpt_tui.backup.inventory import CONFIG, Kept, take_inventory
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.messages import now
from localgpt_tui.files import PRIVATE_FILE, sync_folder
from localgpt_tui.paths import Places

FORMAT = 1
"""Version of the archive's own layout; sessions and settings carry versions of their own."""

_KIND = "localgpt-tui backup"
_MANIFEST = "manifest.json"
_LARGEST_MANIFEST = 100_000_000
_LARGEST_FILE = 1_000_000_000
_AREAS = ("workspace", "data", "state")
_ATTEMPTS = 5
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What zipfile raises for a file that is damaged, encrypted or packed in a way it does not know."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file in a backup.

    Attributes:
        name: `area/path/inside`; member: the same as the zip can spell it.
        time: of the last change, seconds since 1970.
        executable: whether its owner could run it.
    """

    name: str
    member: str
    size: int
    sha256: str
    time: float
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was written: where, of how many files and bytes, and what had to be left out."""

    path: Path
    files: int
    size: int
    skipped: tuple[str, ...]


def make_backup(places: Places, target: Path) -> Made:
    """Write everything we keep to `target` (in it, if it is a folder), readable by its owner only.

    The program may be running meanwhile: each file is copied as it stood at one moment.

    Raises:
        LocalGPTError: the file is there already, or cannot be written.
    """
    path = target / f"localgpt-{now():%Y%m%d-%H%M%S}.zip" if target.is_dir() else target
    if path.exists():
        raise LocalGPTError(f"{path} is there already.", "Name a file that is not.")
    inventory = take_inventory(places)
    skipped = list(inventory.skipped)
    stored: list[Stored] = []
    try:
        with _new_private_file(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            for kept in inventory.files:
                try:
                    stored.append(_store(archive, kept))
                except _Unfit as reason:
                    skipped.append(f"{kept.path}: {reason}")
            archive.writestr(_MANIFEST, _manifest(stored))
    except OSError as error:
        raise LocalGPTError(
            f"{path} cannot be written: {os.strerror(error.errno or 0)}.", "Name another place."
        ) from error
    return Made(path, len(stored), sum(file.size for file in stored), tuple(skipped))


class Archive:
    """An opened backup whose manifest has been read and believed; its contents are checked as they are read."""

    def __init__(self, archive: zipfile.ZipFile, files: tuple[Stored, ...], made: str, version: str) -> None:
        self.files = files
        self.made = made
        self.version = version
        self._archive = archive

    def read(self, file: Stored) -> bytes:
        """The content of `file`.

        Raises:
            LocalGPTError: it is not what the manifest says.
        """
        try:
            with self._archive.open(file.member) as member:
                content = member.read(file.size + 1)
        except (*_DAMAGE, OSError):
            content = b""
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise LocalGPTError(f"{file.name} is damaged in this backup.", "Nothing was changed; use another backup.")
        return content


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open a backup for a block, after making sure that nothing in it can do harm.

    Raises:
        LocalGPTError: it is no backup of ours, is damaged, was made by a newer version, or has something in it that
            a backup of ours never has, such as a link or a path that leads elsewhere.
    """
    with contextlib.ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(path))
            believed = _believed(archive, path)
        except FileNotFoundError:
            raise LocalGPTError(f"There is no {path}.", "Check the name.") from None
        except OSError as error:
            raise LocalGPTError(f"{path} cannot be read: {os.strerror(error.errno or 0)}.") from error
        except (*_DAMAGE, ValueError) as error:
            message = f"{path} is no backup of localgpt-tui, or is damaged ({error})."
            raise LocalGPTError(message, "Use another one.") from error
        yield believed


def _believed(archive: zipfile.ZipFile, path: Path) -> Archive:
    if archive.namelist().count(_MANIFEST) != 1 or archive.getinfo(_MANIFEST).file_size > _LARGEST_MANIFEST:
        raise ValueError("it has no manifest")
    manifest = json.loads(archive.read(_MANIFEST))
    if not isinstance(manifest, dict) or manifest.get("kind") != _KIND:
        raise ValueError("its manifest is not ours")
    if not isinstance(manifest.get("format"), int) or manifest["format"] > FORMAT:
        raise LocalGPTError(
            f"{path} was made by a newer version (localgpt-tui {manifest.get('version')}).",
            "Update localgpt-tui, then restore it.",
        )
    try:
        files = tuple(Stored(**entry) for entry in manifest["files"])
    except (KeyError, TypeError) as error:
        raise ValueError("its manifest is not whole") from error
    for file in files:
        _refuse_strange_name(file.name)
    _refuse_strange_members(archive, files)
    return Archive(archive, files, str(manifest.get("made", "")), str(manifest.get("version", "")))


def _refuse_strange_name(name: object) -> None:
    if not isinstance(name, str) or "\0" in name or "\\" in name.partition("/")[0]:
        raise ValueError("a name in it is no name")
    parts = name.split("/")
    inside = name == CONFIG or (len(parts) > 1 and parts[0] in _AREAS)
    if not inside or any(part in {"", ".", ".."} for part in parts) or PurePosixPath(name).is_absolute():
        raise ValueError("a path in it leads out of our folders")


def _refuse_strange_members(archive: zipfile.ZipFile, files: tuple[Stored, ...]) -> None:
    """The zip must hold exactly what the manifest lists, each once, as ordinary files of the right size."""
    members = {member.filename: member for member in archive.infolist() if member.filename != _MANIFEST}
    if len(members) + 1 != len(archive.infolist()) or sorted(members) != sorted(file.member for file in files):
        raise ValueError("what it holds is not what its manifest lists")
    if len({file.name for file in files}) != len(files):
        raise ValueError("its manifest lists a file twice")
    for file in files:
        member = members[file.member]
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in {0, stat.S_IFREG} or member.is_dir():
            raise ValueError("it holds something that is not an ordinary file")
        if member.file_size != file.size:
            raise ValueError(f"{file.name} has another size than its manifest says")


class _Unfit(Exception):  # noqa: N818 - a reason, for one file
    """Why a file is left out."""


def _store(archive: zipfile.ZipFile, kept: Kept) -> Stored:
    content, status = _settled(kept.path)
    member = kept.name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    changed = time.localtime(max(status.st_mtime, 315_619_200))  # a zip knows no time before 1980
    entry = zipfile.ZipInfo(member, changed[:6])
    entry.external_attr = (stat.S_IFREG | PRIVATE_FILE) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)
    digest = hashlib.sha256(content).hexdigest()
    executable = bool(status.st_mode & stat.S_IXUSR)
    return Stored(kept.name, member, len(content), digest, status.st_mtime, executable)


def _settled(path: Path) -> tuple[bytes, os.stat_result]:
    """The content of `path` as it stood at one moment, although others may be writing it."""
    for attempt in range(_ATTEMPTS):
        try:
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
                before = os.fstat(file.fileno())
                if before.st_size > _LARGEST_FILE:
                    raise _Unfit("larger than 1 GB; copy it by hand")
                content = file.read()
                after = os.fstat(file.fileno())
        except OSError as error:
            raise _Unfit(os.strerror(error.errno or 0)) from error
        unchanged = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
        whole_lines = path.suffix != ".jsonl" or content.endswith(b"\n") or attempt == _ATTEMPTS - 1
        if unchanged and whole_lines and len(content) == after.st_size:
            return content, after
        time.sleep(0.01)
    raise _Unfit("it changed all the time; try again")


def _manifest(files: list[Stored]) -> bytes:
    content = {
        "kind": _KIND,
        "format": FORMAT,
        "version": __version__,
        "made": now().isoformat(timespec="seconds"),
        "files": [asdict(file) for file in files],
    }
    return json.dumps(content, indent=1).encode()


@contextlib.contextmanager
def _new_private_file(path: Path) -> Iterator[str]:
    """A temporary file beside `path` that takes its name once the block is through, or goes."""
    handle, temporary = tempfile.mkstemp(prefix=".tmp-", dir=path.parent)
    os.close(handle)
    try:
        yield temporary
        with Path(temporary).open("rb+") as file:
            os.fsync(file.fileno())
        Path(temporary).chmod(PRIVATE_FILE)
        Path(temporary).replace(path)
        sync_folder(path.parent)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
