"""A reply that is being written, in view or not, and what was on the screen of it when another session was opened."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from textual.worker import Worker

from localgpt_tui.core.events import Event, Said, TurnCancelled, TurnFailed, TurnFinished
from localgpt_tui.drafting.kept import Draft, joined
from localgpt_tui.ui.widgets.timeline import Timeline

if TYPE_CHECKING:  # it knows the store: not before the first frame
    from localgpt_tui.sessions.entries import Entry


@dataclass(slots=True, eq=False)
class Reply:
    """What was said in a session, and how far the answer has come.

    Attributes:
        session: the id of the session.
        unsent: what was said, until it is on the disk: so long it is the person's.
        latest: the event that came last.
        ending: the event that ended it; None before, and where it never began.
        worker: waits for it.
    """

    session: str
    since: datetime
    unsent: Draft
    latest: Event | None = None
    ending: Event | None = None
    worker: Worker[None] | None = None

    def take(self, event: Event) -> None:
        """Note what happened."""
        self.latest = event
        match event:
            case Said(message=message) if message.kind == "user":
                self.unsent = Draft()
            case TurnFinished() | TurnFailed() | TurnCancelled():
                self.ending = event
            case _:
                pass


@dataclass(slots=True, eq=False)
class Aside:
    """A session that is not in view while a reply is being written in it.

    Attributes:
        reply: the latest one in it.
        title: what the session is called.
        timeline: what was shown of it, and what has come since.
        first: the first entry that is shown.
        waiting: messages that are to be said after the reply.
        draft: what was written below them.
    """

    reply: Reply
    title: str
    timeline: Timeline
    first: "Entry | None"
    waiting: tuple[Draft, ...]
    draft: Draft

    @property
    def unsent(self) -> Draft:
        """Everything that is still the person's, as one draft."""
        return joined([*self.waiting, self.draft])
