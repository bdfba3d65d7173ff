"""Passages: pieces of what is remembered, and where they stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["memory", "extra", "session"]
"""Where a passage is from: the workspace, a folder that was added to it, a past session."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of lines in a remembered file.

    Attributes:
        path: relative to the workspace.
        first_line, last_line: from 1, both included.
        score: 0 to 1, higher is better; 1 for a passage that was not searched for.
        heading: the headings it stands under, outermost first, joined by " > ".
        day: the day it is about as an ISO date; empty where its file and headings name none.
        parts: what the score is made of, each from 0 to 1; empty for a passage that was not searched for.
        number: by which the reply of this turn can cite it, from 1; 0 where it cannot.
    """

    path: str
    first_line: int
    last_line: int
    text: str
    score: float = 1.0
    heading: str = ""
    day: str = ""
    kind: Kind = "memory"
    parts: Mapping[str, float] = field(default_factory=dict, hash=False)
    number: int = 0

    @property
    def source(self) -> str:
        """How a reply cites it: `path#L1-L2`, or `path#L1` for one line."""
        lines = f"L{self.first_line}" if self.first_line == self.last_line else f"L{self.first_line}-L{self.last_line}"
        return f"{self.path}#{lines}"


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, and how complete it is (`fresh`, or why not)."""

    passages: tuple[Passage, ...]
    freshness: str = "fresh"
