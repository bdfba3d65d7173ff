"""A view of rows in which every message, block of code and link in sight gets a letter to go there by."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.strip import Strip

from localgpt_tui.ui.rendering.lines import plain
from localgpt_tui.ui.rendering.links import Link
from localgpt_tui.ui.widgets.places import link_at, link_places, links_of
from localgpt_tui.ui.widgets.rows import ReplyRow, Row, UserRow
from localgpt_tui.ui.widgets.verbs import VerbView

_LETTERS = "asdfghjklqwertyuiopzxcvbnm"  # those under the fingers first


@dataclass(frozen=True, slots=True)
class Spot:
    """Somewhere to jump to.

    Attributes:
        line: of the row, from 0.
        cell: where its letter stands, from the left edge of the view.
        block: which block of code of the row it is, if it is one.
        link: the link that it is, if it is one.
    """

    row: Row
    line: int
    cell: int
    block: int | None = None
    link: Link | None = None


class JumpView(VerbView):
    """Goes where a letter says, and shows where a link leads that was clicked or jumped to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "jump", "Letters on all that is in sight: press one to go there", id="transcript-jump"),
        Binding("u", "links", "Where the links of the message lead; open one", id="transcript-links"),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._spots: dict[str, Spot] = {}
        self._begun = ""

    @property
    def jumping(self) -> bool:
        """True while a letter is waited for."""
        return bool(self._spots)

    def action_jump(self) -> None:
        """Put letters on what is in sight."""
        spots = sorted(self._in_sight(), key=lambda spot: (self._line_of(spot), spot.cell))
        if not spots:
            self.post_message(self.Noted("There is nothing in sight to jump to."))
            return
        self._begun = ""
        self._spots = dict(zip(_labels(len(spots)), spots, strict=False))
        self.post_message(self.Noted("Press a letter to go there; a link shows where it leads. Esc leaves."))
        self.refresh()

    def end_jump(self) -> None:
        """Take the letters away."""
        if self.jumping:
            self._spots, self._begun = {}, ""
            self.post_message(self.Noted(""))
            self.refresh()

    def action_links(self) -> None:
        """List where the links of the message under the cursor lead, or of the latest in sight."""
        if (row := self._aim()) is not None:
            found = links_of(row)
            self.post_message(self.LinksWanted(found) if found else self.Noted("There is no link in this message."))

    def link_under(self, x: int, y: int) -> Link | None:
        """The link at a cell of the view."""
        place = self.row_at(y)
        if place is None or not isinstance(place.row, UserRow | ReplyRow):
            return None
        lines = self.canvas.lines(self.canvas.rows.index(place.row))
        text = plain(lines[place.line]) if place.line < len(lines) else ""
        cells = x - self.canvas.margin
        for index, character in enumerate(text):
            cells -= cell_len(character)
            if cells < 0:
                return link_at(self.canvas, place.row, place.line, index)
        return None

    async def _on_key(self, event: events.Key) -> None:
        """While a letter is waited for, every key answers: what is no letter here leaves."""
        if not self.jumping:
            return
        event.stop()
        event.prevent_default()
        typed = self._begun + (event.character or "").lower()
        if (spot := self._spots.get(typed)) is not None:
            self.end_jump()
            self._go(spot)
        elif event.is_printable and any(label.startswith(typed) for label in self._spots):
            self._begun = typed
            self.refresh()
        else:
            self.end_jump()

    def on_blur(self) -> None:
        """Whoever goes elsewhere does not jump."""
        self.end_jump()

    def over(self, strips: list[Strip], top: int) -> list[Strip]:
        """Put the letters over what they stand for."""
        strips = super().over(strips, top)
        if not self.jumping or self.canvas.palette is None:
            return strips
        strips = [*strips]
        for label, spot in self._spots.items():
            line = self._line_of(spot) - top
            rest = label.removeprefix(self._begun)
            if 0 <= line < len(strips) and label.startswith(self._begun):
                sign = self.canvas.palette.strips([[(rest, "found-here")]], len(rest), 0)[0]
                strip, end = strips[line], spot.cell + len(rest)
                strips[line] = Strip.join([strip.crop(0, spot.cell), sign, strip.crop(end)])
        return strips

    def _go(self, spot: Spot) -> None:
        if spot.row not in self.canvas.rows:
            return
        if spot.link is not None:
            self.point_at(spot.row)
            self.post_message(self.LinksWanted([spot.link]))
        elif spot.block is not None:
            self._point_at_block(spot.row, spot.block)
        else:
            self.point_at(spot.row)

    def _line_of(self, spot: Spot) -> int:
        """Its line among all lines."""
        rows = self.canvas.rows
        return self.canvas.heights.start(rows.index(spot.row)) + spot.line if spot.row in rows else -1

    def _in_sight(self) -> Iterator[Spot]:
        canvas, top = self.canvas, self.scroll_offset.y
        height = self.scrollable_content_region.height
        for index, first in self.rows_in(top, height):
            row, lines = canvas.rows[index], canvas.lines(index)
            spots = [Spot(row, row.gap, canvas.margin)] if row.stop else []
            spots += [
                Spot(row, block.first, canvas.margin + 2, block=number) for number, block in enumerate(canvas.code(row))
            ]
            for place in link_places(canvas, row):
                line, character = place.spots[0]
                spots.append(Spot(row, line, canvas.margin + cell_len(plain(lines[line])[:character]), link=place.link))
            seen: set[Link] = set()  # one letter a link: the address stands behind its text
            for spot in spots:
                if 0 <= first + spot.line < height and spot.link not in seen:
                    seen |= {spot.link} if spot.link is not None else set()
                    yield spot


def _labels(count: int) -> Iterator[str]:
    """As many letters as are needed, or pairs of letters where one alone does not do."""
    if count <= len(_LETTERS):
        return iter(_LETTERS[:count])
    return ("".join(pair) for pair in product(_LETTERS, _LETTERS))
