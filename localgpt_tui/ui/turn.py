"""A turn as others may see it: they can read along, and it can give way to them."""

import asyncio
import threading
from collections.abc import Callable, Sequence

from localgpt_tui.conversation import Conversation
from localgpt_tui.core.events import Emit, Event, Said
from localgpt_tui.core.messages import Attachment
from localgpt_tui.sessions.answering import ANSWERING, HOLDING
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.sessions.partial import Partial


class Turn:
    """Something said in a conversation, and what is answered."""

    def __init__(self, conversation: Conversation) -> None:
        """A turn that has not begun."""
        self._conversation = conversation
        self._partial = Partial(conversation.journal.path)
        self._over = threading.Event()
        self._stop: Callable[[], object] | None = None
        self._left = False
        self._gives_way = False

    @property
    def journal(self) -> Journal:
        """The session it is in."""
        return self._conversation.journal

    async def run(self, text: str, emit: Emit, attachments: Sequence[Attachment] = ()) -> None:
        """Say `text` and let the model answer, as `Conversation.send` does.

        Raises:
            CancelledError: the turn was stopped, or it gave way.
        """
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine always runs in a task
        loop = task.get_loop()
        self._stop = lambda: loop.call_soon_threadsafe(task.cancel)

        def tell(event: Event) -> None:
            self._partial.take(event)
            if isinstance(event, Said) and event.message.kind == "user" and not self._left:
                self._conversation.journal.announce(ANSWERING)
            if not self._left:
                emit(event)
            if self._gives_way and isinstance(event, Said):
                task.cancel()

        try:
            await self._conversation.send(text, tell, attachments)
        finally:
            self._partial.remove()
            if not self._left:
                self._conversation.journal.announce(HOLDING)
            self._over.set()

    def leave(self) -> None:
        """Tell nobody here any more; other programs may read what is being written."""
        self._left = True
        self._partial.share()

    def wait(self, seconds: float) -> bool:
        """Wait in another thread, at most `seconds`; True once it is over."""
        return self._over.wait(seconds)

    def stop(self) -> None:
        """Stop it, from any thread; what had arrived is kept."""
        if self._stop is not None:
            self._stop()

    def give_way(self) -> None:
        """Stop once the message that is being written is finished."""
        self._gives_way = True
