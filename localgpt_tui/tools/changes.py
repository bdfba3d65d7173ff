"""What files held before tools changed them: the last turn's files can be given back, and that undone again."""

import contextlib
import hashlib
import os
import re
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.files import append_line, atomic_write, private_folder, sweep_temporaries
from localgpt_tui.plaintext import shown_name
from localgpt_tui.tools.noted import Change, changes_in, merged

_TURN = re.compile(r"(\d{8})(\.undone)?\.jsonl")
_KEPT_SECONDS = 30 * 24 * 3600.0
_KEPT_BYTES = 200_000_000
_LARGEST = 20_000_000
_PRUNED_EVERY = 3600.0  # seconds
_STRAY_SECONDS = 24 * 3600.0  # for so long an image may belong to a command that still runs


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What came of giving files back.

    Attributes:
        restored: files that hold again what they held; removed: files that had not been there.
        refused: a sentence on each file that was left as it is.
    """

    restored: tuple[Path, ...] = ()
    removed: tuple[Path, ...] = ()
    refused: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there was anything to give back."""
        return bool(self.restored or self.removed or self.refused)


class Changes:
    """The changes of each turn of each session, in a folder of their own, old ones pruned."""

    def __init__(self, folder: Path, *, most_bytes: int = _KEPT_BYTES, seconds: float = _KEPT_SECONDS) -> None:
        """Keep at most `most_bytes` in `folder`, for at most `seconds`; nothing is made before the first change."""
        self._folder = folder
        self._most_bytes = most_bytes
        self._seconds = seconds
        self._turns: dict[str, int] = {}
        self._prune_at = 0.0
        self._one_at_a_time = threading.RLock()

    def begin(self, session: str) -> None:
        """From now on changes belong to a new turn; what is too old or too much is pruned."""
        with self._one_at_a_time:
            self._turns[session] = self._next(session)
            if time.monotonic() >= self._prune_at:
                self._prune_at = time.monotonic() + _PRUNED_EVERY
                self.prune()

    def keep(self, session: str, path: Path, after: bytes | None) -> None:
        """Note what the file `path` holds, before it gets the content `after` (None: before it is removed).

        Raises:
            OSError: it could not be noted down, so that the file should be left alone.
            LocalGPTError: the file is too large to be kept.
        """
        with self.changing(session, path, after):
            pass

    @contextlib.contextmanager
    def changing(self, session: str, path: Path, after: bytes | None) -> Iterator[None]:
        """Like `keep`, for a block that changes the file; where it fails, the note is taken back.

        Raises:
            OSError, LocalGPTError: as `keep` does.
        """
        with self._one_at_a_time:
            before, mode = self._image(session, path)
            change = Change(path, before, _digest(after), mode)
            self._note(session, change)
            try:
                yield
            except BaseException:
                self._note(session, change.reversed)
                raise

    def images(self, session: str, paths: list[Path]) -> list[Change]:
        """What files hold that a command may change; `settle` is given this when it has ended.

        What is too large or cannot be read is left out.
        """
        found: list[Change] = []
        with self._one_at_a_time:
            for path in paths:
                try:
                    before, mode = self._image(session, path, durable=False)
                except (OSError, LocalGPTError):
                    continue
                found.append(Change(path, before, before, mode))
        return found

    def remembered(self, session: str, path: Path, content: bytes | None, mode: int) -> Change:
        """Like one of `images`, of a file whose content before the command somebody else kept (None: it was not there).

        Raises:
            OSError: it could not be kept.
        """
        if content is None:
            return Change(path, "", "", new_file_mode())
        image = private_folder(self._place(session)) / _digest(content)
        with self._one_at_a_time:
            if not image.exists():
                _write_quickly(image, content)
        return Change(path, image.name, image.name, mode)

    def settle(self, session: str, images: list[Change]) -> tuple[Path, ...]:
        """Note which of those files a command did change, and return them.

        Raises:
            OSError: they could not be noted down.
        """
        with self._one_at_a_time:
            settled = [replace(each, after=_held(each.path)) for each in images]
            changed = [change for change in settled if change.after not in {change.before, "-"}]
            if changed:
                self._note(session, *changed)
        return tuple(change.path for change in changed)

    def undo_last(self, session: str) -> GivenBack:
        """Give back the files of the last turn that changed any and was not undone yet.

        A file that somebody changed since then is left as it is.

        Raises:
            LocalGPTError: it could not be done, and why.
        """
        return self._turned(session, undone=False)

    def redo_last(self, session: str) -> GivenBack:
        """Take the latest `undo_last` back.

        Raises:
            LocalGPTError: it could not be done, and why.
        """
        return self._turned(session, undone=True)

    def prune(self) -> None:
        """Remove what is older or more than may be kept, the oldest turns first."""
        if not self._folder.is_dir():
            return
        for place in self._folder.iterdir():
            sweep_temporaries(place)
        turns = [
            (file.stat().st_mtime, session.name, file)
            for session in self._folder.iterdir()
            if session.is_dir()
            for _, _, file in self._listed(session.name)
        ]
        size = sum(each.stat().st_size for each in self._folder.rglob("*") if each.is_file())
        for modified, session, file in sorted(turns):
            if size <= self._most_bytes and time.time() - modified <= self._seconds:
                break
            images = {digest for change in changes_in(file) for digest in (change.before, change.after)}
            file.unlink(missing_ok=True)
            size -= _drop_strays(self._folder / session, images)

    def _turned(self, session: str, *, undone: bool) -> GivenBack:
        restored: list[Path] = []
        removed: list[Path] = []
        refused: list[str] = []
        with self._one_at_a_time:
            turns = [(number, file) for number, done, file in self._listed(session) if done == undone]
            if not turns:
                return GivenBack()
            number, file = min(turns) if undone else max(turns)
            try:
                for change in merged(changes_in(file)):
                    wanted = change if undone else change.reversed
                    if why := self._turn_into(session, wanted):
                        refused.append(why)
                    else:
                        (restored if wanted.after else removed).append(change.path)
                file.rename(file.with_name(f"{number:08}{'' if undone else '.undone'}.jsonl"))
            except OSError as error:
                raise LocalGPTError(
                    f"The files could not all be given back: {error.strerror or error}.",
                    "Try again once that is mended.",
                ) from error
            self._turns.pop(session, None)
        return GivenBack(tuple(restored), tuple(removed), tuple(refused))

    def _turn_into(self, session: str, change: Change) -> str:
        """Let a file that holds `change.before` hold `change.after`; why it was left alone, or nothing."""
        path, name = change.path, shown_name(str(change.path))
        if Path(os.path.realpath(path)) != path or (held := _held(path)) not in {change.before, change.after}:
            return f"{name} was changed since then and stays as it is."
        if held == change.after:
            return ""
        image = self._place(session) / change.after
        if change.after and not image.is_file():
            return f"{name}: what it held is not kept any more."
        if change.before:
            try:
                self._image(session, path)
            except LocalGPTError as error:
                return error.message
        if change.after:
            path.parent.mkdir(parents=True, exist_ok=True)
            atomic_write(path, image.read_bytes(), mode=change.mode)
        else:
            path.unlink()
        return ""

    def _note(self, session: str, *changes: Change) -> None:
        place = private_folder(self._place(session))
        number = self._turns.get(session)
        if number is None:
            number = self._turns[session] = self._next(session)
        file = place / f"{number:08}.jsonl"
        if not file.exists():
            for _, undone, other in self._listed(session):
                if undone:
                    other.unlink()
        append_line(file, b"\n".join(change.line for change in changes))

    def _image(self, session: str, path: Path, *, durable: bool = True) -> tuple[str, int]:
        """Keep what `path` holds; its digest and permissions, or "" and those of a new file.

        Args:
            durable: wait until it is on the disk; for many files that takes seconds.
        """
        try:
            status = path.lstat()
        except FileNotFoundError:
            return "", new_file_mode()
        if not stat.S_ISREG(status.st_mode):
            raise LocalGPTError(f"{shown_name(str(path))} is not an ordinary file.")
        if status.st_size > _LARGEST:
            raise LocalGPTError(
                f"{shown_name(str(path))} has {status.st_size:,} bytes, too many to be kept for undoing a change.",
                "Change it with an editor.",
            )
        content = path.read_bytes()
        image = private_folder(self._place(session)) / _digest(content)
        if image.exists():
            os.utime(image)
        elif durable:
            atomic_write(image, content)
        else:
            _write_quickly(image, content)
        return image.name, stat.S_IMODE(status.st_mode)

    def _next(self, session: str) -> int:
        return max((number for number, *_ in self._listed(session)), default=0) + 1

    def _listed(self, session: str) -> Iterator[tuple[int, bool, Path]]:
        """The turns that are kept: their number, whether they are undone, their file."""
        place = self._place(session)
        for file in sorted(place.iterdir()) if place.is_dir() else ():
            if found := _TURN.fullmatch(file.name):
                yield int(found[1]), bool(found[2]), file

    def _place(self, session: str) -> Path:
        plain = re.fullmatch(r"[\w-][\w.-]{0,99}", session)
        return self._folder / (session if plain else _digest(session.encode("utf-8", "replace")))


