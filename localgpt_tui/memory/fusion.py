"""How the parts of a score become one; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

LINE, AROUND, CHUNK, MEANING = 0.2, 0.2, 0.2, 0.5
"""Shares of the words of a unit, of the units around it, of its chunk, and of the chunk's vector."""

DATE, NAME = 0.3, 0.1
"""What a date that was asked for, and a line of a person who was asked for, add."""

_WORDS = LINE + AROUND + CHUNK
_SATURATION, _LENGTH = 1.2, 0.75


@dataclass(slots=True)
class Evidence:
    """What speaks for a unit, each from 0 to 1; a `meaning` of `None` cannot be told."""

    line: float = 0.0
    around: float = 0.0
    chunk: float = 0.0
    meaning: float | None = None
    date: float = 0.0
    name: float = 0.0

    @property
    def keyword(self) -> float:
        """The words of the unit, of those around it and of its chunk together."""
        return (LINE * self.line + AROUND * self.around + CHUNK * self.chunk) / _WORDS


def fuse(evidence: Evidence, *, words: bool = True) -> float:
    """One score of the parts; a side that is missing gives its share to the other.

    Args:
        words: the query has words that can be found; False leaves the meaning alone.
    """
    if evidence.meaning is None:
        score = evidence.keyword
    elif not words:
        score = evidence.meaning
    else:
        score = (_WORDS * evidence.keyword + MEANING * evidence.meaning) / (_WORDS + MEANING)
    return score + DATE * evidence.date + NAME * evidence.name


def rarity(documents: int, holding: int) -> float:
    """How much a word tells that `holding` of `documents` have: never below 0, unlike the classic formula."""
    return log(1.0 + (documents - holding + 0.5) / (holding + 0.5))


def bm25(counts: Mapping[str, float], length: float, average: float, weights: Mapping[str, float]) -> float:
    """Okapi BM25 (Robertson and Walker 1994) with k1 = 1.2 and b = 0.75.

    Args:
        counts: how often each word of the query stands here.
        length, average: of this text and of all, in the same unit.
        weights: the rarity of each word.
    """
    stretch = _SATURATION * (1 - _LENGTH + _LENGTH * length / (average or 1.0))
    return sum(weights[word] * count * (_SATURATION + 1) / (count + stretch) for word, count in counts.items())


def normalised(scores: Sequence[float]) -> list[float]:
    """`scores` divided by the highest one; all 0 where none is above 0."""
    highest = max(scores, default=0.0)
    return [score / highest if highest > 0 else 0.0 for score in scores]
