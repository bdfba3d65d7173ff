"""What keeps the index true: new texts in, changed ones again, missing ones out, vectors as they come."""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import apsw

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.chunks import CHUNKER, cut
from localgpt_tui.memory.database import Database, UnusableError, check, rows
from localgpt_tui.memory.rows import Indexed, put_file, take_out
from localgpt_tui.memory.sources import Source, Sources
from localgpt_tui.memory.vectors import carry_over, reuse

Progress = Callable[[int, int], object]
"""Takes how many texts are done, of how many."""

_YOUNG_NANOSECONDS = 2_000_000_000
_AT_ONCE_SECONDS = 0.1  # no longer is anybody else kept from writing
_ALONE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Changes:
    """What a look at the sources came to.

    Attributes:
        unread: in a sentence each, what could not be read.
    """

    indexed: int = 0
    removed: int = 0
    unread: tuple[str, ...] = ()


class Index:
    """Writes the index of what `sources` lists; one program at a time, one thread at a time."""

    def __init__(self, database: Database, sources: Callable[[], Sources]) -> None:
        self.database = database
        self._sources = sources

    def why_unusable(self, *, thoroughly: bool = False) -> str:
        """Why the index has to be made anew, as a clause; empty where it is sound and made by today's rules."""
        try:
            connection = self.database.connection()
            if thoroughly:
                check(connection)
            made_by = rows(connection, "SELECT value FROM meta WHERE name = 'chunker'")
        except UnusableError as error:
            return str(error)
        except apsw.BusyError:
            return ""
        return "" if made_by == [(CHUNKER,)] else "its texts were cut by other rules"

    def scan(
        self,
        progress: Progress = lambda _done, _all: None,
        *,
        sources: Sources | None = None,
        but: Collection[str] = (),
    ) -> Changes:
        """Bring the index up to date with `sources`, by default with all; those called `but` stay as they are in it.

        Raises:
            UnusableError: it has to be made anew first.
        """
        return _bring_up_to_date(self.database.connection(), sources or self._sources(), progress, but=but)

    def update(self, sources: Iterable[Source], gone: Iterable[str] = ()) -> Changes:
        """Take in what is known to have changed, and take out the paths `gone`, without a look at the rest.

        Raises:
            UnusableError: the index has to be made anew first.
        """
        connection = self.database.connection()
        with connection:
            removed = sum(take_out(connection, path) for path in gone)
            outcomes = [_take_in(connection, source) for source in sources]
        unread = tuple(outcome for outcome in outcomes if outcome)
        return Changes(len(outcomes) - len(unread), removed, unread)

    def rebuild(self, progress: Progress = lambda _done, _all: None, *, sources: Sources | None = None) -> Changes:
        """Make the index anew beside the old one, which answers until then; vectors of unchanged texts are kept.

        Args:
            sources: what is to be in it; by default all.

        Raises:
            OSError: it cannot be made.
        """
        try:
            old = self.database.connection()
        except UnusableError:
            old = None
        with self.database.replacement() as fresh:
            fresh.execute("INSERT INTO meta VALUES('chunker', ?)", (CHUNKER,))
            changes = _bring_up_to_date(fresh, sources or self._sources(), progress, at_once=_ALONE_SECONDS)
            if old is not None:
                carry_over(old, fresh)
        return changes


def _bring_up_to_date(
    connection: apsw.Connection,
    sources: Sources,
    progress: Progress,
    *,
    at_once: float = _AT_ONCE_SECONDS,
    but: Collection[str] = (),
) -> Changes:
    known = {
        path: (size, modified, digest)
        for path, size, modified, digest, kind in rows(
            connection, "SELECT path, size, modified, sha256, kind FROM files"
        )
        if kind in sources.kinds
    }
    wanted = {source.path: source for source in sources.all}
    stale = [
        source
        for path, source in wanted.items()
        if known.get(path, ())[:2] != (source.size, source.modified) and path not in but
    ]
    gone = [path for path in known if path not in wanted]
    unread: list[str] = []
    done = 0
    progress(0, len(stale))
    while done < len(stale):
        until = time.monotonic() + at_once
        with connection:
            while done < len(stale) and time.monotonic() < until:
                unread += filter(None, [_take_in(connection, stale[done], known.get(stale[done].path))])
                done += 1
        progress(done, len(stale))
    with connection:
        for path in gone:
            take_out(connection, path)
    return Changes(len(stale) - len(unread), len(gone), (*sources.passed_over, *unread))


def _take_in(connection: apsw.Connection, source: Source, known: Sequence[object] | None = None) -> str:
    """Index `source` as it is now; says in a sentence why it could not be read, if so."""
    try:
        text = source.read()
    except LocalGPTError as error:
        take_out(connection, source.path)
        return str(error)
    digest = sha256(text.encode()).digest()
    young = time.time_ns() - source.modified < _YOUNG_NANOSECONDS
    modified = -1 if young else source.modified
    if known is not None and known[2] == digest:
        connection.execute(
            "UPDATE files SET size = ?, modified = ?, demoted = ? WHERE path = ?",
            (source.size, modified, source.demoted, source.path),
        )
        return ""
    file = Indexed(source.path, source.kind, source.size, modified, digest, source.demoted)
    put_file(connection, file, cut(text, source.path))
    reuse(connection, source.path)
    return ""
