"""Everything the screen draws, in signs that every terminal has and gives one cell."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_SIGNS = {
    "─━┄┅┈┉╌╍═╴╸╶╺╼╾‐‑‒–—―−": "-",
    "│┃┆┇┊┋╎╏║╵╷╹╻╽╿▌▐▎▏▍▋▊▉▕": "|",
    "┌┍┎┏┐┑┒┓└┕┖┗┘┙┚┛├┝┞┟┠┡┢┣┤┥┦┧┨┩┪┫┬┭┮┯┰┱┲┳┴┵┶┷┸┹┺┻┼┽┾┿╀╁╂╃╄╅╆╇╈╉╊╋╔╗╚╝╠╣╦╩╬╭╮╯╰╒╓╕╖╘╙╛╜╞╟╡╢╤╥╧╨╪╫": "+",
    "▁▂▃": "_",
    "█▇▆▅▄▀▔■▓▒░▪▖▗▘▝▞▟▙▚▛▜": "#",
    "•◦●○◉◎∙⋅·◆◇★☆✦✱✻∗": "*",
    "▸▹►▻▶▷›❯❱→⇒➜↪⮕": ">",
    "◂◃◄◅◀◁‹❮❰←⇐↩": "<",
    "▾▿▼▽↓⇓⇣": "v",
    "▴▵▲△↑⇑⇡↗": "^",
    "↔⇔↕": "=",
    "✓✔☑": "x",
    "✗✘×☒": "X",
    "☐□▢": "o",
    "…⋯": "~",
    "‘’‚′": "'",
    "“”„«»″": '"',
    "⏎↵": "/",
    "⑂": "Y",
    "⚑": "!",
    "♥": "+",
    "♡": "=",
    "⠋⠼": "|",
    "⠙⠴⠏": "/",
    "⠹⠦": "-",
    "⠸⠧⠇": "\\",
}
"""Ambiguous or missing signs of one cell, and what stands for them."""

_TABLE = str.maketrans({sign: plain for signs, plain in _SIGNS.items() for sign in signs})


class PlainSigns(LineFilter):
    """Draws with ASCII where it can; letters stay what they are, and so does what is copied."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """The segments in plain signs, cell for cell."""
        if all(text.isascii() for text, _, _ in segments):
            return segments
        return [Segment(plain(text), style, control) for text, style, control in segments]


def plain(text: str) -> str:
    """`text` with the signs of the screen in ASCII."""
    return text.translate(_TABLE)
