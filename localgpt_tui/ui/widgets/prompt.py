"""Where the person writes: several lines, Enter sends, Up and Down bring back what was said."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.widgets import TextArea

from localgpt_tui.drafting.completion import Suggestion, Wish, is_written, wish
from localgpt_tui.safety.terminal import printable

LARGEST_PASTE = 64 * 1024
"""Bytes of one paste that go into the draft; more is sent along as a file."""

KEYS: tuple[tuple[str, str], ...] = (
    ("↑ ↓", "In the first and last line: what you said before; with nothing written: take back what waits"),
    ("/", "At the beginning: a command; what fits is listed above the draft"),
    ("@", "A file or a session to send along; what fits is listed"),
    ("#", "At the beginning: remember the line, without asking a model"),
    ("\\ Enter", "A new line, as in a shell"),
    ("Backspace", "At the very beginning: take the last attachment away"),
    ("Ctrl+A Ctrl+E", "To the beginning and the end of the line"),
    ("Ctrl+U Ctrl+K", "Delete to the beginning and the end of the line"),
    ("Ctrl+W", "Delete the word before the cursor"),
    ("Ctrl+D", "Delete the letter under the cursor; with nothing written: quit"),
)
"""For the help page: what is done by writing."""

_JOINERS = "\u200c\u200d"  # parts of words in Persian and Indic scripts, and of emoji; Python calls them unprintable


class Prompt(TextArea):
    """A draft that grows with its lines."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "Send; while a reply is being written: wait behind it", id="prompt-send"),
        Binding("ctrl+j,shift+enter", "newline", "A new line", id="prompt-newline"),
        Binding("tab", "tab", "Take what is offered; with nothing offered: the next pane", id="prompt-complete"),
        Binding("shift+tab", "screen.next_pane(-1)", "Previous pane", show=False, id="chat-previous-pane"),
        Binding("pageup", "screen.page(-1)", "Scroll up", show=False, id="chat-page-up"),
        Binding("pagedown", "screen.page(1)", "Scroll down", show=False, id="chat-page-down"),
    ]

    # a typed letter is no reason for a new layout; a new line asks for one itself
    virtual_size = Reactive(Size(0, 0), layout=False)

    class Sent(Message):
        """The person pressed Enter; `text` may be empty."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class TakenBack(Message):
        """The person wants the message that waits back."""

    class Pasted(Message):
        """Too much was pasted for a draft: `text` is to be sent along."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Detached(Message):
        """The person deletes at the very beginning: the last attachment is to go."""

    class Moved(Message):
        """Another one of what is offered is to be marked."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    class LeftEmpty(Message):
        """Ctrl+D on an empty draft."""

    def __init__(self, *, placeholder: str = "") -> None:
        super().__init__(compact=True, highlight_cursor_line=False, placeholder=placeholder)
        self.cursor_blink = False
        self.something_waits = False
        self.offered: Callable[[Wish], Suggestion | None] = lambda _: None
        """What is marked among the completions of a wish, asked for when a key needs it."""
        self.answers: Callable[[str], bool] = lambda _: False
        """Takes a letter where nothing is written yet: True where it answered a question that stands above."""
        self._said: list[str] = []
        self._place: int | None = None
        self._unsent = ""
        self._rows = 1

    @property
    def said(self) -> tuple[str, ...]:
        """What was said before, oldest first."""
        return tuple(self._said)

    @property
    def wish(self) -> Wish | None:
        """What could be completed at the cursor; its `start` is a column of the cursor's line."""
        row, column = self.cursor_location
        if self.selected_text:
            return None
        found = wish(self.document.get_line(row)[:column])
        return found if found is None or row == 0 or found.kind == "file" else None

    def remember(self, said: Sequence[str]) -> None:
        """Take what was said before, oldest first, as what Up and Down bring back."""
        self._said = list(said)
        self._place = None

    def add_said(self, text: str) -> None:
        """One more message that Up brings back."""
        if text and self._said[-1:] != [text]:
            self._said.append(text)
        self._place = None

    def write(self, text: str) -> None:
        """Make `text` the draft, the cursor behind it."""
        self.text = text
        self.move_cursor(self.document.end)
        self._grow()

    def accept(self, suggestion: Suggestion) -> None:
        """Put `suggestion` in the place of what it completes."""
        begun = self.wish
        if begun is not None:
            row, column = self.cursor_location
            self.replace(suggestion.text, (row, begun.start), (row, column), maintain_selection_offset=False)

    def action_send(self) -> None:
        """Send the draft; take what is offered first; a backslash at the end makes a new line instead."""
        begun = self.wish
        suggestion = self.offered(begun) if begun is not None else None
        if suggestion is not None and begun is not None and not is_written(suggestion, begun):
            self.accept(suggestion)
            if begun.kind == "file" or suggestion.goes_on:
                return
        if self.text.endswith("\\") and self.cursor_at_end_of_text:
            self.action_delete_left()
            self.action_newline()
            return
        text = self.text.strip()
        self.write("")  # at once: what is typed next belongs to the next message
        self.post_message(self.Sent(text))

    def action_newline(self) -> None:
        """A new line where the cursor is."""
        self._replace_via_keyboard("\n", *self.selection)

    async def action_tab(self) -> None:
        """Take what is offered; nothing while something could be; else go to the next pane."""
        begun = self.wish
        if begun is None:
            await self.run_action("screen.next_pane(1)")
        elif suggestion := self.offered(begun):
            self.accept(suggestion)

    def action_cursor_up(self, select: bool = False) -> None:  # noqa: FBT001, FBT002 - Textual's signature
        """Move up; in what is offered, or in the first line to what waits or what was said before."""
        if self._choosing and not select:
            self.post_message(self.Moved(-1))
        elif select or self._row() > 0:
            super().action_cursor_up(select)
        elif self.something_waits and not self.text:
            self.post_message(self.TakenBack())
        else:
            self._go_back(-1)

    def action_cursor_down(self, select: bool = False) -> None:  # noqa: FBT001, FBT002 - Textual's signature
        """Move down; in what is offered, or in the last line towards the draft."""
        if self._choosing and not select:
            self.post_message(self.Moved(1))
        elif select or self._row() < self.wrapped_document.height - 1:
            super().action_cursor_down(select)
        else:
            self._go_back(1)

    def action_delete_left(self) -> None:
        """Delete the letter before the cursor; at the very beginning, the last attachment."""
        if self.cursor_at_start_of_text and not self.selected_text:
            self.post_message(self.Detached())
        else:
            super().action_delete_left()

    def action_delete_right(self) -> None:
        """Delete the letter under the cursor; with nothing written, Ctrl+D leaves."""
        if self.text:
            super().action_delete_right()
        else:
            self.post_message(self.LeftEmpty())

    @property
    def _choosing(self) -> bool:
        """True while Up and Down move in what is offered; what history brought back is not to be completed."""
        begun = self.wish if self._place is None else None
        return begun is not None and self.offered(begun) is not None

    def _row(self) -> int:
        return self.wrapped_document.location_to_offset(self.cursor_location).y

    def _go_back(self, step: int) -> None:
        place = len(self._said) if self._place is None else self._place
        wanted = place + step
        if not 0 <= wanted <= len(self._said) or (self._place is None and step > 0):
            return
        if place == len(self._said):
            self._unsent = self.text
        self.write(self._unsent if wanted == len(self._said) else self._said[wanted])
        self._place = wanted if wanted < len(self._said) else None

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "shift+\r":  # Shift+Enter by xterm's modifyOtherKeys
            event.stop()
            event.prevent_default()
            self.action_newline()
        elif event.is_printable:
            if not self.text and event.character and self.answers(event.character):
                event.stop()
                event.prevent_default()
                return
            self._place = None
            await super()._on_key(event)
        elif event.character and event.character in _JOINERS:
            event.stop()
            event.prevent_default()
            self._replace_via_keyboard(event.character, *self.selection)
        else:
            await self._do_bound(event)

    async def _do_bound(self, event: events.Key) -> None:
        """Do at once what the key means, here or further up.

        Textual would let it climb to the app first, and letters that were typed behind it would overtake it.
        """
        event.prevent_default()
        active = self.screen.active_bindings.get(event.key)
        if active is not None and not active.binding.priority:
            event.stop()
            await self.app.run_action(active.binding.action, active.node)

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        text = printable(event.text)
        self._place = None
        if len(text.encode(errors="replace")) > LARGEST_PASTE:
            self.post_message(self.Pasted(text))
        else:
            self._replace_via_keyboard(text, *self.selection)

    def on_text_area_changed(self) -> None:
        """Grow or shrink with the lines."""
        self._grow()

    def on_resize(self) -> None:
        """Lines wrap elsewhere at another width."""
        self.call_after_refresh(self._grow)

    def _grow(self) -> None:
        rows = self.wrapped_document.height
        if rows != self._rows:
            self._rows = rows
            self.refresh(layout=True)
