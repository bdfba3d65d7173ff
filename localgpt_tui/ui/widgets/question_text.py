"""A question as it is read: what would run and what it touches, in lines that scroll; only what is seen is drawn."""

from itertools import chain, islice

from textual.content import Content
from textual.geometry import Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from localgpt_tui.core.approvals import Approval
from localgpt_tui.ui.rendering.lines import Line
from localgpt_tui.ui.rendering.questions import fact_lines, text_lines, text_of

_FEWEST = 3  # lines of text that stand above the facts in any case; a text too long for the room stands below them
_LOOKED_AHEAD = 400  # lines laid out while a question stands above the draft; the full view has all


class QuestionText(ScrollView):
    """Shows one `Approval`; holds no key of its own."""

    can_focus = False
    virtual_size = Reactive(Size(0, 0), layout=False)  # how much there is to scroll moves no other widget
    DEFAULT_CSS = """
    QuestionText { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 0; height: auto; }
    """

    def __init__(self, *, everything: bool = False) -> None:
        """Nothing is shown yet.

        Args:
            everything: lay out all of a long text, not only its beginning.
        """
        super().__init__()
        self._approval: Approval | None = None
        self._everything = everything
        self._lines: list[Line] = []
        self._laid_out_for = (0, 0)
        self._cut = False

    @property
    def whole(self) -> bool:
        """True where all of it is in sight at once."""
        return not self._cut and len(self._lines) <= self.scrollable_content_region.height

    @property
    def hidden(self) -> str:
        """How much more there is than is in sight, in words; empty where that is nothing."""
        if self.whole or self._approval is None:
            return ""
        if self._cut:
            lines = text_of(self._approval).count("\n") + 1
            return f"{lines:,} lines in all" if lines > 1 else f"{len(text_of(self._approval)):,} characters in all"
        below = len(self._lines) - self.scrollable_content_region.height - self.scroll_offset.y
        return f"{below:,} more line{'' if below == 1 else 's'} below" if below > 0 else "more above"

    def show(self, approval: Approval | None) -> None:
        """Show `approval` from its beginning."""
        self._approval, self._laid_out_for = approval, (0, 0)
        self._lines = []
        self.scroll_to(0, 0, animate=False, immediate=True)
        if self.size.width:
            self._lay_out(self.scrollable_content_region.width or self.size.width)
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's signature
        """As many lines as there are."""
        self._lay_out(width)
        return len(self._lines)

    def on_resize(self) -> None:
        """Another width, other lines."""
        self._lay_out(self.scrollable_content_region.width)

    def render_line(self, y: int) -> Strip:
        """One line of what is in sight."""
        number = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        self._lay_out(width)  # a line that was laid out for more cells would lose its end
        if number >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        strips = Visual.to_strips(self, Content.assemble(*self._lines[number]), width, 1, self.visual_style)
        return strips[0] if strips else Strip.blank(width, self.rich_style)

    @property
    def _room(self) -> int:
        """Lines that can be in sight at once."""
        most = self.styles.max_height
        return int(most.value) if most is not None else self.size.height

    def _lay_out(self, width: int) -> None:
        if self._approval is None or width <= 0 or (width, self._room) == self._laid_out_for:
            return
        self._laid_out_for = (width, self._room)
        facts = fact_lines(self._approval, width, everything=self._everything)
        text = text_lines(self._approval, width)
        few = max(_FEWEST, self._room)
        first = list(islice(text, few + 1))
        if len(first) <= few:
            self._lines, self._cut = [*first, *([[]] if first and facts else []), *facts], False
        else:
            most = None if self._everything else _LOOKED_AHEAD
            kept = [*first, *islice(text, most)]
            self._cut = next(iter(text), None) is not None
            self._lines = list(chain(facts, [[]] if facts else [], kept))
        if len(self._lines) < self._room and not self._everything:
            self._lines.append([])  # sets the answers apart, where there is room for it
        self.virtual_size = Size(width, len(self._lines))
