"""A view of rows in which letters and words are marked with the keyboard, once lines are being marked."""

import re
from typing import NamedTuple

from textual import events
from textual.geometry import Offset
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip

from localgpt_tui.ui.rendering.lines import GUTTER
from localgpt_tui.ui.widgets.marking import MarkView
from localgpt_tui.ui.widgets.rows import Row
from localgpt_tui.ui.widgets.rowview import Place
from localgpt_tui.ui.widgets.selection import MOST_LINES, selected_text, with_selection

_WORD = re.compile(r"\w+|[^\w\s]+")
_LOOK_AHEAD = 500  # lines without a word that a step over words passes
_HELP = "Letters: h l w b 0 $ and arrows move, v marks from here, y copies, Esc leaves."


class Caret(NamedTuple):
    """A character of a line, from 0, the margin not counted."""

    place: Place
    character: int


class CaretView(MarkView):
    """While lines are marked, keys that move sideways bring a caret; `v` marks from there on, letter by letter."""

    class Guided(Message, namespace="transcript"):
        """A word for the person about the keys that work now."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._caret: Caret | None = None
        self._fixed: Caret | None = None

    @property
    def marked_text(self) -> str:
        """The marked letters; with a caret alone, the word under it."""
        if self._caret is None:
            return super().marked_text
        return selected_text(self.canvas, self._selection(self._fixed or self._word_start(), self._word_end()))

    def end_marking(self) -> None:
        """Nothing is marked any more, and the caret is gone."""
        self._caret = self._fixed = None
        super().end_marking()

    def mark_from(self, row: Row, line: int) -> None:
        """Begin with whole lines."""
        self._caret = self._fixed = None
        super().mark_from(row, line)

    def extend(self, lines: int) -> None:
        """With a caret, move it by `lines`."""
        if self._caret is None:
            super().extend(lines)
            return
        at = max(0, min(self._line(self._caret.place) + lines, self.canvas.heights.total - 1))
        self._put(at, self._caret.character)

    async def _on_key(self, event: events.Key) -> None:
        """Keys that mean something else where nothing is marked."""
        if not self.marking or not self._step(event.key):
            return
        event.stop()
        event.prevent_default()

    def _step(self, key: str) -> bool:
        """Move the caret as `key` says; False where it says nothing about it."""
        match key:
            case "l" | "right" | "h" | "left":
                self._move(1 if key in ("l", "right") else -1)
            case "w" | "ctrl+right":
                self._move_word(1)
            case "b" | "ctrl+left":
                self._move_word(-1)
            case "0" | "circumflex_accent":
                self._put(self._caret_line(), 0)
            case "dollar_sign":
                self._put(self._caret_line(), len(self._letters(self._caret_line())))
            case "v" | "space" if self._caret is not None:
                self._fixed = self._caret if self._fixed is None else None
                self.refresh()
            case _:
                return False
        return True

    def over(self, strips: list[Strip], top: int) -> list[Strip]:
        """Draw the caret, and what is marked from where it was fixed."""
        caret, palette = self._caret, self.canvas.palette
        if caret is None or palette is None:
            return super().over(strips, top)
        if self._fixed is not None:
            strips = with_selection(strips, top, self._selection(self._fixed, caret), palette.over("selected"))
        return with_selection(strips, top, self._selection(caret, caret), palette.over("found-here"))

    def _move(self, step: int) -> None:
        if self._caret is None:
            self._begin()
            return
        line, character = self._line(self._caret.place), self._caret.character + step
        if character >= len(self._letters(line)) and line + 1 < self.canvas.heights.total:
            self._put(line + 1, 0)
        elif character < self._first(line) and line:
            self._put(line - 1, len(self._letters(line - 1)))
        else:
            self._put(line, character)

    def _move_word(self, step: int) -> None:
        if self._caret is None:
            self._begin()
            return
        line, character = self._line(self._caret.place), self._caret.character
        for _ in range(_LOOK_AHEAD):
            starts = [word.start() for word in _WORD.finditer(self._letters(line))]
            there = [start for start in starts if (start > character if step > 0 else start < character)]
            if there:
                self._put(line, there[0] if step > 0 else there[-1])
                return
            line, character = line + step, -1 if step > 0 else 10**6
            if not 0 <= line < self.canvas.heights.total:
                return

    def _begin(self) -> None:
        line = self._caret_line()
        self._put(line, self._first(line))
        self.post_message(self.Guided(_HELP))

    def _put(self, line: int, character: int) -> None:
        """Put the caret on a letter of `line`, as near to `character` as there is one."""
        fixed = self._line(self._fixed.place) if self._fixed is not None else line
        line = max(fixed - MOST_LINES + 1, min(line, fixed + MOST_LINES - 1))
        place = self.place_at(line)
        if place is None:
            return
        last = max(0, len(self._letters(line)) - 1)
        self._caret = Caret(place, max(min(self._first(line), last), min(character, last)))
        self._head = place
        self.show_line(*place)
        self.refresh()

    def _caret_line(self) -> int:
        place = self._caret.place if self._caret is not None else self._head
        return self._line(place) if place is not None else 0

    def _letters(self, line: int) -> str:
        """The text of `line`, with spaces for what only sets it apart, and none at its end."""
        place = self.place_at(line)
        if place is None:
            return ""
        lines = self.canvas.lines(self.canvas.rows.index(place.row))
        runs = lines[place.line] if place.line < len(lines) else []
        return "".join(" " * len(text) if GUTTER in look else text for text, look in runs).rstrip()

    def _first(self, line: int) -> int:
        """The first letter of `line` that is no space."""
        letters = self._letters(line)
        return len(letters) - len(letters.lstrip())

    def _word_start(self) -> Caret:
        assert self._caret is not None  # noqa: S101 - its caller asked
        return self._caret._replace(character=self._word()[0])

    def _word_end(self) -> Caret:
        """Where what is copied ends: at the caret, or with the word where nothing was fixed."""
        assert self._caret is not None  # noqa: S101 - its caller asked
        return self._caret if self._fixed is not None else self._caret._replace(character=self._word()[1] - 1)

    def _word(self) -> tuple[int, int]:
        assert self._caret is not None  # noqa: S101 - its callers asked
        at = self._caret.character
        words = (found.span() for found in _WORD.finditer(self._letters(self._caret_line())))
        return next((span for span in words if span[0] <= at < span[1]), (at, at + 1))

    def _selection(self, one: Caret, other: Caret) -> Selection:
        """What is marked from one letter to the other, both included."""
        spots = sorted((self._line(caret.place), caret.character) for caret in (one, other))
        (first, left), (last, right) = spots
        margin = self.canvas.margin
        return Selection(Offset(left + margin, first), Offset(right + 1 + margin, last))
