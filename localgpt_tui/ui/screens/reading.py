"""A screen on which a session is read: searched to its beginning, read in a pager, its links seen."""

import asyncio

from textual import on, work
from textual.app import SuspendNotSupported

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.drafting.completion import Suggestion
from localgpt_tui.ui.pager import page, pager_command
from localgpt_tui.ui.plainprint import print_plain
from localgpt_tui.ui.rendering.links import Link
from localgpt_tui.ui.screens.looking import LookingScreen
from localgpt_tui.ui.screens.picker import PickerScreen
from localgpt_tui.ui.widgets.transcript import Transcript


class ReadingScreen(LookingScreen):
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

    @on(Transcript.Guided)
    def _guided(self, guided: Transcript.Guided) -> None:
        self.say(guided.words)

    @on(Transcript.LinksWanted)
    @work(group="links", exclusive=True)
    async def _links(self, wanted: Transcript.LinksWanted) -> None:
        """Show where links lead, whole; of several, the person picks one first."""
        link = wanted.links[0]
        if len(wanted.links) > 1:
            choices = [
                Suggestion(each.address, each.address, "" if each.text == each.address else each.text)
                for each in wanted.links
            ]
            picker = PickerScreen("Where the links lead", choices, verb="goes on; nothing is opened yet")
            chosen = await self.app.push_screen_wait(picker)
            if chosen is None:
                return
            link = next(each for each in wanted.links if each.address == chosen.text)
        await self._ask_about(link)

    async def _ask_about(self, link: Link) -> None:
        from localgpt_tui.ui.opening import destination, find_opener, open_outside  # noqa: PLC0415 - seldom wanted
        from localgpt_tui.ui.screens.link import LinkScreen  # noqa: PLC0415 - the same

        target, opener = destination(link.address), find_opener()
        text = "" if link.text == link.address else link.text
        match await self.app.push_screen_wait(LinkScreen(target, opener, text=text)):
            case "open":
                try:
                    await asyncio.to_thread(open_outside, target.address, opener)
                    self.say(f"{opener.name} was given {target.host}.")
                except LocalGPTError as error:
                    self.say(str(error))
            case "copy":
                await self.copy(target.address)
            case "print":
                await print_plain(self.app, target.address)
            case _:
                pass

    def action_links(self) -> None:
        """Show where the links of the message under the cursor lead, or of the latest reply."""
        transcript, row = self.query_one(Transcript), self.row_meant()
        if row is not None and transcript.cursor is None:
            transcript.point_at(row)
        transcript.action_links()

    def action_jump(self) -> None:
        """Put letters on what is in sight, each a way to go there."""
        self.set_focus(self.query_one(Transcript))
        self.query_one(Transcript).action_jump()
