"""The line below the prompt while a reply is awaited."""

from datetime import timedelta

from stage import NOON, shown
from textual.app import App

from localgpt_tui.core.events import TextDelta, ToolStarted
from localgpt_tui.core.messages import ToolCall
from localgpt_tui.ui.widgets.status import Status


class Lines(App[None]):
    moment = NOON

    def compose(self):
        yield Status(lambda: self.moment)


async def test_a_reply_from_which_nothing_comes_any_more_says_for_how_long():
    app = Lines()
    app.animation_level = "none"
    async with app.run_test(size=(80, 3)) as pilot:
        status = app.query_one(Status)
        status.begin()
        status.show(TextDelta("So"))
        app.moment = NOON + timedelta(seconds=9)
        status.refresh()
        await pilot.pause()
        assert "writing 9s  Esc stops" in shown(app)
        app.moment = NOON + timedelta(seconds=75)
        status.refresh()
        await pilot.pause()
        assert "writing 1m 15s (nothing for 1m 15s)" in shown(app)
        status.show(TextDelta("on"))
        status.refresh()  # as it does four times a second
        await pilot.pause()
        assert "nothing" not in shown(app)


async def test_a_tool_that_runs_silently_is_no_silence_of_the_model():
    app = Lines()
    async with app.run_test(size=(80, 3)) as pilot:
        status = app.query_one(Status)
        status.begin()
        status.show(ToolStarted(ToolCall("1", "bash", "{}")))
        app.moment = NOON + timedelta(seconds=75)
        status.refresh()
        await pilot.pause()
        assert "running bash 1m 15s  Esc stops" in shown(app)
