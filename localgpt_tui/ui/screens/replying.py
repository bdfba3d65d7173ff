"""A chat in which replies are written: one in view, and others that go on while another session is open."""

import contextlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.worker import Worker, WorkerCancelled, WorkerFailed

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.events import Event, Said, TurnFailed, TurnFinished
from localgpt_tui.core.messages import Attachment
from localgpt_tui.drafting.kept import Draft, joined
from localgpt_tui.ui.happened import Happened
from localgpt_tui.ui.relay import Relay
from localgpt_tui.ui.reply import Aside, Reply
from localgpt_tui.ui.screens.beating import BeatingScreen
from localgpt_tui.ui.screens.writing import COMMAND
from localgpt_tui.ui.widgets.happening import take
from localgpt_tui.ui.widgets.hints import Hint
from localgpt_tui.ui.widgets.queued import Queued
from localgpt_tui.ui.widgets.status import Status
from localgpt_tui.ui.widgets.transcript import Transcript

if TYPE_CHECKING:  # it knows the store: not before the first frame
    from localgpt_tui.ui.sitting import Opening


class ReplyingScreen(BeatingScreen):
    """Begins turns, brings what happens in them to where it is shown, and knows what to do when they are over."""

    def __init__(self, *, pace: float, clock: Callable[[], datetime]) -> None:
        super().__init__(pace=pace, clock=clock)
        self._replies: dict[str, Reply] = {}  # those being written, by the ids of their sessions
        self._asides: dict[str, Aside] = {}
        self._returned: Draft | None = None

    @property
    def replying(self) -> frozenset[str]:
        """The ids of the sessions, open or not, in which a reply is being written here."""
        return frozenset(self._replies)

    @property
    def reply(self) -> Reply | None:
        """The one that is being written in the open session."""
        return self._replies.get(self.sitting.journal.id) if self.sitting is not None else None

    @property
    def busy(self) -> bool:
        """True while a reply is being written in the open session."""
        return self.reply is not None

    @property
    def prompt_hints(self) -> tuple[Hint, ...]:
        """The keys that matter while something is written; what is sent during a reply waits."""
        first, *rest = super().prompt_hints
        return (("Enter", "queue") if self.busy else first, *rest)

    def start(self, text: str, along: tuple[Attachment, ...] = ()) -> None:
        """Say `text` in the open session and show what is answered."""
        assert self.sitting is not None  # noqa: S101 - `ready` was asked before
        self.query_one(Status).begin()
        self.entitle_draft()
        self._say_in(self.sitting.journal.id, Draft(text, along))
        self.on_descendant_focus()

    def stop_reply(self) -> bool:
        """Stop the reply in the open session; False where none is being written."""
        reply = self.reply
        if reply is not None and reply.worker is not None:
            reply.worker.cancel()
        return reply is not None

    async def stop_turns(self) -> None:
        """Stop every reply and wait until what had arrived is kept."""
        workers = [reply.worker for reply in self._replies.values() if reply.worker is not None]
        for worker in workers:
            worker.cancel()
        for worker in workers:
            with contextlib.suppress(WorkerCancelled, WorkerFailed):
                await worker.wait()

    def _say_in(self, session: str, said: Draft) -> None:
        reply = self._replies[session] = Reply(session, self.clock(), said)
        reply.worker = self._run_turn(reply, said)

    @work(group="turn")
    async def _run_turn(self, reply: Reply, said: Draft) -> None:
        assert self.sitting is not None  # noqa: S101 - `ready` was asked before

        def emit(event: Event) -> None:
            self.post_message(Happened(event, reply.session))

        try:
            turn = self.sitting.say(said.text, Relay(emit), said.attachments, session=reply.session)
            await self.engine.run(turn)
        except LocalGPTError as error:
            emit(TurnFailed(error.message, error.advice))

    @on(Happened)
    def _happened(self, happened: Happened) -> None:
        """The one place where events come to the screen."""
        event, session = happened.event, happened.session
        if reply := self._replies.get(session):
            reply.take(event)
        if aside := self._asides.get(session):
            take(aside.timeline, event)
        elif self.sitting is not None and session == self.sitting.journal.id:
            self.remove_class("-empty")
            if isinstance(event, Said) and event.message.kind == "user":
                self.title_changed()
            self.query_one(Transcript).show(event)
            self.query_one(Status).show(event)

    @on(Worker.StateChanged)
    def _turn_over(self, changed: Worker.StateChanged) -> None:
        reply = next((each for each in self._replies.values() if each.worker is changed.worker), None)
        if reply is None or not changed.worker.is_finished:
            return
        del self._replies[reply.session]
        if self.engine.unattended or self.sitting is None:
            return  # the reply goes on; only the screen has ended
        aside = self._asides.get(reply.session)
        if aside is None:
            self._ended(reply)
        elif reply.session != self.sitting.journal.id:  # else it is about to be shown again
            self._ended_aside(aside)

    def _ended(self, reply: Reply) -> None:
        """The reply in view is over: go on with what waits, or keep it where that makes no sense any more."""
        self.query_one(Status).end()
        self.on_descendant_focus()
        self.show_usage()
        self.list_sessions()
        self.count_branches()
        if reply.unsent:  # it never reached the disk: it is still the person's
            self.say_again(reply.unsent)
        if isinstance(reply.ending, TurnFinished):
            self.go_on()
        else:
            self.query_one(Queued).hold(held=True)

    # sessions that are not in view

    def set_aside(self) -> None:
        """Let a reply that is being written in the open session go on while another one is shown."""
        assert self.sitting is not None  # noqa: S101 - another session is opened with it
        journal, reply = self.sitting.journal, self.reply
        if reply is not None:
            timeline, waiting = self.query_one(Transcript).put_aside(), self.query_one(Queued).everything
            self._asides[journal.id] = Aside(reply, journal.title, timeline, self._first, waiting, self.draft)

    def show_entries(self, opening: "Opening") -> None:
        """Fill the transcript; with what was set aside, where a reply has gone on in this session meanwhile."""
        assert self.sitting is not None  # noqa: S101 - it has a session to show
        session = self.sitting.journal.id
        aside, status = self._asides.pop(session, None), self.query_one(Status)
        if aside is None:
            status.end()
            super().show_entries(opening)
            if _unanswered(opening) and not self.sitting.journal.read_only:
                self.tell("This was never answered; `/retry` asks again.")
        else:
            self._first, self._returned = aside.first, aside.draft
            self.query_one(Transcript).bring_back(aside.timeline, more=aside.first is not None)
            self.query_one(Queued).restore(aside.waiting)
            if session in self._replies:
                status.begin(aside.reply.since)
                if aside.reply.latest is not None:
                    status.show(aside.reply.latest)
            else:
                self._ended(aside.reply)
        self.on_descendant_focus()
        for left in tuple(self._asides.values()):
            if left.reply.session not in self._replies:  # it ended while this session was being opened
                self._ended_aside(left)

    async def load_draft(self, session: Path) -> Draft:
        """What was written there and not sent: as it was left, where that was a moment ago."""
        returned, self._returned = self._returned, None
        return await super().load_draft(session) if returned is None else returned

    @work(group="aside")
    async def _ended_aside(self, aside: Aside) -> None:
        """A reply out of sight is over: say what waits behind it, or close its session."""
        assert self.sitting is not None  # noqa: S101 - a turn was run with it
        reply, waiting = aside.reply, aside.waiting
        goes_on = isinstance(reply.ending, TurnFinished) and waiting and not COMMAND.match(waiting[0].text)
        if goes_on:
            aside.waiting = waiting[1:]
            self._say_in(reply.session, waiting[0])
            aside.reply = self._replies[reply.session]
        else:
            del self._asides[reply.session]
            await self.engine.run(self.sitting.let_go(reply.session))
            self.say(_ended_words(aside))
        unsent = joined([Draft() if goes_on else reply.unsent, aside.unsent])
        await self.keep_draft(self.sitting.assistant.shelf.folder / f"{reply.session}.jsonl", unsent)
        self.list_sessions()


def _unanswered(opening: "Opening") -> bool:
    """True where what was said last is not a model's: the program ended before there was an answer."""
    said = [entry.message for entry in opening.entries if entry.message]
    return bool(said) and said[-1].kind != "assistant"


def _ended_words(aside: Aside) -> str:
    ending = aside.reply.ending
    title = aside.title or "the other session"
    match ending:
        case TurnFinished():
            return f"The reply in “{title}” is finished."
        case TurnFailed(reason=reason):
            return f"The reply in “{title}” failed: {reason}"
        case _:
            return f"The reply in “{title}” was stopped."
