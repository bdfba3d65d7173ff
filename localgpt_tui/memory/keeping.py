"""Keeping the index fresh in the background: one thread writes, changes are watched for, texts get their vectors."""

import asyncio
import contextlib
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import apsw

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.ports import Embedder
from localgpt_tui.files import Lock, private_folder
from localgpt_tui.memory import vectors
from localgpt_tui.memory.database import Database, UnusableError
from localgpt_tui.memory.index import Changes, Index
from localgpt_tui.memory.sources import Source, Sources
from localgpt_tui.memory.watch import watch

_Made = TypeVar("_Made")

_EMBEDDED_AT_ONCE = 32
_LOOK_AGAIN_SECONDS = 5.0
_AFTER_FAILURE_SECONDS = 60.0
SETTLE_SECONDS = 10.0


class Keeper:
    """The one that writes the index of a workspace; of several programs, the first that asks.

    Attributes:
        done, all: how many texts of those that changed are indexed.
        trouble: why there are no vectors for now, in a sentence; empty where there is no reason.
        unwritten: why the index is not up to date, in a clause; empty where it is, or is being brought there.
        unread: in a sentence each, what was passed over or could not be read.
        embedding: called when vectors were made; takes how many chunks have theirs, of how many.
    """

    def __init__(self, database: Database, sources: Callable[[], Sources], embedder: Embedder | None) -> None:
        self.database = database
        self.index = Index(database, sources)
        self.done = self.all = 0
        self.trouble = ""
        self.unwritten = ""
        self.unread: tuple[str, ...] = ()
        self.embedding: Callable[[int, int], object] = lambda _done, _all: None
        self._embedder = embedder
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="memory-index")
        self._lock = Lock(database.folder / "memory.lock")
        self._stop = asyncio.Event()
        self._wanted = asyncio.Event()
        self._look = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def writing(self) -> bool:
        """True where this program is the one that writes."""
        return self._lock.held

    async def catch_up(
        self, *, anew: bool = False, thoroughly: bool = False, first: Callable[[], Sources] | None = None
    ) -> bool:
        """Bring the index up to date, or make it `anew`; False where another program does that.

        Args:
            thoroughly: look through the whole index for damage first.
            first: lists what to look at, where the rest may wait; by default all is looked at.
        """
        ours = await self._write(lambda: self._catch_up(anew=anew, thoroughly=thoroughly, first=first))
        self.unwritten = ""
        return ours

    async def update(self, sources: Sequence[Source], gone: Iterable[str] = ()) -> None:
        """Take in a few changes at once."""
        await self._write(lambda: self._update(sources, list(gone)))

    async def scan(self, sources: Callable[[], Sources], *, but: Collection[str] = ()) -> None:
        """Take in what changed among `sources`, except those called `but`, and only look at those."""
        await self._write(lambda: self._scan(sources, but))

    async def run(self, work: Callable[[], _Made]) -> _Made:
        """Do `work` in the thread that writes."""
        return await self._write(work)

    async def embed(self, *, once: bool = True) -> None:
        """Make the vectors that are missing; with `once` until there are none, otherwise until it is closed.

        Raises:
            LocalGPTError: with `once`, the embedder cannot.
        """
        embedder = self._embedder
        while embedder is not None and not self._stop.is_set():
            try:
                more = await self._embed_some(embedder)
                self.trouble = ""
            except (LocalGPTError, UnusableError, apsw.Error) as error:
                self.trouble = _why(error)
                if once:
                    raise
                await self._pause(self._wanted, _AFTER_FAILURE_SECONDS)
                continue
            if not more:
                if once:
                    return
                await self._wanted.wait()
                self._wanted.clear()

    def start(
        self,
        folders: Sequence[Path],
        changed: Callable[[set[Path]], object],
        *,
        settle_seconds: float = SETTLE_SECONDS,
        first: Callable[[], Sources],
        later: Coroutine[Any, Any, None],
    ) -> None:
        """Keep the index fresh from now on.

        Args:
            folders: what to watch.
            changed: an awaitable that takes in what changed; an empty set stands for anything.
            settle_seconds: how long after this the first vectors are made.
            first: lists what is looked at now; later: runs until this is closed, and takes in the rest.
        """
        self._tasks = [
            asyncio.create_task(self._watch(folders, changed)),
            asyncio.create_task(self._look_after(first)),
            asyncio.create_task(later),
            asyncio.create_task(self._embed_when_settled(settle_seconds)),
        ]
        for task in self._tasks:
            task.add_done_callback(self._ended)

    def look(self) -> None:
        """See at once whether the index is still there and sound."""
        self._look.set()

    async def close(self) -> None:
        """Stop; what was begun is finished, the rest is done at the next start."""
        self._stop.set()
        self._wanted.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(RuntimeError):
            await asyncio.get_running_loop().run_in_executor(self._writer, self._leave)
        self._writer.shutdown(wait=True)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """A task that broke is said where freshness is, instead of nowhere."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.trouble = f"the index is not kept fresh any more ({type(error).__name__}: {error})"

    def _leave(self) -> None:
        self.database.close()
        self._lock.release()

    async def _write(self, work: Callable[[], _Made]) -> _Made:
        try:
            made = await asyncio.get_running_loop().run_in_executor(self._writer, work)
        except (OSError, apsw.Error) as error:
            self.done = self.all = 0
            self.unwritten = _why(error)
            raise
        self._wanted.set()
        return made

    def _catch_up(
        self, *, anew: bool = False, thoroughly: bool = False, first: Callable[[], Sources] | None = None
    ) -> bool:
        if not self._begin():
            return False
        if self.database.missing and first is not None:
            self._note(self.index.rebuild(self._progress, sources=first()))
        elif anew or self.database.missing or self.index.why_unusable(thoroughly=thoroughly):
            self._note(self.index.rebuild(self._progress))
        else:
            self.database.sweep()
            try:
                self._note(self.index.scan(self._progress, sources=first() if first is not None else None))
            except (UnusableError, apsw.Error):
                self._note(self.index.rebuild(self._progress))
        return True

    def _update(self, sources: Sequence[Source], gone: Sequence[str]) -> bool:
        if not self._begin():
            return False
        try:
            self.index.update(sources, gone)
        except (UnusableError, apsw.Error):
            return self._catch_up(thoroughly=True)
        return True

    def _scan(self, sources: Callable[[], Sources], but: Collection[str]) -> bool:
        if not self._begin():
            return False
        try:
            self.index.scan(sources=sources(), but=but)
        except (UnusableError, apsw.Error):
            return self._catch_up(thoroughly=True)
        return True

    def _begin(self) -> bool:
        private_folder(self.database.folder)
        return self._lock.acquire()

    def _progress(self, done: int, total: int) -> None:
        self.done, self.all = done, total

    def _note(self, changes: Changes) -> None:
        self.unread = changes.unread

    async def _embed_some(self, embedder: Embedder) -> bool:
        """Give the next texts their vectors; False where none wait, or another program makes them."""

        def waiting() -> vectors.Backlog:
            if not self._lock.held:
                return vectors.Backlog((), 0, 0)
            connection = self.database.connection()
            vectors.use_model(connection, embedder.model)
            return vectors.backlog(connection, _EMBEDDED_AT_ONCE)

        loop = asyncio.get_running_loop()
        backlog = await loop.run_in_executor(self._writer, waiting)
        if not backlog.texts:
            return False
        made = await embedder.embed([text for _, text in backlog.texts])
        pairs = [(digest, vector) for (digest, _), vector in zip(backlog.texts, made, strict=True)]
        await loop.run_in_executor(
            self._writer, lambda: vectors.keep(self.database.connection(), embedder.model, pairs)
        )
        self.embedding(min(backlog.all, backlog.done + len(pairs)), backlog.all)
        return True

    async def _embed_when_settled(self, seconds: float) -> None:
        """The embedding process is heavy: it comes once the person has had the first seconds for themselves."""
        await asyncio.sleep(seconds)
        await self.embed(once=False)

    async def _watch(self, folders: Sequence[Path], changed: Callable[[set[Path]], object]) -> None:
        async for paths in watch(folders, self._stop):
            outcome = changed(paths)
            if asyncio.iscoroutine(outcome):
                with contextlib.suppress(OSError, apsw.Error):  # `unwritten` says so until all has been looked through
                    await outcome

    async def _look_after(self, first: Callable[[], Sources]) -> None:
        """Notice that the index was deleted or damaged, and take over where another program has stopped writing."""
        thoroughly = True
        while not self._stop.is_set():
            if thoroughly or self.unwritten or self.database.missing or not self._lock.held:
                with contextlib.suppress(OSError, apsw.Error):  # `unwritten` says so; it is tried again
                    await self.catch_up(thoroughly=thoroughly, first=first if thoroughly else None)
                    thoroughly = False
            await self._pause(self._look, _AFTER_FAILURE_SECONDS if self.unwritten else _LOOK_AGAIN_SECONDS)

    async def _pause(self, event: asyncio.Event, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), seconds)
        event.clear()


def _why(error: Exception) -> str:
    """A clause, or the sentence of an error that is meant for a person."""
    match error:
        case LocalGPTError():
            return error.message
        case UnusableError():
            return "the index is being made anew"
        case apsw.FullError():
            return "the index cannot be written (the disk is full)"
        case OSError():
            return f"the index cannot be written ({(error.strerror or str(error)).lower()})"
        case _:
            return f"the index cannot be written ({error})"
