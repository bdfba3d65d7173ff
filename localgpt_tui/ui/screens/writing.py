"""A screen on which something is said: sent at once, or behind the reply that is being written."""

import asyncio
import re
from abc import abstractmethod
from pathlib import Path

from textual import on, work

from localgpt_tui import attachments
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.messages import Attachment
from localgpt_tui.drafting.kept import Draft, joined
from localgpt_tui.ui.screens.drafting import DraftingScreen
from localgpt_tui.ui.widgets.attached import Attached
from localgpt_tui.ui.widgets.consent import ConsentPanel
from localgpt_tui.ui.widgets.prompt import Prompt
from localgpt_tui.ui.widgets.queued import Queued

COMMAND = re.compile(r"/[A-Za-z?][\w-]*(\s|$)")
"""How a command looks; `/etc/hosts` does not."""

NOTE = re.compile(r"#(?!#)[^\n]*\S[^\n]*")
"""How a line to be remembered looks; a text of more lines that begins with a heading is a message."""


class WritingScreen(DraftingScreen):
    """Takes what was written to where it belongs: a turn, a command, or the queue."""

    @abstractmethod
    def start(self, text: str, along: tuple[Attachment, ...] = ()) -> None:
        """Begin a turn."""

    @abstractmethod
    def remember_line(self, line: str) -> object:
        """Note `line` down without asking a model."""

    @on(Prompt.Sent)
    async def _sent(self, sent: Prompt.Sent) -> None:
        queued, attached = self.query_one(Queued), self.query_one(Attached)
        if not sent.text and not attached.attachments:
            if not queued.empty and not self.busy:
                self.go_on()
            return
        if NOTE.fullmatch(sent.text) and self.sitting is not None:
            self.prompt.write("")
            self.keep_said(sent.text)
            self.remember_line(sent.text[1:].strip())
            return
        command = COMMAND.match(sent.text) is not None
        if self.sitting is not None and self.sitting.journal.read_only and not command:
            self.say_again(Draft(sent.text))
            self.say(f"Nothing can be sent here. {self.sitting.journal.why_read_only}")
            return
        if command and self.sitting is not None:
            self.keep_said(sent.text)
            self.command(sent.text)
            return
        along = attached.take()
        if "@" in sent.text:
            try:
                along += await self._mentioned(sent.text, {each.name for each in along})
            except LocalGPTError as error:
                attached.show(along)
                self.say_again(Draft(sent.text))
                self.say(f"{error} Or take the @ away.")
                return
        self.keep_said(sent.text)
        if self.busy or not self.ready or not queued.empty:
            self._queue(sent.text, along)
        else:
            self.start(sent.text, along)
        self.save_now()

    def command(self, line: str) -> None:
        """Carry out a slash command; one that would disturb a reply waits behind it."""
        from localgpt_tui.commands import find  # noqa: PLC0415 - it knows the assistant: not before the first frame

        found = find(line.removeprefix("/").partition(" ")[0])
        if self.busy and found is not None and found.waits:
            self._queue(line)
        else:
            self.do(line)

    def go_on(self) -> None:
        """Say what waits, one after the other."""
        queued = self.query_one(Queued)
        queued.hold(held=False)
        while not (queued.empty or self.busy):
            waiting = queued.next()
            if COMMAND.match(waiting.text):
                self.do(waiting.text)
            else:
                self.start(waiting.text, waiting.attachments)
        self._queue_changed()

    def say_again(self, draft: Draft) -> None:
        """What never reached the disk is still the person's: put it back into the draft, or before it."""
        self.put(joined([draft, self.draft]))

    # what waits

    def action_queue(self) -> None:
        """Give the keys to what waits."""
        if self.query_one(Queued).empty:
            self.say("Nothing waits.")
        else:
            self.set_focus(self.query_one(Queued))

    def _queue(self, text: str, along: tuple[Attachment, ...] = ()) -> None:
        self.query_one(Queued).add(text, along)
        self._queue_changed()
        panel = self.query_one(ConsentPanel)
        if panel.display:
            self.set_focus(panel)

    def _queue_changed(self) -> None:
        self.prompt.something_waits = not self.query_one(Queued).empty
        self.save_soon()

    @on(Prompt.TakenBack)
    def _taken_back(self) -> None:
        queued = self.query_one(Queued)
        if not queued.empty:
            waiting = queued.take_back()
            self.put(waiting)
        self._queue_changed()

    @on(Queued.EditWanted)
    def _edit_waiting(self, wanted: Queued.EditWanted) -> None:
        if self.draft:
            self.action_stash()
        self.put(wanted.waiting)
        self._left_queue()

    @on(Queued.Left)
    def _left_queue(self) -> None:
        self._queue_changed()
        self.set_focus(self.prompt)

    # what is sent along

    @on(Prompt.Pasted)
    def _pasted(self, pasted: Prompt.Pasted) -> None:
        attached = self.query_one(Attached)
        name = attachments.paste_name(each.name for each in attached.attachments)
        try:
            attached.add(attachments.attach_text(pasted.text, name))
        except LocalGPTError as error:
            self.say(str(error))
            return
        self.say(self._too_long(name, len(pasted.text)) or f"The paste is sent along as {name}.")
        self.save_soon()

    @on(Prompt.Detached)
    def _detached(self) -> None:
        self.action_detach()

    @work(group="attach")
    async def action_attach(self, path: str = "") -> None:
        """Send the file `path` along with the next message."""
        if not path:
            if self.prompt.text:  # it stays as it is: what is named in it goes along too
                self.prompt.insert("@" if self.prompt.text[-1:].isspace() else " @", self.prompt.document.end)
            else:
                self.prompt.write("/attach ")
            self.action_chat()
            return
        try:
            attachment = await asyncio.to_thread(attachments.attach, path, folder=Path.cwd())
        except LocalGPTError as error:
            self.say(str(error))
            return
        self.query_one(Attached).add(attachment)
        self.action_chat()
        if attachment.media_type == "text/plain":
            self.say(self._too_long(attachment.name, len(attachment.data)))
        self.save_soon()

    def action_detach(self, name: str = "") -> None:
        """Send the attachment called `name` (empty: the last one) along no more."""
        gone = self.query_one(Attached).take_away(name)
        if gone:
            self.say(f"{gone} is not sent along any more.")
            self.save_soon()
        elif name or not self.prompt.has_focus:
            self.say(f"Nothing called {name} is attached." if name else "Nothing is attached.")

    async def _mentioned(self, text: str, known: set[str]) -> tuple[Attachment, ...]:
        """The files and sessions that `text` names after an @, apart from those `known`."""
        from localgpt_tui.ui.mentions import mentioned  # noqa: PLC0415 - it knows the store

        shelf = self.sitting.assistant.shelf if self.sitting is not None else None
        return await asyncio.to_thread(mentioned, text, known, folder=Path.cwd(), shelf=shelf)

    def _too_long(self, name: str, characters: int) -> str:
        """A warning where a text alone is more than the model can read, at four characters a token."""
        window = self.sitting.assistant.config.agent.context_window if self.sitting else 0
        if window and characters / 4 > window:
            return f"{name} is about {characters // 4000:,}k tokens; the model reads {window // 1000:,}k."
        return ""
