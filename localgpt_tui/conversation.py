"""One session, one turn at a time: what is said is on disk before anyone sees it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from localgpt_tui.agent.loop import Limits, run_turn
from localgpt_tui.agent.prompt import recollection
from localgpt_tui.approvals.briefing import Briefing
from localgpt_tui.approvals.guard import ApprovalGuard
from localgpt_tui.core.errors import LocalGPTError, ProviderError, SessionError
from localgpt_tui.core.events import (
    ApprovalAnswered,
    Emit,
    Event,
    Recalled,
    Said,
    TurnCancelled,
    TurnFailed,
    TurnFinished,
)
from localgpt_tui.core.messages import Attachment, Usage, UserMessage
from localgpt_tui.core.passages import Found, Passage
from localgpt_tui.core.ports import Provider, Request, Tool
from localgpt_tui.memory.origin import origins as origins_in
from localgpt_tui.safety.sanitise import wrap
from localgpt_tui.sessions.branches import left_behind
from localgpt_tui.sessions.journal import Journal

Recollect = Callable[[str], Awaitable[Found]]
"""Finds the passages that a message calls for; few, and only good ones."""

_RECOLLECT_SECONDS = 2.0
_UNEXPECTED = "Something went wrong inside localgpt-tui"


class Conversation:
    """A journal, the model that answers in it, and the tools that model may use.

    `send` writes to disk from the event loop it runs on: a screen gives it a loop of its own, away from the keys.
    """

    def __init__(
        self,
        journal: Journal,
        provider: Provider,
        *,
        tools: Sequence[Tool] = (),
        system: Callable[[], str] = str,
        tail: Callable[[], str] = str,
        recollect: Recollect | None = None,
        cited: Callable[[], Sequence[Passage]] = tuple,
        guard: ApprovalGuard | None = None,
        begin: Callable[[], object] | None = None,
        close: Callable[[], Awaitable[None]] | None = None,
        reminder: Callable[[], str] = str,
        under_way: Callable[[], AbstractContextManager[None]] = nullcontext,
        limits: Limits | None = None,
        max_tokens: int = 4096,
        on_crash: Callable[[Exception], str] | None = None,
    ) -> None:
        """Join the parts.

        Args:
            system, tail: write the stable and the volatile part of the system prompt, once a turn.
            recollect: finds the memories that the person's message calls for.
            cited: what the model's own searches found since it was asked last; kept as a reply's sources too.
            guard: stands before every tool that acts; without one they do not run.
            begin: called when a turn begins, in a thread; close: ends what tools have started.
            reminder: writes what stands last in every request.
            under_way: lets others see, for the length of a turn, that there is one.
            on_crash: keeps an unexpected error where the person can find it, and says where.
        """
        self.journal = journal
        self.provider = provider
        self.usage = Usage()
        self._tools = tuple(tools)
        self._system, self._tail, self._recollect, self._cited = system, tail, recollect, cited
        self._asked = ""
        self.guard = guard
        self._reminder, self._begin, self._close = reminder, begin, close
        self._under_way = under_way
        self._briefing = Briefing(guard, journal) if guard is not None else None
        self._limits = limits or Limits()
        self._max_tokens = max_tokens
        self._on_crash = on_crash
        self._busy = False
        self._retired: list[Provider] = []

    @property
    def model(self) -> str:
        """The full name of the model that answers next."""
        return self.provider.model

    @property
    def turn(self) -> str:
        """The entry of the person's message that is being answered, or was last; empty before the first."""
        return self._asked

    @property
    def busy(self) -> bool:
        """True while a turn runs."""
        return self._busy

    def switch_provider(self, provider: Provider) -> None:
        """Let another model answer from the next turn on.

        Raises:
            SessionError: the session cannot be written.
        """
        before, self.provider = self.provider, provider
        if before.model != provider.model and not self.journal.read_only:
            self.journal.mark("model", model=provider.model)
        self._retired.append(before)

    async def aclose(self) -> None:
        """Close what models hold open, from the loop the turns ran in; the journal is whoever's who opened it."""
        self._retired.append(self.provider)
        if self._close is not None:
            await self._close()
        await self._close_retired()

    def rewind(self, to: str) -> None:
        """Go on after the entry `to` (empty: from the start); what came after stays in the file as a branch.

        Raises:
            SessionError: there is no such entry, or the session cannot be written.
        """
        self.journal.rewind(to)

    def take_back(self, at: str = "") -> UserMessage:
        """Go back to before the person's message at the entry `at`, or before the one that was answered there.

        Args:
            at: an entry of the open branch; empty for the person's last message.

        Returns the message, to be changed or said again. The old branch stays; `undo_rewind` returns to it.

        Raises:
            SessionError: there is no such message, or the session cannot be written.
        """
        passed = not at
        for entry in self.journal.backwards():
            passed = passed or entry.id == at
            if passed and isinstance(entry.message, UserMessage):
                self.journal.rewind(entry.parent)
                return entry.message
        raise SessionError("Nothing was said here that could be said again.", "Write something first.")

    def drop_from(self, at: str = "") -> None:
        """Leave the entry `at` (empty: the person's last message) and all after it; `undo_rewind` brings them back.

        Raises:
            SessionError: there is no such entry on the open branch, or the session cannot be written.
        """
        if not at:
            self.take_back()
            return
        for entry in self.journal.backwards():
            if entry.id == at:
                self.journal.rewind(entry.parent)
                return
        raise SessionError("That message is on another branch.", "Nothing was changed.")

    def undo_rewind(self) -> None:
        """Return to where the conversation stood before it was rewound last; once more undoes that.

        Raises:
            SessionError: it never was, or the session cannot be written.
        """
        left = left_behind(self.journal.entries())
        if left is None:
            raise SessionError("Nothing was taken back in this session.", "There is nothing to undo.")
        self.journal.rewind(left)

    async def send(self, text: str, emit: Emit, attachments: Sequence[Attachment] = ()) -> None:
        """Say `text` and let the model answer; every event goes to `emit`, messages once they are on disk.

        Ends with `TurnFinished`, `TurnFailed` or `TurnCancelled`. A `TurnFailed` with no `Said` before it means that
        the message itself could not be kept: it is still the person's.

        Raises:
            CancelledError: the turn was stopped; `TurnCancelled` was emitted.
        """
        if self._busy:
            raise SessionError("A reply is still being written.", "Wait for it, or stop it first.")
        self._busy = True
        try:
            with self._under_way():
                await self._turn(UserMessage(text, tuple(attachments)), self._journalled(emit))
            ending: Event = TurnFinished()
        except asyncio.CancelledError:
            emit(TurnCancelled())
            raise
        except ProviderError as error:
            ending = TurnFailed(error.message, error.advice, error.failure)
        except LocalGPTError as error:
            ending = TurnFailed(error.message, error.advice)
        except Exception as error:  # noqa: BLE001 - the boundary: a defect ends the turn, not the conversation
            where = self._on_crash(error) if self._on_crash else ""
            ending = TurnFailed(f"{_UNEXPECTED}: {type(error).__name__}.", where)
        finally:
            self._busy = False
        emit(ending)

    async def _turn(self, message: UserMessage, emit: Emit) -> None:
        await self._close_retired()
        if self._begin is not None:
            await asyncio.to_thread(self._begin)
        history = await asyncio.to_thread(self.journal.history)
        if self._briefing is not None:
            await self._briefing.hear(message, history)
        emit(Said(message))
        self._read_from(f"the attachment {attachment.name}" for attachment in message.attachments)
        request = Request(
            system=self._system(),
            messages=(*history, message),
            tools=self._tools,
            tail="\n\n".join(filter(None, (self._tail(), await self._recollection(message, emit), self._reminder()))),
            session=self.journal.id,
            max_tokens=self._max_tokens,
        )
        await run_turn(self.provider, request, emit, guard=self.guard, limits=self._limits)

    async def _recollection(self, message: UserMessage, emit: Emit) -> str:
        """The memories for this turn, as text for the model; the person sees which, and the journal keeps them."""
        if self._recollect is None:
            return ""
        try:
            async with asyncio.timeout(_RECOLLECT_SECONDS):
                found = await self._recollect(message.text)
        except (TimeoutError, LocalGPTError):  # the turn goes on without; a search of the model's own says why
            return ""
        if not found.passages:
            return ""
        self._show_sources(found.passages, found.freshness, emit)
        self._read_from(origin for passage in found.passages for origin in origins_in(passage.text))
        return recollection([replace(passage, text=wrap(passage.text, passage.source)) for passage in found.passages])

    def _read_from(self, origins: Iterable[str]) -> None:
        if self._briefing is not None:
            self._briefing.read(origins)

    def _show_sources(self, passages: Sequence[Passage], freshness: str, emit: Emit) -> None:
        self.journal.mark("sources", passages=[_kept(passage) for passage in passages])
        emit(Recalled(tuple(passages), freshness))

    async def _close_retired(self) -> None:
        while self._retired:
            await self._retired.pop().aclose()

    def _journalled(self, emit: Emit) -> Emit:
        """An `emit` that writes each message before it passes it on."""

        def journal_first(event: Event) -> None:
            if isinstance(event, Said):
                event = replace(event, id=self.journal.append(event.message).id)
                if event.message.kind == "assistant":
                    self.usage = _added(self.usage, event.message.usage)
                if event.message.kind == "user":
                    self._asked = event.id
            elif isinstance(event, ApprovalAnswered) and self._briefing is not None:
                self._briefing.keep_answer(event)
            emit(event)
            if isinstance(event, Said) and event.message.kind == "tool" and (found := self._cited()):
                self._show_sources(found, "fresh", emit)

        return journal_first


def _kept(passage: Passage) -> dict[str, object]:
    """What the journal keeps of a passage: where it stood and why it was chosen, not its text."""
    return {
        "path": passage.path,
        "lines": [passage.first_line, passage.last_line],
        "score": round(passage.score, 3),
        "parts": {name: round(value, 3) for name, value in passage.parts.items()},
        **({"number": passage.number} if passage.number else {}),
    }


def _added(total: Usage, more: Usage) -> Usage:
    """The sum of what was used; the window is the latest, and an unknown cost stays unknown."""
    known = [usage for usage in (total, more) if usage != Usage()]
    if len(known) < 2:
        return known[0] if known else total
    return Usage(
        input_tokens=(total.input_tokens or 0) + (more.input_tokens or 0),
        output_tokens=(total.output_tokens or 0) + (more.output_tokens or 0),
        cache_read_tokens=(total.cache_read_tokens or 0) + (more.cache_read_tokens or 0),
        cache_write_tokens=(total.cache_write_tokens or 0) + (more.cache_write_tokens or 0),
        cost=None if total.cost is None or more.cost is None else total.cost + more.cost,
        context_window=more.context_window or total.context_window,
    )
