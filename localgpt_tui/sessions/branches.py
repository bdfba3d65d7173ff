"""All branches of a session: how many there are, and the one that was left last."""

from collections.abc import Iterable
from pathlib import Path

from localgpt_tui.core.errors import SessionError
from localgpt_tui.sessions.entries import BRANCH, Entry
from localgpt_tui.sessions.reading import Reader
from localgpt_tui.sessions.tree import Tree

_SIGN = b'"branch"'


def left_behind(entries: Iterable[Entry]) -> str | None:
    """The id of the entry at whose end a session stood before it was rewound last; None where it never was.

    Args:
        entries: all of the session's, the last one first.
    """
    rewound = False
    for entry in entries:
        if rewound and entry.in_tree:
            return entry.parent if entry.kind == BRANCH else entry.id
        rewound = rewound or entry.kind == BRANCH
    return "" if rewound else None


def count_branches(path: Path) -> int:
    """In how many ways the conversation goes on: the messages that nothing follows; at least 1.

    Raises:
        SessionError: the file cannot be read.
    """
    try:
        if _SIGN not in path.read_bytes():
            return 1
        entries = list(Reader(path).backwards())
    except FileNotFoundError:
        return 1  # nothing was said yet
    except OSError as error:
        raise SessionError(
            f"The session {path.stem} cannot be read: {error.strerror or error}.", "See `session list`."
        ) from error
    return max(1, len(Tree(reversed(entries)).ends))
