"""The memory: a workspace of Markdown, the index over it, and what they can be asked."""

import asyncio
import contextlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

import apsw

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.messages import now
from localgpt_tui.core.passages import Found, Passage
from localgpt_tui.core.ports import Embedder
from localgpt_tui.memory import vectors
from localgpt_tui.memory.database import Database, UnusableError, index_folder, rows
from localgpt_tui.memory.document import Author, Fingerprint, Written
from localgpt_tui.memory.freshness import freshness
from localgpt_tui.memory.keeping import SETTLE_SECONDS, Keeper
from localgpt_tui.memory.query import Query, parse
from localgpt_tui.memory.resting import Resting
from localgpt_tui.memory.search import search
from localgpt_tui.memory.sources import Sources, of_changes, of_sessions, of_workspace, together, transcript
from localgpt_tui.memory.workspace import Workspace

if TYPE_CHECKING:  # reading sessions needs pydantic
    from localgpt_tui.sessions.shelf import Shelf

_Read = TypeVar("_Read")

Means = Literal["words", "meaning", "both"]
"""What a search goes by."""

SWITCHED_OFF = "no embedding model is configured"
ASKED_FOR = "asked for"

_MOST_FOUND = 100
_SESSION = "sessions/"
_FIRST_INDEX_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is in the index.

    Attributes:
        size: of the index file, in bytes.
        embedded: how many chunks need no vector any more.
        freshness: as a search would say it.
        unread: what was passed over or could not be read, in a sentence each.
    """

    files: int
    sessions: int
    chunks: int
    embedded: int
    size: int
    model: str
    freshness: str
    unread: tuple[str, ...]


class Memory:
    """Fills the Memory port; everything that blocks runs in threads of its own."""

    def __init__(
        self,
        workspace: Workspace,
        cache: Path,
        *,
        shelf: "Shelf | None" = None,
        embedder: Embedder | None = None,
        without_vectors: str = SWITCHED_OFF,
        half_life: float = 0.0,
        clock: Callable[[], datetime] = now,
    ) -> None:
        """Nothing is read or started yet.

        Args:
            cache: the folder for what can be worked out again; each workspace has a folder of its own in it.
            shelf: the past sessions to search as well.
            without_vectors: why there is no `embedder`, as a clause.
            half_life: days after which what is dated counts half; 0 for never.
        """
        self.workspace = workspace
        self._shelf = shelf
        self._embedder = embedder
        self._without_vectors = without_vectors
        self._half_life = half_life
        self._clock = clock
        self.database = Database(index_folder(workspace.root, cache))
        self.keeper = Keeper(self.database, self._sources, embedder)
        self._resting = Resting(lambda but: self.keeper.scan(self._sessions, but=but))
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="memory-search")

    async def prepare(self) -> bool:
        """Make the workspace where there is none; True if it was made.

        Raises:
            LocalGPTError: it cannot be made.
        """
        return await asyncio.to_thread(self.workspace.prepare)

    async def catch_up(self, *, anew: bool = False) -> bool:
        """Bring the words up to date now, once; False where another program does that.

        Raises:
            LocalGPTError: the index cannot be written.
        """
        try:
            return await self.keeper.catch_up(anew=anew)
        except (OSError, apsw.Error) as error:
            raise LocalGPTError(
                f"The index of the memory cannot be written: {getattr(error, 'strerror', '') or error}.",
                f"Check the folder {self.database.folder} and the room on the disk.",
            ) from error

    async def embed(self) -> None:
        """Make all vectors that are missing now, once.

        Raises:
            LocalGPTError: the embedding model cannot be used.
        """
        await self.keeper.embed()

    def start(
        self,
        *,
        settle_seconds: float = SETTLE_SECONDS,
        busy: Callable[[], bool] = lambda: False,
        noticed: Callable[[], object] = lambda: None,
    ) -> None:
        """Keep the index fresh in the background, until `aclose`.

        Args:
            settle_seconds: how long after this the first vectors are made, and how long a session rests before it is
                taken in; a search does not wait for that.
            busy: tells whether a reply is being written somewhere.
            noticed: called when files of the memory have changed, whoever changed them.
        """
        folders = [self.workspace.root, *(folder.root.expanduser() for folder in self.workspace.extra)]
        if self._shelf is not None:
            folders.append(self._shelf.folder)
        later = self._resting.run(settle_seconds, busy)

        async def changed(paths: set[Path]) -> None:
            aside = [".git" in path.parts or path.suffix == ".jsonl" for path in paths]
            if not all(aside) or not aside:
                noticed()
            await self._changed(paths)

        self.keeper.start(folders, changed, settle_seconds=settle_seconds, first=self._files, later=later)

    async def search(self, query: str, limit: int = 10, *, by: Means = "both", leave_out: Sequence[str] = ()) -> Found:
        """The passages that answer `query` best, best first, none of them from the paths in `leave_out`.

        Any text is a query; `in:`, `after:`, `before:` and `kind:` in it narrow the search. Never empty without a
        reason in `freshness`, unless nothing fits.
        """
        parsed = parse(query, self.today())
        if leave_out:
            parsed = replace(parsed, filters=replace(parsed.filters, leave_out=tuple(leave_out)))
        vector, trouble = await self._vector(parsed) if by != "words" else (b"", ASKED_FOR)
        if by == "meaning":
            parsed = replace(parsed, words=())
        limit = max(1, min(limit, _MOST_FOUND))
        await self._resting.hurry(leave_out)
        if self.database.missing:
            self.keeper.look()
        try:
            return await self._read(lambda: self._search(parsed, limit, vector, trouble))
        except (UnusableError, apsw.Error):
            self.keeper.look()
        with contextlib.suppress(TimeoutError, LocalGPTError, OSError, apsw.Error):
            await asyncio.wait_for(asyncio.shield(self.keeper.catch_up(thoroughly=True)), _FIRST_INDEX_SECONDS)
        try:
            return await self._read(lambda: self._search(parsed, limit, vector, trouble))
        except (UnusableError, apsw.Error) as error:
            if self.keeper.done < self.keeper.all:
                return Found((), f"indexing {self.keeper.done} of {self.keeper.all}")
            return Found((), f"without an index: {self.keeper.unwritten or error}")

    async def append(self, text: str, file: str = "", *, origin: str = "", author: Author = "agent") -> Passage:
        """Note `text` down in `file` of the workspace, by default today's log; it can be found at once.

        Raises:
            LocalGPTError: there is nothing to note, or it cannot be written there.
        """
        written = await asyncio.to_thread(self.workspace.append, text, file, origin=origin, author=author)
        return await self.took(written)

    async def edit(
        self, path: str, old: str, new: str, *, seen: Fingerprint | None = None, author: Author = "agent"
    ) -> Passage:
        """Let the one place in `path` that reads `old` read `new`.

        Raises:
            LocalGPTError: there is no such place or more than one, or it cannot be written.
        """
        written = await asyncio.to_thread(self.workspace.edit, path, old, new, seen=seen, author=author)
        return await self.took(written)

    async def took(self, *changes: Written) -> Passage:
        """Make `changes` to files findable at once; returns where the last one stands."""
        with contextlib.suppress(OSError, apsw.Error):  # the note is written; the index catches up later
            await self._changed({self.workspace.root / written.path for written in changes})
        last = changes[-1]
        return await self.get(last.path, last.first_line or 1, last.last_line or 1)

    async def get(self, path: str, first: int = 1, last: int = 0) -> Passage:
        """The lines `first` to `last` (0: the last one) of a file or session as it is now.

        Raises:
            LocalGPTError: there is no such file, or it cannot be read.
        """
        return await asyncio.to_thread(self._get, path, first, last)

    def today(self) -> date:
        """The day that a search calls today."""
        return self._clock().date()

    async def recent(self, count: int = 10) -> tuple[Passage, ...]:
        """The beginnings of the files that changed last, newest first."""
        return await self._read(lambda: self._recent(count))

    async def statistics(self) -> Statistics:
        """What is in the index.

        Raises:
            UnusableError: there is none.
        """
        return await self._read(self._statistics)

    async def forget_vectors(self) -> None:
        """Remove the vectors of texts that are nowhere any more."""
        await self._changed(set())
        await self.keeper.run(lambda: vectors.forget_unused(self.database.connection()))

    async def aclose(self) -> None:
        """Stop everything; the embedder stays its owner's to close."""
        await self.keeper.close()
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(self._readers, self.database.close) for _ in range(2)))
        self._readers.shutdown(wait=True)

    async def _changed(self, paths: set[Path]) -> None:
        """Take in what changed; an empty set stands for anything."""
        sessions = self._shelf.folder if self._shelf else None
        spoken = {path for path in paths if sessions and path.is_relative_to(sessions)}
        known = await asyncio.to_thread(of_changes, self.workspace, paths - spoken)
        self._resting.stir(f"{_SESSION}{path.stem}" for path in spoken if path.suffix == ".jsonl")
        if not paths or known is None:
            await self.keeper.catch_up(first=self._files)
            self._resting.stir()
        elif any(known):
            await self.keeper.update(*known)

    def _sources(self) -> Sources:
        return together([self._files(), self._sessions()])

    def _files(self) -> Sources:
        return of_workspace(self.workspace)

    def _sessions(self) -> Sources:
        return of_sessions(self._shelf) if self._shelf is not None else Sources((), (), frozenset())

    async def _vector(self, query: Query) -> tuple[bytes, str]:
        """The vector of a query, or why there is none."""
        if self._embedder is None:
            return b"", self._without_vectors
        if not query.text or not await self._any_vectors(self._embedder.model):
            return b"", ""
        try:
            return (await self._embedder.embed([query.text], query=True))[0], ""
        except LocalGPTError as error:
            return b"", error.message.rstrip(".")

    async def _any_vectors(self, model: str) -> bool:
        """False where the query's own vector would meet none."""
        with contextlib.suppress(UnusableError, apsw.Error):
            return await self._read(lambda: vectors.searchable(self.database.connection(), model))
        return False

    async def _read(self, work: Callable[[], _Read]) -> _Read:
        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    def _search(self, query: Query, limit: int, vector: bytes, trouble: str) -> Found:
        connection = self.database.connection()
        model = self._embedder.model if self._embedder else ""
        usable = vector if vector and vectors.searchable(connection, model) else b""
        with connection:  # one state of the index from the first look to the last
            passages = search(
                connection,
                query,
                limit,
                vector=usable,
                model=model,
                today=self.today(),
                half_life=self._half_life,
            )
        return Found(tuple(passages), self._freshness(connection, trouble, self.keeper.unread))

    def _freshness(self, connection: apsw.Connection, trouble: str, unread: Sequence[str]) -> str:
        return freshness(connection, self.keeper, self._embedder.model if self._embedder else "", trouble, unread)

    def _get(self, path: str, first: int, last: int) -> Passage:
        if self._shelf is None or not path.startswith(_SESSION):
            return self.workspace.read(path).passage(first, last)
        with self._shelf.open(path.removeprefix(_SESSION), writable=False) as journal:
            lines = transcript(journal).removesuffix("\n").split("\n")
        first = min(max(first, 1), len(lines))
        last = max(first, min(last or len(lines), len(lines)))
        return Passage(path, first, last, "\n".join(lines[first - 1 : last]), kind="session")

    def _recent(self, count: int) -> tuple[Passage, ...]:
        newest = sorted(self._sources().all, key=lambda source: -source.modified)[:count]
        passages = []
        for source in newest:
            with contextlib.suppress(LocalGPTError):
                lines = source.read().split("\n")
                shown = lines[:20]
                passages.append(Passage(source.path, 1, len(shown), "\n".join(shown).rstrip(), kind=source.kind))
        return tuple(passages)

    def _statistics(self) -> Statistics:
        connection = self.database.connection()
        kinds = {
            str(kind): int(count) for kind, count in rows(connection, "SELECT kind, count(*) FROM files GROUP BY kind")
        }
        embedded, chunks = vectors.progress(connection)
        model = vectors.known_model(connection)
        unread = self.keeper.unread or self.workspace.files().passed_over  # where another program writes, it knows
        return Statistics(
            files=sum(count for kind, count in kinds.items() if kind != "session"),
            sessions=kinds.get("session", 0),
            chunks=chunks,
            embedded=embedded if model else 0,
            size=os.stat(self.database.link).st_size,  # noqa: PTH116 - follows the link
            model=model,
            freshness=self._freshness(connection, "" if self._embedder else self._without_vectors, unread),
            unread=unread,
        )
