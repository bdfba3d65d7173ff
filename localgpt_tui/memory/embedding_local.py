"""Embedding on this machine, in a process of its own that is started when needed."""

import asyncio
import contextlib
import itertools
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from hashlib import sha256

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.embedding_process import EmbeddingProcess, ProcessEnded
from localgpt_tui.memory.prefixes import prefix

_IN_A_BATCH = 16  # texts
_CHARACTERS_IN_A_BATCH = 2_000  # about 0.1 s: a query waits no longer than that for what is in the background
_LONGEST_TEXT = 8_000  # characters; models read fewer tokens than this has
_MOST_DEATHS = 3  # in a row, after which it is not the texts
_LOOK_AFTER_SECONDS = 30.0  # a process that ended while idle is let go of
_QUERY, _BACKGROUND = 0, 1


@dataclass(order=True, slots=True)
class _Batch:
    urgency: int
    order: int
    texts: Sequence[str] = field(compare=False)
    vectors: "Future[list[bytes]]" = field(default_factory=Future, compare=False)


class LocalEmbedder:
    """An embedding model of this machine's; fills `core.ports.Embedder`.

    A thread owns the process, so `embed` can be awaited from any event loop and by many at once: queries overtake
    what is embedded in the background, and a caller that is cancelled takes what was not begun with it. The process
    ends when it is idle and is started again when it is needed. Where it dies, what it was at is tried again text by
    text; a text that ends it twice has no vector, and is not tried again while we run.
    """

    def __init__(
        self,
        model: str,
        command: Sequence[str],
        *,
        dimensions: int = 0,
        start_seconds: float = 120.0,
        answer_seconds: float = 120.0,
        query_seconds: float = 15.0,
        pause_seconds: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is started yet.

        Args:
            command: starts a worker that speaks as `memory.embedding_worker` does.
            query_seconds: how long a query waits, for a process that is starting above all.
            pause_seconds: how long after a failed start none is tried; the same error is raised meanwhile.
        """
        self.model = model
        self.dimensions = dimensions
        self._command = command
        self._start_seconds, self._answer_seconds = start_seconds, answer_seconds
        self._query_seconds, self._pause_seconds = query_seconds, pause_seconds
        self._clock = clock
        self._waiting: queue.PriorityQueue[_Batch] = queue.PriorityQueue()
        self._order = itertools.count()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closed = False
        self._process: EmbeddingProcess | None = None
        self._deadly: set[bytes] = set()
        self._deaths = 0
        self._failure: LocalGPTError | None = None
        self._failed_at = 0.0

    @property
    def process_id(self) -> int:
        """The id of the process while it runs, otherwise 0."""
        process = self._process
        return process.pid if process is not None and process.running else 0

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> list[bytes]:
        """One vector for each text, in order; `b""` for a text that ends the process whenever it is tried.

        Raises:
            LocalGPTError: the model cannot be loaded, or does not answer.
        """
        before = prefix(self.model, query=query)
        urgency = _QUERY if query else _BACKGROUND
        batches = [
            _Batch(urgency, next(self._order), texts) for texts in _in_batches([_plain(before + t) for t in texts])
        ]
        self._put(batches)
        try:
            together = asyncio.gather(*(asyncio.wrap_future(batch.vectors) for batch in batches))
            together.add_done_callback(
                lambda over: over.cancelled() or over.exception()
            )  # who waited may be gone by then
            vectors = await asyncio.wait_for(together, self._query_seconds if query else None)
        except TimeoutError as error:
            raise LocalGPTError(
                "The embedding model is not ready yet.", "It is being loaded; words are searched for meanwhile."
            ) from error
        finally:
            for batch in batches:
                batch.vectors.cancel()
        found = list(itertools.chain.from_iterable(vectors))
        if query and not all(found):
            raise LocalGPTError("The embedding model cannot take this query.", "Words are searched for instead.")
        return found

    async def aclose(self) -> None:
        """End the process; texts that wait are given up."""
        with self._lock:
            self._closed = True
            thread, self._thread = self._thread, None
            process = self._process
        if thread is not None:
            if process is not None:
                process.kill()
            self._waiting.put(_Batch(_QUERY, -1, []))
            await asyncio.to_thread(thread.join)

    def _put(self, batches: Sequence[_Batch]) -> None:
        with self._lock:
            if self._closed:
                raise _stopping()
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="embedding", daemon=True)
                self._thread.start()
            for batch in batches:
                self._waiting.put(batch)

    # In the thread.

    def _serve(self) -> None:
        try:
            while not self._closed:
                try:
                    self._serve_one(self._waiting.get(timeout=_LOOK_AFTER_SECONDS))
                except queue.Empty:
                    if not self.process_id:
                        self._drop()
        finally:
            self._drop()
            with contextlib.suppress(queue.Empty):
                while True:
                    self._give_up(self._waiting.get_nowait())

    def _serve_one(self, batch: _Batch) -> None:
        if not batch.texts or not batch.vectors.set_running_or_notify_cancel():
            return
        try:
            batch.vectors.set_result(self._vectors(batch.texts))
        except BaseException as error:  # noqa: BLE001 — it is raised where the vectors are awaited
            batch.vectors.set_exception(error)

    def _give_up(self, batch: _Batch) -> None:
        if batch.vectors.set_running_or_notify_cancel():
            batch.vectors.set_exception(_stopping())

    def _vectors(self, texts: Sequence[str]) -> list[bytes]:
        if len(texts) == 1 and _digest(texts[0]) in self._deadly:
            return [b""]
        with contextlib.suppress(ProcessEnded):
            return self._ask(texts)
        if len(texts) > 1:
            return [vector for text in texts for vector in self._vectors([text])]
        try:
            return self._ask(texts)
        except ProcessEnded as ended:
            self._deaths += 1
            if self._closed or self._deaths >= _MOST_DEATHS:
                raise self._failed(_keeps_ending(ended)) from ended
            self._deadly.add(_digest(texts[0]))
            return [b""]

    def _ask(self, texts: Sequence[str]) -> list[bytes]:
        process = self._running()
        try:
            vectors = process.embed(texts, self._answer_seconds)
        except ProcessEnded as ended:
            self._drop()
            if not ended.idle or self._closed:
                raise
            return self._ask(texts)
        self._deaths = 0
        return vectors

    def _running(self) -> EmbeddingProcess:
        if self._process is not None and self._process.running:
            return self._process
        self._drop()
        if self._failure is not None and self._clock() - self._failed_at < self._pause_seconds:
            raise LocalGPTError(self._failure.message, self._failure.advice)
        try:
            with self._lock:
                if self._closed:
                    raise _stopping()
                process = self._process = EmbeddingProcess(self._command)
            self.dimensions = process.dimensions(self._start_seconds)
        except LocalGPTError as error:
            self._drop()
            raise self._failed(error) from error
        except ProcessEnded as ended:
            self._drop()
            raise self._failed(_keeps_ending(ended)) from ended
        return process

    def _failed(self, error: LocalGPTError) -> LocalGPTError:
        if self._closed:
            return _stopping()  # it was we who ended the process
        self._failure, self._failed_at, self._deaths = error, self._clock(), 0
        return error

    def _drop(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None


def _stopping() -> LocalGPTError:
    return LocalGPTError("Nothing is embedded any more: the program is stopping.")


def _keeps_ending(ended: ProcessEnded) -> LocalGPTError:
    said = (ended.last_words.splitlines() or ["it did not say why"])[-1]
    return LocalGPTError(
        f"The embedding process keeps ending: {said}.",
        "Free some memory, or set memory.embedding_provider to none; words are searched for meanwhile.",
    )


def _in_batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    characters = 0
    for text in texts:
        if batch and (len(batch) == _IN_A_BATCH or characters + len(text) > _CHARACTERS_IN_A_BATCH):
            yield batch
            batch, characters = [], 0
        batch.append(text)
        characters += len(text)
    if batch:
        yield batch


def _plain(text: str) -> str:
    return text[:_LONGEST_TEXT].encode(errors="replace").decode()


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()
