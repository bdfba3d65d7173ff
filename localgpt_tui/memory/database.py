"""The index file: one SQLite database that can be thrown away, and a link that names the one in use.

A rebuild is a file of its own until the link changes over to it, so that no reader ever meets half an index, nor the
write-ahead log of another file.
"""

import contextlib
import importlib.util
import os
import secrets
import threading
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import apsw

from localgpt_tui.files import PRIVATE_FILE, private_folder

SCHEMA = 1
"""Grows with every change of the tables; an index of any other number is made anew."""

LINK = "memory.sqlite"
_APPLICATION = 0x4C475054  # “LGPT”
_BUSY_MILLISECONDS = 5000
_TABLES = f"""
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {SCHEMA};
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files(
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, size INTEGER NOT NULL,
    modified INTEGER NOT NULL, sha256 BLOB NOT NULL, chunks INTEGER NOT NULL, demoted INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE chunks(
    id INTEGER PRIMARY KEY, file INTEGER NOT NULL, place INTEGER NOT NULL, number INTEGER NOT NULL,
    section INTEGER NOT NULL, heading TEXT NOT NULL, day TEXT NOT NULL, units TEXT NOT NULL, text TEXT NOT NULL,
    sha256 BLOB NOT NULL, embedded INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX chunks_of_file ON chunks(file, place);
CREATE INDEX chunks_of_day ON chunks(day);
CREATE INDEX chunks_to_embed ON chunks(id) WHERE embedded = 0;
CREATE INDEX chunks_of_text ON chunks(sha256);
CREATE TABLE embeddings(model TEXT NOT NULL, sha256 BLOB NOT NULL, vector BLOB NOT NULL, PRIMARY KEY(model, sha256));
CREATE VIRTUAL TABLE words USING fts5(
    text, heading, pairs, content='', contentless_delete=1, tokenize="porter unicode61 remove_diacritics 2"
);
CREATE VIRTUAL TABLE word_counts USING fts5vocab(words, 'row');
"""
_SOUND = """
SELECT (SELECT count(*) FROM chunks) = (SELECT count(*) FROM words_docsize)
   AND (SELECT count(*) FROM chunks) = (SELECT coalesce(sum(chunks), 0) FROM files)
   AND NOT EXISTS (SELECT 1 FROM chunks LEFT JOIN words_docsize ON words_docsize.id = chunks.id
                   WHERE words_docsize.id IS NULL)
   AND NOT EXISTS (SELECT 1 FROM files WHERE chunks <> (SELECT count(*) FROM chunks WHERE file = files.id))
"""


class UnusableError(Exception):
    """There is no index, or none that can be read; the text is a clause that says why."""


class Database:
    """The index in `folder`: a connection for each thread, and what is needed to put a new one in its place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.link = folder / LINK
        self._own = threading.local()

    def connection(self) -> apsw.Connection:
        """This thread's connection to the index in use.

        One that has since been deleted goes on answering the threads that had it open.

        Raises:
            UnusableError: there is no index, or it cannot be used.
        """
        held: tuple[apsw.Connection, os.stat_result] | None = getattr(self._own, "held", None)
        try:
            current = self.link.stat()
        except OSError:
            current = None
        if held and (current is None or os.path.samestat(held[1], current)):
            return held[0]
        if current is None:
            raise UnusableError("there is none yet")
        opened = open_index(Path(os.path.realpath(self.link)))
        self.close()
        self._own.held = (opened, current)
        return opened

    @property
    def missing(self) -> bool:
        """True where the index has been deleted, or was never made."""
        return not self.link.exists()

    def close(self) -> None:
        """Close this thread's connection."""
        held: tuple[apsw.Connection, os.stat_result] | None = getattr(self._own, "held", None)
        if held:
            self._own.held = None
            held[0].close()

    @contextlib.contextmanager
    def replacement(self) -> Iterator[apsw.Connection]:
        """A new, empty index, which takes the place of the old one when the block ends without an error.

        Raises:
            OSError: it cannot be made.
        """
        private_folder(self.folder)
        path = self.folder / f"memory-{secrets.token_hex(4)}.sqlite"
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE))
        connection = _connect(path)
        try:
            connection.execute(_TABLES)
            yield connection
            rows(connection, "PRAGMA wal_checkpoint(TRUNCATE)")
        except BaseException:
            connection.close()
            _remove(path)
            raise
        connection.close()
        self._change_over(path)

    def sweep(self) -> None:
        """Remove indexes that no link names: old ones, and those whose making was interrupted.

        Only for the one program that writes; others may still read a file that is removed here.
        """
        current = Path(os.path.realpath(self.link)).name
        for path in self.folder.glob("memory-*.sqlite"):
            if path.name != current:
                _remove(path)

    def _change_over(self, path: Path) -> None:
        fresh = self.folder / f".{path.name}.link"
        fresh.symlink_to(path.name)
        fresh.replace(self.link)
        self.sweep()


