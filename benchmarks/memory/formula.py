"""The original's search, from its description: chunks of 1,600 characters, ranks of words and vectors added up."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from localgpt_tui.core.ports import Embedder
from localgpt_tui.memory.words import query_words

_CHUNK, _OVERLAP = 1_600, 320  # characters
_OF_WORDS, _OF_VECTORS = 0.3, 0.7


@dataclass(frozen=True, slots=True)
class Chunk:
    """Lines of a file, from 1, both ends included."""

    path: str
    first: int
    last: int
    text: str


class Original:
    """Its formula over one workspace: any word of the query, 1 / (1 + rank) for words and vectors, 0.3 to 0.7."""

    def __init__(self, root: Path, embedder: Embedder) -> None:
        self._embedder = embedder
        self._chunks = [chunk for file in sorted(root.rglob("*.md")) for chunk in _chunks(file, root)]
        self._database = sqlite3.connect(":memory:")
        self._database.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
        self._database.executemany("INSERT INTO words (text) VALUES (?)", [(each.text,) for each in self._chunks])
        self._vectors = np.zeros((0, 0), dtype=np.float32)

    async def embed(self) -> None:
        """Make the vectors of the chunks."""
        self._vectors = _matrix(await self._embedder.embed([chunk.text for chunk in self._chunks]))

    async def search(self, query: str, limit: int) -> list[tuple[str, int, int]]:
        """The best `limit` chunks, each as path, first and last line."""
        scores: dict[int, float] = {}
        for rank, place in enumerate(self._by_words(query, 2 * limit)):
            scores[place] = scores.get(place, 0.0) + _OF_WORDS / (1 + rank)
        vector = _matrix(await self._embedder.embed([query], query=True))[0]
        for rank, place in enumerate(np.argsort(-(self._vectors @ vector))[: 2 * limit]):
            scores[int(place)] = scores.get(int(place), 0.0) + _OF_VECTORS / (1 + rank)
        best = sorted(scores, key=lambda place: -scores[place])[:limit]
        return [(self._chunks[place].path, self._chunks[place].first, self._chunks[place].last) for place in best]

    def _by_words(self, query: str, limit: int) -> list[int]:
        wanted = " OR ".join('"' + word.replace('"', '""') + '"' for word in query_words(query))
        statement = "SELECT rowid - 1 FROM words WHERE words MATCH ? ORDER BY bm25(words) LIMIT ?"
        return [row[0] for row in self._database.execute(statement, (wanted, limit))] if wanted else []


def _chunks(file: Path, root: Path) -> list[Chunk]:
    """Lines until there are enough characters; the next chunk goes back until it covers the overlap."""
    lines = file.read_text(encoding="utf-8").split("\n")
    chunks: list[Chunk] = []
    first = 0
    while first < len(lines):
        last, size = first, len(lines[first]) + 1
        while size < _CHUNK and last + 1 < len(lines):
            last += 1
            size += len(lines[last]) + 1
        chunks.append(Chunk(file.relative_to(root).as_posix(), first + 1, last + 1, "\n".join(lines[first : last + 1])))
        if last + 1 >= len(lines):
            break
        back, covered = last + 1, 0
        while back > first + 1 and covered < _OVERLAP:
            back -= 1
            covered += len(lines[back]) + 1
        first = back
    return chunks


def _matrix(vectors: list[bytes]) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    return np.array([np.frombuffer(vector, dtype="<f4") for vector in vectors])
