"""What speaks for each unit of the candidates: its words, those around it, its chunk, its day, who said it; pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from localgpt_tui.memory.candidates import Candidate, Statistics
from localgpt_tui.memory.chunks import Unit
from localgpt_tui.memory.fusion import Evidence, bm25, rarity
from localgpt_tui.memory.periods import fit
from localgpt_tui.memory.query import Query
from localgpt_tui.memory.terms import Terms
from localgpt_tui.memory.words import words

Key = tuple[int, int]
"""A file's number in the index, and a unit's in the file."""

_AROUND = 2
_HEADING_WEIGHT = 0.5
_LETTERS_A_WORD = 5.5
_SPEAKER = re.compile(r"\s*(?:[-*+]\s+)?(?:\*\*|__)?([^\W\d_][\w .'-]{0,39}?)(?:\*\*|__)?:(?:\*\*|__)?\s")


@dataclass(slots=True)
class Place:
    """A unit and what speaks for it.

    Attributes:
        counts: how often each stem of the query stands in it.
        chosen: it is in a chunk that was found, not only beside one.
    """

    unit: Unit
    of: Candidate
    length: float
    counts: dict[str, int] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=Evidence)
    chosen: bool = False
    score: float = 0.0


def weigh(
    query: Query, terms: Terms, weights: Mapping[str, float], candidates: Sequence[Candidate]
) -> dict[Key, Place]:
    """The units of `candidates` by file and number, each once, though chunks share units.

    Args:
        weights: how much each stem of the query tells.
    """
    places = _places(terms, candidates)
    _weigh_units(places, weights)
    _weigh_chunks(places, terms, weights, candidates)
    asked = set(words(query.text))
    fits = (
        {day: fit(day, query.periods) for day in {candidate.day for candidate in candidates}} if query.periods else {}
    )
    for place in places.values():
        place.evidence.date = fits.get(place.of.day, 0.0)
        if speaker(place.unit.text) & asked:
            place.evidence.name = 1.0
    return places


def weights_of(terms: Terms, counts: Statistics) -> dict[str, float]:
    """How much each stem of a query tells: the fewer chunks have it, the more."""
    return {stem: rarity(counts.chunks, counts.holding[stem]) for stem in terms.stems}


def speaker(line: str) -> set[str]:
    """The words of the name a line begins with, as in “**Ada Lovelace**: …”."""
    found = _SPEAKER.match(line) if ":" in line[:60] else None
    return set(words(found[1])) if found else set()


def _places(terms: Terms, candidates: Sequence[Candidate]) -> dict[Key, Place]:
    places: dict[Key, Place] = {}
    for candidate in candidates:
        for number, unit in enumerate(candidate.units, candidate.number):
            place = places.get((candidate.file, number))
            if place is None:
                place = Place(unit, candidate, len(unit.text) / _LETTERS_A_WORD)
                places[candidate.file, number] = place
            place.chosen |= candidate.chosen
    for place, counts in zip(
        places.values(), terms.count([place.unit.text for place in places.values()]), strict=False
    ):
        place.counts = counts
    return places


def _weigh_units(places: Mapping[Key, Place], weights: Mapping[str, float]) -> None:
    average = sum(place.length for place in places.values()) / max(1, len(places))
    speaking = [key for key, place in places.items() if place.counts]
    for key in speaking:
        place = places[key]
        place.evidence.line = bm25(place.counts, place.length, average, weights)
    for key in {(file, number + step) for file, number in speaking for step in range(-_AROUND, _AROUND + 1)}:
        if near := places.get(key):
            around = list(_around(places, key, near))
            length = sum(other.length for other in around)
            counts = _together(other.counts for other in around)
            near.evidence.around = bm25(counts, length, average * (2 * _AROUND + 1), weights) if counts else 0.0
    best_line = max((place.evidence.line for place in places.values()), default=0.0) or 1.0
    best_around = max((place.evidence.around for place in places.values()), default=0.0) or 1.0
    for place in places.values():
        place.evidence.line /= best_line
        place.evidence.around /= best_around


def _around(places: Mapping[Key, Place], key: Key, place: Place) -> Iterator[Place]:
    """The units near by in the same section, itself included."""
    file, number = key
    for other_number in range(number - _AROUND, number + _AROUND + 1):
        other = places.get((file, other_number))
        if other is not None and other.of.section == place.of.section:
            yield other


def _weigh_chunks(
    places: Mapping[Key, Place], terms: Terms, weights: Mapping[str, float], candidates: Sequence[Candidate]
) -> None:
    inside = [
        [places[candidate.file, number] for number in range(candidate.number, candidate.number + len(candidate.units))]
        for candidate in candidates
    ]
    lengths = [sum(place.length for place in within) for within in inside]
    average = sum(lengths) / max(1, len(lengths))
    headings = terms.count([candidate.heading for candidate in candidates])
    scores = []
    for within, length, heading in zip(inside, lengths, headings, strict=False):
        counts: dict[str, float] = {**_together(place.counts for place in within)}
        for stem, count in heading.items():
            counts[stem] = counts.get(stem, 0) + _HEADING_WEIGHT * count
        scores.append(bm25(counts, length, average, weights) if counts else 0.0)
    best = max(scores, default=0.0) or 1.0
    for candidate, within, score in zip(candidates, inside, scores, strict=True):
        for place in within:
            evidence = place.evidence
            evidence.chunk = max(evidence.chunk, score / best)
            if candidate.meaning is not None:
                evidence.meaning = max(candidate.meaning, evidence.meaning or 0.0)


def _together(counts: Iterator[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for each in counts:
        for stem, count in each.items() if each else ():
            total[stem] = total.get(stem, 0) + count
    return total