def new_file_mode() -> int:
    """The permissions that a new file gets on this machine."""
    try:
        said = Path("/proc/self/status").read_text(encoding="utf-8", errors="replace")
        found = re.search(r"^Umask:\s*([0-7]+)", said, re.MULTILINE)
    except OSError:
        found = None
    return 0o666 & ~int(found[1], 8) if found else 0o644


def _held(path: Path) -> str:
    """The digest of what `path` holds; empty where nothing is there, and no digest at all where it is no file."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return "-"
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError:
        return "-"


def _write_quickly(image: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(prefix=".tmp-", dir=image.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(temporary).replace(image)


def _digest(content: bytes | None) -> str:
    return "" if content is None else hashlib.sha256(content).hexdigest()


def _drop_strays(place: Path, images: Collection[str]) -> int:
    """Remove those `images`, and old ones, that no turn speaks of any more; the bytes that this frees."""
    turns = [file for file in place.iterdir() if _TURN.fullmatch(file.name)]
    if not turns:
        shutil.rmtree(place, ignore_errors=True)
    needed = {digest for file in turns for change in changes_in(file) for digest in (change.before, change.after)}
    freed = 0
    for image in list(place.iterdir()) if turns else ():
        status = image.stat()
        stray = re.fullmatch(r"[0-9a-f]{64}", image.name) and image.name not in needed
        if stray and (image.name in images or time.time() - status.st_mtime > _STRAY_SECONDS):
            freed += status.st_size
            image.unlink()
    return freed
