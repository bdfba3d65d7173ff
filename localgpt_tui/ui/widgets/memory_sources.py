"""The memories that a reply was given: as the session's file keeps them, and as the marks under it name them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from localgpt_tui.core.passages import Passage

SOURCES = "sources"
"""The kind of the mark."""


def kept_passages(mark: Mapping[str, object]) -> tuple[Passage, ...]:
    """The passages of a mark, without their text; what cannot be read of it is left out."""
    kept = mark.get("passages")
    return tuple(_passages(kept)) if isinstance(kept, list) else ()


def counted(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """`passages` in the order of their numbers, each once; those of old sessions get the numbers of their places."""
    numbered = [replace(each, number=each.number or place) for place, each in enumerate(passages, 1)]
    once = {each.source: each for each in reversed(numbered)}
    return tuple(sorted(once.values(), key=lambda each: each.number))


def mark_of(passage: Passage) -> str:
    """How a mark names a passage: `[1] memory/2026-03-12.md#L41`."""
    return f"[{passage.number}] {passage.source}"


def _passages(kept: list[object]) -> Iterator[Passage]:
    for each in kept:
        match each:
            case {"path": str(path), "lines": [int(first), int(last)], **rest}:
                score, number = _number(rest.get("score")), int(_number(rest.get("number")))
                yield Passage(path, first, last, "", score, parts=_parts(rest.get("parts")), number=number)
            case _:
                pass


def _parts(parts: object) -> dict[str, float]:
    return {str(name): _number(value) for name, value in parts.items()} if isinstance(parts, dict) else {}


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
