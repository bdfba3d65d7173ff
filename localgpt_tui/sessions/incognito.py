"""A session that is nowhere but in memory: it can be read while it is open, and then it is gone."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from localgpt_tui.core.errors import SessionError
from localgpt_tui.sessions import wire
from localgpt_tui.sessions.entries import Entry
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.sessions.reading import Reader

GONE = "The incognito session is gone: nothing of it was kept."
"""What to say once such a session was left."""

MEANING = (
    "This session is incognito: nothing is recalled for it, nothing of it is written into the memory or "
    "anywhere on the disk, and tools that change something are not offered. It is gone when you leave it. "
    "A model elsewhere still gets what you write, and its provider may keep it."
)
"""What to say when one begins."""

_TITLE = "Incognito session"


class IncognitoJournal(Journal):
    """Fills a journal's place without a file: no line, no lock, no note of it ever reaches the disk.

    `path` names a file that is never made, so that whoever asks whether something was kept is told no.
    """

    incognito = True

    def __init__(self, path: Path, header: wire.Header, *, fresh: bool, title: str | None = None) -> None:
        super().__init__(path, header, fresh=fresh, title=title)
        self._kept = _Kept(path)
        self._reader = self._kept

    @property
    def title(self) -> str:
        """What the person called it; what was said in it gives it no name."""
        return self._title or _TITLE

    def acquire(self) -> bool:
        """It is always ours."""
        return True

    def announce(self, program: str) -> None:
        """Nobody else can find it."""

    def release(self) -> None:
        """Nobody else can take it."""

    def close(self) -> None:
        """Forget all that was said."""
        self._kept.said.clear()
        self._said = None
        self.why_read_only = GONE

    def _insist_on_writing(self) -> None:
        if self.read_only:
            raise SessionError(self.why_read_only, "Start a new one.")

    def _write(self, record: Mapping[str, object]) -> Entry:
        entry = wire.entry(wire.decode(wire.encode(record)), len(self._kept.said))
        self._kept.said.append(entry)
        self._fresh = False
        return entry

    def _look_for_news(self, end: int | None = None) -> None:
        """Nobody else can add to it."""


class _Kept(Reader):
    """Reads what is only in memory; an entry's offset is its place."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.said: list[Entry] = []

    def backwards(self, before: int | None = None) -> Iterator[Entry]:
        return reversed(self.said[:before])
