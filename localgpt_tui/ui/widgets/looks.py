"""A widget with dozens of looks: finding one out takes as long as styling a widget, so it is done once for a theme."""

from textual.widget import Widget


class ManyLooks(Widget):
    """Its component classes depend on the theme alone, not on focus or classes, and wait until something is drawn."""

    _known_for: object = None
    _needed = False

    def find_looks(self) -> None:
        """Make the component styles those of the theme; call it before they are asked for."""
        self._needed = True
        if self._known_for != self._theme:
            self.app.stylesheet.apply(self)

    def _get_component_classes(self) -> frozenset[str]:  # type: ignore[override]
        """Those whose styles are to be made anew: all or none."""
        if not self._needed or self._known_for == self._theme:
            return frozenset()
        self._known_for = self._theme
        return super()._get_component_classes()

    @property
    def _theme(self) -> object:
        return self.app.theme, self.app.native_ansi_color
