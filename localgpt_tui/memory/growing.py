"""Units that score well grow into passages: with their neighbours, merged where they meet; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

_GROWS_TO = 600
_MERGES_TO = 2000
_SEEDS = 40
_GAP = 1


class Scored(NamedTuple):
    """A unit that may be shown.

    Attributes:
        file, number: which one; numbers count the units of a file.
        section: units of one section grow together.
        size: in characters.
        seeds: a passage may begin with it; others are only taken in.
        is_heading: it is not taken in for its own sake, only to join what stands on both sides.
    """

    file: int
    number: int
    section: int
    size: int
    score: float
    seeds: bool = True
    is_heading: bool = False


@dataclass(slots=True)
class Grown:
    """A passage: neighbouring units `first` to `last` of a file, and the unit it grew from."""

    file: int
    first: int
    last: int
    best: Scored


@dataclass(slots=True)
class _Field:
    units: dict[tuple[int, int], Scored]
    owner: dict[tuple[int, int], Grown] = field(default_factory=dict)

    def neighbour(self, file: int, number: int, section: int) -> Scored | None:
        unit = self.units.get((file, number))
        return unit if unit and unit.section == section else None


def grow(units: Sequence[Scored], limit: int) -> list[Grown]:
    """The best passages of `units`, best first, at most `limit`; no unit is in two.

    The best units take neighbours in, the better side first, up to 600 characters. Where one meets a better passage
    they become one, of at most 2,000 characters, so that ten passages hold more of what is different. After 40 units
    nothing is merged into better passages any more: their place was earned by others.
    """
    ground = _Field({(unit.file, unit.number): unit for unit in units})
    passages: list[Grown] = []
    ranked = sorted((unit for unit in units if unit.seeds), key=lambda unit: (-unit.score, unit.file, unit.number))
    for rank, seed in enumerate(ranked):
        if len(passages) >= limit and rank >= _SEEDS:
            break
        if (seed.file, seed.number) in ground.owner:
            continue
        grown = _grown(ground, seed)
        if rank < _SEEDS and _merged(ground, grown):
            continue
        passages.append(grown)
        _claim(ground, grown)
    return passages[:limit]


def _grown(ground: _Field, seed: Scored) -> Grown:
    first = last = seed.number
    size = seed.size
    while True:
        sides = [ground.neighbour(seed.file, number, seed.section) for number in (first - 1, last + 1)]
        fitting = [
            unit
            for unit in sides
            if unit
            and not unit.is_heading
            and (unit.file, unit.number) not in ground.owner
            and size + unit.size <= _GROWS_TO
        ]
        if not fitting:
            return Grown(seed.file, first, last, seed)
        taken = max(fitting, key=lambda unit: (unit.score, -unit.number))
        size += taken.size
        first, last = min(first, taken.number), max(last, taken.number)


def _merged(ground: _Field, grown: Grown) -> bool:
    """Join `grown` to a better passage of its file that it touches, nearly or wholly."""
    near = [*range(grown.first - 1 - _GAP, grown.first), *range(grown.last + 1, grown.last + 2 + _GAP)]
    seen: list[Grown] = []
    for number in near:
        other = ground.owner.get((grown.file, number))
        if other is None or any(other is each for each in seen):
            continue
        seen.append(other)
        first, last = min(grown.first, other.first), max(grown.last, other.last)
        keys = [(grown.file, inner) for inner in range(first, last + 1)]
        if any(key not in ground.units or ground.owner.get(key, other) is not other for key in keys):
            continue
        if sum(ground.units[key].size for key in keys) <= _MERGES_TO:
            other.first, other.last = first, last
            _claim(ground, other)
            return True
    return False


def _claim(ground: _Field, passage: Grown) -> None:
    for number in range(passage.first, passage.last + 1):
        ground.owner[passage.file, number] = passage
