"""The last line of defence: whatever a widget draws, no control character of it reaches the terminal."""

import re
from collections.abc import Sequence
from typing import Any

from rich.segment import Segment
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter

_FORBIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
    r"|(?<![\U0001f3f4\U000e0020-\U000e007e])[\U000e0000-\U000e007f]+"
)
_ASCII_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f]")


class Guard(LineFilter):
    """Drops control characters and bidirectional controls from drawn lines.

    Text is made printable where it comes in (see `safety.terminal`); this catches what a widget forgot.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """The segments without what a terminal would obey."""
        if not any(_suspicious(text) for text, _, _ in segments):
            return segments
        return [Segment(_FORBIDDEN.sub("", text), style, control) for text, style, control in segments]


def _suspicious(text: str) -> bool:
    return (_ASCII_FORBIDDEN if text.isascii() else _FORBIDDEN).search(text) is not None


class Guarded(App[Any]):
    """Mix into an app, before `App`, so that everything it draws passes the guard."""

    _guard = Guard()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's filters and the guard after them."""
        return [*super().get_line_filters(), self._guard]
