"""The conversation on the screen: it shows what was said, and what is being said just now."""

from collections.abc import Sequence
from time import monotonic, process_time
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer

from localgpt_tui.core.events import Event, Said
from localgpt_tui.ui.rendering import code
from localgpt_tui.ui.widgets.caret import CaretView
from localgpt_tui.ui.widgets.gathering import Streamed, joined
from localgpt_tui.ui.widgets.happening import take
from localgpt_tui.ui.widgets.jumping import JumpView
from localgpt_tui.ui.widgets.rows import Row, ToldRow
from localgpt_tui.ui.widgets.searching import SearchView
from localgpt_tui.ui.widgets.ticking import TickView
from localgpt_tui.ui.widgets.timeline import Timeline

if TYPE_CHECKING:
    from localgpt_tui.sessions.entries import Entry

_FLUSH = 0.05  # seconds between two looks at what has arrived, at least
_SHARE = 4.0  # drawing may take a fifth of the time: it is followed by a pause of four times its cost
_TYPING = 0.03  # seconds that a key somewhere else puts drawing off

_TOP = "^"  # a goal that is no entry


class Transcript(CaretView, SearchView, JumpView, TickView):
    """Shows a conversation and follows it while it goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor(1)", "The message below", id="transcript-next"),
        Binding("k", "cursor(-1)", "The message above", id="transcript-previous"),
        Binding("left_square_bracket", "turn(-1)", "What you said before", id="transcript-turn-before"),
        Binding("right_square_bracket", "turn(1)", "What you said next", id="transcript-turn-after"),
        Binding("left_curly_bracket", "block(-1)", "The block of code before", id="transcript-code-before"),
        Binding("right_curly_bracket", "block(1)", "The next block of code", id="transcript-code-after"),
        Binding("g", "top", "The first message", id="transcript-top"),
        Binding("G,end", "scroll_end", "The end, and follow it", id="transcript-end"),
        Binding("home", "scroll_home", "The beginning of what is loaded", id="transcript-home"),
        Binding("up", "scroll_up", "A line up", id="transcript-line-up"),
        Binding("down", "scroll_down", "A line down", id="transcript-line-down"),
        Binding("pageup", "page_up", "A page up", id="transcript-page-up"),
        Binding("pagedown", "page_down", "A page down", id="transcript-page-down"),
        Binding("space", "fold", "Fold or unfold thinking and tools", id="transcript-fold"),
        Binding("enter", "open", "Unfold; on a message with links, list where they lead", id="transcript-open"),
        Binding("n", "next_match(1)", "The next match", id="transcript-match-after"),
        Binding("N", "next_match(-1)", "The match before", id="transcript-match-before"),
        Binding("v", "mark", "Mark lines: j, k extend; h l w b go by letters; y copies", id="transcript-mark"),
        Binding("y", "copy", "Copy the message as it was written, or the marked lines", id="transcript-copy"),
        Binding("c", "copy_code", "Copy the block of code", id="transcript-copy-code"),
        Binding("o", "page", "Read the message in a pager ($PAGER)", id="transcript-pager"),
        Binding("e", "edit", "Change what you said here, and send it again", id="transcript-edit"),
        Binding("left", "source(-1)", "The mark of a memory before", id="transcript-source-before"),
        Binding(
            "right",
            "source(1)",
            "The next mark of a memory; Enter or its number opens it",
            id="transcript-source-after",
        ),
        Binding("w", "why", "Why did you know that: the memories behind this reply", id="transcript-why"),
        Binding("r", "regenerate", "Let the model answer this again", id="transcript-regenerate"),
        Binding("d", "drop", "Drop this message and all after it", id="transcript-drop"),
        Binding("escape", "leave", "End marking or the search", show=False, id="transcript-leave"),
    ]

    class EarlierWanted(Message):
        """The beginning of what is loaded came into view; `everything` before it may be wanted, in pieces."""

        def __init__(self, *, everything: bool = False) -> None:
            super().__init__()
            self.everything = everything

    class Behind(Message):
        """The view does not follow the end: `lines` new lines are below it; 0 once it has seen them."""

        def __init__(self, lines: int) -> None:
            super().__init__()
            self.lines = lines

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._timeline = Timeline(self.seconds)
        self._more = False
        self._behind = 0
        self._pending: list[Streamed] = []
        self._flush_timer: Timer | None = None
        self._flushed = self._cost = self._typed = 0.0
        self._goal: str | None = None
        self._coming = False
        self.show_rows(self._timeline.rows)

    @property
    def rows(self) -> Sequence[Row]:
        """Everything that is shown, oldest first."""
        return self._timeline.rows

    @property
    def complete(self) -> bool:
        """False while earlier messages that were asked for are still to come."""
        return not self._coming

    def load(self, entries: "Sequence[Entry]", *, more: bool) -> None:
        """Show `entries`, oldest first, instead of what was shown; `more`: earlier ones can be asked for."""
        timeline = Timeline(self.seconds)
        timeline.load(entries)
        self._pending.clear()
        self.bring_back(timeline, more=more)

    def put_aside(self) -> Timeline:
        """What is shown, with all that has arrived; it can go on by itself while something else is shown."""
        self._take_pending()
        return self._timeline

    def bring_back(self, timeline: Timeline, *, more: bool) -> None:
        """Show what was put aside, and what came since, instead of what was shown."""
        self._timeline = timeline
        self._timeline.untouched()
        self._more, self._coming, self._goal = more, False, None
        self.forget_search()
        self.end_marking()
        self.show_rows(self._timeline.rows)
        self.tick_while(running=bool(timeline.running))
        self.follow()

    def prepend(self, entries: "Sequence[Entry]", *, more: bool) -> None:
        """Put earlier entries above; what is in view stays where it is."""
        self.flush()
        earlier = Timeline()
        earlier.load(entries)
        place = self.place()
        count = self._timeline.put_above(earlier)
        self.canvas.came_above(count)
        self._timeline.untouched()
        everything, self._coming, self._more = self._coming, False, more
        if everything and more:
            self._more, self._coming = False, True  # the rest is on its way
        self.settle(place)
        self.search_also(self.rows[:count])
        self._go_on_to_goal()
        self.came_into_view()

    def show(self, event: Event) -> None:
        """Show what happened; text that streams in is collected, and drawn at most twenty times a second."""
        if isinstance(event, Streamed):
            self._pending.append(event)
            self._flush_soon()
        else:
            self._take_pending()
            self._take(event)
            self._draw_changes()

    def tick(self) -> None:
        """Show how long tools have been running by now."""
        self._timeline.tick()
        self._draw_changes()

    def tell(self, text: str) -> None:
        """Show Markdown that is not part of the conversation; what is longer than the view, from its beginning."""
        self._take_pending()
        self._timeline.notice(text, ToldRow)
        self._draw_changes()
        self.call_after_refresh(self._show_beginning, self.rows[-1])

    def _show_beginning(self, row: Row) -> None:
        long = self.canvas.heights[len(self.rows) - 1] > self.scrollable_content_region.height
        if long and self.rows and self.rows[-1] is row:
            self.show_line(row, 0)

    def flush(self) -> None:
        """Draw at once what has arrived."""
        if self._flush_timer is not None:
            self._flush_timer.stop()
            self._flush_timer = None
        if self._pending:
            started = process_time()
            self._take_pending()
            self._draw_changes()
            self._cost = process_time() - started
        self._flushed = monotonic()

    def typed(self) -> None:
        """A key was pressed somewhere else: drawing waits a moment, so that the key is seen first."""
        self._typed = monotonic()

    # going somewhere

    def jump(self, entry: str) -> None:
        """Put the cursor on what the entry `entry` of the journal says; earlier ones are asked for if need be."""
        self._goal = entry
        self._go_on_to_goal()

    def action_top(self) -> None:
        """Go to the very first message; what is not loaded is asked for."""
        if self.marking:
            self.action_scroll_home()
        else:
            self.jump(_TOP)

    def search(self, query: str) -> None:
        """Mark what matches `query` and go to the nearest match, in what is not loaded yet too."""
        self._want_everything()
        super().search(query)

    def action_mark(self) -> None:
        """Begin to mark lines at the cursor, or end it."""
        canvas = self.canvas
        if self.marking:
            self.end_marking()
            return
        if self.cursor not in canvas.rows:
            self.point_in_view()
        if self.cursor is not None:
            self.mark_from(self.cursor, self._cursor_line(self.cursor))

    def action_copy(self) -> None:
        """Ask for the marked lines to be copied, or the message under the cursor."""
        if self.marking:
            self.post_message(self.CopyWanted(self.marked_text))
            self.end_marking()
        else:
            super().action_copy()

    def action_leave(self) -> None:
        """End marking, or the search; with neither, Esc is somebody else's."""
        if self.marking:
            self.end_marking()
        elif self.searching:
            self.end_search()
        else:
            raise SkipAction

    def _cursor_line(self, row: Row) -> int:
        """The line of `row` that the person looks at: the match, the code, or its first one."""
        if (line := self.match_line(row)) is not None:
            return line
        block = self.canvas.block
        if block is None:
            return row.gap
        return block.first + bool(block.language and block.first < block.last)

    def _want_everything(self) -> None:
        if self._more:
            self._more = False
            self._coming = True
            self.post_message(self.EarlierWanted(everything=True))

    def _go_on_to_goal(self) -> None:
        goal, rows = self._goal, self.rows
        if goal is None:
            return
        if goal == _TOP:
            found = next((row for row in rows if row.stop), None) if not (self._more or self._coming) else None
        else:
            found = next((row for row in rows if goal in (row.entry, getattr(row, "answer", ""))), None)
        if found is not None:
            self._goal = None
            self.point_at(found)
            self.show_line(found, 0)
        elif self._more or self._coming:
            self._want_everything()
        else:
            self._goal = None
            self.post_message(self.Noted("That message is not in this session, or on another branch of it."))

    def on_mount(self) -> None:
        """Load what highlights code, away from the keys."""
        if not code.ready():
            self.call_after_refresh(self._warm_up)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a click on the first line of a card folds it, one on a link shows it."""
        place = self.row_at(event.y)
        if place is not None and place.row.stop and not self.screen.selections:
            self.point_at(place.row)
            if link := self.link_under(event.x, event.y):
                self.post_message(self.LinksWanted([link]))
            elif place.line == place.row.gap:
                self.fold(place.row)

    def on_key(self, event: events.Key) -> None:
        """A number opens the memory that has it."""
        if event.key.isdecimal() and event.key != "0" and not self.marking:
            event.stop()
            self.open_numbered(int(event.key))

    def came_into_view(self) -> None:
        """Ask for what is above, and tell how much is still below."""
        if self._more and self.canvas.width and self.scroll_offset.y == 0:
            self._more = False  # asked once; `prepend` says whether there is still more
            self.post_message(self.EarlierWanted())
        self._tell_behind(self._behind)

    def _take(self, event: Event) -> None:
        take(self._timeline, event)
        if isinstance(event, Said) and event.message.kind == "user":
            self._follows = True
        self.tick_while(running=bool(self._timeline.running))

    def _take_pending(self) -> None:
        for event in joined(self._pending):
            self._take(event)
        self._pending.clear()

    def _flush_soon(self) -> None:
        if self._flush_timer is None:
            due = self._flushed + max(_FLUSH, _SHARE * self._cost) - monotonic()
            self._flush_timer = self.set_timer(max(0.001, due), self._flush_unless_typing)

    def _flush_unless_typing(self) -> None:
        self._flush_timer = None
        wait = self._typed + _TYPING - monotonic()
        if wait > 0:
            self._flush_timer = self.set_timer(wait, self._flush_unless_typing)
        else:
            self.flush()

    def _draw_changes(self) -> None:
        canvas, timeline = self.canvas, self._timeline
        if timeline.touched >= len(timeline.rows):
            return
        place = self.place()
        before = canvas.heights.total
        canvas.came_below()
        canvas.measure(timeline.touched, len(timeline.rows) - 1)
        self.search_also(timeline.rows[timeline.touched :])
        timeline.untouched()
        self._tell_behind(self._behind + max(0, canvas.heights.total - before))
        self.settle(place)

    def _tell_behind(self, lines: int) -> None:
        bottom = self.scroll_offset.y + self.scrollable_content_region.height
        lines = 0 if self.follows else min(lines, max(0, self.canvas.heights.total - bottom))
        if lines != self._behind:
            self._behind = lines
            self.post_message(self.Behind(lines))

    @work(thread=True, group="colours", exit_on_error=False)
    def _warm_up(self) -> None:
        code.warm_up()
        self.call_later(self.colours_ready)
