"""The pane itself: a line of tabs, and what the chosen one shows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from rich.console import RenderableType
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.visual import Visual
from textual.widget import Widget

from localgpt_tui.ui.widgets.memory_list import Item, MemoryList


class InspectorList(MemoryList):
    """The lines of a tab.

    Attributes:
        HINTS: what the last line says while it has the keys.
    """

    HINTS = (("Enter", "go there"), ("] [", "tabs"), ("j k", "move"), ("^X i", "put away"), ("Esc", "prompt"))

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right_square_bracket", "screen.next_tab(1)", "The next tab", id="inspector-next"),
        Binding("left_square_bracket", "screen.next_tab(-1)", "The tab before", id="inspector-previous"),
        Binding("enter", "enter", "Go to what the line is about", id="inspector-enter"),
        Binding("tab", "screen.next_pane(1)", "Next pane", show=False, id="chat-next-pane"),
        Binding("shift+tab", "screen.next_pane(-1)", "Previous pane", show=False, id="chat-previous-pane"),
    ]

    def on_click(self, event: events.Click) -> None:
        """A click on the marked line does what Enter does."""
        before = self.chosen
        super().on_click(event)
        event.prevent_default()  # the base class was asked already
        if self.chosen and self.chosen == before:
            self.action_enter()


class TabLine(Widget):
    """The names of the tabs, the chosen one marked by more than a colour."""

    chosen = reactive(0)

    class Clicked(Message):
        """The person clicked on the tab `number`."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = tuple(names)

    def render(self) -> RenderableType | Visual:
        """One line, the way to the next tab at its end."""
        line = Content("")
        for number, name in enumerate(self._names):
            here = number == self.chosen
            shown = (f"[{name.upper()}]", "bold $primary") if here else (f" {name.upper()} ", "$text-muted")
            line = Content.assemble(line, shown, " ")
        way = Content("^X ] next").stylize("$text-muted")
        gap = self.size.width - line.cell_length - way.cell_length
        return Content.assemble(line, " " * gap, way) if gap > 0 else line

    def on_click(self, event: events.Click) -> None:
        """A click chooses a tab."""
        end = 0
        for number, name in enumerate(self._names):
            end += len(name) + 3
            if event.x < end:
                self.post_message(self.Clicked(number))
                return


class Inspector(Vertical):
    """Shows one tab of several; what they hold is somebody else's."""

    class Turned(Message):
        """Another tab is to be shown."""

    class Entered(Message):
        """The person chose the line `key`."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = tuple(names)

    @property
    def tab(self) -> int:
        """Which tab is shown."""
        return self.query_one(TabLine).chosen

    @property
    def list(self) -> InspectorList:
        """What takes the keys."""
        return self.query_one(InspectorList)

    def compose(self) -> ComposeResult:
        """The tabs above, the lines below."""
        yield TabLine(self._names)
        yield InspectorList()

    def show(self, items: Sequence[Item]) -> None:
        """Fill the tab, lines indented below their headings; the marked one stays marked while it is there."""
        items = [replace(item, lead=f" {item.lead}") if item.key else item for item in items]
        self.list.show(items, chosen=self.list.chosen)

    def turn(self, step: int) -> None:
        """Show the tab `step` further on."""
        self._choose((self.tab + step) % len(self._names))

    @on(TabLine.Clicked)
    def _clicked(self, clicked: TabLine.Clicked) -> None:
        self._choose(clicked.number)

    @on(MemoryList.Entered)
    def _entered(self, entered: MemoryList.Entered) -> None:
        entered.stop()
        self.post_message(self.Entered(entered.key))

    @on(MemoryList.Looked)
    def _looked(self, looked: MemoryList.Looked) -> None:
        looked.stop()

    def _choose(self, number: int) -> None:
        if number != self.tab:
            self.query_one(TabLine).chosen = number
            self.post_message(self.Turned())
