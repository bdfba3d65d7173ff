"""Which memories a message calls for: pinned ones that bear on it at all, then the few that bear on it well."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.passages import Found, Passage
from localgpt_tui.memory.asked import only_asked
from localgpt_tui.memory.choices import Chosen, Chosens
from localgpt_tui.memory.memory import Memory
from localgpt_tui.memory.query import parse
from localgpt_tui.memory.terms import Terms

_LOOKED_AT = 8
_RECALLED = 4
_CHARACTERS = 2_000
_COVERED = 0.6
_ALIKE = 0.5
_NEAR = 0.3


async def recollect(memory: Memory, text: str, chosens: Chosens, *, leave_out: Sequence[str] = ()) -> Found:
    """The few passages that `text` calls for, the pinned ones first, none that the person never wants recalled.

    Args:
        leave_out: paths of which nothing is wanted.
    """
    more = _LOOKED_AT if chosens.never else 0
    found = await memory.search(text, _LOOKED_AT + more, leave_out=leave_out)
    allowed = [passage for passage in found.passages if chosens.of(passage) != "never"]
    pinned = [
        passage
        for passage in await _pinned(memory, text, chosens.pinned, allowed)
        if passage.path not in leave_out and chosens.of(passage) != "never"
    ]
    bearing = (passage for passage in allowed if _bears(passage) and not any(meet(passage, pin) for pin in pinned))
    return Found(tuple(_within_budget([*pinned, *bearing])), found.freshness)


async def locate(memory: Memory, chosen: Chosen) -> Passage | None:
    """Where a passage that something was chosen for stands now in its file; None where it is no longer there."""
    with suppress(LocalGPTError):
        lines = (await memory.get(chosen.path)).text.split("\n")
        numbers = [number for number, line in enumerate(lines, 1) if chosen.is_line(line, chosen.path)]
        if numbers:
            last = min(numbers[-1], numbers[0] + 2 * len(chosen.marks))
            return await memory.get(chosen.path, numbers[0], last)
    return None


async def _pinned(memory: Memory, text: str, chosens: Iterable[Chosen], found: Sequence[Passage]) -> list[Passage]:
    """The pinned passages that share a word with `text`, or mean something near it."""
    terms = Terms(parse(text, memory.today()).words)
    bearing: list[Passage] = []
    for chosen in chosens:
        near = next((passage for passage in found if chosen.fits(passage)), None)
        passage = await locate(memory, chosen) or near
        if passage is None:
            continue
        shared = len(terms.count([f"{passage.heading}\n{passage.text}"])[0]) if terms.stems else 0
        meaning = near.parts.get("vector", 0.0) if near else 0.0
        if shared or meaning >= _NEAR:
            parts = {"pinned": 1.0, "coverage": shared / max(1, len(terms.stems)), **(near.parts if near else {})}
            bearing.append(replace(passage, parts=parts, day=near.day if near else ""))
    return bearing


def _bears(passage: Passage) -> bool:
    """True where most of the message's words stand in the passage, or it means nearly the same, and it says something.

    The score itself is relative to the best hit, so even a poor search has one with a high score.
    """
    if passage.kind == "session" and only_asked(passage.text):
        return False
    return passage.parts.get("coverage", 0.0) >= _COVERED or passage.parts.get("vector", 0.0) >= _ALIKE


def meet(one: Passage, other: Passage) -> bool:
    """True where two passages have a line in common."""
    return one.path == other.path and one.first_line <= other.last_line and other.first_line <= one.last_line


def _within_budget(passages: Iterable[Passage]) -> Iterator[Passage]:
    """The first of `passages`, as long as there is room."""
    room = _CHARACTERS
    for number, passage in enumerate(passages):
        room -= len(passage.text)
        if number == _RECALLED or room < 0:
            return
        yield passage
