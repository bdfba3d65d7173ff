"""What could go on from what is being written: a list above the draft, which keeps the keys."""

from collections.abc import Sequence

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from localgpt_tui.drafting.completion import Suggestion, Wish
from localgpt_tui.safety.terminal import printable


class Completions(OptionList, can_focus=False):
    """Out of sight while there is nothing to offer; the prompt moves the mark in it."""

    class Taken(Message):
        """The person clicked on one."""

    def __init__(self) -> None:
        super().__init__(markup=False, compact=True)
        self.display = False
        self._wish: Wish | None = None
        self._offered: Sequence[Suggestion] = ()

    def chosen(self, wish: Wish) -> Suggestion | None:
        """The one that is marked; None where nothing is offered, or it was for another wish."""
        if wish != self._wish or self.highlighted is None:
            return None
        return self._offered[self.highlighted]

    def offer(self, wish: Wish | None, suggestions: Sequence[Suggestion]) -> None:
        """Show these for `wish`, the likeliest first and marked; none of them puts the list away."""
        self._wish = wish
        if suggestions == self._offered:
            return
        self._offered = suggestions
        self.set_options([Option(_line(each)) for each in suggestions])
        self.display = bool(suggestions)
        self.highlighted = 0 if suggestions else None
        if suggestions:
            self.scroll_home(animate=False)

    def move(self, step: int) -> None:
        """Mark the next one, or the one before; round at the ends."""
        if self._offered and self.highlighted is not None:
            self.highlighted = (self.highlighted + step) % len(self._offered)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click takes it."""
        event.stop()
        self.highlighted = event.option_index
        self.post_message(self.Taken())


def _line(suggestion: Suggestion) -> Content:
    label = Content(printable(suggestion.label).replace("\n", " "))
    for place in suggestion.places:
        label = label.stylize("bold $primary", place, place + 1)
    words = " ".join(printable(suggestion.words).split())
    return Content.assemble(label, "  ", (words, "$text-muted")) if words else label
