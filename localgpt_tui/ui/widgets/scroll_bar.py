"""A scroll bar that costs little: while a reply streams it moves with every frame, few of its cells differ."""

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip
from textual.widget import Widget


class SwiftScrollBar(ScrollBar):
    """Looks like Textual's own; each of its few kinds of cells is made once."""

    _made_of: object = None
    _cells: dict[tuple[str, Style | None], Strip]

    def render_lines(self, crop: Region) -> list[Strip]:
        """Hand out finished strips, one cell high."""
        bar = self.render()
        if not isinstance(bar, ScrollBarRender) or not isinstance(bar.style, Style):
            return super().render_lines(crop)
        colour, back = bar.style.color, bar.style.bgcolor
        if not self.vertical or colour is None or back is None:
            return super().render_lines(crop)
        whole = bar.render_bar(
            size=self.size.height,
            virtual_size=bar.virtual_size,
            window_size=bar.window_size,
            position=bar.position,
            thickness=bar.thickness,
            back_color=back,
            bar_color=colour,
        )
        self._mind_the_colours()
        return [self._strip(segment) for segment in [*whole.segments][crop.y : crop.bottom]]

    def _strip(self, segment: Segment) -> Strip:
        kind = (segment.text, segment.style)
        if kind not in self._cells:
            segments = [Segment(segment.text, self.rich_style + segment.style)]
            for line_filter in self.get_line_filters():
                segments = line_filter.apply(segments, self.background_colors[1])
            self._cells[kind] = Strip(segments, len(segment.text))
        return self._cells[kind]

    def _mind_the_colours(self) -> None:
        made_of = (self.rich_style, self.background_colors, [*self.get_line_filters()])
        if made_of != self._made_of:
            self._made_of, self._cells = made_of, {}


class SwiftlyScrolled(Widget):
    """Mix into a widget whose vertical scroll bar moves often."""

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The scroll bar, made when it is first asked for."""
        if self._vertical_scrollbar is None:
            bar = SwiftScrollBar(vertical=True, name="vertical", thickness=self.scrollbar_size_vertical)
            bar.display = False
            self._vertical_scrollbar = bar
            self.app._start_widget(self, bar)  # noqa: SLF001 - as Textual does it
        return self._vertical_scrollbar
