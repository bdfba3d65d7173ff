"""What the person set by hand, in one small file: a pause, and from when on each job counts."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.files import atomic_write, private_folder

NAME = "heartbeat.json"


class Bookmarks:
    """The file `folder`/heartbeat.json; a broken or missing one says nothing."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / NAME

    @property
    def paused_until(self) -> datetime | None:
        """When the pause ends or ended; None where there was none."""
        return _moment(self._load().get("paused_until"))

    def pause(self, until: datetime | None) -> None:
        """Make no beats and run no jobs until then; None ends a pause.

        Raises:
            LocalGPTError: it cannot be written down.
        """
        self._keep({"paused_until": until.astimezone(UTC).isoformat() if until else ""})

    @property
    def visited(self) -> datetime | None:
        """When the person looked last."""
        return _moment(self._load().get("visited"))

    def visit(self, moment: datetime) -> None:
        """Remember that the person looked.

        Raises:
            LocalGPTError: it cannot be written down.
        """
        self._keep({"visited": moment.astimezone(UTC).isoformat()})

    def jobs_since(self, schedules: Mapping[str, str], now: datetime) -> dict[str, datetime]:
        """From when on each job counts: since its schedule was first seen; what is not in `schedules` is forgotten.

        Raises:
            LocalGPTError: a new one cannot be written down.
        """
        known = self._load().get("jobs")
        before = known if isinstance(known, dict) else {}
        since: dict[str, datetime] = {}
        for name, schedule in schedules.items():
            kept = before.get(name)
            seen = _moment(kept.get("since")) if isinstance(kept, dict) and kept.get("schedule") == schedule else None
            since[name] = seen or now.astimezone(UTC)
        jobs = {name: {"schedule": schedules[name], "since": moment.isoformat()} for name, moment in since.items()}
        if jobs != before:
            self._keep({"jobs": jobs})
        return since

    def _load(self) -> dict[str, object]:
        try:
            found = json.loads(self._file.read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def _keep(self, news: Mapping[str, object]) -> None:
        try:
            private_folder(self._file.parent)
            atomic_write(self._file, json.dumps({"version": 1, **self._load(), **news}, indent=1).encode())
        except OSError as error:
            raise LocalGPTError(
                f"{self._file} cannot be written: {error.strerror or error}.",
                "Look at the folder’s permissions and the room on the disk.",
            ) from error


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None
