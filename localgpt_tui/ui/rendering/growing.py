"""Markdown that is still being written: what is finished is laid out once, only its end again and again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.rendering.icons import UNICODE, Icons
from localgpt_tui.ui.rendering.lines import Line
from localgpt_tui.ui.rendering.markdown import (
    MOST_BLOCK_LINES,
    MOST_CHARACTERS,
    Before,
    Page,
    is_loose,
    parse,
    siblings,
    write_blocks,
)

if TYPE_CHECKING:
    from markdown_it.token import Token

_LONG = 40  # source lines; an open block longer than this has its finished part committed
_KEPT = 10  # source lines of it that stay open


@dataclass(slots=True)
class _Opened:
    """A block whose beginning is committed while it goes on.

    Attributes:
        head: the source lines it cannot be read without: the opening of a fence, the head of a table.
        skip: lines of a rendering that show `head` once more.
        shown: lines of it that are committed.
        left: source lines of it that are not shown, because it is too long.
    """

    head: str = ""
    skip: int = 0
    shown: int = 0
    left: int = 0
    widths: list[int] = field(default_factory=list)
    loose: bool = False


class Growing:
    """Lays out a reply while it arrives, in time that does not grow with its length.

    `done` only ever gets longer; `tail` is new after each `feed`. What later text changes about earlier lines
    (link definitions, columns of long tables, strings over many lines of code) is put right by rendering the whole
    text at its end.
    """

    def __init__(self, width: int, *, icons: Icons = UNICODE, colours: bool = True) -> None:
        self.done: list[Line] = []
        self.tail: list[Line] = []
        self._width, self._icons, self._colours = width, icons, colours
        self._env: dict[str, Any] = {}
        self._raw = ""  # the last line, not yet whole
        self._source = ""  # whole lines, printable, not yet committed
        self._seen = 0  # characters fed
        self._before: Before | None = None
        self._opened: _Opened | None = None

    def feed(self, text: str) -> None:
        """Take more text and lay out what it changes."""
        self._seen += len(text)
        if self._seen > MOST_CHARACTERS:
            page = Page(self._width, self._icons, colours=False)
            page.more(0)
            self.tail = page.lines
            return
        self._raw += text
        cut = self._raw.rfind("\n") + 1
        self._source += printable(self._raw[:cut])
        self._raw = self._raw[cut:]
        while self._commit():
            pass
        self.tail, _, _ = self._laid_out(self._head + self._source + printable(self._raw), _copied(self._env))

    @property
    def _head(self) -> str:
        return self._opened.head if self._opened else ""

    def _commit(self) -> bool:
        """Move finished blocks, or the finished part of a long one, from the tail to `done`."""
        source = self._head + self._source
        groups = list(siblings(parse(source, _copied(self._env))))
        if len(groups) > 1:
            self._take(source, groups[-1][0].map[0] if groups[-1][0].map else 0)
            return True
        part = _finished_part(groups[0]) if groups else None
        if part is None:
            return False
        cut, head = part
        self._open(source, cut, head, groups[0])
        return True

    def _take(self, source: str, cut: int, *, goes_on: bool = False) -> Page:
        """Commit the first `cut` lines of `source`."""
        taken, rest = _parted(source, cut)
        lines, page, last = self._laid_out(taken, self._env, goes_on=goes_on)
        self.done += lines
        self._source = rest
        self._before = Before(last.kind, last.end - cut) if last else None
        self._opened = None
        return page

    def _open(self, source: str, cut: int, head: int, block: "Sequence[Token]") -> None:
        """Commit the first `cut` lines of `block`, which goes on; `head` lines are needed to read the rest."""
        opened = self._opened or _Opened()
        opened.loose = opened.loose or is_loose(block)
        self._opened = opened if self._opened else None
        committed = len(self.done)
        page = self._take(source, cut, goes_on=True)
        opened.shown += len(self.done) - committed
        opened.left = page.left
        opened.head = _parted(source, head)[0]
        opened.widths = page.laid_widths
        opened.skip = 0
        self._opened = opened
        opened.skip = len(self._laid_out(opened.head, {}, goes_on=True)[0]) if head else 0

    def _laid_out(
        self, source: str, env: dict[str, Any], *, goes_on: bool = False
    ) -> tuple[list[Line], Page, Before | None]:
        """The lines of `source` that are new; a note about what is left out only at the end of a block."""
        page = Page(self._width, self._icons, colours=self._colours, env=env)
        page.notes = not goes_on
        opened = self._opened
        if opened:
            page.left = opened.left
            page.widths, page.loose = opened.widths, opened.loose
            page.share = max(0, MOST_BLOCK_LINES - opened.shown) + opened.skip
        last = write_blocks(parse(source, env), page, None if opened else self._before)
        lines = page.lines[opened.skip :] if opened else page.lines
        return ([[], *lines] if opened and opened.loose and lines else lines), page, last


def _copied(env: dict[str, Any]) -> dict[str, Any]:
    """Link definitions so far; one that is still being written must not count."""
    return {"references": dict(env.get("references", {}))}


def _parted(source: str, lines: int) -> tuple[str, str]:
    parts = source.split("\n", lines)
    return "".join(part + "\n" for part in parts[:lines]), "\n".join(parts[lines:])


def _finished_part(block: "Sequence[Token]") -> tuple[int, int] | None:
    """The source lines of an open block that will not change any more, and how many of them are its head."""
    start, end = block[0].map or (0, 0)
    if end - start <= _LONG:
        return None
    match block[0].type:
        case "fence":
            return end - _KEPT, start + 1
        case "table_open":
            return end - _KEPT, start + 2
        case "bullet_list_open" | "ordered_list_open":
            last = [item[0].map[0] for item in siblings(block[1:-1]) if item[0].map][-1]
            return (last, 0) if last - start > _LONG // 2 else None
        case _:
            return None
