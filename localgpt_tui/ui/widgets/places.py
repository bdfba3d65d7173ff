"""Where the links of a row stand on the screen."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.rendering.lines import GUTTER
from localgpt_tui.ui.rendering.links import Link, links
from localgpt_tui.ui.widgets.rows import ReplyRow, Row, UserRow

if TYPE_CHECKING:
    from localgpt_tui.ui.widgets.canvas import Canvas

_LOOKS = frozenset({"link", "address", "image"})


@dataclass(frozen=True, slots=True)
class LinkPlace:
    """One place where a link stands: characters of the lines of its row, the margin not counted.

    Attributes:
        spots: line and character of each letter of it, in order.
    """

    link: Link
    spots: tuple[tuple[int, int], ...]


def links_of(row: Row) -> list[Link]:
    """The links in what a person or the model said; none elsewhere: what a tool printed is no place to go."""
    return links(printable(row.text)) if isinstance(row, UserRow | ReplyRow) else []


def link_places(canvas: "Canvas", row: Row) -> Iterator[LinkPlace]:
    """Every place in `row` where the address of a link can be read, or the text that it stands behind."""
    found = links_of(row)
    if not found:
        return
    letters: list[str] = []
    spots: list[tuple[int, int]] = []
    looks: list[bool] = []
    for number, line in enumerate(canvas.lines(canvas.rows.index(row))):
        place = 0
        for text, look in line:
            if GUTTER not in look:
                kept = [(place + index, letter) for index, letter in enumerate(text) if not letter.isspace()]
                letters += [letter for _, letter in kept]
                spots += [(number, index) for index, _ in kept]
                looks += [not _LOOKS.isdisjoint(look.split())] * len(kept)
            place += len(text)
    whole = "".join(letters)
    for link in found:
        address, text = _squeezed(link.address), _squeezed(link.text)
        for wanted in dict.fromkeys((text, address)):
            start = whole.find(wanted) if wanted else -1
            while start >= 0:
                end = start + len(wanted)
                if wanted == address or all(looks[start:end]):
                    yield LinkPlace(link, tuple(spots[start:end]))
                start = whole.find(wanted, end)


def link_at(canvas: "Canvas", row: Row, line: int, character: int) -> Link | None:
    """The link under a character of a line of `row`; of two, the one that is written there more fully."""
    here = (place for place in link_places(canvas, row) if (line, character) in place.spots)
    found = max(here, key=lambda place: len(place.spots), default=None)
    return found.link if found is not None else None


def _squeezed(text: str) -> str:
    return "".join(text.split())
