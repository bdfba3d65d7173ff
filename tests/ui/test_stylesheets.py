"""What the style sheets mean is found out once, and what they give is what Textual's own would give."""

from textual.app import App
from textual.containers import Vertical
from textual.widgets import Static

from localgpt_tui.ui import themes
from localgpt_tui.ui.rendering.paint import COMPONENTS
from localgpt_tui.ui.stylesheets import ParsedOnce, stylesheet, stylesheets
from localgpt_tui.ui.widgets.rows import NoticeRow
from localgpt_tui.ui.widgets.transcript import Transcript


class Plain(App[None]):
    CSS_PATH = [*stylesheets(), *stylesheet("memory")]  # noqa: RUF012 - Textual's way

    def __init__(self, *, theme):
        super().__init__()
        for each in themes.THEMES:
            self.register_theme(each)
        self.theme = theme

    def compose(self):
        self.screen.add_class("-empty")
        with Vertical(id="pane"):
            yield Transcript()
        yield Static("word", classes="hint")


class Swift(ParsedOnce, Plain):
    pass


def looks(app):
    """Every rule of every widget, and every look of the transcript."""
    transcript = app.query_one(Transcript)
    transcript.find_looks()
    rules = [repr(sorted(node.styles.get_rules().items())) for node in app.screen.walk_children(with_self=True)]
    return rules, {name: transcript.get_component_styles(name).get_rules() for name in COMPONENTS}


async def test_rules_come_out_the_same_when_a_program_starts_twice_and_changes_its_theme():
    first, second = themes.DEFAULT, themes.DEFAULT_LIGHT
    expected = {}
    for theme in (first, second):
        app = Plain(theme=theme)
        async with app.run_test():
            expected[theme] = looks(app)
    assert expected[first] != expected[second]
    for _ in range(2):
        app = Swift(theme=first)
        async with app.run_test() as pilot:
            assert looks(app) == expected[first]
            app.theme = second
            await pilot.pause()
            assert looks(app) == expected[second]


async def test_the_looks_of_the_transcript_wait_until_there_is_something_to_show():
    app = Swift(theme=themes.DEFAULT)
    async with app.run_test() as pilot:
        transcript = app.query_one(Transcript)
        assert not transcript._component_styles
        app.screen.remove_class("-empty")
        await pilot.pause()
        transcript.show_rows([NoticeRow(text="a word")])
        await pilot.pause()
        assert {*transcript._component_styles} == COMPONENTS
        kept = dict(transcript._component_styles)
        transcript.focus()
        await pilot.pause()
        assert all(transcript._component_styles[name] is style for name, style in kept.items())


async def test_a_sheet_that_is_read_ahead_is_known_and_changes_nothing_in_sight():
    class Early(Swift):
        CSS_PATH = [*stylesheets()]  # noqa: RUF012 - Textual's way

    app = Early(theme=themes.DEFAULT)
    async with app.run_test():
        before = looks(app)
        (later,) = stylesheet("heartbeat")
        assert not app.stylesheet.has_source(str(later), "")
        await app.read_ahead("heartbeat")
        assert app.stylesheet.has_source(str(later), "")
        app.refresh_css()
        assert looks(app) == before