def index_folder(workspace: Path, cache: Path) -> Path:
    """Where the index of the workspace in `workspace` is kept."""
    return cache / "memory" / sha256(os.fsencode(os.path.realpath(workspace))).hexdigest()[:12]


def rows(connection: apsw.Connection, sql: str, values: "apsw.Bindings" = ()) -> list[Any]:
    """All rows of a query as tuples; their types are the schema's promise."""
    return connection.execute(sql, values).fetchall()


def open_index(path: Path) -> apsw.Connection:
    """Open an index that was made by this version.

    Raises:
        UnusableError: it is none, or was made by another version.
    """
    if not path.is_file() or path.stat().st_size == 0:
        raise UnusableError("it is empty")
    with _translated():
        connection = _connect(path)
        try:
            why = _why_foreign(connection)
        except BaseException:
            connection.close()
            raise
    if why:
        connection.close()
        raise UnusableError(why)
    return connection


def check(connection: apsw.Connection) -> None:
    """Look through the whole index: its pages, its words, and whether files, chunks and words belong together.

    Raises:
        UnusableError: they do not.
    """
    with _translated():
        verdict = rows(connection, "PRAGMA quick_check(1)")[0][0]
        if verdict != "ok":
            raise UnusableError("it is damaged")
        connection.execute("INSERT INTO words(words) VALUES('integrity-check')")
        if not rows(connection, _SOUND)[0][0]:
            raise UnusableError("its tables do not fit together")


@cache
def vector_extension() -> str:
    """Where the loadable part of sqlite-vec is; empty where it is not installed.

    Found without importing the package, which would load numpy.
    """
    found = importlib.util.find_spec("sqlite_vec")
    places = found.submodule_search_locations if found else None
    for place in places or ():
        if any(name.startswith("vec0.") for name in os.listdir(place)):  # noqa: PTH208 - names only
            return os.path.join(place, "vec0")  # noqa: PTH118 - apsw takes a text
    return ""


def load_vectors(connection: apsw.Connection) -> bool:
    """Let `connection` use vector tables; False where sqlite-vec cannot be loaded here."""
    if not vector_extension():
        return False
    try:
        connection.enable_load_extension(True)  # noqa: FBT003 - apsw has no name for it
        connection.load_extension(vector_extension())
    except (apsw.ExtensionLoadingError, apsw.SQLError):
        return False
    finally:
        connection.enable_load_extension(False)  # noqa: FBT003
    return True


def _why_foreign(connection: apsw.Connection) -> str:
    if connection.pragma("application_id") != _APPLICATION:
        return "it is no index of ours"
    if connection.pragma("user_version") != SCHEMA:
        return "another version made it"
    for table in ("meta", "files", "chunks", "embeddings", "words"):
        rows(connection, f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608 - the names above
    return ""


def _connect(path: Path) -> apsw.Connection:
    if not os.access(path.parent, os.W_OK):  # nor can a log be kept beside it: it is read as it was left
        address = f"file:{quote(os.fsencode(path))}?immutable=1"
        connection = apsw.Connection(address, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
    else:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    connection.set_busy_timeout(_BUSY_MILLISECONDS)
    # Not mapped into memory: it is no faster, and a file that is cut short while it is open would end the program.
    connection.execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; "
        "PRAGMA cache_size = -32000"
    ).fetchall()
    load_vectors(connection)
    return connection


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except apsw.BusyError:
        raise
    except apsw.Error as error:
        raise UnusableError(f"it is damaged ({str(error) or type(error).__name__})") from error


def _remove(path: Path) -> None:
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)
