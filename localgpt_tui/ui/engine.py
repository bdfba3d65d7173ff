"""The engine room: an event loop in a thread of its own, so that no model, tool or file ever holds up a key."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Engine:
    """Runs coroutines away from the screen's event loop; start it once, stop it when the app ends.

    Attributes:
        unattended: what runs is nobody's to cancel any more: the screen has left.
    """

    def __init__(self) -> None:
        self.unattended = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="engine", daemon=True)
        self._thread.start()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Carry `work` out in the engine room and wait for it from the screen's loop.

        When the waiting is cancelled, the work is cancelled too and waited for: what it does on its way out
        (saving a partial reply, stopping a child) is done when this raises.

        Raises:
            CancelledError: the waiting or the work was cancelled; and whatever the work raises.
        """
        started: Future[asyncio.Task[T]] = Future()

        async def begin() -> T:
            task = asyncio.current_task()
            assert task is not None  # noqa: S101 - a coroutine always runs in a task
            started.set_result(task)
            return await work

        future = asyncio.run_coroutine_threadsafe(begin(), self._loop)
        waiting = asyncio.wrap_future(future)
        try:
            return await asyncio.shield(waiting)
        except asyncio.CancelledError:
            if not (waiting.done() or self.unattended):
                task = await asyncio.wrap_future(started)
                self._loop.call_soon_threadsafe(task.cancel)
                await asyncio.wait([waiting])
            raise

    def leave(self) -> None:
        """Let what runs go on when the screen that waits for it ends."""
        self.unattended = True

    def finish(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        """Carry `work` out and wait for it, without an event loop of one's own.

        Raises:
            TimeoutError: it takes longer than `seconds`; and whatever the work raises.
        """
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    def stop(self) -> None:
        """Cancel what is left, let it finish, and end the thread; safe to call twice."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._wind_down(), self._loop)
            self._thread.join()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    async def _wind_down(self) -> None:
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        self._loop.stop()
