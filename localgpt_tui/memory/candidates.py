"""The chunks worth a closer look: by their words, by their vectors, by the days that were asked for."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import apsw

from localgpt_tui.core.passages import Kind
from localgpt_tui.memory.chunks import Unit
from localgpt_tui.memory.database import rows
from localgpt_tui.memory.periods import Period, around
from localgpt_tui.memory.query import Filters, Query, expression
from localgpt_tui.memory.rows import unpack_units
from localgpt_tui.memory.terms import stems

_EACH_WAY = 24
_WITH_NEIGHBOURS = 24
_WEIGHTS = "bm25(1.0, 0.5, 1.0)"
_MOST_ROWS = 5_000
_SIGNS_LOOKED_AT = 96
_OF_ONE_DAY = 40
_LONG_PERIOD = 92


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk with its file, as it is in the index.

    Attributes:
        meaning: the cosine between its vector and the query's; None where there is no vector.
        chosen: it was found; others are here because they stand beside one that was.
    """

    file: int
    path: str
    kind: Kind
    demoted: bool
    number: int
    section: int
    heading: str
    day: str
    units: Sequence[Unit]
    meaning: float | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class Statistics:
    """How many chunks there are, and how many have each stem."""

    chunks: int
    holding: Mapping[str, int]


def statistics(connection: apsw.Connection, wanted: Sequence[str]) -> Statistics:
    """Count the chunks that have each of the stems `wanted`."""
    total = rows(connection, "SELECT count(*) FROM words_docsize")[0][0]  # the smallest table with a row for each
    holding = {
        stem: (rows(connection, "SELECT doc FROM word_counts WHERE term = ?", (stem,)) or [(0,)])[0][0]
        for stem in wanted
    }
    return Statistics(total, holding)


def find(connection: apsw.Connection, query: Query, counts: Statistics, vector: bytes, model: str) -> list[Candidate]:
    """The chunks that may answer `query`, and those beside them.

    Args:
        vector: of the query, by `model`; empty to go by words alone.
    """
    by_words = _by_words(connection, query, counts)
    by_meaning = _by_meaning(connection, query.filters, vector, model) if vector else []
    ranked = [each for pair in zip_longest(by_words, by_meaning) for each in pair if each is not None]
    for period in query.periods:
        ranked += _by_period(connection, query, counts, period)
    return _loaded(connection, list(dict.fromkeys(ranked)), vector, model)


def _by_words(connection: apsw.Connection, query: Query, counts: Statistics, days: str = "") -> list[int]:
    words, newest = _bounded(query.words, counts)
    if not words:
        return []
    condition, values = _narrowed(query.filters)
    found = rows(
        connection,
        "SELECT rowid FROM words WHERE words MATCH ? AND rank MATCH ? AND rowid > ?"  # noqa: S608 - fixed texts
        f"{condition}{_inside(days)} ORDER BY rank LIMIT ?",
        (expression(words), _WEIGHTS, newest, *values, _EACH_WAY),
    )
    return [row[0] for row in found]


def _bounded(words: Sequence[str], counts: Statistics) -> tuple[list[str], int]:
    """The words to search by, and the chunk after which to look, so that a search stays short in a large memory.

    Rarer words lead; those that nearly every chunk has only count when the chunks found are compared. Where all words
    are that common, the newest chunks are looked at.
    """
    ranked = sorted((_holding(word, counts), word) for word in words)
    taken: list[str] = []
    rows = 0
    for holding, word in ranked:
        if taken and rows + holding > _MOST_ROWS:
            break
        taken.append(word)
        rows += holding
    share = min(1.0, _MOST_ROWS / rows) if rows else 1.0
    return taken, int(counts.chunks * (1 - share))


def _holding(word: str, counts: Statistics) -> int:
    return max((counts.holding.get(stem, 0) for stem in stems(word)), default=0)


def _by_period(connection: apsw.Connection, query: Query, counts: Statistics, period: Period) -> list[int]:
    """The chunks of the days that were named, and of those near by that have words of the query."""
    days = around(period)
    if days is None:
        first, last = period.first.isoformat()[5:], period.last.isoformat()[5:]
        where = f"SELECT id FROM chunks WHERE substr(day, 6) BETWEEN '{first}' AND '{last}'"  # noqa: S608 - dates
        exact = where
    elif (period.last - period.first).days > _LONG_PERIOD:
        return []
    else:
        where = f"SELECT id FROM chunks WHERE day BETWEEN '{days[0]}' AND '{days[1]}'"  # noqa: S608 - dates
        exact = f"SELECT id FROM chunks WHERE day BETWEEN '{period.first}' AND '{period.last}'"  # noqa: S608
    condition, values = _narrowed(query.filters, "id")
    found = rows(connection, f"{exact}{condition} LIMIT ?", (*values, _OF_ONE_DAY))
    return [*_by_words(connection, query, counts, where), *(row[0] for row in found)]


