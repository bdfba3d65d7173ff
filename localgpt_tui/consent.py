"""What the person has allowed once: the places text may be sent to."""

import json
from datetime import datetime
from pathlib import Path

from localgpt_tui.core.messages import now
from localgpt_tui.files import atomic_write, private_folder


class Consent:
    """The destinations that were allowed, in one small file that a person can read and delete."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def allowed(self, destination: str) -> bool:
        """True where text may go to `destination`; a missing or broken file allows nothing."""
        return destination in self._given()

    def allow(self, destination: str, when: datetime | None = None) -> None:
        """Remember that text may go to `destination`.

        Raises:
            OSError: it could not be written down; ask again next time.
        """
        given = {**self._given(), destination: (when or now()).isoformat(timespec="seconds")}
        private_folder(self._file.parent)
        atomic_write(self._file, json.dumps({"version": 1, "allowed": given}, indent=2).encode())

    def _given(self) -> dict[str, str]:
        try:
            content = json.loads(self._file.read_bytes())
            allowed = content["allowed"] if content["version"] == 1 else {}
            return {str(place): str(time) for place, time in allowed.items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}
