"""The memories that a reply was given, as the session's file keeps them."""

from collections.abc import Iterator, Mapping

from localgpt_tui.core.passages import Passage

SOURCES = "sources"
"""The kind of the mark."""


def kept_passages(mark: Mapping[str, object]) -> tuple[Passage, ...]:
    """The passages of a mark, without their text; what cannot be read of it is left out."""
    kept = mark.get("passages")
    return tuple(_passages(kept)) if isinstance(kept, list) else ()


def _passages(kept: list[object]) -> Iterator[Passage]:
    for each in kept:
        match each:
            case {"path": str(path), "lines": [int(first), int(last)], **rest}:
                yield Passage(path, first, last, "", _number(rest.get("score")), parts=_parts(rest.get("parts")))
            case _:
                pass


def _parts(parts: object) -> dict[str, float]:
    return {str(name): _number(value) for name, value in parts.items()} if isinstance(parts, dict) else {}


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
