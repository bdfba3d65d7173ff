"""The folders that tools may change, because the person said so once."""

import json
import os
from datetime import datetime
from pathlib import Path

from localgpt_tui.core.messages import now
from localgpt_tui.files import atomic_write, private_folder


class Trust:
    """The trusted folders, in one small file that a person can read and delete."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def trusted(self, folder: Path) -> bool:
        """True where `folder`, or one that it lies in, was trusted; a missing or broken file trusts nothing."""
        given = self._given()
        real = Path(os.path.realpath(folder))
        return any(str(step) in given for step in (real, *real.parents))

    def trust(self, folder: Path, when: datetime | None = None) -> None:
        """Let tools change `folder` from now on.

        Raises:
            OSError: it could not be written down; ask again next time.
        """
        given = {**self._given(), os.path.realpath(folder): (when or now()).isoformat(timespec="seconds")}
        private_folder(self._file.parent)
        atomic_write(self._file, json.dumps({"version": 1, "trusted": given}, indent=2).encode())

    def _given(self) -> dict[str, str]:
        try:
            content = json.loads(self._file.read_bytes())
            trusted = content["trusted"] if content["version"] == 1 else {}
            return {str(folder): str(time) for folder, time in trusted.items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}