def _by_meaning(connection: apsw.Connection, filters: Filters, vector: bytes, model: str) -> list[int]:
    """By the signs of the numbers first, which is fast; the best of those by the whole vectors."""
    condition, values = _narrowed(filters)
    found = rows(
        connection,
        "WITH close AS (SELECT rowid AS id FROM nearest WHERE signs MATCH vec_quantize_binary(?) AND k = ?"  # noqa: S608
        f"{condition}) "
        "SELECT close.id FROM close JOIN chunks ON chunks.id = close.id "
        "JOIN embeddings e ON e.model = ? AND e.sha256 = chunks.sha256 "
        "ORDER BY vec_distance_cosine(e.vector, ?) LIMIT ?",
        (vector, _SIGNS_LOOKED_AT, *values, model, vector, _EACH_WAY),
    )
    return [row[0] for row in found]


def _narrowed(filters: Filters, column: str = "rowid") -> tuple[str, tuple[str, ...]]:
    """What `filters` leave, as a condition on the ids of chunks; empty where they leave everything."""
    conditions, values = list[str](), list[str]()
    if filters.inside:
        conditions.append("(" + " OR ".join("instr(lower(f.path), lower(?)) > 0" for _ in filters.inside) + ")")
        values += filters.inside
    if filters.kinds:
        conditions.append(f"f.kind IN ({', '.join('?' for _ in filters.kinds)})")
        values += filters.kinds
    if filters.first_day:
        conditions.append("c.day >= ?")
        values.append(filters.first_day)
    if filters.last_day:
        conditions.append("c.day BETWEEN '0' AND ?")
        values.append(filters.last_day)
    chunks = "SELECT c.id FROM chunks c JOIN files f ON f.id = c.file WHERE"
    condition = _inside(f"{chunks} {' AND '.join(conditions)}", column) if conditions else ""
    if filters.leave_out:
        condition += f" AND {column} NOT IN ({chunks} f.path IN ({', '.join('?' for _ in filters.leave_out)}))"
    return condition, (*values, *filters.leave_out)


def _inside(ids: str, column: str = "rowid") -> str:
    """The condition that `column` is among the `ids` that a query finds; none where there is no query."""
    return f" AND {column} IN ({ids})" if ids else ""


def _loaded(connection: apsw.Connection, ranked: list[int], vector: bytes, model: str) -> list[Candidate]:
    """The chunks `ranked`, and those beside the first of them, in the order of their files."""
    meaning = "1 - vec_distance_cosine(e.vector, :vector)" if vector else "NULL"
    found = rows(
        connection,
        "WITH chosen(id, rank) AS (SELECT value, key FROM json_each(:ranked)), "  # noqa: S608 - two fixed texts
        "beside(id, found) AS (SELECT id, max(found) FROM (SELECT id, 1 AS found FROM chosen UNION ALL "
        "SELECT n.id, 0 FROM chosen JOIN chunks c ON c.id = chosen.id "
        "JOIN chunks n ON n.file = c.file AND n.place IN (c.place - 1, c.place + 1) WHERE chosen.rank < :close) "
        "GROUP BY id) "
        "SELECT f.id, f.path, f.kind, f.demoted, c.number, c.section, c.heading, c.day, c.units, c.text, "
        f"CASE WHEN length(e.vector) > 0 THEN {meaning} END, beside.found "
        "FROM beside JOIN chunks c ON c.id = beside.id JOIN files f ON f.id = c.file "
        "LEFT JOIN embeddings e ON e.model = :model AND e.sha256 = c.sha256 ORDER BY c.file, c.place",
        {"ranked": json.dumps(ranked), "vector": vector, "model": model, "close": _WITH_NEIGHBOURS},
    )
    return [
        Candidate(
            file,
            path,
            kind,
            bool(demoted),
            number,
            section,
            heading,
            day,
            unpack_units(units, text),
            score,
            bool(chosen),
        )
        for file, path, kind, demoted, number, section, heading, day, units, text, score, chosen in found
    ]
