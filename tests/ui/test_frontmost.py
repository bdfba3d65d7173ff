"""Only what is seen is drawn, and what is seen is the same."""

from textual._compositor import Compositor
from textual.app import App
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from localgpt_tui.ui.frontmost import Frontmost

SIZE = (40, 12)


class Counted(Widget):
    """Says how often it was drawn."""

    drawn = 0

    def render_lines(self, crop):
        self.drawn += 1
        return super().render_lines(crop)

    def render(self):
        return "word " * 40


class Panes(Screen):
    CSS = """
    #over { layer: above; offset: 10 3; width: 12; height: 3; background: red; }
    Screen { layers: base above; }
    #head { height: 1; } #foot { height: 1; dock: bottom; }
    #side { width: 9; } #long { height: 30; }
    """

    def __init__(self):
        super().__init__()
        self._compositor = Frontmost()

    def compose(self):
        yield Static("head", id="head")
        with Horizontal():
            yield Counted(id="side")
            with VerticalScroll(id="scroll"), Vertical(id="long"):
                yield Counted(id="text")
        yield Static("foot", id="foot")
        yield Static("over all", id="over")


class Shown(App[None]):
    def get_default_screen(self):
        return Panes()


def seen(compositor, crop):
    """The letter and the colours of each cell in `crop`, by what lies in front."""
    cells = {}
    for region, clip, strips in compositor._get_renders(crop):
        shown = region.intersection(clip)
        for y, strip in zip(shown.line_range, strips, strict=True):
            letters = [(letter, segment.style) for segment in strip for letter in segment.text]
            for x, letter in enumerate(letters, shown.x):
                if crop.contains(x, y):
                    cells.setdefault((x, y), letter)
    return cells


async def test_every_part_of_the_screen_looks_as_if_all_were_drawn():
    app = Shown()
    async with app.run_test(size=SIZE) as pilot:
        app.screen.query_one("#scroll").scroll_to(y=5, animate=False)
        await pilot.pause()
        ours, stock = app.screen._compositor, Compositor()
        stock.__dict__ = ours.__dict__
        for crop in (
            Region(0, 0, *SIZE),
            Region(0, 0, 40, 1),
            Region(12, 4, 3, 1),
            Region(8, 2, 20, 6),
            Region(0, 11, 40, 1),
            Region(39, 1, 1, 10),
        ):
            assert seen(ours, crop) == seen(stock, crop), crop


async def test_what_lies_elsewhere_or_behind_is_not_drawn():
    app = Shown()
    async with app.run_test(size=SIZE) as pilot:
        side, text = app.screen.query_one("#side"), app.screen.query_one("#text")
        await pilot.pause()
        before = side.drawn, text.drawn
        list(app.screen._compositor._get_renders(app.screen.query_one("#over").region))  # they lie wholly under it
        list(app.screen._compositor._get_renders(Region(0, 0, 40, 1)))
        assert (side.drawn, text.drawn) == before
        list(app.screen._compositor._get_renders(Region(0, 5, 5, 1)))
        assert (side.drawn, text.drawn) == (before[0] + 1, before[1])
