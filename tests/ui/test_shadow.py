import pyte
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from localgpt_tui.ui.shadow import Shadow

WIDTH, HEIGHT = 20, 4
STYLES = [None, Style(color="red"), Style(bold=True), Style(bgcolor="blue", color="#102030"), Style(link="http://evil")]


@st.composite
def frames(draw: st.DrawFn) -> list[list[tuple[int, int, Strip]]]:
    """Frames of strips that cover whole lines, now and then cut in two."""
    texts = st.text("ab 漢字é", max_size=12)
    count = draw(st.integers(1, 6))
    made = []
    for _ in range(count):
        frame = []
        for y in draw(st.lists(st.integers(0, HEIGHT - 1), max_size=HEIGHT, unique=True)):
            runs = draw(st.lists(st.tuples(texts, st.sampled_from(STYLES)), max_size=4))
            line = Strip([Segment(text, style) for text, style in runs]).adjust_cell_length(WIDTH)
            cut = draw(st.integers(0, WIDTH))
            parts = [(0, line)] if cut in (0, WIDTH) else [(0, line.crop(0, cut)), (cut, line.crop(cut))]
            frame += [(x, y, part) for x, part in parts]
        made.append(frame)
    return made


def terminal() -> tuple[pyte.Screen, pyte.Stream]:
    screen = pyte.Screen(WIDTH, HEIGHT)
    return screen, pyte.Stream(screen)


def cells(screen: pyte.Screen) -> list[list[tuple]]:
    return [[tuple(screen.buffer[y][x])[:4] for x in range(WIDTH)] for y in range(HEIGHT)]


@given(frames())
def test_the_terminal_shows_what_whole_frames_would_have_shown(drawn: list[list[tuple[int, int, Strip]]]):
    shadow = Shadow()
    changed, changed_stream = terminal()
    whole, whole_stream = terminal()
    for frame in drawn:
        changed_stream.feed(shadow.changes(frame))
        for x, y, strip in frame:
            whole_stream.feed(f"\x1b[{y + 1};{x + 1}H")
            for text, style, _ in strip:
                codes = Strip.render_ansi(style, shadow.colours) if style else ""
                whole_stream.feed(f"\x1b[{codes}m{text}\x1b[0m" if codes else text)
        assert cells(changed) == cells(whole)


def line(text: str, style: Style | None = None) -> Strip:
    return Strip([Segment(text, style)])


def test_what_is_there_already_is_not_written_again():
    shadow = Shadow()
    assert "hello" in shadow.changes([(0, 0, line("hello world"))])
    assert shadow.changes([(0, 0, line("hello world"))]) == ""
    assert shadow.changes([(0, 0, line("hello wOrld"))]) == "\x1b[1;8HO"


def test_near_changes_are_written_in_one_go_and_far_ones_apart():
    shadow = Shadow()
    shadow.changes([(0, 0, line("a" * 40))])
    assert shadow.changes([(0, 0, line("ab" + "a" * 3 + "b" + "a" * 34))]) == "\x1b[1;2Hbaaab"
    assert shadow.changes([(0, 0, line("a" * 38 + "cc"))]).count("H") == 2


def test_colours_are_switched_only_where_they_change():
    written = Shadow().changes([(0, 0, line("one", Style(bold=True))), (3, 0, line("two", Style(bold=True)))])
    assert written.count("m") == 2
    assert written.endswith("\x1b[0m")


def test_after_a_character_of_doubtful_width_the_place_is_said_again():
    written = Shadow().changes([(0, 0, line("❤\ufe0f!"))])
    assert written == "\x1b[1;1H❤\ufe0f\x1b[1;3H!"


def test_hyperlinks_never_reach_the_terminal():
    assert "\x1b]8" not in Shadow().changes([(0, 0, line("click", Style(link="http://evil.example")))])


def test_forgetting_writes_everything_again():
    shadow = Shadow()
    shadow.changes([(0, 0, line("same"))])
    shadow.forget()
    assert "same" in shadow.changes([(0, 0, line("same"))])
