"""The words of a query found again in a text, as often as the index would find them; pure but for the stemmer."""

import re
import threading
from collections.abc import Sequence
from functools import lru_cache

import apsw

from localgpt_tui.memory.words import fold

_SPACED = re.compile(r"[a-z0-9\u00c0-\u052f\u0531-\u0e00]")
_BREAK = "\x1e"

_of_thread = threading.local()


class Terms:
    """The stems of `words`, and a way to count them that reads a text only once."""

    def __init__(self, words: Sequence[str]) -> None:
        self.stems = tuple(dict.fromkeys(stem for word in words for stem in stems(word)))
        self._wanted = frozenset(self.stems)
        beginnings = {_beginning(stem) for stem in self.stems if _SPACED.match(stem)}
        pieces = {stem for stem in self.stems if not _SPACED.match(stem)}
        self._signs = (*beginnings, *pieces)
        branches = [_BREAK]
        if beginnings:
            branches.append(rf"\b(?:{_either(beginnings)})\w*")
        if pieces:
            branches.append(f"(?:{_either(pieces)})")
        self._pattern = re.compile("|".join(branches))

    def count(self, texts: Sequence[str]) -> list[dict[str, int]]:
        """How often each stem stands in each of `texts`; those that do not are left out."""
        counted: list[dict[str, int]] = [{} for _ in texts]
        folded = ((place, fold(text).replace(_BREAK, " ")) for place, text in enumerate(texts))
        near = [(place, text) for place, text in folded if any(sign in text for sign in self._signs)]
        places = iter([place for place, _ in near])
        counts = counted[next(places, 0)] if near else {}
        for run in self._pattern.findall(_BREAK.join(text for _, text in near)):
            if run == _BREAK:
                counts = counted[next(places)]
                continue
            for word in run.split("_") if "_" in run else (run,):
                stem = _stem(word)
                if stem in self._wanted:
                    counts[stem] = counts.get(stem, 0) + 1
        return counted


def stems(word: str) -> tuple[str, ...]:
    """What the index keeps `word` as: usually one stem, more where a sign divides it."""
    tokens = _stemmer()(
        word.encode("utf-8", "replace"),
        apsw.FTS5_TOKENIZE_DOCUMENT,
        None,
        include_offsets=False,
        include_colocated=False,
    )
    return tuple(str(token) for token in tokens)


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    found = stems(word)
    return found[0] if len(found) == 1 else word


def _beginning(stem: str) -> str:
    """What all words with this stem begin with: “happi” is the stem of “happy”, “hope” that of “hoping”."""
    return stem[:-1] if len(stem) > 2 and stem[-1] in "iey" else stem


def _either(words: set[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def _stemmer() -> apsw.FTS5Tokenizer:
    made: apsw.FTS5Tokenizer | None = getattr(_of_thread, "stemmer", None)
    if made is None:
        _of_thread.connection = apsw.Connection(":memory:")
        made = _of_thread.connection.fts5_tokenizer("porter", ["unicode61", "remove_diacritics", "2"])
        _of_thread.stemmer = made
    return made
