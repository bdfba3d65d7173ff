"""The history of the workspace: every change has an author, can be looked at, and can be taken back."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice

from localgpt_tui.memory.changes import Change, Line, Why
from localgpt_tui.memory.document import Author, Written
from localgpt_tui.memory.git_list import recorded
from localgpt_tui.memory.merging import OverlapError, brought_back, merged
from localgpt_tui.memory.past import blame, changes, find, name_at, sides, unified
from localgpt_tui.memory.purging import Purged, purge
from localgpt_tui.memory.recording import Entry, Recorder
from localgpt_tui.memory.repository import HistoryError, Repository, opened
from localgpt_tui.memory.workspace import Workspace
from localgpt_tui.plaintext import shown_name

_WAIT = 10.0


class History:
    """A git repository in the workspace, kept without the git program.

    What is recorded becomes a commit in a thread of its own; everything else blocks, and looks at a history that is up
    to date. A repository that the person made is used as it is: its branch gets our commits, nothing else changes.
    """

    def __init__(self, workspace: Workspace, *, settled: float = 2.0) -> None:
        """Nothing is opened or made yet.

        Args:
            settled: seconds a file must have rested before another program's change to it is recorded.
        """
        self.workspace = workspace
        self._recorder = Recorder(workspace.root, settled)

    @property
    def problem(self) -> str:
        """Why the last changes are not in the history, in words for a person; empty where they are."""
        return self._recorder.problem

    def record(
        self, written: Iterable[Written], *, author: Author, session: str = "", turn: str = "", why: str = ""
    ) -> None:
        """Let what was written become a commit; returns at once.

        Args:
            session, turn: the conversation, and the message in it, that caused the change.
            why: one line for the person.
        """
        made = tuple(one for one in written if one.before != one.after)
        if made:
            self._recorder.add(Entry(made, Why(author, why or _default(made), session, turn)))

    def record_outside_changes(self, *, after: float = 0.0) -> None:
        """Let changes that other programs made become a commit of the person's, once they have settled.

        Args:
            after: seconds to wait before they are looked for; writes that follow each other are looked at once.
        """
        self._recorder.look_outside(after)

    def flush(self, seconds: float = _WAIT) -> bool:
        """Wait until all that was recorded is in the history; False where that took longer."""
        return self._recorder.flush(seconds)

    def close(self, seconds: float = _WAIT) -> bool:
        """Flush, and stop the thread."""
        return self._recorder.close(seconds)

    def log(self, path: str = "", limit: int = 50) -> list[Change]:
        """The latest changes, to the file `path` or to all, newest first.

        Raises:
            HistoryError: the history cannot be read.
        """
        name = self.workspace.named(path) if path else ""
        with self._reading() as repository:
            return list(islice(changes(repository, name), limit)) if repository else []

    def may_have_changed(self, since: datetime) -> bool:
        """False where nothing was recorded after `since`, which can be told without loading git."""
        self.flush()
        at = recorded(self.workspace.root)
        return at is None or at >= since.timestamp() * 1e9

    def change(self, change_id: str) -> Change:
        """The change whose id begins with `change_id`.

        Raises:
            HistoryError: there is none, or more than one.
        """
        with self._reading() as repository:
            return find(_there(repository), change_id)[1]

    def diff(self, change_id: str) -> str:
        """What a change did, as a unified diff.

        Raises:
            HistoryError: there is no such change.
        """
        with self._reading() as repository:
            both = sides(_there(repository), *find(_there(repository), change_id))
        return "".join(unified(path, before, after) for path, (before, after) in both.items())

    def version(self, path: str, change_id: str) -> bytes | None:
        """What the file `path` was right after a change, also under an earlier name; None where it was not there.

        Raises:
            HistoryError: there is no such change.
        """
        name = self.workspace.named(path)
        with self._reading() as repository:
            commit, _ = find(_there(repository), change_id)
            return _there(repository).content(commit.tree, name_at(_there(repository), name, commit))

    def blame(self, path: str) -> list[Line]:
        """Each line of a file with the change it came with.

        Raises:
            LocalGPTError: the file, or the history, cannot be read.
        """
        document = self.workspace.read(path)
        with self._reading() as repository:
            return blame(_there(repository), document.path, document.content)

    def undo(self, change_id: str, *, session: str = "") -> tuple[Written, ...]:
        """Take a change back; what came later stays. Undoing the undo brings it back.

        Raises:
            HistoryError: there is no such change, nothing of it is left, or later changes touch the same lines; then
                nothing is written.
            LocalGPTError: a file cannot be written.
        """
        with self._reading() as repository:
            commit, change = find(_there(repository), change_id)
            both = sides(_there(repository), commit, change)
        planned = [(path, self._content(path), *pair) for path, pair in both.items()]
        wanted = [(path, now, _taken_back(path, now, *pair)) for path, now, *pair in planned]
        if all(now == content for _, now, content in wanted):
            raise HistoryError("Nothing of that change is left to undo.")
        written = tuple(self._put(path, content) for path, now, content in wanted if now != content)
        why = Why("person", f"Undo: {change.why}", session, undoes=change.id)
        self._recorder.add(Entry(written, why))
        self.flush()
        return written

    def restore(self, path: str, change_id: str, lines: tuple[int, int] | None = None) -> Written:
        """Bring a file back as it was right after a change, or only the `lines` (first, last) that it had then.

        Raises:
            HistoryError: there is no such change, the file was not there, or it is like that now.
            LocalGPTError: it cannot be written.
        """
        old = self.version(path, change_id)
        if old is None:
            raise HistoryError(
                f"{shown_name(path)} was not there after change {change_id[:8]}.",
                "`localgpt-tui memory log FILE` lists the changes it was part of.",
            )
        now = self._content(path)
        wanted = old if lines is None else brought_back(old, *lines, now or b"")
        if wanted == now:
            raise HistoryError(f"{shown_name(path)} is like that now.")
        written = self._put(path, wanted)
        what = path if lines is None else f"lines {lines[0]} to {lines[1]} of {path}"
        self._recorder.add(Entry((written,), Why("person", f"Restore {what} from {change_id[:8]}")))
        self.flush()
        return written

    def purge(self, lines: Iterable[str], *, phrase: str = "") -> Purged:
        """Remove these lines, and those that hold `phrase`, from all past versions too. There is no way back.

        Raises:
            HistoryError: the repository is the person's own or was pushed, or they still stand in a file.
        """
        with self._reading() as repository:
            return purge(_there(repository), tuple(lines), phrase)

    def _content(self, path: str) -> bytes | None:
        real = self.workspace.locate(path)
        return self.workspace.read(path).content if real.exists() else None

    def _put(self, path: str, content: bytes | None) -> Written:
        seen = self.workspace.read(path).fingerprint if self.workspace.locate(path).exists() else None
        if content is None:
            if seen is None:
                raise HistoryError(f"{shown_name(path)} was removed in the meantime.")
            return self.workspace.delete(path, seen=seen)
        return self.workspace.write(path, content, seen=seen, author="person")

    @contextmanager
    def _reading(self) -> Iterator[Repository | None]:
        """The repository, with everything in it that was handed over; None where there is none yet."""
        self.flush()
        with self._recorder.exclusively(), opened(self.workspace.root, make=False) as repository:
            yield repository


def _taken_back(path: str, now: bytes | None, before: bytes | None, after: bytes | None) -> bytes | None:
    """What a file becomes when the step from `before` to `after` is undone in it."""
    if now == after:
        return before
    if now is None:
        raise HistoryError(f"{shown_name(path)} was removed later.", "Undo that change first.")
    title = (after or b"").partition(b"\n\n") if before is None and (after or b"").startswith(b"# ") else ()
    kept = b"".join(title[:2]) if title else before or b""  # what was noted later keeps the title of its file
    try:
        return merged(after or b"", now, kept)
    except OverlapError as overlap:
        lines = f"line {overlap.first}" if overlap.first >= overlap.last else f"lines {overlap.first}-{overlap.last}"
        raise HistoryError(
            f"A later change touches the same place of {shown_name(path)} ({lines}).",
            "Nothing was changed. Undo the later change first, or edit the file.",
        ) from overlap


def _default(written: tuple[Written, ...]) -> str:
    return "Changed " + ", ".join(dict.fromkeys(one.path for one in written))


def _there(repository: Repository | None) -> Repository:
    if repository is None:
        raise HistoryError("There is no history yet.", "It begins with the first change.")
    return repository
