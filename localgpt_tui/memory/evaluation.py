"""How well the person's own notes are found: queries made of their words, asked by words, by meaning and by both."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import get_args

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.chunks import cut
from localgpt_tui.memory.memory import Means, Memory
from localgpt_tui.memory.templates import TEMPLATES
from localgpt_tui.memory.words import query_words

_FEWEST_WORDS = 6
_ASKED_WORDS = 5
_LOOKED_AT = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """A query and where its answer stands."""

    query: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Score:
    """How one way to search did.

    Attributes:
        r1, r3, r5: per cent of the queries whose note is among the first 1, 3 and 5 passages.
        mrr: the mean of 1 / rank, in per cent, within ten passages.
    """

    mode: Means
    queries: int
    r1: float
    r3: float
    r5: float
    mrr: float
    p50_ms: float
    p95_ms: float


async def measure(memory: Memory, most: int) -> list[Score]:
    """Ask `memory` for at most `most` of its own notes in each way."""
    asked = await asyncio.to_thread(queries, memory, most)
    return [await _score(memory, asked, mode) for mode in get_args(Means)]


def queries(memory: Memory, most: int) -> list[Asked]:
    """Queries made of every other telling word of notes that are spread over all files; the same every time."""
    found = sorted(_notes(memory), key=lambda asked: sha256(asked.query.encode()).digest())
    return found[:most]


def _notes(memory: Memory) -> Iterator[Asked]:
    for file in memory.workspace.files().files:
        try:
            text = memory.workspace.read(file.path).text
        except LocalGPTError:
            continue
        if text == TEMPLATES.get(file.path):
            continue  # as long as nobody has touched it, it is no note and not searched
        for chunk in cut(text, file.path):
            for unit in chunk.units:
                telling = query_words(unit.text)
                if not unit.is_heading and len(telling) >= _FEWEST_WORDS:
                    yield Asked(" ".join(telling[::2][:_ASKED_WORDS]), file.path, unit.first)


async def _score(memory: Memory, asked: Sequence[Asked], mode: Means) -> Score:
    ranks, seconds = list[int](), list[float]()
    for each in asked:
        began = time.perf_counter()
        found = await memory.search(each.query, _LOOKED_AT, by=mode)
        seconds.append(time.perf_counter() - began)
        hits = [
            passage.path == each.path and passage.first_line <= each.line <= passage.last_line
            for passage in found.passages
        ]
        ranks.append(hits.index(True) + 1 if True in hits else 0)
    seconds.sort()
    r1, r3, r5 = (_per_cent(sum(0 < rank <= first for rank in ranks), len(ranks)) for first in (1, 3, 5))
    mrr = _per_cent(sum(1 / rank for rank in ranks if rank), len(ranks))
    return Score(mode, len(ranks), r1, r3, r5, mrr, _at(seconds, 0.5), _at(seconds, 0.95))


def _per_cent(part: float, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def _at(ordered: Sequence[float], share: float) -> float:
    return round(1000 * ordered[int(share * (len(ordered) - 1))], 2) if ordered else 0.0
