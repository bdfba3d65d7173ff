"""Drawing only what can be seen; stands on private names of Textual, so import it only for a known version."""

from collections.abc import Iterable

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip


class Frontmost(Compositor):
    """Leaves out widgets that lie elsewhere than what changed, or wholly behind another one.

    Textual's own draws, for each change, every widget whose container touches it, the containers themselves included.
    """

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        if crop is None:
            yield from super()._get_renders()
            return
        drawn: list[Region] = []
        for widget, (region, clip) in self.visible_widgets.items():  # from the front to the back
            shown = region.intersection(clip)
            wanted = shown.intersection(crop)
            if not wanted or any(front.contains_region(wanted) for front in drawn):
                continue
            drawn.append(wanted)
            yield region, clip, widget.render_lines(shown.translate(-region.offset))
