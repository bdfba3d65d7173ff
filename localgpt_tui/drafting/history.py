"""What was said before, in any session: one file that only grows, and is cut when it has grown too long."""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from localgpt_tui.files import append_line, atomic_write, folder_locked, private_folder

MOST = 1000
"""How many are kept."""

_LONGEST = 64 * 1024  # characters; more is an attachment, not something to say again


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something that was said, and in which session."""

    text: str
    session: str = ""


class History:
    """The file `path`, a JSON object a line; readable by its owner only."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> list[Spoken]:
        """What was said, oldest first, each text once, at its latest place; unreadable lines are passed over."""
        try:
            lines = self._path.read_bytes().splitlines()
        except OSError:
            return []
        return _each_once(filter(None, map(_spoken, lines)))[-MOST:]

    def add(self, text: str, session: str = "") -> None:
        """Keep `text`; not for what was said where nothing is to be kept.

        Raises:
            OSError: it could not be written.
        """
        if not text.strip() or len(text) > _LONGEST:
            return
        private_folder(self._path.parent)
        append_line(self._path, _line(Spoken(text, session)), durable=False)

    def tidy(self) -> None:
        """Cut the file where it holds more than twice what is kept.

        Raises:
            OSError: it could not be written; nothing was changed.
        """
        with suppress(FileNotFoundError), folder_locked(self._path.parent):
            if self._path.read_bytes().count(b"\n") > 2 * MOST:
                self._write(self.load())

    def forget(self, session: str) -> None:
        """Drop what was said in `session`.

        Raises:
            OSError: it could not be written; nothing was changed.
        """
        with suppress(FileNotFoundError), folder_locked(self._path.parent):
            kept = [spoken for spoken in self.load() if spoken.session != session]
            self._write(kept)

    def _write(self, all_of_it: Iterable[Spoken]) -> None:
        atomic_write(self._path, b"".join(_line(spoken) + b"\n" for spoken in all_of_it))


def _each_once(all_of_it: Iterable[Spoken]) -> list[Spoken]:
    latest: dict[str, Spoken] = {}
    for spoken in all_of_it:
        latest.pop(spoken.text, None)
        latest[spoken.text] = spoken
    return list(latest.values())


def _line(spoken: Spoken) -> bytes:
    return json.dumps({"text": spoken.text, "session": spoken.session}).encode()


def _spoken(line: bytes) -> Spoken | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    if not (isinstance(record, dict) and isinstance(record.get("text"), str) and record["text"].strip()):
        return None
    session = record.get("session")
    return Spoken(record["text"], session if isinstance(session, str) else "")
