"""Entries: what a session's file is made of once it has been read."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from localgpt_tui.core.messages import Message

MESSAGE = "message"
BRANCH = "branch"
DAMAGED = "damaged"
PREVIOUS = "^"
"""The parent of an entry that names none, as in format 1: whatever stands before it in the file."""

_BESIDE_THE_TREE = frozenset({"title", "pin", "unread"})
_IN_THE_TREE = frozenset({MESSAGE, BRANCH, "model", "sources", "compaction"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a session: a message that was said, or a mark.

    Attributes:
        parent: id of the entry it follows; empty at the start and for marks beside the tree.
        kind: `message`, or a mark's name.
        message: None for a mark, and for a message in a role that is not shown.
        mark: what the mark says; empty for a message.
        offset: where its line begins in the file, in bytes.
    """

    id: str
    parent: str
    kind: str
    message: Message | None
    mark: Mapping[str, object]
    time: datetime
    offset: int = field(default=-1, compare=False)

    @property
    def shown(self) -> bool:
        """True for what a reader of the branch gets to see."""
        return self.kind not in (DAMAGED, BRANCH) and (self.message is not None or self.kind != MESSAGE)

    @property
    def in_tree(self) -> bool:
        """True where the next entry may follow this one."""
        return self.kind in _IN_THE_TREE or (bool(self.parent) and self.kind not in (DAMAGED, *_BESIDE_THE_TREE))


def beside_the_tree(kind: str) -> bool:
    """True for marks about the whole session, which anybody may add at any time."""
    return kind in _BESIDE_THE_TREE


def new_id() -> str:
    """A fresh id for an entry: 16 hexadecimal digits."""
    return secrets.token_hex(8)
