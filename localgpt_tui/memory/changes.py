"""What a change to the memory was, and how a commit says it; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from localgpt_tui.memory.document import Author

_DOMAIN = "localgpt-tui.invalid"
COMMITTER = f"localgpt-tui <app@{_DOMAIN}>"
_NAMES: Mapping[Author, str] = {
    "agent": f"localgpt-tui agent <agent@{_DOMAIN}>",
    "heartbeat": f"localgpt-tui heartbeat <heartbeat@{_DOMAIN}>",
    "person": f"person <person@{_DOMAIN}>",
}
_TRAILER = re.compile(r"^(Written-by|Session|Turn|Undoes): (\S+)$", re.MULTILINE)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Change:
    """One commit of the workspace's history.

    Attributes:
        id: the commit's, 40 hexadecimal digits.
        author: `agent`, `heartbeat` or `person`; the name that stands there, in a commit that is not ours.
        session, turn: which conversation made it, and which message of it; empty where none did.
        why: its first line.
        paths: the files that it changed, relative to the workspace.
        undoes: the change that it takes back, if it does.
    """

    id: str
    time: datetime
    author: str
    session: str
    turn: str
    why: str
    paths: tuple[str, ...]
    undoes: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file and the change it came with; None where it is not recorded yet."""

    number: int
    text: str
    change: Change | None


@dataclass(frozen=True, slots=True)
class Why:
    """What a commit says about a change besides its content."""

    author: Author
    text: str
    session: str = ""
    turn: str = ""
    undoes: str = ""

    def message(self) -> str:
        """The commit's message; none of the values can add a line of its own."""
        subject = " ".join(self.text.split())[:_LONGEST] or "Changed"
        values = {"Written-by": self.author, "Session": self.session, "Turn": self.turn, "Undoes": self.undoes}
        trailers = [f"{name}: {re.sub(r'[^!-~]', '', value)}" for name, value in values.items() if value]
        return "\n".join([subject, "", *trailers, ""])


def signature(author: Author, identity: str = "") -> str:
    """Git's author line; `identity` is the person's own name and address, where git knows them."""
    return identity if author == "person" and identity else _NAMES[author]


def change_of(
    commit_id: str, *, message: str, author: str, seconds: int, offset: int, paths: tuple[str, ...]
) -> Change:
    """The change that a commit's parts describe.

    Args:
        author: git's author line.
        seconds, offset: when, since 1970, and how far that place was east of UTC.
    """
    subject, _, rest = message.partition("\n")
    said = dict(_TRAILER.findall(rest))
    return Change(
        id=commit_id,
        time=_moment(seconds, offset),
        author=said.get("Written-by") or author.partition(" <")[0] or "unknown",
        session=said.get("Session", ""),
        turn=said.get("Turn", ""),
        why=subject.strip(),
        paths=paths,
        undoes=said.get("Undoes", ""),
    )


def _moment(seconds: int, offset: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, timezone(timedelta(seconds=offset)))
    except (ValueError, OverflowError, OSError):  # other programs write dates that no calendar has
        return datetime.fromtimestamp(0, UTC)
