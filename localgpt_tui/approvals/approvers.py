"""Who answers where no screen does: nobody, or whoever opens the list of what waits."""

import asyncio
import contextlib

from localgpt_tui.approvals.inbox import Inbox
from localgpt_tui.core.approvals import Approval, Decision
from localgpt_tui.core.ports import Approver

_LOOK = 0.5  # seconds between two looks for an answer that was given elsewhere


class Nobody:
    """Fills the Approver port where nobody is there to ask: the answer is no, and the question waits in the list."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def decide(self, approval: Approval) -> Decision:
        """Let the question wait, and say no for now."""
        self._inbox.add(approval)  # on the disk before anything else can happen, a cancellation included
        return Decision("wait", by="nobody")


class AnywhereApprover:
    """Fills the Approver port with another one, and takes an answer from the list as well: whichever comes first."""

    def __init__(self, here: Approver, inbox: Inbox, *, pace: float = _LOOK) -> None:
        self._here, self._inbox, self._pace = here, inbox, pace

    async def decide(self, approval: Approval) -> Decision:
        """Ask here and in the list; the other question goes away with the answer, unless that is to wait."""
        self._inbox.add(approval)  # on the disk before anything else can happen, a cancellation included
        asked = [
            asyncio.ensure_future(self._here.decide(approval)),
            asyncio.ensure_future(self._elsewhere(approval.id)),
        ]
        waits = False
        try:
            done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
            decision = next(iter(done)).result()
            waits = decision.answer == "wait"
            return decision
        finally:
            for each in asked:
                each.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*asked, return_exceptions=True)
            if not waits:
                self._inbox.remove(approval.id)

    async def _elsewhere(self, name: str) -> Decision:
        while True:
            decision = await asyncio.to_thread(self._inbox.answered, name)
            if decision is not None:
                return decision
            await asyncio.sleep(self._pace)
