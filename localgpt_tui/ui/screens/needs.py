"""Needs you: the questions that wait for an answer, of every program; each can be answered from here."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.safety.terminal import visible
from localgpt_tui.ui.rendering.questions import text_of
from localgpt_tui.ui.screens.answering import decide
from localgpt_tui.ui.widgets.hints import Hint, Hints
from localgpt_tui.ui.widgets.memory_list import Item, MemoryList

if TYPE_CHECKING:  # it knows the files
    from localgpt_tui.approvals.inbox import Inbox, Waiting

_HINTS: tuple[Hint, ...] = (("Enter", "read and answer"), ("r", "look again"), ("j k", "move"), ("Esc", "back"))
_LOOK = 3.0  # seconds between two looks


class NeedsScreen(Screen[str | None]):
    """The oldest question first; returns the session that is to go on because its question was answered here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,ctrl+c", "dismiss(None)", "Back", id="needs-back"),
        Binding("r", "look", "Look again for questions", id="needs-look"),
    ]

    def __init__(self, inbox: "Inbox | None", *, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._inbox, self._clock = inbox, clock
        self._waiting: Sequence[Waiting] = ()

    def compose(self) -> ComposeResult:
        """A title, the questions, the keys."""
        yield Static("Needs you", classes="list-head", markup=False)
        yield MemoryList()
        yield Hints()

    def on_mount(self) -> None:
        """See what waits, now and then again."""
        self.set_focus(self.query_one(MemoryList))
        self.query_one(Hints).show(_HINTS)
        self.set_interval(_LOOK, self.action_look)
        self.action_look()

    @work(group="look", exclusive=True)
    async def action_look(self) -> None:
        """Read the list again; the marked question stays marked."""
        if self._inbox is None:
            return
        self._waiting = await asyncio.to_thread(self._inbox.list, self._clock())
        if not self.is_attached:
            return
        count = len(self._waiting)
        self.query_one(".list-head", Static).update(f"Needs you   {count}")
        listed = self.query_one(MemoryList)
        moment = self._clock()
        listed.show([_item(each, moment) for each in self._waiting] or [Item("Nothing waits.")], chosen=listed.chosen)

    @on(MemoryList.Entered)
    @work(group="answer", exclusive=True)
    async def _entered(self, entered: MemoryList.Entered) -> None:
        """Show the question, and hand the answer to the program that asked."""
        waiting = next((each for each in self._waiting if each.approval.id == entered.key), None)
        if waiting is None or self._inbox is None:
            return
        decision = await decide(self.app, waiting.approval, "f")
        if decision is None:
            return
        try:
            await asyncio.to_thread(self._inbox.answer, waiting.approval.id, decision)
        except LocalGPTError as error:
            self.query_one(Hints).say(str(error), seconds=20)
        else:
            if not waiting.owner_alive and waiting.approval.session:
                self.dismiss(waiting.approval.session)
                return
            self.query_one(Hints).say("The program that asked has your answer.")
        self.action_look()


def _item(waiting: "Waiting", moment: datetime) -> Item:
    approval = waiting.approval
    where = " ".join(visible(approval.title).split()) or "a session"
    what = " ".join(visible(text_of(approval)[:400]).split())
    ended = "" if waiting.owner_alive else " · its program has ended"
    return Item(
        f"{visible(approval.call.name)}  {what}",
        key=approval.id,
        tail=f"{where[:24]} · {_ago(moment - waiting.since)}{ended} · {_left(waiting.expires - moment)}",
        keep_end=False,
    )


def _ago(passed: timedelta) -> str:
    minutes = max(0, int(passed.total_seconds() // 60))
    if minutes < 1:
        return "just now"
    return f"{minutes} min ago" if minutes < 60 else f"{minutes // 60} h ago"


def _left(left: timedelta) -> str:
    hours = int(left.total_seconds() // 3600)
    return f"{hours} h left" if hours >= 1 else "less than 1 h left"
