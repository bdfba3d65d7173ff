"""The tree of a session: which message follows which, and where its branches end."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from localgpt_tui.core.messages import Message
from localgpt_tui.sessions.entries import BRANCH, DAMAGED, MESSAGE, PREVIOUS, Entry


@dataclass(frozen=True, slots=True)
class Branch:
    """One way in which a session goes on.

    Attributes:
        end: the entry to rewind to, so that what is said next follows this branch.
        own: its messages from where it leaves the branch that is open, oldest first; all of them, of that branch.
        open: whether it is the branch that is open.
    """

    end: str
    own: tuple[Message, ...]
    messages: int
    time: datetime
    open: bool


class Tree:
    """Built from a session's entries, the first one first.

    Attributes:
        ends: the ids of the messages that no other message follows, in the order of the file.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.ends: dict[str, None] = {}
        self._said: dict[str, Entry] = {}
        self._above: dict[str, str] = {}
        self._last: dict[str, str] = {}  # by message, the entry behind it that more can follow
        message_at: dict[str, str] = {"": ""}
        before = ""
        for entry in entries:
            if entry.kind == BRANCH:
                before = entry.parent
                continue
            if not entry.in_tree and entry.kind != DAMAGED:
                continue
            parent = before if entry.parent == PREVIOUS else entry.parent
            above = message_at.get(parent, "")
            if entry.kind == MESSAGE:
                self.ends.pop(above, None)
                self.ends[entry.id] = None
                self._said[entry.id], self._above[entry.id] = entry, above
                message_at[entry.id] = entry.id
            else:
                message_at[entry.id] = above
            self._last[message_at[entry.id]] = before = entry.id
        self._leaf = message_at.get(before, "")

    def branches(self) -> list[Branch]:
        """Every way in which the session goes on, the one that was used last first."""
        here = set(self._path(self._leaf))
        found = []
        for end in self.ends:
            path = list(self._path(end))[::-1]
            own = path if end == self._leaf else [each for each in path if each not in here]
            messages = tuple(message for each in own if (message := self._said[each].message))
            last = self._said[end]
            found.append(Branch(self._last[end], messages, len(path), last.time, end == self._leaf))
        return sorted(found, key=lambda branch: branch.time, reverse=True)

    def _path(self, end: str) -> Iterator[str]:
        while end:
            yield end
            end = self._above[end]
