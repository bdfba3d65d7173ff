"""Files that sync tools and editors leave beside sessions: noticed, and not taken for sessions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
"""What a session's id is made of."""

_SYNC_CONFLICT = re.compile(r"conflict", re.IGNORECASE)
_EDITOR_COPY = re.compile(r"\.jsonl(~|\.orig|\.rej|\.swp)$|^\.#|^#.*#$")


@dataclass(frozen=True, slots=True)
class Conflict:
    """A file that may be a second version of a session, and what to do about it."""

    name: str
    sentence: str


def find_conflicts(folder: Path) -> Iterator[Conflict]:
    """What lies in `folder` beside the sessions and looks like one of them, by name."""
    for file in sorted(folder.glob("*.jsonl*")) if folder.is_dir() else ():
        if _EDITOR_COPY.search(file.name):
            yield Conflict(file.name, "An editor's copy of a session. Delete it if nothing is missing in the session.")
        elif file.suffix == ".jsonl" and _SYNC_CONFLICT.search(file.stem):
            yield Conflict(
                file.name, "A sync tool's copy from when two machines wrote one session. Compare, then delete it."
            )
        elif file.suffix == ".jsonl" and not ID.fullmatch(file.stem):
            yield Conflict(file.name, "Not a session's name (letters, digits, - and _). Rename it to see it listed.")


def twin(name: str, owner: str) -> Conflict:
    """A copy under a session's name that says inside that it is another session, which is there as well."""
    return Conflict(name, f"A copy of the session {owner}. Delete it if nothing is missing there.")
