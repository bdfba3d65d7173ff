"""Messages and events become rows: the same ones whether a conversation is opened or just happening."""

from collections.abc import Callable, Iterable
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from localgpt_tui.core.approvals import Approval, Decision
from localgpt_tui.core.messages import AssistantMessage, Message, ToolCall, ToolMessage, UserMessage
from localgpt_tui.core.passages import Passage
from localgpt_tui.ui.widgets.marks import join_marks
from localgpt_tui.ui.widgets.memory_sources import SOURCES, counted, kept_passages
from localgpt_tui.ui.widgets.rows import (
    ErrorRow,
    HeadRow,
    NoticeRow,
    ReplyRow,
    Row,
    Running,
    SourcesRow,
    ThinkingRow,
    ToolRow,
    UserRow,
    gap_between,
)

if TYPE_CHECKING:
    from datetime import datetime

    from localgpt_tui.sessions.entries import Entry

R = TypeVar("R", bound=Row)

STOPPED = "stopped"
_MARKS = {
    "cancelled": STOPPED,
    "failed": "failed",
    "length": "cut off at the length limit",
    "refusal": "refused",
}
LIVE_CHARACTERS = 16_384
"""How much of what a running tool has shown is kept; all of it is in the answer, or in the file that this names."""

_UNASKED = "Not run: nobody is there to ask."
_CHANGING = ("write", "remember")
_YES = ("once", "session", "edit")
_LONGEST = 3600.0  # seconds; a longer gap between two messages was a pause, not the time of a reply


