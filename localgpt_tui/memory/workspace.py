"""The workspace: Markdown files that belong to the person, read and changed so that nothing is lost."""

import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.messages import now
from localgpt_tui.files import PRIVATE_FILE, atomic_write, folder_locked, private_folder, sweep_temporaries, sync_folder
from localgpt_tui.memory.document import (
    Author,
    ChangedError,
    Document,
    Edited,
    Fingerprint,
    Written,
    appended,
    digest,
    editable,
    edited,
    plain,
    retyped,
    without,
)
from localgpt_tui.memory.listing import LARGEST, ExtraFolder, Listing, list_files
from localgpt_tui.memory.origin import marked
from localgpt_tui.memory.templates import TEMPLATES
from localgpt_tui.plaintext import shown_name

DAILY = "memory"
FOLDERS = (DAILY, "knowledge", "skills")
PROTECTED = frozenset({"identity.md", "policy.md", "localgpt.md"})
"""Names (small letters) that only the person writes, in whichever folder."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_KNOWN = {name.casefold(): name for name in TEMPLATES}
_REACHED = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC


class Workspace:
    """The Markdown files under `root`, and read-only those of the `extra` folders.

    A path is relative to `root`, or absolute in an extra folder; one inside `root` is part of the workspace anyway.
    Every method blocks; several programs and threads may use one workspace.
    """

    def __init__(self, root: Path, extra: Sequence[ExtraFolder] = (), *, clock: Callable[[], datetime] = now) -> None:
        self.root = root
        home = os.path.realpath(root)
        self.extra = tuple(
            folder for folder in extra if not Path(os.path.realpath(folder.root.expanduser())).is_relative_to(home)
        )
        self._clock = clock
        self._was_there = False

    def prepare(self) -> bool:
        """Make the folders and files of a workspace where there is nothing yet; True if they were made.

        A folder that holds anything but hidden files is left exactly as it is.

        Raises:
            LocalGPTError: it cannot be made.
        """
        with self._translated("The workspace", "be made"):
            private_folder(self.root)
            self._was_there = True
            for place in (self.root, self.root / DAILY):
                sweep_temporaries(place)
            if any(not each.name.startswith(".") for each in self.root.iterdir()):
                return False
            for folder in FOLDERS:
                private_folder(self.root / folder)
            for name, template in TEMPLATES.items():
                atomic_write(self.root / name, template.encode())
        return True

    def files(self) -> Listing:
        """The files of the memory, and what was passed over."""
        return list_files(self.root, self.extra)

    def today(self) -> str:
        """The path of today's log."""
        return f"{DAILY}/{self._clock().date().isoformat()}.md"

    def locate(self, path: str) -> Path:
        """Where `path` really is, for an editor; it need not exist.

        Raises:
            LocalGPTError: it is none of the memory's files.
        """
        if not self._in_extra(path):
            return self._place(path)
        return Path(os.path.realpath(path))

    def named(self, path: str) -> str:
        """What `path` is called in results and in the history: the file itself, whichever link led to it.

        Raises:
            LocalGPTError: it is none of the memory's files.
        """
        return path if self._in_extra(path) else self._name(self._place(path))

    def read(self, path: str) -> Document:
        """The file `path` as it is now.

        Raises:
            LocalGPTError: it is none of the memory's files, missing, unreadable, or larger than 10 MB.
        """
        real = self.locate(path)
        with self._translated(shown_name(path), "be read"):
            content, modified = _content(real)
        return Document(self.named(path), content, Fingerprint(len(content), modified, digest(content)))

    def write(self, path: str, content: bytes, *, seen: Fingerprint | None, author: Author) -> Written:
        """Make `content` the whole of `path`.

        Args:
            seen: what the file was when it was read; None where it is to be new.

        Raises:
            ChangedError: it is not that any more.
            LocalGPTError: it is not for `author` to write, or it cannot be written.
        """
        return self._change(path, lambda _before: Edited(content), seen=seen, author=author, new=seen is None)

    def retype(self, path: str, text: str, *, seen: Fingerprint) -> Written:
        """Take over `text`, as a person left it in an editor; lines they did not change keep their bytes.

        Raises:
            ChangedError: the file changed while they were typing.
            LocalGPTError: it cannot be written.
        """
        return self._change(
            path, lambda before: Edited(retyped(editable(before, path), text)), seen=seen, author="person"
        )

    def append(self, text: str, file: str = "", *, origin: str = "", author: Author = "agent") -> Written:
        """Add `text` to the end of `file`, which is made if need be; by default today's log.

        Args:
            origin: where `text` came from, if not from the person: it is said in a comment beside it.

        Raises:
            LocalGPTError: there is nothing to note, it is not for `author` to write, or it cannot be written.
        """
        noted = marked(plain(text).strip("\n").rstrip(), origin)
        if not noted.strip():
            raise LocalGPTError("There is nothing to note down.", "Give the text to note.")
        path = file.strip() or self.today()

        def add(before: bytes) -> Edited:
            return appended(editable(before, path), noted, title=self._title(path))

        return self._change(path, add, seen=None, author=author)

    def edit(
        self, path: str, old: str, new: str, *, seen: Fingerprint | None = None, author: Author = "agent"
    ) -> Written:
        """Let the one place of `path` that reads exactly `old` read `new`.

        Raises:
            ChangedError: the file is not `seen` any more.
            LocalGPTError: there is no such place or more than one, it is not for `author` to write, or it cannot be
                written.
        """
        self._existing(path)
        return self._change(
            path, lambda before: edited(editable(before, path), old, new, path=path), seen=seen, author=author
        )

    def remove_lines(
        self, path: str, first: int, last: int, *, seen: Fingerprint, author: Author = "person"
    ) -> Written:
        """Take the lines `first` to `last` out of `path`.

        Raises:
            ChangedError: the file changed, so that these may be other lines now.
            LocalGPTError: it is not for `author` to write, or it cannot be written.
        """
        return self._change(path, lambda before: Edited(without(before, first, last)), seen=seen, author=author)

    def delete(self, path: str, *, seen: Fingerprint, author: Author = "person") -> Written:
        """Remove the file `path`.

        Raises:
            ChangedError: it changed since it was read.
            LocalGPTError: it is not for `author` to write, or it cannot be removed.
        """
        real = self._writable(path, author)
        with self._translated(shown_name(path), "be deleted"), folder_locked(self.root):
            before = _unchanged(real, path, seen)
            real.unlink()
            sync_folder(real.parent)
        return Written(self._name(real), before, None)

    def _change(
        self, path: str, make: Callable[[bytes], Edited], *, seen: Fingerprint | None, author: Author, new: bool = False
    ) -> Written:
        """Read, change and replace one file while no other program of ours does."""
        real = self._writable(path, author)
        with self._translated(shown_name(path), "be written"):
            private_folder(self.root)
            with folder_locked(self.root):
                private_folder(real.parent)
                before = _unchanged(real, path, seen) if seen or not new else None
                if new and real.exists():
                    raise ChangedError(f"{shown_name(path)} is there already.", "Read it first, or give another name.")
                made = make(before or b"")
                if len(made.content) > LARGEST:
                    raise LocalGPTError(f"{shown_name(path)} would be larger than {LARGEST // 1_000_000} MB.")
                if made.content != before:
                    self._replace(real, path, before, made.content)
        return Written(self._name(real), before, made.content, made.first_line, made.last_line)

    def _replace(self, real: Path, path: str, before: bytes | None, content: bytes) -> None:
        mode = stat.S_IMODE(real.stat().st_mode) if before is not None else PRIVATE_FILE

        def still_the_same() -> None:
            if _present(real) != before:  # an editor does not know our lock
                raise ChangedError(f"{shown_name(path)} was changed by another program just now.", "Try again.")

        atomic_write(real, content, mode=mode, before_replacing=still_the_same)

    def _existing(self, path: str) -> None:
        if not self._place(path).exists():
            raise LocalGPTError(f"There is no file {shown_name(path)}.", "Look at the list of files.")

    def _writable(self, path: str, author: Author) -> Path:
        if self._in_extra(path):
            raise LocalGPTError(f"{shown_name(path)} is in a folder outside the workspace, which is only read.")
        if self._was_there and not self.root.is_dir():
            raise LocalGPTError(
                f"The workspace {shown_name(str(self.root))} is not there any more.",
                "Nothing was written. Put it back; the next start begins a new one where there is none.",
            )
        real = self._place(path)
        if author != "person" and {PurePosixPath(path).name.casefold(), real.name.casefold()} & PROTECTED:
            raise LocalGPTError(
                f"{shown_name(path)} is only the person's to write.", "Tell them what you would change in it, and why."
            )
        return real

    def _place(self, path: str) -> Path:
        """The real path of `path`: a Markdown file inside the workspace, wherever links lead."""
        name = PurePosixPath(_KNOWN.get(path.casefold(), path))
        if path.startswith(f"{self.root}/"):
            name = name.relative_to(self.root.as_posix())
        allowed = name.suffix.casefold() == ".md" and not name.is_absolute() and ".." not in name.parts
        if not allowed or "\0" in path or any(part.startswith((".", "~")) for part in name.parts):
            raise LocalGPTError(
                f"{shown_name(path)!r} is no file of the memory.",
                f"Name a .md file of the workspace, such as MEMORY.md or {DAILY}/2026-01-31.md.",
            )
        home = Path(os.path.realpath(self.root))
        try:
            os.fsencode(name)
            real = Path(os.path.realpath(home / name))
        except ValueError as error:  # a lone surrogate
            raise LocalGPTError(f"{shown_name(path)!r} is not a possible file name.") from error
        if not real.is_relative_to(home) or any(part.startswith(".") for part in real.relative_to(home).parts):
            raise LocalGPTError(f"{shown_name(path)} leads out of the workspace.", "Only files inside it are used.")
        return real

    def _in_extra(self, path: str) -> bool:
        if not path.startswith("/") or "\0" in path:
            return False
        real = Path(os.path.realpath(path))
        roots = [Path(os.path.realpath(folder.root.expanduser())) for folder in self.extra]
        return real.suffix.casefold() == ".md" and any(real.is_relative_to(root) for root in roots)

    def _name(self, real: Path) -> str:
        return real.relative_to(os.path.realpath(self.root)).as_posix()

    def _title(self, path: str) -> str:
        name = PurePosixPath(path)
        if name.as_posix().casefold() in _KNOWN:
            return f"# {name.stem.capitalize()}\n\n"
        return f"# {name.stem}\n\n" if _DATE.fullmatch(name.stem) else ""

    @contextmanager
    def _translated(self, what: str, done: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise LocalGPTError(f"There is no file {what}.", "Look at the list of files.") from error
        except TimeoutError as error:
            advice = "Try again when it is done; where it hangs, end it."
            raise LocalGPTError(f"{what} cannot {done}: {error.strerror}.", advice) from error
        except OSError as error:
            where = f"{what} ({shown_name(str(self.root))})" if what == "The workspace" else what
            why = error.strerror or str(error)
            advice = "Check the folder’s permissions and the room on the disk, then try again."
            if not error.errno:  # it is we who say so, of what is no note
                advice = f"Notes are ordinary files of at most {LARGEST // 1_000_000} MB."
            raise LocalGPTError(f"{where} cannot {done}: {why[:1].lower()}{why[1:]}.", advice) from error


def _content(real: Path) -> tuple[bytes, int]:
    """The whole file and when it was changed; a pipe or device is never waited for."""
    if not stat.S_ISREG(real.lstat().st_mode):
        raise OSError(0, "not a regular file")
    with os.fdopen(os.open(real, _REACHED), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "not a regular file")
        if status.st_size > LARGEST:
            raise OSError(0, f"it is larger than {LARGEST // 1_000_000} MB")
        return file.read(LARGEST + 1), status.st_mtime_ns


def _present(real: Path) -> bytes | None:
    try:
        return _content(real)[0]
    except FileNotFoundError:
        return None


def _unchanged(real: Path, path: str, seen: Fingerprint | None) -> bytes | None:
    """The content, if it is still what was `seen`; None where there is no file."""
    content = _present(real)
    if seen is not None and (content is None or not seen.matches(content)):
        what = "was removed" if content is None else "was changed"
        raise ChangedError(
            f"{shown_name(path)} {what} by another program since it was read.",
            "Nothing was written. Read it again, then decide.",
        )
    return content
