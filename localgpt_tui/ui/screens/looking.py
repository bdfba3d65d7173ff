"""How the app looks, and what the transcript can do, asked for from the prompt: by command, leader or palette."""

from itertools import takewhile

from textual import work

from localgpt_tui.drafting.completion import Suggestion
from localgpt_tui.ui import themes
from localgpt_tui.ui.screens.copying import CopyingScreen
from localgpt_tui.ui.screens.picker import PickerScreen
from localgpt_tui.ui.widgets.reading_pane import ReadingPane
from localgpt_tui.ui.widgets.rows import UserRow
from localgpt_tui.ui.widgets.transcript import Transcript


class LookingScreen(CopyingScreen):
    """Carries out commands that otherwise are keys of the transcript, or of the app."""

    @work(group="theme", exclusive=True)
    async def action_theme(self, name: str = "") -> None:
        """Change how the app looks: to the theme `name`, or to one that the person picks."""
        known = self.app.available_themes
        if not name:
            ours = [theme.name for theme in themes.THEMES]
            order = [*ours, *sorted(set(known) - set(ours))]
            choices = [Suggestion(each, each, self._theme_words(each)) for each in order]
            chosen = await self.app.push_screen_wait(PickerScreen("Themes", choices))
            if chosen is None:
                return
            name = chosen.text
        if name not in known:
            self.say(f"There is no theme {name}. /theme lists them.")
            return
        self.app.theme = name
        self.say(f"{name} from now on, and the next time too.")

    def action_search(self, words: str = "") -> None:
        """Search in this session."""
        self.query_one(ReadingPane).search(words)

    def action_fold(self) -> None:
        """Fold or unfold what is under the cursor, or the thinking and the tools of the latest reply."""
        transcript = self.query_one(Transcript)
        row = transcript.cursor
        latest = takewhile(lambda each: not isinstance(each, UserRow), reversed(transcript.rows))
        rows = [row] if row is not None and row.foldable else [each for each in latest if each.foldable]
        folded = all(each.folded for each in rows)
        for each in rows:
            if each.folded == folded:
                transcript.fold(each)
        if not rows:
            self.say("The latest reply has nothing to fold.")

    def action_mark(self) -> None:
        """Mark lines in the transcript, to copy them."""
        transcript = self.query_one(Transcript)
        self.set_focus(transcript)
        transcript.action_mark()

    def action_pager(self) -> None:
        """Read the message under the cursor, or the latest reply, in a pager."""
        transcript = self.query_one(Transcript)
        if transcript.cursor is None:
            transcript.point_at(self.row_meant())
        transcript.action_page()

    def action_top(self) -> None:
        """Go to the first message."""
        self.set_focus(self.query_one(Transcript))
        self.query_one(Transcript).action_top()

    def action_end(self) -> None:
        """Go to the end and follow it."""
        self.set_focus(self.query_one(Transcript))
        self.query_one(Transcript).action_scroll_end()

    async def action_redraw(self) -> None:
        """Draw everything again."""
        await self.app.run_action("app.redraw")

    async def action_suspend(self) -> None:
        """Stop here until `fg`."""
        await self.app.run_action("app.suspend_process")

    def _theme_words(self, name: str) -> str:
        if name == themes.TERMINAL:
            words = "your terminal's colours"
        else:
            words = "dark" if self.app.available_themes[name].dark else "light"
        return f"{words}, in use" if name == self.app.theme else words
