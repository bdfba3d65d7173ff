"""The shelf: all sessions of an agent, the newest first."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from localgpt_tui.core.errors import SessionError
from localgpt_tui.sessions import trash
from localgpt_tui.sessions.conflicts import ID, Conflict, find_conflicts, twin
from localgpt_tui.sessions.digest import Gist
from localgpt_tui.sessions.handover import Hold
from localgpt_tui.sessions.incognito import IncognitoJournal
from localgpt_tui.sessions.index import Index
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.sessions.speech import moment
from localgpt_tui.sessions.titles import clean_title
from localgpt_tui.sessions.trash import Deleted

_MOST_CANDIDATES = 10


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list shows of a session.

    Attributes:
        title: may be empty, where nothing was said yet.
        updated: when something was last added.
        messages: how many the person and models have said, on all branches.
        size: of the file, in bytes.
    """

    id: str
    title: str
    created: datetime
    updated: datetime
    messages: int
    pinned: bool
    size: int


class Shelf:
    """The sessions in `folder`; `cache` is a folder for what can be worked out again."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder = folder
        self._index = Index(folder, cache)

    def list(self) -> list[Summary]:
        """All sessions in which something was said, the last used one first.

        Raises:
            SessionError: the folder cannot be read.
        """
        gists = dict(self._gists())
        self._index.keep(path.name for path in gists)
        names = {path.stem for path in gists}
        listed = []
        for path, gist in gists.items():
            if (gist.messages or gist.title) and not _is_twin(path, gist, names):
                with contextlib.suppress(FileNotFoundError):  # deleted by another program meanwhile
                    listed.append(_summary(path, gist))
        return sorted(listed, key=lambda summary: summary.updated, reverse=True)

    def conflicts(self) -> tuple[Conflict, ...]:
        """Files in the folder that look like second versions of sessions, with what to do about each.

        Raises:
            SessionError: the folder cannot be read.
        """
        gists = dict(self._gists())
        names = {path.stem for path in gists}
        twins = [twin(path.name, gist.header_id) for path, gist in gists.items() if _is_twin(path, gist, names)]
        return (*find_conflicts(self.folder), *twins)

    def find(self, prefix: str) -> str:
        """The id that begins with `prefix`.

        Raises:
            SessionError: there is none, or more than one; the candidates are in the advice.
        """
        names = [path.stem for path in self._paths()] if ID.fullmatch(prefix) else []
        candidates = [prefix] if prefix in names else sorted(name for name in names if name.startswith(prefix))
        if not candidates:
            raise SessionError(f"There is no session {prefix!r}.", "`localgpt-tui session list` shows all of them.")
        if len(candidates) > 1:
            shown = [self._described(name) for name in candidates[:_MOST_CANDIDATES]]
            more = [f"… and {len(candidates) - len(shown)} more"] if len(candidates) > len(shown) else []
            raise SessionError(
                f"{len(candidates)} sessions begin with {prefix!r}.", "Give more of the id: " + ", ".join(shown + more)
            )
        return candidates[0]

    def open(self, prefix: str, *, writable: bool = True) -> Journal:
        """The session whose id begins with `prefix`.

        Raises:
            SessionError: none or several do, or it cannot be read.
        """
        path = self._path(prefix)
        gist = self._index.known(path)
        return Journal.open(path, writable=writable, title=(gist.title or gist.opening) if gist else None)

    def new(self, cwd: str = "") -> Journal:
        """A new session; it is on the shelf once something was said."""
        return Journal.create(self.folder, cwd=cwd)

    def incognito(self, cwd: str = "") -> Journal:
        """A session that is never on the shelf, nor anywhere on the disk."""
        return IncognitoJournal.create(self.folder, cwd=cwd)

    def latest(self) -> Journal | None:
        """The session that was used last, or None where there is none yet.

        Raises:
            SessionError: it cannot be read.
        """
        listed = self.list()
        return self.open(listed[0].id) if listed else None

    def rename(self, prefix: str, title: str) -> str:
        """Give a session a title, also while another program holds it; returns the title as it will be shown.

        Raises:
            SessionError: the session is not there, or the title could not be saved.
        """
        clean = clean_title(title)
        with self.open(prefix) as journal:
            journal.mark("title", title=clean)
            return journal.title

    def pin(self, prefix: str, *, on: bool = True) -> None:
        """Mark a session as one to keep at the top, or no longer.

        Raises:
            SessionError: the session is not there, or the mark could not be saved.
        """
        with self.open(prefix) as journal:
            journal.mark("pin", pinned=on)

    def delete(self, prefix: str) -> Deleted:
        """Move a session to the trash; `undelete` brings it back.

        Raises:
            SessionError: it is not there, or is open somewhere, or cannot be moved.
        """
        path = self._path(prefix)
        with self._alone(path):
            return trash.put_away(self.folder, path.stem)

    def undelete(self, name: str) -> str:
        """Bring a deleted session back from the trash, by its whole id, and return that.

        Raises:
            SessionError: it is not in the trash, or cannot be moved.
        """
        with _changing(name):
            return trash.bring_back(self.folder, name).stem

    def undelete_last(self) -> str:
        """Bring back the session that was deleted last, and return its id.

        Raises:
            SessionError: nothing lies in the trash, or it cannot be moved.
        """
        name = trash.put_away_last(self.folder)
        if not name:
            raise SessionError("Nothing is in the trash.", "Only deleted sessions can be brought back.")
        return self.undelete(name)

    def erase(self, prefix: str) -> str:
        """Delete a session for good, with the copies made of it; returns its id.

        Raises:
            SessionError: it is not there, or is open somewhere, or cannot be removed.
        """
        path = self._path(prefix)
        with self._alone(path):
            for file in trash.belongings(self.folder, path.stem):
                file.unlink()
        return path.stem

    def _paths(self) -> tuple[Path, ...]:
        try:
            return tuple(
                path
                for path in self.folder.iterdir()
                if path.suffix == ".jsonl" and ID.fullmatch(path.stem) and path.is_file()
            )
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise SessionError(
                f"The sessions in {self.folder} cannot be read: {error.strerror or error}.",
                "See `localgpt-tui doctor`.",
            ) from error

    def _path(self, prefix: str) -> Path:
        return self.folder / f"{self.find(prefix)}.jsonl"

    def _gists(self) -> Iterator[tuple[Path, Gist]]:
        for path in self._paths():
            with contextlib.suppress(OSError):  # removed since we looked, or not ours to read: not on our shelf
                yield path, self._index.gist(path)

    def _described(self, name: str) -> str:
        gist = self._index.known(self.folder / f"{name}.jsonl")
        title = (gist.title or gist.opening) if gist else ""
        return f"{name} ({title})" if title else name

    @contextlib.contextmanager
    def _alone(self, path: Path) -> Iterator[None]:
        """Hold a session that is about to go, and remove its lock with it."""
        hold = Hold(path)
        if not hold.acquire():
            raise SessionError(f"The session {path.stem} cannot be deleted. {hold.sentence()}", "Close it there first.")
        try:
            with _changing(path.stem):
                yield
                hold.remove()
        finally:
            hold.close()


def _is_twin(path: Path, gist: Gist, names: set[str]) -> bool:
    return gist.header_id != path.stem and gist.header_id in names


def _summary(path: Path, gist: Gist) -> Summary:
    status = path.stat()
    changed = datetime.fromtimestamp(status.st_mtime, UTC).astimezone()
    created = moment(gist.created) if gist.created else changed
    updated = moment(gist.updated) if gist.updated else created
    return Summary(path.stem, gist.title or gist.opening, created, updated, gist.messages, gist.pinned, status.st_size)


@contextlib.contextmanager
def _changing(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SessionError(
            f"The session {name} could not be moved: {error.strerror or error}.", "Look at the folder's permissions."
        ) from error
