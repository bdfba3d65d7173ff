"""All branches of a session: how many there are, and the one that was left last."""

from pathlib import Path

from localgpt_tui.core.errors import SessionError
from localgpt_tui.sessions.entries import BRANCH, DAMAGED, MESSAGE, PREVIOUS, Entry
from localgpt_tui.sessions.reading import Reader

_SIGN = b'"branch"'


def left_behind(path: Path) -> str | None:
    """The id of the entry at whose end the session stood before it was rewound last; None where it never was.

    Raises:
        SessionError: the file cannot be read.
    """
    rewound = False
    try:
        for entry in Reader(path).backwards():
            if rewound and entry.in_tree:
                return entry.parent if entry.kind == BRANCH else entry.id
            rewound = rewound or entry.kind == BRANCH
    except OSError as error:
        raise _unreadable(path, error) from error
    return "" if rewound else None


def count_branches(path: Path) -> int:
    """In how many ways the conversation goes on: the messages that nothing follows; at least 1.

    Raises:
        SessionError: the file cannot be read.
    """
    try:
        if _SIGN not in path.read_bytes():
            return 1
        entries = [entry for entry in Reader(path).backwards() if entry.in_tree or entry.kind == DAMAGED]
    except FileNotFoundError:
        return 1  # nothing was said yet
    except OSError as error:
        raise _unreadable(path, error) from error
    return max(1, len(_ends(entries[::-1])))


def _ends(entries: list[Entry]) -> set[str]:
    """The ids of the messages that no other message follows; marks in between belong to what they follow."""
    message_at: dict[str, str] = {"": ""}
    ends: set[str] = set()
    before = ""
    for entry in entries:
        if entry.kind == BRANCH:
            before = entry.parent
            continue
        parent = before if entry.parent == PREVIOUS else entry.parent
        above = message_at.get(parent, "")
        if entry.kind == MESSAGE:
            ends.discard(above)
            ends.add(entry.id)
            message_at[entry.id] = entry.id
        else:
            message_at[entry.id] = above
        before = entry.id
    return ends


def _unreadable(path: Path, error: OSError) -> SessionError:
    return SessionError(f"The session {path.stem} cannot be read: {error.strerror or error}.", "See `session list`.")
