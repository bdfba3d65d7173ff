"""The marks under a reply, where it was read in two parts: they stand under its end."""

from localgpt_tui.ui.widgets.memory_sources import counted
from localgpt_tui.ui.widgets.rows import HeadRow, Row, SourcesRow, UserRow


def join_marks(head: HeadRow, above: list[Row], below: list[Row]) -> None:
    """Put the marks for all that `head` was given under the end of its turn, which begins in `above`."""
    if not head.sources:
        return
    if above and isinstance(above[-1], SourcesRow):
        del above[-1]
    end = next((index for index, row in enumerate(below) if isinstance(row, UserRow | HeadRow)), len(below))
    if end and isinstance(below[end - 1], SourcesRow):
        end -= 1
        del below[end]
    below.insert(end, SourcesRow(sources=counted(head.sources), gap=0))
