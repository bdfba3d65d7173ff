"""Finding by a few letters: which of many texts a person means, the likeliest first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from heapq import nsmallest
from typing import TypeVar

T = TypeVar("T")

_STARTS = 12  # places of the first letter that are tried; more only cost time
_BREAKS = frozenset(" \t\n/\\_-.:,()[]{}\"'@#")


@dataclass(frozen=True, slots=True)
class Match:
    """Where the letters of a query stand in a text, in order, and how good that is; more is better."""

    score: float
    places: tuple[int, ...]


def match(query: str, text: str) -> Match | None:
    """How well `query` fits `text`: all of its letters in this order, whatever their case; None where it does not.

    Letters side by side count most, then letters at the beginning of words, then being near the beginning.
    Spaces in the query stand for anything.
    """
    letters, lowered = _lowered("".join(query.split())), _lowered(text)
    if not letters:
        return Match(0.0, ())
    if not _has(letters, lowered):
        return None
    best: Match | None = None
    start = lowered.find(letters[0])
    for _ in range(_STARTS):
        places = _places(letters, lowered, start)
        if places is None:
            break
        score = _score(places, text)
        if best is None or score > best.score:
            best = Match(score, places)
        start = lowered.find(letters[0], start + 1)
        if start < 0:
            break
    whole = lowered.rfind(letters)  # in a path the last part says most
    if whole >= 0:
        places = tuple(range(whole, whole + len(letters)))
        score = _score(places, text)
        best = best if best is not None and best.score >= score else Match(score, places)
    return best


def rank(query: str, choices: Iterable[T], key: Callable[[T], str], *, most: int) -> list[tuple[T, Match]]:
    """The `most` choices that fit best, the best first; what fits equally well stays in the given order."""
    found = ((choice, fit) for choice in choices if (fit := match(query, key(choice))) is not None)
    numbered = ((-fit.score, number, choice, fit) for number, (choice, fit) in enumerate(found))
    return [(choice, fit) for _, _, choice, fit in nsmallest(most, numbered, key=lambda row: row[:2])]


def _lowered(text: str) -> str:
    """In lower case, letter for letter, so that places stay the same."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def _has(letters: str, text: str) -> bool:
    place = -1
    for letter in letters:
        place = text.find(letter, place + 1)
        if place < 0:
            return False
    return True


def _places(letters: str, text: str, start: int) -> tuple[int, ...] | None:
    places = [start]
    for letter in letters[1:]:
        after = places[-1] + 1
        place = text.find(letter, after)
        if place < 0:
            return None
        if place != after and (head := _next_head(letter, text, place)) is not None:
            rest = letters[len(places) + 1 :]
            place = head if _has(rest, text[head + 1 :]) else place
        places.append(place)
    return tuple(places)


def _next_head(letter: str, text: str, place: int) -> int | None:
    """The next beginning of a word with `letter`, from `place` on."""
    for _ in range(4):
        if place < 0:
            return None
        if text[place - 1] in _BREAKS:
            return place
        place = text.find(letter, place + 1)
    return None


def _score(places: tuple[int, ...], text: str) -> float:
    score = 0.0
    for before, place in zip((-2, *places), places, strict=False):
        if place == before + 1:
            score += 3.0
        if place == 0 or text[place - 1] in _BREAKS or (text[place].isupper() and text[place - 1].islower()):
            score += 2.0
    last = text.rfind("/") + 1
    inside = sum(place >= last for place in places) / len(places)
    spread = places[-1] - places[0] + 1 - len(places)
    return score + inside - 0.1 * min(spread, 40) - 0.02 * min(places[0], 40) - 0.005 * min(len(text), 200)
