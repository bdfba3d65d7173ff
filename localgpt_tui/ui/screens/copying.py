"""A screen from which text can be taken away: to the clipboard, into a file, or printed as it is."""

import asyncio
from pathlib import Path

from textual import on, work

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.ui.clipboard import Clipboard, write_copy
from localgpt_tui.ui.plainprint import print_plain
from localgpt_tui.ui.screens.sharing import SharingScreen
from localgpt_tui.ui.terminal import OnTerminal
from localgpt_tui.ui.widgets.rows import ReplyRow, Row
from localgpt_tui.ui.widgets.transcript import Transcript


class CopyingScreen(SharingScreen):
    """Says which way a text went; whether it arrived, only the person can see."""

    async def copy(self, text: str) -> None:
        """Send `text` towards the clipboard."""
        if isinstance(self.app, Clipboard):
            self.say(await self.app.copy(text))

    @on(Transcript.CopyWanted)
    @work(group="copy", exclusive=True)
    async def _copy_wanted(self, wanted: Transcript.CopyWanted) -> None:
        await self.copy(wanted.text)

    @work(group="copy", exclusive=True)
    async def action_copy(self, what: str = "") -> None:
        """Copy what is marked, or a message: the one under the cursor, else the latest reply.

        Args:
            what: `code` for the last block of code in that message; `file`, or `file NAME`, to write what was copied
                last, or that message, to a file.
        """
        kind, _, name = what.partition(" ")
        match kind:
            case "":
                await self.copy(self.get_selected_text() or self._message())
            case "code":
                if code := self._code():
                    await self.copy(code)
                else:
                    self.say("There is no block of code in this message.")
            case "file":
                await self._copy_to_file(name.strip())
            case _:
                self.say("/copy, /copy code or /copy file NAME.")

    @work(group="copy", exclusive=True)
    async def action_print(self) -> None:
        """Print what was copied last, or the message, outside the app, where the terminal can select it."""
        text = self._copied()
        if text:
            await print_plain(self.app, text)
        else:
            self.say("There is nothing to print here.")

    def action_mouse(self) -> None:
        """Leave the mouse to the terminal, or take it back."""
        if isinstance(self.app, OnTerminal):
            ours = self.app.switch_mouse()
            self.say(
                "The mouse is the app's again."
                if ours
                else "The mouse is the terminal's: it selects. ^X m takes it back."
            )

    async def _copy_to_file(self, name: str) -> None:
        text = self._copied()
        if not text or self.sitting is None:
            self.say("There is nothing to copy here.")
            return
        target = Path(name) if name else self.sitting.assistant.places.state / "copied"
        try:
            written = await asyncio.to_thread(write_copy, text, target, folder=not name)
            self.say(f"Written to {written}")
        except LocalGPTError as error:
            self.say(str(error))

    def _copied(self) -> str:
        copied = self.app.copied if isinstance(self.app, Clipboard) else ""
        return self.get_selected_text() or copied or self._message()

    def row_meant(self) -> Row | None:
        """What a command is about: the row under the cursor, else the latest reply."""
        transcript = self.query_one(Transcript)
        replies = (row for row in reversed(transcript.rows) if isinstance(row, ReplyRow))
        return transcript.cursor or next(replies, None)

    def _message(self) -> str:
        row = self.row_meant()
        return self.query_one(Transcript).source(row) if row else ""

    def _code(self) -> str:
        row = self.row_meant()
        blocks = self.query_one(Transcript).code_blocks(row) if row else []
        return blocks[-1].source if blocks else ""
