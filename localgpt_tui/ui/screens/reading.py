"""A screen on which a session is read: searched to its beginning, read in a pager, its links seen."""

from textual import on, work
from textual.app import SuspendNotSupported

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.drafting.completion import Suggestion
from localgpt_tui.ui.pager import page, pager_command
from localgpt_tui.ui.screens.copying import CopyingScreen
from localgpt_tui.ui.screens.picker import PickerScreen
from localgpt_tui.ui.widgets.transcript import Transcript


class ReadingScreen(CopyingScreen):
    """Does what the transcript asks for and only reads; what changes the session is somebody else's."""

    @on(Transcript.Noted)
    def _noted(self, noted: Transcript.Noted) -> None:
        self.say(noted.words)

    @on(Transcript.Marked)
    def _marked(self, marked: Transcript.Marked) -> None:
        lines = "1 line" if marked.lines == 1 else f"{marked.lines:,} lines"
        self.say(f"{lines} marked: j, k and arrows extend, y copies, Esc leaves." if marked.lines else "")

    @on(Transcript.PagerWanted)
    def _page(self, wanted: Transcript.PagerWanted) -> None:
        try:
            command = pager_command()
            with self.app.suspend():
                page(wanted.text, command=command)
        except SuspendNotSupported:
            self.say("This terminal cannot be handed to a pager.")
        except LocalGPTError as error:
            self.say(str(error))
        self.call_after_refresh(self.app.run_action, "app.redraw")

    @on(Transcript.LinksWanted)
    @work(group="links", exclusive=True)
    async def _links(self, wanted: Transcript.LinksWanted) -> None:
        """Show where links lead, whole; the chosen address goes to the clipboard, and nothing is opened."""
        choices = [
            Suggestion(link.address, link.address, "" if link.text == link.address else link.text)
            for link in wanted.links
        ]
        chosen = await self.app.push_screen_wait(
            PickerScreen("Where the links lead", choices, verb="copies the address; nothing is opened")
        )
        if chosen is not None:
            await self.copy(chosen.text)