class Timeline:
    """The rows of a conversation, oldest first.

    Attributes:
        rows: everything that is shown.
        calls: the rows of tool calls, by the calls' ids.
        running: the rows of calls that run just now.
        touched: the first row that is new or has changed since `untouched` was called; as many as there are if none.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.rows: list[Row] = []
        self.calls: dict[str, ToolRow] = {}
        self.touched = 0
        self.running: list[ToolRow] = []
        self._clock = clock
        self._head: HeadRow | None = None
        self._last: datetime | None = None
        self._written: dict[int, ToolRow] = {}  # calls the model is still writing
        self._waiting: list[ToolRow] = []  # calls of this turn
        self._thinking: ThinkingRow | None = None
        self._thinking_since = 0.0
        self._reply: ReplyRow | None = None
        self._notice: NoticeRow | None = None

    def untouched(self) -> None:
        """Begin to count changes anew."""
        self.touched = len(self.rows)

    def load(self, entries: "Iterable[Entry]") -> None:
        """Put the messages of `entries` below what is there."""
        for entry in entries:
            if entry.message is not None:
                self.said(entry.message, entry.id)
            elif entry.kind == SOURCES:
                self.recalled(kept_passages(entry.mark))
            elif entry.kind == "approval" and (row := self.calls.get(str(entry.mark.get("call")))):
                row.by = decided_by(str(entry.mark.get("answer")), str(entry.mark.get("by")))
        self._end_turn()

    def put_above(self, earlier: "Timeline") -> int:
        """Put `earlier` above what is there; a turn that was cut in two is joined. Returns how many rows came."""
        while self.rows and isinstance(answer := self.rows[0], ToolRow) and answer.call_id in earlier.calls:
            call = earlier.calls[answer.call_id]
            call.text, call.state, call.seconds, call.answer = answer.text, answer.state, answer.seconds, answer.answer
            call.changed()
            del self.rows[0]
        head = next((row for row in reversed(earlier.rows) if isinstance(row, HeadRow | UserRow)), None)
        if self.rows and isinstance(again := self.rows[0], HeadRow) and isinstance(head, HeadRow):
            head.add(again)
            del self.rows[0]
            join_marks(head, earlier.rows, self.rows)
        if self.rows and earlier.rows:
            self.rows[0].gap = gap_between(earlier.rows[-1], self.rows[0])
            self.rows[0].changed()
        self.rows[:0] = earlier.rows
        self.calls = {**earlier.calls, **self.calls}
        return len(earlier.rows)

    def said(self, message: Message, entry: str = "") -> None:
        """A whole message joined the conversation; it takes the place of what was shown of it so far."""
        match message:
            case UserMessage():
                self._end_turn()
                names = tuple(attachment.name for attachment in message.attachments)
                self._add(UserRow(text=message.text, time=message.time, attachments=names, entry=entry))
            case AssistantMessage():
                self._said_reply(message, entry)
            case ToolMessage():
                self._answered(message, entry)
        self._last = message.time

    def recalled(self, passages: tuple[Passage, ...]) -> None:
        """The model was given these memories."""
        head = self._want_head()
        head.sources += passages
        self._touch(head)

    def text(self, text: str) -> ReplyRow:
        """More text of the reply; returns its row."""
        self._end_thinking()
        self._want_head()
        if self._reply is None:
            self._reply = self._add(ReplyRow(live=True))
        self._reply.text += text
        self._touch(self._reply)
        return self._reply

    def thinking(self, text: str) -> None:
        """More reasoning."""
        self._want_head()
        if self._thinking is None:
            self._thinking = self._add(ThinkingRow(live=True))
            self._thinking_since = self._clock()
        self._thinking.text += text
        self._touch(self._thinking)

    def call(self, index: int, name: str, arguments: str) -> None:
        """More of a tool call that the model is writing."""
        self._end_thinking()
        self._want_head()
        row = self._written.get(index)
        if row is None:
            row = self._written[index] = self._add(ToolRow())
        row.name = row.name or name
        row.arguments += arguments
        self._touch(row)

    def started(self, call: ToolCall) -> None:
        """A tool began to run."""
        row = self._call_row(call)
        row.state, row.since = "running", self._clock()
        row.arguments = call.arguments or row.arguments
        self.running.append(row)
        self._touch(row)

    def asked(self, approval: Approval) -> None:
        """A call waits for the person's answer."""
        row = self._call_row(approval.call)
        row.state = "asking"
        if approval.act.kind in _CHANGING:
            row.difference = approval.act.shown
        self._touch(row)

    def decided(self, approval: Approval, decision: Decision) -> None:
        """The person, or who answers for them, said yes or no to a call."""
        row = self._call_row(approval.call)
        if row.over:
            return
        taken_back = decision.answer == "no" and decision.by == "nobody"
        row.state = "waiting" if decision.answer in _YES else "unanswered" if taken_back else "denied"
        row.by = decided_by(decision.answer, decision.by)
        self._touch(row)

    def tick(self) -> None:
        """Time has passed: tell of what runs how long it does."""
        for row in self.running:
            row.seconds = self._clock() - row.since
            self._touch(row)

    def progress(self, call_id: str, text: str) -> None:
        """A running tool showed some of its output."""
        row = self.calls.get(call_id)
        if row is not None and not row.over:
            live = row.text + text
            row.text = live[-LIVE_CHARACTERS:]
            row.dropped += live.count("\n", 0, len(live) - len(row.text))
            self._touch(row)

    def notice(self, text: str, kind: type[NoticeRow] = NoticeRow) -> None:
        """News about the turn, in the place of the news of its kind before it if nothing came between."""
        if type(self._notice) is kind and self.rows and self.rows[-1] is self._notice:
            self._notice.text = text
            self._touch(self._notice)
        else:
            self._notice = self._add(kind(text=text))

    def failed(self, reason: str, advice: str) -> None:
        """The turn ended without an answer, or with a part of one: the card below that says why."""
        self._end_turn("failed")
        partial = next((row for row in reversed(self.rows) if isinstance(row, ReplyRow)), None)
        if partial is not None and partial.mark == f"failed: {reason}":
            partial.mark = "failed"
            self._touch(partial)
        self._add(ErrorRow(text=reason, advice=advice))

    def cancelled(self) -> None:
        """The person stopped the turn."""
        shown = self._end_turn(STOPPED)
        last = next((row for row in reversed(self.rows) if not isinstance(row, SourcesRow)), None)
        if not shown and not (isinstance(last, ReplyRow) and last.mark == STOPPED):
            self._add(NoticeRow(text="— stopped —"))

    def finished(self) -> None:
        """The turn ended with an answer."""
        self._end_turn()

    def _said_reply(self, message: AssistantMessage, entry: str) -> None:
        head = self._want_head()
        took = (message.time - self._last).total_seconds() if self._last is not None else 0.0
        seconds = took if 0 < took < _LONGEST else 0.0
        usage = message.usage
        head.add(HeadRow(model=message.model, seconds=seconds, tokens=usage.output_tokens or 0, cost=usage.cost))
        self._touch(head)
        self._said_thinking("\n\n".join(part.text for part in message.thinking if part.text), entry)
        self._said_text(message, entry)
        for index, call in enumerate(message.calls):
            row = self._written.pop(index, None) or self._add(ToolRow())
            row.call_id, row.name, row.arguments, row.state = call.id, call.name, call.arguments, "waiting"
            row.entry = entry
            self.calls[call.id] = row
            self._waiting.append(row)
            self._touch(row)
        for row in self._written.values():  # never finished: it may not run
            row.state = "unanswered"
            self._touch(row)
        self._written.clear()

    def _said_thinking(self, text: str, entry: str) -> None:
        self._end_thinking()
        row, self._thinking = self._thinking, None
        if text:
            row = row or self._add(ThinkingRow())
            row.text, row.entry = text, entry
            self._touch(row)

    def _said_text(self, message: AssistantMessage, entry: str) -> None:
        mark = _MARKS.get(message.stop, "")
        if mark == "failed" and message.note:
            mark = f"failed: {message.note}"
        row, self._reply = self._reply, None
        if row is None and (message.text.strip() or mark):
            row = self._add(ReplyRow())
        if row is not None:
            row.text, row.mark, row.entry, row.live = message.text, mark, entry, False
            self._touch(row)

    def _answered(self, message: ToolMessage, entry: str) -> None:
        row = self.calls.get(message.call_id)
        if row is None:
            row = self.calls[message.call_id] = self._add(ToolRow(call_id=message.call_id, name=message.name))
        row.text, row.seconds, row.answer = message.text, message.seconds, entry
        row.entry = row.entry or entry
        row.state = _ending(message, asked=row.state == "denied")
        row.dropped = 0
        self.running = [each for each in self.running if each is not row]
        self._touch(row)

    def _call_row(self, call: ToolCall) -> ToolRow:
        row = self.calls.get(call.id)
        if row is None:
            self._want_head()
            row = self.calls[call.id] = self._add(ToolRow(call_id=call.id, name=call.name, arguments=call.arguments))
            self._waiting.append(row)
        return row

    def _want_head(self) -> HeadRow:
        if self._head is None:
            self._head = self._add(HeadRow())
        return self._head

    def _end_thinking(self) -> None:
        if self._thinking is not None and self._thinking.live:
            self._thinking.live = False
            self._thinking.seconds = self._clock() - self._thinking_since
            self._touch(self._thinking)

    def _end_turn(self, mark: str = "") -> bool:
        """Let go of the turn; what was never said whole is marked, and then True is returned."""
        self._end_thinking()
        reply = self._reply
        if reply is not None:
            reply.live, reply.mark = False, mark
            self._touch(reply)
        self.tick()
        for row in [*self._written.values(), *self._waiting]:
            if not row.over:
                row.state = "unanswered"
                self._touch(row)
        self._written.clear()
        self._waiting.clear()
        self.running.clear()
        if self._head is not None and self._head.sources:
            self._add(SourcesRow(sources=counted(self._head.sources)))
        self._head = self._thinking = self._reply = self._notice = None
        return reply is not None

    def _add(self, row: R) -> R:
        row.gap = gap_between(self.rows[-1] if self.rows else None, row)
        self.touched = min(self.touched, len(self.rows))
        self.rows.append(row)
        return row

    def _touch(self, row: Row) -> None:
        row.changed()
        self.touched = min(self.touched, self._index(row))

    def _index(self, row: Row) -> int:
        for index in range(len(self.rows) - 1, -1, -1):
            if self.rows[index] is row:
                return index
        return len(self.rows)


def decided_by(answer: str, by: str) -> str:
    """Who said yes or no, in a few words."""
    who = "you" if by == "person" else by
    words = {"session": f"{who}, this session", "edit": f"{who}, with changes", "wait": "nobody was there"}
    return words.get(answer, who)


def _ending(message: ToolMessage, *, asked: bool) -> Running:
    """How a call ended; a no reads the same from the file as when it was said."""
    if not message.failed:
        return "done"
    if asked or message.declined or message.text.startswith(_UNASKED):
        return "denied"
    return "refused" if message.text.startswith("Refused: ") else "failed"
