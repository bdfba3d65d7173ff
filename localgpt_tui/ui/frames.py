"""Textual's frames, taken apart; stands on private names of its compositor, so import it only for a known version."""

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderResult
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

Frame = ChopsUpdate | LayoutUpdate
"""A part of the screen, or all of it."""


class Written(CompositorUpdate):
    """A frame that is ready to be written."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        return iter(())

    def render_segments(self, console: Console) -> str:  # noqa: ARG002 - Textual's signature
        """What goes to the terminal."""
        return self.text


def strips(frame: Frame) -> Iterator[tuple[int, int, Strip]]:
    """The strips of `frame`, each with the column and the line where it begins."""
    if isinstance(frame, LayoutUpdate):
        for y, line in enumerate(frame.strips, frame.region.y):
            x = frame.region.x
            for strip in line:
                yield x, y, strip
                x += strip.cell_length
        return
    for y, left, right in frame.spans:
        for end, (x, chop) in zip(frame.chop_ends[y], frame.chops[y].items(), strict=False):
            if chop is not None and x < right and end > left:
                yield x, y, chop if end <= right else chop.crop(0, right - x)


def region(frame: Frame) -> Region:
    """The least rectangle around `frame`."""
    if isinstance(frame, LayoutUpdate):
        return frame.region
    return Region.from_union([Region(left, y, right - left, 1) for y, left, right in frame.spans])


def whole_size(frame: Frame) -> Size | None:
    """The size of the screen, where `frame` is all of it."""
    return frame.region.size if isinstance(frame, LayoutUpdate) else None
