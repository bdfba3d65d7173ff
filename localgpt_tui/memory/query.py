"""What a person typed into a search, taken apart: words, filters, dates; any text at all is a query; pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import get_args

from localgpt_tui.core.passages import Kind
from localgpt_tui.memory.periods import Period, named_periods, span
from localgpt_tui.memory.words import query_words

_FILTER = re.compile(r"(?<!\S)(in|after|before|since|until|kind):(\"[^\"]*\"|\S+)", re.IGNORECASE)
_KINDS: tuple[Kind, ...] = get_args(Kind)
_MOST_WORDS = 32
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is narrowed to.

    Attributes:
        inside: beginnings or parts of paths; one of them has to fit.
        first_day, last_day: ISO dates, both included; what has no date is left out by them.
        kinds: where from; empty for everywhere.
        leave_out: paths of which nothing is wanted.
    """

    inside: tuple[str, ...] = ()
    first_day: str = ""
    last_day: str = ""
    kinds: tuple[Kind, ...] = ()
    leave_out: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Query:
    """A search as it is carried out.

    Attributes:
        text: without its filters; what is embedded.
        words: folded, each once, without those that carry no meaning.
        periods: the days, months and years it names.
    """

    text: str
    words: tuple[str, ...]
    filters: Filters = Filters()
    periods: tuple[Period, ...] = ()


def parse(typed: str, today: date) -> Query:
    """Take `typed` apart; a filter that makes no sense is searched for as text.

    `in:knowledge`, `after:2026-01` (from its first day on), `before:2026` (until the day before its first),
    `kind:session`.
    """
    inside, kinds = list[str](), list[Kind]()
    first_day = last_day = ""
    kept = typed[:_LONGEST].encode("utf-8", "replace").decode().replace("\0", " ")
    for found in _FILTER.finditer(kept):
        name, value = found[1].lower(), found[2].strip('"')
        days = span(value)
        kind = next((each for each in _KINDS if value.lower().removesuffix("s") == each), None)
        if name == "in" and value:
            inside.append(value.strip("/"))
        elif name == "kind" and kind:
            kinds.append(kind)
        elif name in ("after", "since") and days:
            first_day = max(first_day, days[0])
        elif name in ("before", "until") and days:
            last_day = min(last_day or "9999", _day_before(days[0]) if name == "before" else days[1])
        else:
            continue
        kept = kept.replace(found[0], " ", 1)
    text = " ".join(kept.split())
    filters = Filters(tuple(inside), first_day, last_day, tuple(kinds))
    return Query(text, query_words(text)[:_MOST_WORDS], filters, named_periods(text, today))


def expression(words: Sequence[str]) -> str:
    """The FTS5 expression for any of `words`; nothing in them is taken for an operator."""
    return " OR ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    quoted = '"' + word.replace('"', '""') + '"'
    return f"{quoted} *" if len(word) == 1 and not word.isascii() else quoted


def _day_before(day: str) -> str:
    when = date.fromisoformat(day)
    return date.fromordinal(max(1, when.toordinal() - 1)).isoformat()
