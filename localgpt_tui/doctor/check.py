"""A check: what was looked at, how it is, and what to do about it."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Check:
    """One finding.

    Attributes:
        name: what was looked at, in a word or two; several findings may share one.
        words: how it is, in words for a person.
        fix: what to do; empty where there is nothing to do.
    """

    name: str
    status: Status
    words: str
    fix: str = ""
