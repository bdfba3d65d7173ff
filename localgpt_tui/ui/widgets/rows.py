"""What a transcript is made of: one row for each thing that is read, folded or copied by itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import ClassVar, Literal

from localgpt_tui.core.passages import Passage

Running = Literal["writing", "waiting", "asking", "running", "done", "failed", "denied", "refused", "unanswered"]
"""How far a tool call has come: the model still writes it, it waits its turn or for the person, it runs, it answered,
the person said no, a rule did, or it never answered."""

MOST_RESULT_LINES = 200
"""Lines of a tool's result that an unfolded card shows."""

_numbers = count(1)


@dataclass(slots=True, eq=False, kw_only=True)
class Row:
    """One row.

    Attributes:
        text: what it says, as it was written.
        entry: id of the entry in the journal that it shows; empty for what is not kept, or not yet.
        gap: empty lines above it.
        version: grows with each change, so that an old rendering is never taken for a new one.
    """

    foldable: ClassVar[bool] = False
    stop: ClassVar[bool] = True  # the cursor stops here

    text: str = ""
    entry: str = ""
    folded: bool = False
    gap: int = 1
    version: int = 0
    number: int = field(default_factory=_numbers.__next__)

    def changed(self) -> None:
        """Say that it has to be rendered again."""
        self.version += 1


@dataclass(slots=True, eq=False, kw_only=True)
class UserRow(Row):
    """What the person said, with the names of what they sent along."""

    time: datetime
    attachments: tuple[str, ...] = ()


@dataclass(slots=True, eq=False, kw_only=True)
class HeadRow(Row):
    """The line above all that the model says and does in one turn.

    Attributes:
        sources: the memories that the model was given for it.
        cost: in US dollars; None where no price is known.
    """

    stop: ClassVar[bool] = False

    model: str = ""
    seconds: float = 0.0
    tokens: int = 0
    cost: float | None = None
    sources: tuple[Passage, ...] = ()

    def add(self, more: "HeadRow") -> None:
        """One more reply of the same turn."""
        self.model = more.model or self.model
        self.seconds += more.seconds
        self.sources += more.sources
        self.tokens += more.tokens
        if more.cost is not None:
            self.cost = (self.cost or 0.0) + more.cost
        self.changed()


@dataclass(slots=True, eq=False, kw_only=True)
class ThinkingRow(Row):
    """The model's reasoning; `seconds` is None where nobody measured it."""

    foldable: ClassVar[bool] = True

    seconds: float | None = None
    live: bool = False
    folded: bool = True


@dataclass(slots=True, eq=False, kw_only=True)
class ReplyRow(Row):
    """Text of the model; `mark` says why it is not whole, and is empty where it is."""

    mark: str = ""
    live: bool = False


@dataclass(slots=True, eq=False, kw_only=True)
class ToolRow(Row):
    """A tool call; its text is the answer, or what has come of it so far.

    Attributes:
        answer: id of the answer's entry in the journal; `entry` is that of the message that made the call.
        seconds: how long it ran, or has been running; `since` is when that began, on the clock of who shows it.
        by: who let it run or did not, in words; empty where nobody was asked, or nobody knows any more.
        difference: what it changes in a file, in unified form, as the person was shown it.
        dropped: lines of output that came before `text` while it runs.
    """

    foldable: ClassVar[bool] = True

    call_id: str = ""
    name: str = ""
    arguments: str = ""
    state: Running = "writing"
    seconds: float = 0.0
    answer: str = ""
    since: float = 0.0
    by: str = ""
    difference: str = ""
    dropped: int = 0
    folded: bool = True

    @property
    def over(self) -> bool:
        """True once nothing more will come of it."""
        return self.state in ("done", "failed", "denied", "refused", "unanswered")


@dataclass(slots=True, eq=False, kw_only=True)
class SourcesRow(Row):
    """The memories behind a reply, a numbered mark each.

    Attributes:
        sources: what the model was given, in the order of the numbers.
        chosen: which of them keys act on, from 0; None before one was gone to.
    """

    sources: tuple[Passage, ...] = ()
    chosen: int | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class NoticeRow(Row):
    """News about the turn that is not part of the conversation."""

    stop: ClassVar[bool] = False


@dataclass(slots=True, eq=False, kw_only=True)
class ToldRow(NoticeRow):
    """What a command has to tell, in Markdown."""


@dataclass(slots=True, eq=False, kw_only=True)
class ErrorRow(Row):
    """Why a turn failed, and what to do next."""

    advice: str = ""


def gap_between(above: Row | None, row: Row) -> int:
    """Empty lines between two rows: none under a head, nor between one-line cards that belong together."""
    if above is None or isinstance(above, HeadRow):
        return 0
    if isinstance(row, SourcesRow):
        return 0
    cards = ToolRow | ThinkingRow
    return 0 if isinstance(above, cards) and isinstance(row, cards) else 1


def stops(rows: Sequence[Row], start: int, step: int) -> Iterator[int]:
    """Where the cursor stops, from `start` on, downwards (`step` 1) or upwards (-1)."""
    return (index for index in range(start, len(rows) if step > 0 else -1, step) if rows[index].stop)


def may_have_code(row: Row) -> bool:
    """False where `row` has no block of code for sure; finding out costs next to nothing."""
    return isinstance(row, ReplyRow) and any(sign in row.text for sign in ("```", "~~~", "    ", "\t"))


def estimated_height(row: Row, width: int) -> int:
    """About how many lines `row` takes in `width` cells, without rendering it."""
    if row.folded or isinstance(row, HeadRow):
        return row.gap + 1
    lines = 1 + row.text.count("\n") + len(row.text) // max(20, width)
    match row:
        case UserRow():
            lines += 1 + bool(row.attachments)
        case ReplyRow():
            lines += 2 if row.mark else 0
        case ToolRow():
            lines = 2 + min(MOST_RESULT_LINES, lines)
        case ErrorRow():
            lines += 1 + bool(row.advice)
        case _:
            pass
    return row.gap + lines
