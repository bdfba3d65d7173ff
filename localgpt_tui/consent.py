"""What the person has allowed once: the places text may be sent to, and the folders that tools may change."""

import json
import os
from datetime import datetime
from pathlib import Path

from localgpt_tui.core.messages import now
from localgpt_tui.files import atomic_write, private_folder


class _Given:
    """Names, and when each was allowed, in one small file that a person can read and delete."""

    def __init__(self, file: Path, word: str) -> None:
        """What stands in `file` under `word`; a missing or broken file has nothing."""
        self._file, self._word = file, word

    def names(self) -> dict[str, str]:
        try:
            content = json.loads(self._file.read_bytes())
            given = content[self._word] if content["version"] == 1 else {}
            return {str(name): str(time) for name, time in given.items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}

    def add(self, name: str, when: datetime | None) -> None:
        given = {**self.names(), name: (when or now()).isoformat(timespec="seconds")}
        private_folder(self._file.parent)
        atomic_write(self._file, json.dumps({"version": 1, self._word: given}, indent=2).encode())


class Consent:
    """The destinations that were allowed."""

    def __init__(self, file: Path) -> None:
        self._given = _Given(file, "allowed")

    def allowed(self, destination: str) -> bool:
        """True where text may go to `destination`; a missing or broken file allows nothing."""
        return destination in self._given.names()

    def allow(self, destination: str, when: datetime | None = None) -> None:
        """Remember that text may go to `destination`.

        Raises:
            OSError: it could not be written down; ask again next time.
        """
        self._given.add(destination, when)


class Trust:
    """The trusted folders."""

    def __init__(self, file: Path) -> None:
        self._given = _Given(file, "trusted")

    def trusted(self, folder: Path) -> bool:
        """True where `folder`, or one that it lies in, was trusted; a missing or broken file trusts nothing."""
        given = self._given.names()
        real = Path(os.path.realpath(folder))
        return any(str(step) in given for step in (real, *real.parents))

    def trust(self, folder: Path, when: datetime | None = None) -> None:
        """Let tools change `folder` from now on.

        Raises:
            OSError: it could not be written down; ask again next time.
        """
        self._given.add(os.path.realpath(folder), when)
