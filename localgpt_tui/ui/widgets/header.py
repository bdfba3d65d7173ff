"""The top line: the program and the session that is open."""

from rich.console import RenderableType
from textual.content import Content
from textual.reactive import reactive
from textual.visual import Visual
from textual.widget import Widget

from localgpt_tui.safety.terminal import printable


class Header(Widget):
    """The session's title, a word where it is special, and how the heartbeat is: its words and their colour."""

    session = reactive("")
    note = reactive("")
    branches = reactive(1)
    learned = reactive(0)
    needed = reactive(0)
    heart = reactive(("", ""))

    def render(self) -> RenderableType | Visual:
        """One line; a long title is cut, the note never."""
        ways = f"{self.branches} branches" if self.branches > 1 else ""
        learned = f"mem +{self.learned}" if self.learned else ""
        needed = f"NEEDS YOU {self.needed}" if self.needed else ""
        note = Content(" · ".join(filter(None, (needed, ways, printable(self.note), learned))))
        note = note.stylize("bold", 0, len(needed)) if needed else note
        words, look = self.heart
        beats = Content.assemble("  " if note and words else "", (words, look))
        right = Content.assemble(note.stylize("$warning"), beats)
        room = max(4, self.size.width - right.cell_length - 15)
        title = Content(" ".join(printable(self.session).split()) or "new session").truncate(room, ellipsis=True)
        left = Content.assemble(
            ("localgpt", "bold $primary"), "   ", title if self.session else title.stylize("$text-muted")
        )
        gap = " " * max(1, self.size.width - left.cell_length - right.cell_length)
        return Content.assemble(left, gap, right)
