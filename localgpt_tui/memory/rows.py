"""The rows of one file: how its chunks, words and vectors get into the index and out of it."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import apsw

from localgpt_tui.core.passages import Kind
from localgpt_tui.memory.chunks import Chunk, Unit
from localgpt_tui.memory.database import rows
from localgpt_tui.memory.words import words

_MARKS = re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)])\s+(?:\[[ xX]\]\s+)?|^\s*(?:>\s?)+|[*_`]{2,}|^#{1,6}\s+", re.MULTILINE)
_SAYS_WHEN = re.compile(r"\d{1,2}:\d{2}|\d{4}-\d{2}-\d{2}|\d{8}")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+")


@dataclass(frozen=True, slots=True)
class Indexed:
    """A file as the index knows it; `modified` is -1 where it was too young to trust its date."""

    path: str
    kind: Kind
    size: int
    modified: int
    sha256: bytes
    demoted: bool = False


def put_file(connection: apsw.Connection, file: Indexed, chunks: Sequence[Chunk]) -> None:
    """Let the rows of `file` be those of `chunks`; belongs into a transaction.

    The chunks that it begins with stay where they are the same: to most files, something is only added.
    """
    connection.execute(
        "INSERT INTO files(path, kind, size, modified, sha256, chunks, demoted) VALUES(?,?,?,?,?,?,?) "
        "ON CONFLICT(path) DO UPDATE SET kind = excluded.kind, size = excluded.size, modified = excluded.modified, "
        "sha256 = excluded.sha256, chunks = excluded.chunks, demoted = excluded.demoted",
        (file.path, file.kind, file.size, file.modified, file.sha256, len(chunks), file.demoted),
    )
    ((number,),) = rows(connection, "SELECT id FROM files WHERE path = ?", (file.path,))
    columns = [
        (chunk.number, chunk.section, chunk.heading, chunk.day, pack_units(chunk.units), chunk.text) for chunk in chunks
    ]
    kept = _same_beginning(connection, number, columns)
    _take_out_chunks(connection, number, kept)
    name = re.sub(r"[\W_]+", " ", file.path.removesuffix(".md"))
    for place in range(kept, len(chunks)):
        chunk, text = chunks[place], columns[place][-1]
        connection.execute(
            "INSERT INTO chunks(file, place, number, section, heading, day, units, text, sha256) "
            "VALUES(?,?,?,?,?,?,?,?,?)",
            (number, place, *columns[place], sha256(to_embed(chunk.heading, chunk.units).encode()).digest()),
        )
        connection.execute(
            "INSERT INTO words(rowid, text, heading, pairs) VALUES(?,?,?,?)",
            (connection.last_insert_rowid(), text, f"{chunk.heading} {name}", pairs(text)),
        )


def take_out(connection: apsw.Connection, path: str) -> bool:
    """Remove all rows of the file `path`, if there are any; belongs into a transaction."""
    found = rows(connection, "SELECT id FROM files WHERE path = ?", (path,))
    if not found:
        return False
    _take_out_chunks(connection, found[0][0], 0)
    connection.execute("DELETE FROM files WHERE id = ?", found[0])
    return True


def _same_beginning(connection: apsw.Connection, file: int, columns: Sequence[tuple[object, ...]]) -> int:
    """How many of the chunks that the index has of `file` are as they are to be, from the first on."""
    known = rows(
        connection,
        "SELECT number, section, heading, day, units, text FROM chunks WHERE file = ? ORDER BY place",
        (file,),
    )
    both = enumerate(zip(known, columns, strict=False))
    return next((place for place, (was, wanted) in both if was != wanted), min(len(known), len(columns)))


def _take_out_chunks(connection: apsw.Connection, file: int, first: int) -> None:
    """Remove the chunks of `file` from the place `first` on."""
    ids = rows(connection, "SELECT id FROM chunks WHERE file = ? AND place >= ?", (file, first))
    connection.executemany("DELETE FROM words WHERE rowid = ?", ids)
    if ids and vectors_kept(connection):
        connection.executemany("DELETE FROM nearest WHERE rowid = ?", ids)
    connection.execute("DELETE FROM chunks WHERE file = ? AND place >= ?", (file, first))


def vectors_kept(connection: apsw.Connection) -> bool:
    """True where there is a table of vectors."""
    return bool(rows(connection, "SELECT 1 FROM sqlite_schema WHERE name = 'nearest'"))


def to_embed(heading: str, units: Iterable[Unit]) -> str:
    """The text of a chunk as a model gets it: without Markdown's marks, under its nearest heading.

    A heading that only says when is left out: it draws the vectors of all logs together.
    """
    body = "\n".join(unit.text for unit in units if not unit.is_heading)
    title = heading.rpartition(" > ")[2]
    if title and (not body or not _SAYS_WHEN.search(title)):
        body = f"{title}\n{body}"
    return _MARKS.sub("", body).strip()


def pack_units(units: Iterable[Unit]) -> str:
    """Where the units of a chunk stand, and how long each is, as JSON."""
    return json.dumps([[unit.first, unit.last, len(unit.text), int(unit.is_heading)] for unit in units])


def unpack_units(packed: str, text: str) -> list[Unit]:
    """The units of a chunk again, from what `pack_units` wrote and the chunk's text."""
    units, start = [], 0
    for first, last, length, is_heading in json.loads(packed):
        units.append(Unit(first, last, text[start : start + length], bool(is_heading)))
        start += length + 1
    return units


def pairs(text: str) -> str:
    """Text in scripts without spaces as pairs of characters, which is how it is searched; empty for all other text."""
    if text.isascii():
        return ""
    return " ".join(f"{' '.join(words(run))} {run[-1]}" for run in _UNSPACED.findall(text))
