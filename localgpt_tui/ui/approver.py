"""Asking the person through the screen: a question goes there as a message, and its answer comes back to the turn."""

import asyncio
import contextlib
from collections.abc import Callable

from textual.message import Message

from localgpt_tui.core.approvals import Approval, Decision

NOBODY = Decision("wait", by="nobody")
"""The answer where no screen is there any more."""


class Question:
    """A question that waits for an answer; the first one counts. Made where the turn runs, answered from any thread."""

    def __init__(self, approval: Approval) -> None:
        self.approval = approval
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[Decision] = self._loop.create_future()

    def answer(self, decision: Decision) -> None:
        """Give the answer, unless there is one or nobody waits for it any more."""
        with contextlib.suppress(RuntimeError):  # the loop has ended, and the turn with it
            self._loop.call_soon_threadsafe(self._settle, decision)

    async def answered(self) -> Decision:
        """Wait for the answer."""
        return await self._answer

    def _settle(self, decision: Decision) -> None:
        if not self._answer.done():
            self._answer.set_result(decision)


class ScreenApprover:
    """Fills the Approver port with a screen that answers `Asked`; several questions may wait at once."""

    class Asked(Message):
        """A question waits for the person."""

        def __init__(self, question: Question) -> None:
            super().__init__()
            self.question = question

    class Settled(Message):
        """A question is answered, or was taken back: it need not be shown any more."""

        def __init__(self, question: Question) -> None:
            super().__init__()
            self.question = question

    def __init__(self, post: Callable[[Message], object]) -> None:
        """Ask by what `post` brings to the screen; it is called from the turn's thread."""
        self._post = post
        self._open: set[Question] = set()
        self._gone = False

    async def decide(self, approval: Approval) -> Decision:
        """Show the question and wait; cancelling takes it off the screen."""
        if self._gone:
            return NOBODY
        question = Question(approval)
        self._open.add(question)
        self._post(self.Asked(question))
        try:
            return await question.answered()
        finally:
            self._open.discard(question)
            if not self._gone:
                self._post(self.Settled(question))

    def leave(self) -> None:
        """The screen is gone: what waits, and whatever is asked from now on, is answered with a no for now."""
        self._gone = True
        for question in tuple(self._open):
            question.answer(NOBODY)
