"""The swift scroll bar beside Textual's own: the same cells, whatever it shows."""

from textual.app import App
from textual.scrollbar import ScrollBar

from localgpt_tui.ui.guard import Guarded
from localgpt_tui.ui.widgets.scroll_bar import SwiftScrollBar


class Bars(Guarded, App[None]):
    CSS = "ScrollBar { width: 1; height: 20; } Screen { layout: horizontal; }"

    def compose(self):
        yield ScrollBar(vertical=True, thickness=1)
        yield SwiftScrollBar(vertical=True, thickness=1)


def cells(widget):
    """What stands in each line: text and colours; what the mouse may do there is asked of single lines elsewhere."""
    return [
        [
            (segment.text, segment.style.without_color.meta, segment.style.color, segment.style.bgcolor)
            for segment in strip
        ]
        for strip in widget.render_lines(widget.size.region)
    ]


async def test_it_looks_like_the_stock_one_wherever_it_stands():
    app = Bars()
    async with app.run_test(size=(20, 24)) as pilot:
        stock, swift = app.query_one("ScrollBar", ScrollBar), app.query(SwiftScrollBar).first()
        for theme in ("textual-dark", "textual-light", "ansi-dark"):
            app.theme = theme
            for virtual, window, position in ((0, 0, 0), (10, 20, 0), (200, 20, 0), (200, 20, 33), (200, 20, 180)):
                for bar in (stock, swift):
                    bar.window_virtual_size, bar.window_size, bar.position = virtual, window, position
                await pilot.pause()
                assert cells(swift) == cells(stock), (theme, virtual, position)
