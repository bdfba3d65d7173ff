"""A screen on which passages are pinned, or never recalled again; both can be taken back."""

from abc import abstractmethod
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType

from localgpt_tui.core.passages import Passage
from localgpt_tui.memory.choices import Choice, Chosen
from localgpt_tui.plaintext import shown_name
from localgpt_tui.ui.remembering import Kept
from localgpt_tui.ui.screens.memory_handling import HandlingScreen
from localgpt_tui.ui.widgets.memory_items import NEVER, PINNED

_DONE = {
    "pinned": "Pinned: {} is recalled whenever it bears on a message.",
    "never": "{} is never recalled again; a search still finds it.",
    None: "Nothing in particular holds for {} any more.",
}


class ChoosingScreen(HandlingScreen):
    """Knows what was chosen for passages."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "p", "choose('pinned')", "Pin the passage: recalled whenever it bears; again: no more", id="memory-pin"
        ),
        Binding("n", "choose('never')", "Never recall the passage again; again: take that back", id="memory-never"),
    ]

    kept = Kept()

    @property
    @abstractmethod
    def chosen(self) -> str:
        """The key of the line that is marked in the list."""

    @property
    @abstractmethod
    def passage(self) -> Passage | None:
        """The passage that is marked in the list, if one is."""

    async def read_choices(self) -> None:
        """See what was chosen so far."""
        self.kept = await self.ask(self.remembering.chosen()) or Kept()

    def kept_at(self, key: str) -> Chosen | None:
        """The choice that the line `key` of the list shows."""
        for sign, listed in ((PINNED, self.kept.chosens.pinned), (NEVER, self.kept.chosens.never)):
            place = key.removeprefix(sign)
            if key.startswith(sign) and place.isdecimal() and int(place) < len(listed):
                return listed[int(place)]
        return None

    @work(group="choose", exclusive=True)
    async def action_choose(self, choice: Choice) -> None:
        """Let `choice` hold for the passage or the marked lines, or no longer where it does."""
        gone = self.kept_at(self.chosen)
        path, first, last = self.pointed
        if gone is not None and self.passage is None:
            await self._done(self.remembering.choose_no_more(gone), "The choice is taken back. u undoes that.")
        elif not first:
            self.say("Choose a passage: search for it, or mark lines in the text with v.")
        else:
            await self._choose(Passage(path, first, last, ""), choice)

    async def _choose(self, passage: Passage, choice: Choice) -> None:
        before = self.remembering.made
        now = await self.ask(self.remembering.choose(passage, choice))
        if self.remembering.made > before:  # else it was said why not
            self.say(f"{_DONE[now].format(shown_name(passage.source))} u undoes it.", seconds=12)
            self.read_again()
