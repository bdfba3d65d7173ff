"""The vectors in the index: kept by model and text, so that no text is embedded twice, and searched by their signs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import apsw

from localgpt_tui.memory.database import rows
from localgpt_tui.memory.rows import to_embed, unpack_units, vectors_kept

WAITING, EMBEDDED, WITHOUT = 0, 1, 2
"""Whether a chunk has its vector yet; some texts have none."""

_BYTES_A_NUMBER = 4


@dataclass(frozen=True, slots=True)
class Backlog:
    """Texts that wait for their vectors, and how far it is."""

    texts: tuple[tuple[bytes, str], ...]
    done: int
    all: int


def known_model(connection: apsw.Connection) -> str:
    """The model the vectors are of; empty where there are none."""
    found = rows(connection, "SELECT value FROM meta WHERE name = 'model'")
    return str(found[0][0]) if found else ""


def searchable(connection: apsw.Connection, model: str) -> bool:
    """True where there are vectors of `model` to search by."""
    return known_model(connection) == model and vectors_kept(connection)


def use_model(connection: apsw.Connection, model: str) -> None:
    """From now on keep the vectors of `model`; those it has made before are there again at once."""
    if known_model(connection) == model:
        return
    with connection:
        connection.execute("DROP TABLE IF EXISTS nearest")
        connection.execute("UPDATE chunks SET embedded = ? WHERE embedded <> ?", (WAITING, WAITING))
        connection.execute("INSERT OR REPLACE INTO meta VALUES('model', ?)", (model,))
        known = rows(connection, "SELECT sha256, vector FROM embeddings WHERE model = ?", (model,))
        _fill(connection, known)


def backlog(connection: apsw.Connection, most: int) -> Backlog:
    """The texts that wait, the newest first, at most `most`."""
    found = rows(
        connection,
        "SELECT sha256, heading, units, text FROM chunks WHERE embedded = ? ORDER BY id DESC LIMIT ?",
        (WAITING, most),
    )
    texts = {digest: to_embed(heading, unpack_units(units, text)) for digest, heading, units, text in found}
    done, total = progress(connection)
    return Backlog(tuple(texts.items()), done, total)


def progress(connection: apsw.Connection) -> tuple[int, int]:
    """How many chunks need no vector any more, and how many there are."""
    waiting = rows(connection, "SELECT count(*) FROM chunks WHERE embedded = 0")[0][0]
    total = rows(connection, "SELECT coalesce(sum(chunks), 0) FROM files")[0][0]
    return total - waiting, total


def keep(connection: apsw.Connection, model: str, made: Iterable[tuple[bytes, bytes]]) -> None:
    """Keep vectors (sha256 of the text, vector) of `model`; those of another model than today's wait in the cache."""
    made = list(made)
    with connection:
        connection.executemany(
            "INSERT OR REPLACE INTO embeddings(model, sha256, vector) VALUES(?,?,?)",
            ((model, digest, vector) for digest, vector in made),
        )
        if known_model(connection) == model:
            _fill(connection, made)


def reuse(connection: apsw.Connection, path: str) -> None:
    """Give the chunks of a file the vectors that are known for their texts; belongs into a transaction."""
    _fill(
        connection,
        rows(
            connection,
            "SELECT DISTINCT e.sha256, e.vector FROM files f JOIN chunks c ON c.file = f.id "
            "JOIN embeddings e ON e.sha256 = c.sha256 "
            "WHERE f.path = ? AND c.embedded = 0 AND e.model = (SELECT value FROM meta WHERE name = 'model')",
            (path,),
        ),
    )


def carry_over(old: apsw.Connection, fresh: apsw.Connection) -> None:
    """Take the vectors of unchanged texts from the `old` index, as far as it can be read, into a `fresh` one."""
    wanted = {row[0] for row in rows(fresh, "SELECT DISTINCT sha256 FROM chunks")}
    try:
        model = known_model(old)
        kept = [row for row in rows(old, "SELECT model, sha256, vector FROM embeddings") if row[1] in wanted]
    except apsw.Error:
        return  # it is damaged: they are made again
    with fresh:
        fresh.executemany("INSERT OR REPLACE INTO embeddings(model, sha256, vector) VALUES(?,?,?)", kept)
    if model:
        use_model(fresh, model)


def forget_unused(connection: apsw.Connection) -> int:
    """Remove the vectors of texts that are nowhere any more; returns how many."""
    unused = "DELETE FROM embeddings WHERE sha256 NOT IN (SELECT sha256 FROM chunks) RETURNING 1"
    return len(rows(connection, unused))


def _fill(connection: apsw.Connection, made: Sequence[tuple[bytes, bytes]]) -> None:
    for digest, vector in made:
        dimensions = len(vector) // _BYTES_A_NUMBER
        usable = dimensions > 0 and dimensions % 8 == 0
        found = rows(
            connection,
            "UPDATE chunks SET embedded = ? WHERE sha256 = ? AND embedded = 0 RETURNING id",
            (EMBEDDED if usable else WITHOUT, digest),
        )
        if not found or not usable:
            continue
        if not vectors_kept(connection):
            connection.execute(f"CREATE VIRTUAL TABLE nearest USING vec0(signs bit[{dimensions}])")
        for (chunk,) in found:
            connection.execute("INSERT INTO nearest(rowid, signs) VALUES(?, vec_quantize_binary(?))", (chunk, vector))
