"""The numbers by which one turn's reply can cite what it was given from the memory."""

from collections.abc import Iterable
from dataclasses import replace

from localgpt_tui.core.passages import Passage


class Citations:
    """Counts through a turn: recalled passages first, then what the model's own searches and readings bring.

    Not for several threads.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._news: list[Passage] = []

    def begin(self) -> None:
        """A turn begins: count from 1 again."""
        self._numbers.clear()
        self._news.clear()

    def numbered(self, passages: Iterable[Passage]) -> tuple[Passage, ...]:
        """`passages` with their numbers; the same lines keep the number they had earlier in the turn."""
        return tuple(self._numbered(passage) for passage in passages)

    def news(self) -> tuple[Passage, ...]:
        """What got a number since this was asked last."""
        news, self._news = tuple(self._news), []
        return news

    def _numbered(self, passage: Passage) -> Passage:
        known = self._numbers.get(passage.source)
        numbered = replace(passage, number=known or len(self._numbers) + 1)
        if known is None:
            self._numbers[passage.source] = numbered.number
            self._news.append(numbered)
        return numbered
