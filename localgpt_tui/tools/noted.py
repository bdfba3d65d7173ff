"""One change of one file, as it is noted down, and what several of them come to."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

WARNING = "[! "
"""How a line of a result begins that the person should not miss."""


@dataclass(frozen=True, slots=True)
class Change:
    """One file that a tool changed.

    Attributes:
        before, after: the SHA-256 of what it held, empty where there was or is no file.
        mode: its permissions before, or after where there was none.
    """

    path: Path
    before: str
    after: str
    mode: int

    @property
    def line(self) -> bytes:
        """The change as it is noted down."""
        return json.dumps(
            {"path": str(self.path), "before": self.before, "after": self.after, "mode": self.mode}
        ).encode()

    @property
    def reversed(self) -> "Change":
        """The way back."""
        return replace(self, before=self.after, after=self.before)


def merged(changes: list[Change]) -> list[Change]:
    """One change for each file: from what it held before the tools went to work on it to what they left.

    Where somebody else changed a file in between, what they wrote counts as the beginning.
    """
    whole: dict[Path, Change] = {}
    for change in changes:
        earlier = whole.get(change.path)
        follows = earlier is not None and earlier.after == change.before
        whole[change.path] = (
            replace(change, before=earlier.before, mode=earlier.mode) if earlier and follows else change
        )
    return [change for change in whole.values() if change.before != change.after]


def changes_in(file: Path) -> list[Change]:
    """The changes that are noted in `file`, oldest first."""
    found: list[Change] = []
    for line in file.read_bytes().splitlines():
        try:
            said = json.loads(line)
            found.append(Change(Path(said["path"]), str(said["before"]), str(said["after"]), int(said["mode"])))
        except (ValueError, TypeError, KeyError):
            continue  # torn by a crash before the file it speaks of was touched
    return found
