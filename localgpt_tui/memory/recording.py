"""Writing the history down beside the work: a queue, and a thread that makes commits of what is in it."""

import os
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from localgpt_tui.files import folder_locked
from localgpt_tui.memory.changes import Why
from localgpt_tui.memory.commits import advance, commit, refresh_index
from localgpt_tui.memory.document import Written
from localgpt_tui.memory.git_list import untouched
from localgpt_tui.memory.listing import MemoryFile, list_files
from localgpt_tui.memory.repository import HistoryError, Repository, opened

if TYPE_CHECKING:
    from dulwich.objects import ObjectID

_ATTEMPTS = 5
_PATIENCE = 30.0
_MOST_HELD = 1000
_OUTSIDE = Why("person", "Edited outside the app")
_FIRST = Why("person", "The files as they were when their history began")


@dataclass(frozen=True, slots=True)
class Entry:
    """One change that is to become a commit."""

    written: tuple[Written, ...]
    why: Why


@dataclass(slots=True)
class Recorder:
    """Turns entries into commits, in their order, in a thread of its own that starts with the first.

    Attributes:
        problem: why what was handed over last is not in the history; empty where it is.
    """

    root: Path
    settled: float
    problem: str = ""
    _waiting: list[Entry] = field(default_factory=list)
    _held: list[Entry] = field(default_factory=list)
    _clean: "tuple[ObjectID | None, tuple[int, ...] | None] | None" = None
    _look: bool = False
    _look_at: float = 0.0
    _thread: threading.Thread | None = None
    _busy: bool = False
    _closing: bool = False
    _news: threading.Condition = field(default_factory=threading.Condition)
    _git: threading.RLock = field(default_factory=threading.RLock)

    def add(self, entry: Entry) -> None:
        """Hand `entry` over; returns at once."""
        with self._news:
            self._waiting.append(entry)
            self._wake()

    def look_outside(self, after: float = 0.0) -> None:
        """Look for changes that other programs made, in so many seconds; a look that is to come sooner stays."""
        with self._news:
            at = time.monotonic() + after
            self._look_at = min(self._look_at, at) if self._look else at
            self._look = True
            self._wake()

    def flush(self, seconds: float) -> bool:
        """Wait until nothing is under way; False where that took longer than `seconds`."""
        with self._news:
            if self._thread is None or not self._thread.is_alive():
                return not self._waiting
            return self._news.wait_for(lambda: not self._busy and not self._due(time.monotonic()), seconds)

    def close(self, seconds: float) -> bool:
        """Try again what could not be recorded, flush, and end the thread."""
        if self._held:
            self.look_outside()
        done = self.flush(seconds)
        with self._news:
            self._closing = True
            self._news.notify_all()
            thread = self._thread
        if thread and done:
            thread.join(seconds)
        return done

    def exclusively(self) -> threading.RLock:
        """The lock under which git is used; for readers, and for what must not be overtaken."""
        return self._git

    def record_now(self, entries: Sequence[Entry], *, outside: bool) -> bool:
        """Make the commits; True where some outside changes are too fresh to be recorded.

        Raises:
            HistoryError: the history cannot be used, or must be left alone now.
        """
        with self._git, opened(self.root, make=True) as repository:
            assert repository is not None  # noqa: S101 - one was made
            with folder_locked(Path(repository.repo.controldir()), seconds=_PATIENCE):
                if why := repository.hindrance(clean=self._clean == (repository.head(), repository.stamp())):
                    raise HistoryError(f"The history of the memory is not written at the moment: {why}.")
                for _ in range(_ATTEMPTS):
                    done = self._try(repository, entries, outside=outside)
                    if done is not None:
                        return done
            raise HistoryError("The history of the memory is being changed by another program.", "Try again.")

    def _try(self, repository: Repository, entries: Sequence[Entry], *, outside: bool) -> bool | None:
        """One attempt; None where another program was quicker."""
        start = head = repository.head()
        touched: set[str] = set()
        fresh = False

        def add(contents: dict[str, bytes | None], why: Why) -> None:
            nonlocal head
            if contents and (made := commit(repository, head, contents, why)):
                head = made
                touched.update(contents)

        ignored = _Ignored(repository)
        if start is None:
            add(self._present(entries, ignored), _FIRST)
        for entry in entries:
            before, after = _ends(one for one in entry.written if not ignored.holds(one.path))
            tree = repository.tree(head)
            held = {path: repository.content(tree, path) for path in after}
            late = [path for path in after if held[path] != before[path] and held[path] == self._now(path)]
            for path in late:  # another program has recorded what came after this already
                del after[path]
            missed = {path: before[path] for path in after if held[path] not in {before[path], after[path]}}
            add(missed, _OUTSIDE)
            add(after, entry.why)
        if outside and start is not None:
            contents, fresh = self._outside(repository, touched)
            add(contents, _OUTSIDE)
        if head is not None and head != start:
            if not advance(repository, start, head, "localgpt-tui"):
                return None
            fresh = bool(refresh_index(repository, touched, self.root)) or fresh
            self._clean = (head, repository.stamp())
        return fresh

    def _now(self, path: str) -> bytes | None:
        try:
            return (self.root / path).read_bytes()
        except OSError:
            return None

    def _present(self, entries: Sequence[Entry], ignored: "_Ignored") -> dict[str, bytes | None]:
        """What the files were before the first of `entries`, and of those that were handed over meanwhile."""
        home = Path(os.path.realpath(self.root))
        files = {file.real.relative_to(home).as_posix(): file.real for file in list_files(home).files}
        found: dict[str, bytes | None] = {
            path: real.read_bytes() for path, real in files.items() if not ignored.holds(path)
        }
        if (home / ".gitignore").is_file():
            found[".gitignore"] = (home / ".gitignore").read_bytes()
        with self._news:
            following = [*entries, *self._waiting]
        for entry in reversed(following):
            found.update(_ends(entry.written)[0])
        return {path: content for path, content in found.items() if content is not None}

    def _outside(self, repository: Repository, touched: set[str]) -> tuple[dict[str, bytes | None], bool]:
        """Files that are not as the newest commit has them, and whether more are still being written."""
        from dulwich.objects import Blob  # noqa: PLC0415 - git is loaded when it is first needed

        home = Path(os.path.realpath(self.root))
        ignored = _Ignored(repository)
        tracked = repository.tracked()
        index = repository.repo.open_index()
        written = Path(repository.repo.index_path()).stat().st_mtime_ns if len(index) else 0
        changed: dict[str, bytes | None] = {}
        fresh = False
        now = time.time()
        for file in list_files(home).files:
            path = file.real.relative_to(home).as_posix()
            known = tracked.pop(path, None)
            if path in touched or _unchanged(index, repository.inner(path), known, file, written):
                continue
            if known is None and ignored.holds(path):
                continue
            if 0 <= now - file.modified / 1e9 < self.settled:
                fresh = True
                continue
            content = file.real.read_bytes()
            if Blob.from_string(content).id != known:
                changed[path] = content
        gone = {path: None for path in tracked if path not in touched and not os.path.lexists(home / path)}
        return {**changed, **gone}, fresh

    def _wake(self) -> None:
        """Let the thread know; it is started where there is none."""
        self._closing = False
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="memory history", daemon=True)
            self._thread.start()
        self._news.notify_all()

    def _due(self, now: float) -> bool:
        return bool(self._waiting) or (self._look and now >= self._look_at)

    def _run(self) -> None:
        while True:
            with self._news:
                while not self._closing and not self._due(time.monotonic()):
                    self._news.wait(max(0.01, self._look_at - time.monotonic()) if self._look else None)
                if self._closing and not self._waiting:
                    return
                entries, self._waiting, self._held = self._held + self._waiting, [], []
                outside, self._look = self._look and time.monotonic() >= self._look_at, False
                self._busy = True
            fresh = self._guarded(entries, outside=outside)
            with self._news:
                if self.problem:
                    self._held = entries[-_MOST_HELD:]
                if fresh:
                    self._look, self._look_at = True, time.monotonic() + self.settled
                self._busy = False
                self._news.notify_all()

    def _guarded(self, entries: Sequence[Entry], *, outside: bool) -> bool:
        try:
            fresh = False
            if entries or not untouched(self.root):  # git is 4 MB to load, and most starts find nothing new
                fresh = self.record_now(entries, outside=outside)
        except HistoryError as error:
            self.problem = str(error)
            return False
        except Exception as error:  # noqa: BLE001 - the thread's boundary: a defect here must not end the recording
            self.problem = f"The history of the memory could not be written: {type(error).__name__}: {error}"
            return False
        self.problem = ""
        return fresh


