"""What the terminal shows just now, cell by cell, so that only what changes is written to it."""

from collections.abc import Iterable

from rich.cells import cell_len, split_graphemes
from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip

Cell = tuple[str, str]
"""A character and the codes of its colours; the second cell of a wide character is empty."""

_UNKNOWN: Cell = ("\0", "")
_WORTH_A_JUMP = 8  # unchanged cells; moving the cursor over fewer costs as much as writing them again


class Shadow:
    """A copy of the terminal's screen. Hyperlinks are left out: an address always stands beside its text."""

    def __init__(self, colours: ColorSystem = ColorSystem.TRUECOLOR) -> None:
        self.colours = colours
        self._rows: dict[int, list[Cell]] = {}
        self._drawn: dict[int, dict[int, Strip]] = {}

    def forget(self) -> None:
        """The terminal may show anything: the next frame is written whole."""
        self._rows.clear()
        self._drawn.clear()

    def changes(self, frame: Iterable[tuple[int, int, Strip]]) -> str:
        """What to write so that the terminal shows `frame`: strips with the column and line where they begin."""
        written: list[str] = []
        colour = ""
        for x, y, strip in frame:
            drawn = self._drawn.setdefault(y, {})
            if drawn.get(x) is strip:
                continue
            end = x + strip.cell_length
            for other in [at for at, old in drawn.items() if at < end and at + old.cell_length > x]:
                del drawn[other]
            drawn[x] = strip
            colour = self._put(x, y, strip, written, colour)
        if colour:
            written.append("\x1b[0m")
        return "".join(written)

    def _put(self, x: int, y: int, strip: Strip, written: list[str], colour: str) -> str:
        new = self._cells(strip)
        row = self._rows.setdefault(y, [])
        if len(row) < x + len(new):
            row.extend([_UNKNOWN] * (x + len(new) - len(row)))
        old = row[x : x + len(new)]
        if old == new:
            return colour
        row[x : x + len(new)] = new
        for start, end in _runs(old, new):
            written.append(f"\x1b[{y + 1};{x + start + 1}H")
            for column in range(start, end):
                text, codes = new[column]
                if codes != colour:
                    written.append(f"\x1b[0;{codes}m" if codes and colour else f"\x1b[{codes}m")
                    colour = codes
                written.append(text)
                if len(text) > 1:  # terminals disagree about the width of such a character
                    following = column + max(1, cell_len(text))
                    written.append(f"\x1b[{y + 1};{x + following + 1}H" if following < len(new) else "")
        return colour

    def _cells(self, strip: Strip) -> list[Cell]:
        cells: list[Cell] = []
        for text, style, control in strip:
            if control:
                continue
            codes = self._codes(style)
            if text.isascii():
                cells += [(character, codes) for character in text]
                continue
            for start, end, width in split_graphemes(text)[0]:
                if width == 0 and cells:
                    cells[-1] = (cells[-1][0] + text[start:end], cells[-1][1])
                    continue
                cells.append((text[start:end], codes))
                cells += [("", codes)] * (width - 1)
        return cells

    def _codes(self, style: Style | None) -> str:
        return Strip.render_ansi(style, self.colours) if style else ""


def _runs(old: list[Cell], new: list[Cell]) -> list[tuple[int, int]]:
    """Where `new` differs from `old`; whole characters, and near places joined."""
    runs: list[tuple[int, int]] = []
    for index, (before, after) in enumerate(zip(old, new, strict=True)):
        if before == after:
            continue
        start = index
        while start and not new[start][0]:
            start -= 1
        end = index + 1
        while end < len(new) and not new[end][0]:
            end += 1
        if runs and start - runs[-1][1] < _WORTH_A_JUMP:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((start, end))
    return runs
