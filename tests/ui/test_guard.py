import pytest
from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.color import Color
from textual.widgets import Input, Label, Static, TextArea

from localgpt_tui.ui.guard import Guard, Guarded

HOSTILE = "a\x1b]52;c;eA==\x07b\x1b[2Jc\x9b2Jd\x9d0;x\x9ce\x00f\x7fg\u202eh\u200bi\U000e0041j"
BLACK = Color(0, 0, 0)


class Careless(Guarded, App[None]):
    """Shows foreign text without a thought."""

    def compose(self) -> ComposeResult:
        yield Static(HOSTILE, markup=False)
        yield Label(HOSTILE, markup=False)
        yield Input(HOSTILE)
        yield TextArea(HOSTILE)


async def test_nothing_that_a_terminal_obeys_is_drawn_by_any_widget():
    app = Careless()
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.pause()
        drawn = "".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "]52;c;eA==b[2Jc2Jd" in drawn
        assert not any(ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in drawn)
        assert not set("\u202e\u200b\U000e0041").intersection(drawn)


@pytest.mark.parametrize(
    "text", ["plain", "漢字", "👨\u200d👩\u200d👧", "🏴\U000e0067\U000e0062\U000e007f", "می\u200cخواهم"]
)
def test_honest_lines_pass_untouched(text: str):
    segments = [Segment(text), Segment(" ")]
    assert Guard().apply(segments, BLACK) is segments
