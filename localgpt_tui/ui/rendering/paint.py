"""Lines become strips: looks turn into the theme's colours, once, so that a frame has nothing left to do."""

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from localgpt_tui.ui.rendering.code import CODE_LOOKS
from localgpt_tui.ui.rendering.lines import Line, cells, fitted

_WORDS = (
    "you assistant details thinking thinking-text tool tool-arguments tool-result failed "
    "notice mark error error-text heading heading-minor emphasis strong strike link address "
    "image code-inline code code-label bullet quote-bar rule table-head table-rule html cursor "
    "found found-here selected source source-chosen "
)
LOOKS = frozenset(_WORDS.split()) | CODE_LOOKS
"""Every look a line may have; the widget has a component class `transcript--LOOK` for each."""

COMPONENTS = frozenset(f"transcript--{look}" for look in LOOKS)


class Palette:
    """The colours of one theme, as a widget's style sheets give them, with the app's filters applied."""

    def __init__(self, widget: Widget) -> None:
        self.base = widget.rich_style
        self._filters = [*widget.get_line_filters()]
        self._background = widget.background_colors[1]
        self._looks = {look: _own(widget.get_component_rich_style(f"transcript--{look}"), self.base) for look in LOOKS}
        self._styles: dict[str, Style] = {}
        self.blank = self._filtered([Segment(" ", self.base)])[0].style

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Palette)
            and (self.base, self._looks, self._background) == (other.base, other._looks, other._background)
            and self._filters == other._filters
        )

    def __hash__(self) -> int:
        return hash(self.base)

    def strips(self, lines: Iterable[Line], width: int, margin: int) -> list[Strip]:
        """`lines` as strips of exactly `width` cells, `margin` cells from the left; what does not fit is cut."""
        return [self._strip(line, width, margin) for line in lines]

    def over(self, look: str) -> Style:
        """What `look` changes about text that is painted already."""
        return self._filtered([Segment(" ", self._looks[look])])[0].style or Style.null()

    def _strip(self, line: Line, width: int, margin: int) -> Strip:
        taken = cells(line)
        if taken > width - margin:
            line = fitted(line, max(0, width - margin))
            taken = cells(line)
        segments = [Segment(" " * margin, self.base)] if margin else []
        segments += [Segment(text, self._style(look)) for text, look in line]
        if (rest := width - margin - taken) > 0:
            segments.append(Segment(" " * rest, self.base))
        return Strip(self._filtered(segments), width)

    def _style(self, look: str) -> Style:
        style = self._styles.get(look)
        if style is None:
            style = self.base
            for name in look.split():
                style += self._looks.get(name, Style.null())
            self._styles[look] = style
        return style

    def _filtered(self, segments: list[Segment]) -> list[Segment]:
        for line_filter in self._filters:
            segments = line_filter.apply(segments, self._background)
        return segments


def _own(style: Style, base: Style) -> Style:
    """What `style` adds to `base`."""
    own = Style.from_color(
        style.color if style.color != base.color else None, style.bgcolor if style.bgcolor != base.bgcolor else None
    )
    return own + Style(
        bold=style.bold or None,
        italic=style.italic or None,
        underline=style.underline or None,
        strike=style.strike or None,
        dim=style.dim or None,
        reverse=style.reverse or None,
    )
