"""Conditions that cost nothing to look at: `file ~/inbox changed`, `command exits 0`, `after 18:00`; pure."""

import re
from dataclasses import dataclass
from datetime import time
from typing import Literal

from localgpt_tui.config.times import time_of_day

Kind = Literal["file changed", "file exists", "command exits", "command changed", "after", "before"]

_FILE = re.compile(r"(?:file|folder)\s+(?P<what>.+?)\s+(?P<how>changed|changes|exists)", re.IGNORECASE)
_EXITS = re.compile(r"(?:command\s+)?(?P<what>.+?)\s+exits\s+(?:with\s+)?(?P<status>\d{1,3})", re.IGNORECASE)
_OUTPUT = re.compile(r"command\s+(?P<what>.+?)\s+(?:changed|changes)", re.IGNORECASE)
_CLOCK = re.compile(r"(?P<how>after|before)\s+(?P<time>\S+)", re.IGNORECASE)
_EXPECTED = (
    "expected `file PATH changed`, `file PATH exists`, `command LINE exits 0`, `command LINE changed`, `after 18:00` "
    "or `before 08:00`"
)


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition.

    Attributes:
        subject: the path, or the command line.
        status: the exit status that is waited for.
    """

    kind: Kind
    text: str
    subject: str = ""
    status: int = 0
    moment: time = time()

    @property
    def is_clock(self) -> bool:
        """True where it is a time of the day: that holds or does not, and nothing has to be remembered."""
        return self.kind in {"after", "before"}


def condition(text: str) -> Condition:
    """What `text` waits for.

    Raises:
        ValueError: it cannot be read; the words say what was expected.
    """
    words = " ".join(text.split())
    if found := _CLOCK.fullmatch(words):
        how: Kind = "after" if found["how"].lower() == "after" else "before"
        return Condition(how, words, moment=time_of_day(found["time"]))
    if found := _FILE.fullmatch(words):
        return Condition("file exists" if found["how"] == "exists" else "file changed", words, _bare(found["what"]))
    if found := _OUTPUT.fullmatch(words):
        return Condition("command changed", words, _bare(found["what"]))
    if found := _EXITS.fullmatch(words):
        return Condition("command exits", words, _bare(found["what"]), int(found["status"]))
    raise ValueError(_EXPECTED)


def _bare(text: str) -> str:
    """Without the quotes or backticks around all of it."""
    for quote in ("`", '"', "'"):
        if len(text) > 2 and text.startswith(quote) and text.endswith(quote) and quote not in text[1:-1]:
            return text[1:-1].strip()
    return text
