"""How tall each row is and where it begins; estimates at first, measured when a row comes into view."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import overload


class Heights:
    """Heights of rows in lines, and the sums of those before each."""

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights = list(heights)
        self._starts = [0]

    def __len__(self) -> int:
        return len(self._heights)

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> list[int]: ...
    def __getitem__(self, index: int | slice) -> int | list[int]:
        return self._heights[index]

    @property
    def total(self) -> int:
        """Lines of all rows together."""
        return self._sums()[-1]

    def start(self, index: int) -> int:
        """The first line of row `index`."""
        return self._sums()[index]

    def at(self, line: int) -> int:
        """The row that line `line` belongs to; the last one for lines below it, 0 where there are none."""
        return max(0, min(bisect_right(self._sums(), line), len(self._heights)) - 1)

    def set(self, index: int, height: int) -> bool:
        """Row `index` is `height` lines tall; True where that is news."""
        if self._heights[index] == height:
            return False
        self._heights[index] = height
        del self._starts[index + 1 :]
        return True

    def extend(self, heights: Iterable[int]) -> None:
        """Rows below all others."""
        self._heights.extend(heights)

    def _sums(self) -> list[int]:
        known = len(self._starts)
        if known <= len(self._heights):
            self._starts.extend(accumulate(self._heights[known - 1 :], initial=self._starts.pop()))
        return self._starts
