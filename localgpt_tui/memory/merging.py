"""Two changes to the same lines of text, put together where they do not touch the same ones; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from localgpt_tui.memory.document import byte_lines, matching


class OverlapError(Exception):
    """Both sides changed the same lines; `first` and `last` say which of ours, from 1."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__(f"lines {first} to {last}")
        self.first = first
        self.last = last


@dataclass(frozen=True, slots=True)
class _Hunk:
    """Lines `start` to `end` (from 0, the last not included) of the base become `lines`."""

    start: int
    end: int
    lines: tuple[bytes, ...]
    place: int


def merged(base: bytes, ours: bytes, theirs: bytes) -> bytes:
    """`ours` with what led from `base` to `theirs` done to it as well.

    Lines that are side by side do not overlap: what was added behind a line stays when that line goes.

    Raises:
        OverlapError: both changed the same lines, in different ways.
    """
    lines = byte_lines(base)
    our_lines, their_lines = byte_lines(ours), byte_lines(theirs)
    mine, other = _hunks(lines, our_lines), _hunks(lines, their_lines)
    done = [hunk for hunk in other if not _is_there(hunk, mine)]
    result: list[bytes] = []
    place = 0
    for hunk in sorted([*done, *mine], key=lambda hunk: (hunk.start, hunk.end)):
        if hunk.start < place:
            raise _overlap(hunk, mine)
        result += [*lines[place : hunk.start], *hunk.lines]
        place = hunk.end
    return b"".join([*result, *lines[place:]])


def brought_back(old: bytes, first: int, last: int, current: bytes) -> bytes:
    """`current` with the lines `first` to `last` (from 1) of `old` where they stood, or for what became of them."""
    wanted, now = byte_lines(old), byte_lines(current)
    chosen = wanted[first - 1 : last]
    steps = matching(wanted, now)
    start, end = _place_of(first - 1, steps, len(now))[0], _place_of(last - 1, steps, len(now))[1]
    return b"".join(_closed(now[:start]) + _closed(chosen, more=bool(now[end:])) + now[end:])


def _closed(lines: Sequence[bytes], *, more: bool = True) -> list[bytes]:
    """`lines` with a line end behind the last, where more follows."""
    if more and lines and not lines[-1].endswith(b"\n"):
        return [*lines[:-1], lines[-1] + b"\n"]
    return list(lines)


def _place_of(line: int, steps: Sequence[tuple[str, int, int, int, int]], length: int) -> tuple[int, int]:
    for kind, old_first, old_last, first, last in steps:
        if old_first <= line < old_last:
            place = first + line - old_first
            return (place, place + 1) if kind == "equal" else (first, last)
    return length, length


def _hunks(base: Sequence[bytes], other: Sequence[bytes]) -> list[_Hunk]:
    return [
        _Hunk(old_first, old_last, tuple(other[first:last]), first)
        for kind, old_first, old_last, first, last in matching(base, other)
        if kind != "equal"
    ]


def _is_there(hunk: _Hunk, mine: Sequence[_Hunk]) -> bool:
    return any((hunk.start, hunk.end, hunk.lines) == (one.start, one.end, one.lines) for one in mine)


def _overlap(hunk: _Hunk, mine: Sequence[_Hunk]) -> OverlapError:
    near = min(mine, key=lambda one: abs(one.start - hunk.start))
    return OverlapError(near.place + 1, near.place + max(1, len(near.lines)))
