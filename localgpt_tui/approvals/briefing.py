"""What a session's guard has to know: what was said and read there, kept as marks in the session from time to time."""

import asyncio
from collections.abc import Iterable, Sequence

from localgpt_tui.approvals.guard import ApprovalGuard
from localgpt_tui.core.events import ApprovalAnswered
from localgpt_tui.core.messages import Message, UserMessage
from localgpt_tui.sessions.journal import Journal


class Briefing:
    """Stands between a guard, which forgets when the program ends, and the session, which does not."""

    def __init__(self, guard: ApprovalGuard, journal: Journal) -> None:
        """Brief `guard` from `journal`, and keep there what it learns."""
        self._guard = guard
        self._journal = journal
        self._caught_up = False
        guard.on_origin = self._keep_origin

    async def hear(self, message: UserMessage, history: Sequence[Message]) -> None:
        """Tell the guard what the person says now; the first time also `history`, and what was read in it.

        Raises:
            SessionError: the session cannot be read.
        """
        if not self._caught_up:
            for said in history:
                if isinstance(said, UserMessage):
                    self._guard.heard(said.text)
            for origin, near in await asyncio.to_thread(self._kept_origins):
                self._guard.tainted_by((origin,), near=near)
            self._caught_up = True
        self._guard.heard(message.text)

    def read(self, origins: Iterable[str]) -> None:
        """Tell the guard that the model is given something from `origins`."""
        self._guard.tainted_by(origins)

    def keep_answer(self, answered: ApprovalAnswered) -> None:
        """Keep with the session what was answered; that a folder is trusted is no matter of one session.

        Raises:
            SessionError: the session cannot be written.
        """
        decision = answered.decision
        if answered.approval.act.kind != "trust":
            self._journal.mark(
                "approval",
                call=answered.approval.call.id,
                answer=decision.answer,
                by=decision.by,
                reason=decision.reason,
            )

    def _keep_origin(self, origin: str, near: bool) -> None:  # noqa: FBT001 - as the guard tells it
        if self._caught_up and not self._journal.read_only:
            self._journal.mark("taint", origin=origin, near=near)

    def _kept_origins(self) -> list[tuple[str, bool]]:
        marks = [entry.mark for entry in self._journal.backwards() if entry.kind == "taint"]
        return [(str(mark.get("origin", "")), mark.get("near") is True) for mark in reversed(marks)]
