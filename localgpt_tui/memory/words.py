"""Words of a text as a search compares them, and how well a passage matches; pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

# Scripts that are written without spaces are compared by pairs of characters.
_UNSPACED = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_RUN = re.compile(rf"[{_UNSPACED}]+|[^\W{_UNSPACED}]+")
_UNSPACED_START = re.compile(f"[{_UNSPACED}]")
_HEADING_WEIGHT = 0.5
_SIMILAR_WEIGHT = 0.8

_ENGLISH = """
a about all also am an and any are as at be been but by can could did do does for from had has have he her hers him his
how i if in into is it its just know like me mine my no not of on or our ours please remember say said she should so
some tell that the their them then there these they this those to told up us was we were what when where which who whom
whose why will with would you your yours
"""
_GERMAN = """
aber als am an auf aus bei bin bist das dass dem den der des die ein eine einem einen einer es für hat habe ich ihr im
in ist ja mein meine meinem meinen meiner mich mir mit nicht oder sie sind über um und uns von vor wann war warum was
weiß wer wie wir wo zu zum zur
"""


def fold(text: str) -> str:
    """`text` without case and accents, so that “Zürich” and “zurich” are the same."""
    if text.isascii():
        return text.lower()
    spread = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(mark for mark in spread if not unicodedata.combining(mark)))


def words(text: str) -> list[str]:
    """The folded words of `text` in their order."""
    found: list[str] = []
    for run in _RUN.findall(fold(text)):
        if len(run) > 1 and _UNSPACED_START.match(run):
            found += [run[start : start + 2] for start in range(len(run) - 1)]
        else:
            found.append(run)
    return found


def query_words(query: str) -> tuple[str, ...]:
    """The distinct words of a query that carry its meaning; all of them where none does."""
    every = list(dict.fromkeys(words(query)))
    telling = [word for word in every if word not in _STOP_WORDS and (len(word) > 1 or not word.isascii())]
    numbers = [word for word in every if word.isdigit() and word not in telling]
    return tuple(telling + numbers or every)


@lru_cache(maxsize=256)
def stem(word: str) -> str:
    """The beginning that similar forms of `word` share: plural or singular, and the like."""
    if len(word) > 4 and word.isalpha():
        return word[: max(4, len(word) - 2)]
    return word.removesuffix("s") if len(word) > 2 else word


def match(wanted: Sequence[str], passage: str, heading: str = "") -> float:
    """How well `passage` answers the words `wanted`, from 0 to 1.

    The share of distinct words that it has (a similar form counts less, a word only in its heading half), lowered by
    up to a fifth where they stand far apart.
    """
    folded, titled = fold(passage), _words_of_heading(heading)
    here = [word for word in wanted if stem(word) in folded]  # spares most passages the closer look
    if not here and not titled:
        return 0.0
    present = words(folded) if here else []
    weight, places = 0.0, []
    for word in wanted:
        found, place = _best(word, present) if word in here else (0.0, None)
        if place is not None:
            places.append(place)
        weight += max(found, _HEADING_WEIGHT * _best(word, titled)[0])
    closeness = len(places) / (max(places) - min(places) + 1) if places else 0.0
    return weight / len(wanted) * (0.8 + 0.2 * min(1.0, closeness)) if wanted else 0.0


@lru_cache(maxsize=256)
def _words_of_heading(heading: str) -> tuple[str, ...]:
    return tuple(words(heading))


def _best(word: str, present: Iterable[str]) -> tuple[float, int | None]:
    """The weight of the best form of `word` in `present`, and where it stands."""
    best: tuple[float, int | None] = (0.0, None)
    beginning = stem(word)
    for place, other in enumerate(present):
        if other == word:
            return 1.0, place
        if best[1] is None and other.startswith(beginning) and _similar(word, other):
            best = (_SIMILAR_WEIGHT, place)
    return best


def _similar(word: str, other: str) -> bool:
    if len(word) > 4:
        return word.isalpha() and abs(len(word) - len(other)) <= 3
    return len(word) > 2 and other in (word + "s", word.removesuffix("s"))


_STOP_WORDS = frozenset(words(_ENGLISH + _GERMAN))
