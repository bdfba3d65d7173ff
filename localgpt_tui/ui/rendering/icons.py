"""The few signs the screen draws with, and the same in plain ASCII."""

from dataclasses import dataclass
from typing import Literal

IconSet = Literal["unicode", "ascii"]


@dataclass(frozen=True, slots=True)
class Icons:
    """Signs of one cell each; a sign never says anything that a word beside it does not say too."""

    bar: str = "▌"
    folded: str = "▸"
    unfolded: str = "▾"
    bullets: str = "•◦▪"
    rule: str = "─"
    column: str = "│"
    cross: str = "┼"
    more: str = "…"
    dash: str = "—"
    checked: str = "☑"
    unchecked: str = "☐"
    block: str = "┃"
    flag: str = "⚑"
    no: str = "✗"
    asks: str = "?"


UNICODE = Icons()
ASCII = Icons("|", ">", "v", "*-+", "-", "|", "+", "~", "-", "[x]", "[ ]", "#", "!", "x", "?")


def icons(name: IconSet) -> Icons:
    """The signs to draw with: `ascii` where glyphs are ambiguous or missing."""
    return ASCII if name == "ascii" else UNICODE
