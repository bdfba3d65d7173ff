"""The top line: the program and the session that is open."""

from rich.console import RenderableType
from textual.content import Content
from textual.reactive import reactive
from textual.visual import Visual
from textual.widget import Widget

from localgpt_tui.safety.terminal import printable


class Header(Widget):
    """The session's title, and a word where it is special."""

    session = reactive("")
    note = reactive("")
    branches = reactive(1)
    learned = reactive(0)

    def render(self) -> RenderableType | Visual:
        """One line; a long title is cut, the note never."""
        ways = f"{self.branches} branches" if self.branches > 1 else ""
        learned = f"mem +{self.learned}" if self.learned else ""
        note = Content(" · ".join(filter(None, (ways, printable(self.note), learned))))
        room = max(4, self.size.width - note.cell_length - 15)
        title = Content(" ".join(printable(self.session).split()) or "new session").truncate(room, ellipsis=True)
        left = Content.assemble(
            ("localgpt", "bold $primary"), "   ", title if self.session else title.stylize("$text-muted")
        )
        gap = " " * max(1, self.size.width - left.cell_length - note.cell_length)
        return Content.assemble(left, gap, note.stylize("$warning"))
