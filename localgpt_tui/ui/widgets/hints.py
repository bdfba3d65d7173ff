"""The last line: the keys that matter here, or a word that passes."""

from rich.cells import cell_len
from rich.console import RenderableType
from textual.content import Content
from textual.timer import Timer
from textual.visual import Visual
from textual.widget import Widget

from localgpt_tui.safety.terminal import printable

Hint = tuple[str, str]
"""A key and what it does."""


class Hints(Widget):
    """Shows as many hints as fit, the most needed first."""

    def __init__(self) -> None:
        super().__init__()
        self._hints: tuple[Hint, ...] = ()
        self._word = ""
        self._timer: Timer | None = None

    def show(self, hints: tuple[Hint, ...]) -> None:
        """Other keys matter now."""
        if hints != self._hints:
            self._hints = hints
            self.refresh()

    def say(self, word: str, *, seconds: float = 6.0) -> None:
        """Put `word` in the place of the hints for a while; an empty one brings the hints back."""
        if self._timer:
            self._timer.stop()
            self._timer = None
        self._word = " ".join(printable(word).split())
        self.set_class(bool(self._word), "-word")
        self.set_class(cell_len(self._word) > self.size.width > 0, "-long")
        self.refresh(layout=self.has_class("-long"))
        if self._word:
            self._timer = self.set_timer(seconds, lambda: self.say(""))

    def render(self) -> RenderableType | Visual:
        """One line, never cut inside a hint; a long word takes more lines."""
        if self._word:
            return Content(self._word)
        line = Content("")
        for key, words in self._hints:
            part = Content.assemble((key, "$primary"), f" {words}")
            longer = Content.assemble(line, "  " if line else "", part)
            if longer.cell_length > self.size.width:
                break
            line = longer
        return line
