"""A view of rows with a cursor on messages and on the code in them, and what can be done to those."""

from collections.abc import Callable, Iterable
from itertools import takewhile

from textual.message import Message

from localgpt_tui.core.passages import Passage
from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.rendering.links import Link, links
from localgpt_tui.ui.rendering.markdown import CodeBlock
from localgpt_tui.ui.widgets.memory_sources import counted
from localgpt_tui.ui.widgets.rows import HeadRow, ReplyRow, Row, SourcesRow, ToolRow, UserRow
from localgpt_tui.ui.widgets.rowview import RowView

_UNSAVED = "This message is not saved yet: wait for its end, or stop it with Esc."


class VerbView(RowView):
    """Asks for what the person wants done; doing it is somebody else's."""

    class CopyWanted(Message, namespace="transcript"):
        """The person wants `text` in the clipboard: a message or code as it was written, made printable."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class PagerWanted(Message, namespace="transcript"):
        """The person wants to read `text`, which is printable, outside."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Pointed(Message, namespace="transcript"):
        """The cursor went to another row."""

    class LinksWanted(Message, namespace="transcript"):
        """The person wants to see where the links of a message lead; none is followed before they choose it."""

        def __init__(self, links: list[Link]) -> None:
            super().__init__()
            self.links = links

    class Noted(Message, namespace="transcript"):
        """A word for the person about the key they pressed."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    class _About(Message):
        """Something is wanted about the message at an entry of the journal.

        Attributes:
            entry: its id.
        """

        def __init__(self, entry: str) -> None:
            super().__init__()
            self.entry = entry

    class EditWanted(_About, namespace="transcript"):
        """The person wants to change what they said at, or before, `entry`, and say it again."""

    class RetryWanted(_About, namespace="transcript"):
        """The person wants another answer to what they said at, or before, `entry`."""

    class DropWanted(_About, namespace="transcript"):
        """The person wants the message `entry` and all after it dropped."""

    class WhyWanted(Message, namespace="transcript"):
        """The person wants to see the memories that the model was given for a reply; `first` the one numbered so."""

        def __init__(self, sources: tuple[Passage, ...], first: int = 0) -> None:
            super().__init__()
            self.sources = sources
            self.first = first

    def source(self, row: Row) -> str:
        """The text of `row` as it was written, made printable."""
        return printable(row.text)

    def code_blocks(self, row: Row) -> list[CodeBlock]:
        """The blocks of code in `row`, each with its source and the lines of the row that show it."""
        return self.canvas.code(row)

    # moving

    def point_at(self, row: Row | None) -> None:
        """Put the cursor on `row`, and say so."""
        super().point_at(row)
        self.post_message(self.Pointed())

    def action_turn(self, step: int) -> None:
        """Move the cursor to what the person said next, or before."""
        rows = self.canvas.rows
        start = rows.index(self.cursor) + step if self.cursor in rows else self.last_in_view()
        others = range(max(start, 0), len(rows) if step > 0 else -1, step) if rows else ()
        target = next((rows[other] for other in others if isinstance(rows[other], UserRow)), None)
        if target is not None:
            self.point_at(target)

    def action_block(self, step: int) -> None:
        """Move the cursor to the next block of code, or to the one before, in whatever message it stands."""
        canvas, rows = self.canvas, self.canvas.rows
        number: int | None
        if self.cursor in rows:
            index, number = rows.index(self.cursor), canvas.block_number
            number = number + step if number is not None else None if step > 0 else -1
        else:
            index, number, step = self.last_in_view(), None, -1
        while 0 <= index < len(rows):
            blocks = canvas.code(rows[index])
            number = number if number is not None else 0 if step > 0 else len(blocks) - 1
            if 0 <= number < len(blocks):
                self._point_at_block(rows[index], number)
                return
            index, number = index + step, None
        self.post_message(self.Noted("There is no more code that way."))

    def _point_at_block(self, row: Row, number: int) -> None:
        self.canvas.cursor, self.canvas.block_number = row, number
        blocks = self.canvas.code(row)
        self.show_line(row, blocks[number].first)
        language = f" ({printable(blocks[number].language)})" if blocks[number].language else ""
        self.post_message(self.Noted(f"Code {number + 1} of {len(blocks)}{language}: c copies it."))

    # verbs

    def action_copy(self) -> None:
        """Ask for the message under the cursor to be copied."""
        if (row := self._aim()) is not None:
            self.post_message(self.CopyWanted(self.source(row)))

    def action_copy_code(self) -> None:
        """Ask for the code under the cursor to be copied, or for the only code of the message."""
        if (row := self._aim()) is None:
            return
        blocks = self.code_blocks(row)
        block = self.canvas.block or (blocks[0] if len(blocks) == 1 else None)
        if block is not None:
            self.post_message(self.CopyWanted(block.source))
        elif blocks:
            self.post_message(self.Noted(f"This message has {len(blocks)} blocks of code: }} goes to the next one."))
        else:
            self.post_message(self.Noted("There is no code in this message: { and } go to the nearest."))

    def action_page(self) -> None:
        """Ask for the message under the cursor in a pager."""
        if (row := self._aim()) is not None:
            self.post_message(self.PagerWanted(self.source(row)))

    def action_fold(self) -> None:
        """Fold or unfold the thinking or the tool under the cursor."""
        if (row := self._aim()) is None:
            return
        if row.foldable:
            self.fold(row)
        else:
            self.post_message(self.Noted("There is nothing to fold here: j and k go to another message."))

    def action_open(self) -> None:
        """Fold or unfold what folds; of other messages, list the links."""
        if (row := self._aim()) is None:
            return
        if row.foldable:
            self.fold(row)
        elif isinstance(row, SourcesRow):
            self.post_message(self.WhyWanted(row.sources, row.sources[row.chosen or 0].number))
        elif isinstance(row, UserRow | ReplyRow) and (found := links(self.source(row))):
            self.post_message(self.LinksWanted(found))
        else:
            self.post_message(self.Noted("There is nothing to unfold here, and no link."))

    def action_why(self) -> None:
        """Ask for the memories behind the reply under the cursor."""
        if (row := self._aim()) is None:
            return
        sources = self._sources_of(row)
        self.post_message(self.WhyWanted(sources) if sources else self.Noted("No memories were given for this."))

    def open_numbered(self, number: int) -> None:
        """Open the memory with this number behind the reply under the cursor."""
        if (row := self._aim()) is None:
            return
        sources = self._sources_of(row)
        known = any(source.number == number for source in sources)
        word = f"This reply has no memory numbered {number}."
        self.post_message(self.WhyWanted(sources, number) if known else self.Noted(word))

    def action_source(self, step: int) -> None:
        """Go to the next mark of a memory, or to the one before; first to those of the reply under the cursor."""
        if (row := self._aim()) is None:
            return
        marks = self._marks_of(row)
        if marks is None:
            self.post_message(self.Noted("No memories were given for this."))
            return
        last = len(marks.sources) - 1
        marks.chosen = max(0, min(last, marks.chosen + step)) if marks.chosen is not None else 0 if step > 0 else last
        marks.changed()
        self.point_at(marks)
        index = self.canvas.rows.index(marks)
        self.canvas.measure(index, index)
        self.refresh()

    def _sources_of(self, row: Row) -> tuple[Passage, ...]:
        """The memories that the reply `row` belongs to was given."""
        rows = self.canvas.rows
        turn = takewhile(lambda each: not isinstance(each, UserRow), reversed(rows[: rows.index(row) + 1]))
        return next((counted(each.sources) for each in turn if isinstance(each, HeadRow)), ())

    def _marks_of(self, row: Row) -> SourcesRow | None:
        """The marks under the reply that `row` belongs to."""
        rows = self.canvas.rows
        turn = takewhile(lambda each: not isinstance(each, UserRow), rows[rows.index(row) :])
        return next((each for each in turn if isinstance(each, SourcesRow)), None)

    def action_edit(self) -> None:
        """Ask to change what the person said last up to the cursor."""
        self._want(self.EditWanted, turn=True)

    def action_regenerate(self) -> None:
        """Ask for another answer to what the person said last up to the cursor."""
        self._want(self.RetryWanted, turn=True)

    def action_drop(self) -> None:
        """Ask for the message under the cursor and all after it to be dropped."""
        self._want(self.DropWanted)

    def _want(self, wish: Callable[[str], Message], *, turn: bool = False) -> None:
        row = self.cursor if self.cursor in self.canvas.rows else None
        if row is None:
            if self._aim() is not None:
                self.post_message(self.Noted("This message? Press the key again, or move with j and k first."))
            return
        if turn:
            row = self._question_of(row) or row
        if isinstance(row, ToolRow) and not row.over:
            self.post_message(self.Noted(_UNSAVED))
        else:
            self.post_message(wish(row.entry) if row.entry else self.Noted(_UNSAVED))

    def _question_of(self, row: Row) -> Row | None:
        """What the person said that `row` belongs to; None where it is not loaded."""
        rows = self.canvas.rows
        above: Iterable[Row] = reversed(rows[: rows.index(row) + 1])
        return next((each for each in above if isinstance(each, UserRow)), None)

    def _aim(self) -> Row | None:
        """The row under the cursor; without one, the last in view gets it."""
        if self.cursor not in self.canvas.rows:
            self.point_in_view()
        return self.cursor