class _Ignored:
    """What the repository's .gitignore files keep out of it, unless it is in there already."""

    def __init__(self, repository: Repository) -> None:
        from dulwich.ignore import IgnoreFilterManager  # noqa: PLC0415

        self._repository = repository
        self._filters = IgnoreFilterManager.from_repo(repository.repo)

    def holds(self, path: str) -> bool:
        inner = self._repository.inner(path)
        if not self._filters.is_ignored(os.fsdecode(inner)):
            return False
        return self._repository.entry(self._repository.tree(self._repository.head()), inner) is None


def _ends(written: Iterable[Written]) -> tuple[dict[str, bytes | None], dict[str, bytes | None]]:
    """What each file was before the first and after the last of several writes."""
    before: dict[str, bytes | None] = {}
    after: dict[str, bytes | None] = {}
    for one in written:
        before.setdefault(one.path, one.before)
        after[one.path] = one.after
    return before, after


def _unchanged(index: object, inner: bytes, known: bytes | None, file: MemoryFile, written: int) -> bool:
    """True where git's list of files says so; a file as new as the list itself is not taken on trust."""
    from dulwich.index import Index, IndexEntry  # noqa: PLC0415

    if known is None or not isinstance(index, Index) or inner not in index:
        return False
    entry = index[inner]
    if not isinstance(entry, IndexEntry) or entry.sha != known or entry.size != file.size:
        return False
    mtime = entry.mtime
    noted = mtime[0] * 10**9 + mtime[1] if isinstance(mtime, tuple) else int(mtime * 10**9)
    return noted == file.modified < written
