"""A search from end to end: candidates from the index, evidence for their units, passages grown from the best."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

import apsw

from localgpt_tui.core.passages import Passage
from localgpt_tui.memory.asked import only_asked
from localgpt_tui.memory.candidates import find, statistics
from localgpt_tui.memory.chunks import Unit
from localgpt_tui.memory.fusion import Evidence, fuse
from localgpt_tui.memory.growing import Grown, Scored, grow
from localgpt_tui.memory.query import Query
from localgpt_tui.memory.terms import Terms
from localgpt_tui.memory.weighing import Key, Place, weigh, weights_of

_DEMOTED = 0.5


def search(
    connection: apsw.Connection,
    query: Query,
    limit: int,
    *,
    vector: bytes = b"",
    model: str = "",
    today: date | None = None,
    half_life: float = 0.0,
) -> list[Passage]:
    """The passages that answer `query` best, best first.

    Args:
        vector: the query's, by `model`; empty to search by words alone.
        half_life: days after which what is dated counts half, from `today`; 0 for never. On long memories of dated
            notes it costs far more than it gives.
    """
    terms = Terms(query.words)
    counts = statistics(connection, terms.stems)
    weights = weights_of(terms, counts)
    places = weigh(query, terms, weights, find(connection, query, counts, vector, model))
    for place in places.values():
        place.score = _final(place, words=bool(terms.stems), today=today, half_life=half_life)
    grown = grow([_scored(key, place) for key, place in places.items()], limit)
    if not grown:
        return []
    coverages = _coverages(places, grown, terms, weights)
    worth = _worth(places, grown[0], coverages[0], words=bool(terms.stems))
    return [_passage(places, each, worth, coverage) for each, coverage in zip(grown, coverages, strict=True)]


def _final(place: Place, *, words: bool, today: date | None, half_life: float) -> float:
    score = fuse(place.evidence, words=words)
    if place.of.demoted or (place.of.kind == "session" and only_asked(place.unit.text)):
        score *= _DEMOTED
    if half_life > 0 and today and place.of.day:
        age = max(0, (today - date.fromisoformat(place.of.day)).days)
        score *= 0.5 ** (age / half_life)
    return score


def _scored(key: Key, place: Place) -> Scored:
    unit = place.unit
    goes_along = unit.is_heading and not all(other.is_heading for other in place.of.units)
    return Scored(*key, place.of.section, len(unit.text) + 1, place.score, place.chosen and not goes_along, goes_along)


def _worth(places: Mapping[Key, Place], best: Grown, coverage: float, *, words: bool) -> float:
    """What to multiply the scores of this search by, so that they can be compared with those of other searches.

    The order of one search needs only ratios; how much of the query the best passage answers says how good it is.
    """
    meaning = places[best.file, best.best.number].evidence.meaning
    answered = fuse(Evidence(coverage, coverage, coverage, meaning), words=words)
    return min(1.0, max(0.0, answered)) / best.best.score if best.best.score > 0 else 0.0


def _coverages(
    places: Mapping[Key, Place], grown: Sequence[Grown], terms: Terms, weights: Mapping[str, float]
) -> list[float]:
    """The share of the query's words that each passage and its headings have, rarer ones counting more."""
    headings = terms.count([places[each.file, each.first].of.heading for each in grown])
    total = sum(weights.values()) or 1.0
    shares = []
    for each, heading in zip(grown, headings, strict=False):
        present = set(heading).union(*(places[each.file, number].counts for number in range(each.first, each.last + 1)))
        shares.append(sum(weights[stem] for stem in present) / total)
    return shares


def _passage(places: Mapping[Key, Place], grown: Grown, worth: float, coverage: float) -> Passage:
    best = places[grown.file, grown.best.number]
    shown = [places[grown.file, number].unit for number in range(grown.first, grown.last + 1)]
    evidence = best.evidence
    parts = {"keyword": evidence.keyword, "coverage": coverage, "date": evidence.date, "name": evidence.name}
    if evidence.meaning is not None:
        parts["vector"] = max(0.0, evidence.meaning)
    return Passage(
        best.of.path,
        shown[0].first,
        shown[-1].last,
        _joined(shown),
        round(min(1.0, grown.best.score * worth), 4),
        best.of.heading,
        best.of.day,
        best.of.kind,
        {name: round(part, 4) for name, part in parts.items()},
    )


def _joined(units: Sequence[Unit]) -> str:
    """The text of neighbouring units as it stands in the file, the blank lines between them included."""
    text = units[0].text
    for before, unit in pairwise(units):
        text += "\n" * (unit.first - before.last) + unit.text
    return text
