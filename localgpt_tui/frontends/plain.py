"""`chat --plain`: a conversation line by line, for dumb terminals and screen readers."""

import asyncio
import signal
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TextIO, TypeVar

from localgpt_tui import commands
from localgpt_tui.assistant import Assistant
from localgpt_tui.conversation import Conversation
from localgpt_tui.core.errors import ConfigError, LocalGPTError
from localgpt_tui.core.events import Event, Said, TextDelta, TurnFailed
from localgpt_tui.core.messages import AssistantMessage
from localgpt_tui.frontends.asking import AskingApprover
from localgpt_tui.frontends.opening import open_assistant, open_journal, stopped_by_signals
from localgpt_tui.frontends.voice import ASSISTANT, YOU, Voice
from localgpt_tui.frontends.wording import activity
from localgpt_tui.paths import Places
from localgpt_tui.sessions.incognito import GONE, MEANING
from localgpt_tui.sessions.journal import Journal

_EARLIER = 6


@dataclass(frozen=True, slots=True)
class Wish:
    """What `chat` was asked: a session to go on with, or the latest; a model's name, which is consent to use it.

    Attributes:
        incognito: neither recall nor keep anything.
    """

    session: str = ""
    resume: bool = False
    model: str = ""
    incognito: bool = False


async def chat(places: Places, wish: Wish, *, stdin: int = 0, out: TextIO | None = None) -> int:
    """Talk until the person has had enough, and return the exit status.

    Ctrl+C stops a reply, Ctrl+D ends; other signals end it too, and what had arrived is kept.
    """
    voice = Voice(stdin, out or sys.stdout)
    try:
        assistant = open_assistant(places, voice.tell)
        try:
            return await _talk(assistant, wish, voice)
        finally:
            await assistant.aclose()
    except LocalGPTError as error:
        voice.tell(str(error))
        return 2 if isinstance(error, ConfigError) else 1


async def _talk(assistant: Assistant, wish: Wish, voice: Voice) -> int:
    journal = await asyncio.to_thread(
        open_journal, assistant, session=wish.session, resume=wish.resume, incognito=wish.incognito
    )
    try:
        model = wish.model or await _choose(assistant, voice)
        desk = PlainDesk(assistant, _converse(assistant, journal, model, voice), voice)
    except BaseException:
        journal.close()
        raise
    assistant.start()
    if journal.incognito:
        desk.tell(MEANING)
    return await desk.run()


def _converse(assistant: Assistant, journal: Journal, model: str, voice: Voice) -> Conversation:
    """A conversation whose questions are put line by line, where a person sits at the other end."""
    approver = AskingApprover(voice.tell, voice.ask_afresh) if voice.interactive else None
    return assistant.converse(journal, model, approver)


T = TypeVar("T")


class PlainDesk:
    """The desk of `commands` without a screen."""

    def __init__(self, assistant: Assistant, conversation: Conversation, voice: Voice) -> None:
        self.assistant = assistant
        self.conversation = conversation
        self._voice = voice
        self._turn: asyncio.Future[None] | None = None
        self._status: int | None = None

    async def run(self) -> int:
        """Answer line by line until the end; returns the exit status."""
        ending = (signal.SIGTERM, signal.SIGHUP)
        with stopped_by_signals(self._interrupt, signal.SIGINT), stopped_by_signals(self._end, *ending):
            self._greet()
            while self._status is None:
                await self._answer(await self._voice.ask(YOU))
        await self._leave()
        return self._status

    def tell(self, text: str) -> None:
        """Show text that joins no conversation."""
        self._voice.tell(text)

    async def open(self, journal: Journal) -> None:
        """Make `journal` the open conversation."""
        model = self.conversation.model
        await self._leave()
        self.conversation = _converse(self.assistant, journal, model, self._voice)
        self._greet()

    async def _leave(self) -> None:
        await self.conversation.aclose()
        self.conversation.journal.close()
        if self.conversation.journal.incognito:
            self.tell(GONE)

    async def act(self, action: str, _argument: str = "", /) -> None:
        """Do in words what a screen would do by itself; most of it cannot be done here."""
        match action:
            case "sessions":
                await commands.run(self, "/sessions")
                self.tell("/open ID opens one of them.")
            case "rename":
                self.tell("Write the new title after the command: /rename TITLE")
            case "memory":
                self.tell("Write what to look for after the command: /memory WORDS")
            case "take":
                self._take()
            case _:
                raise LocalGPTError(f"/{action} needs the full screen.", "`localgpt-tui chat` opens it.")

    async def do_beside(self, work: Coroutine[Any, Any, T], /) -> T:
        """Do `work` here: there are no keys to be answered meanwhile."""
        return await work

    def quit(self) -> None:
        """End the program after this line."""
        self._status = self._status or 0

    def _greet(self) -> None:
        journal = self.conversation.journal
        if not journal.path.exists():
            self.tell(f"A new conversation with {self.conversation.model}. /help lists the commands, /quit ends.")
            return
        self.tell(f"Going on with “{journal.title}”, answered by {self.conversation.model}.")
        for entry in journal.tail(_EARLIER):
            if entry.message and entry.message.kind != "tool" and entry.message.text:
                self._voice.quote(YOU if entry.message.kind == "user" else ASSISTANT, entry.message.text)
        for sentence in filter(None, (*journal.damage, journal.why_read_only)):
            self.tell(sentence)

    async def _answer(self, line: str | None) -> None:
        """Carry out a command, or send what was said."""
        if line is None:
            self._voice.newline()
            self.quit()
        elif line.startswith("/"):
            try:
                await commands.run(self, line)
            except LocalGPTError as error:
                self.tell(str(error))
        elif line.strip():
            await self._send(line)

    async def _send(self, text: str) -> None:
        self._turn = asyncio.ensure_future(self.conversation.send(text, self._emit))
        try:
            await self._turn
        except asyncio.CancelledError:
            us = asyncio.current_task()
            if us is not None and us.cancelling():
                raise  # it is not only the reply that is to stop
        finally:
            self._turn = None

    def _emit(self, event: Event) -> None:
        match event:
            case TextDelta(text):
                self._voice.speak(text)
            case Said(AssistantMessage(text=text)):
                self._voice.finish(text)
            case TurnFailed(reason, advice):
                self.tell(f"{reason} {advice}".strip())
        if words := activity(event):
            self.tell(words)
        if self._voice.gone and self._turn is not None:
            self._turn.cancel()

    def _interrupt(self, _status: int) -> None:
        """Ctrl+C: stop the reply, or say how to end."""
        if self._turn is not None:
            self._turn.cancel()
        else:
            self._voice.nudge()

    def _end(self, status: int) -> None:
        self._status = status
        self._voice.hang_up()
        if self._turn is not None:
            self._turn.cancel()

    def _take(self) -> None:
        journal = self.conversation.journal
        if journal.acquire():
            self.tell("This session is yours to write in.")
        else:
            journal.ask_for_handover()
            self.tell("The other program was asked to hand it over; try /take again in a moment.")


async def _choose(assistant: Assistant, voice: Voice) -> str:
    """The model that answers; one off this machine is asked about first, where there is somebody to ask."""
    surroundings = await assistant.look_around()
    choice = assistant.choose(surroundings, attended=voice.interactive)
    if voice.interactive and assistant.needs_consent(choice):
        voice.tell(choice.reason)
        answer = await voice.ask(f"May what you write be sent to {choice.destination}? y/N: ")
        if (answer or "").strip().lower() in {"y", "yes"}:
            assistant.allow(choice)
            return choice.model
        choice = assistant.choose(surroundings, attended=False)
    voice.tell(choice.reason)
    return choice.model
