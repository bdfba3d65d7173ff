"""`ask`: one question, its answer on stdout, everything else on stderr."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from localgpt_tui.assistant import Assistant
from localgpt_tui.conversation import Conversation
from localgpt_tui.core.errors import ConfigError, LocalGPTError, SessionError
from localgpt_tui.core.events import Event, Said, TextDelta, TurnFailed
from localgpt_tui.core.messages import AssistantMessage
from localgpt_tui.frontends.asking import AskingApprover
from localgpt_tui.frontends.jsonlines import event_fields, json_line
from localgpt_tui.frontends.lines import Lines
from localgpt_tui.frontends.opening import open_assistant, open_journal, stopped_by_signals
from localgpt_tui.frontends.wording import activity, held_back
from localgpt_tui.paths import Places
from localgpt_tui.safety.terminal import printable

OK, FAILED, USAGE, PROVIDER = 0, 1, 2, 3
_STDIN = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """What `ask` was asked.

    Attributes:
        session: the beginning of a session's id to go on with; resume: go on with the latest one.
        model: its name; naming it is consent to where it sends the question.
        incognito: neither recall nor keep anything.
        json: one event a line instead of text.
        verbose: tell on stderr what happens although nobody seems to watch.
    """

    question: str
    session: str = ""
    resume: bool = False
    model: str = ""
    incognito: bool = False
    json: bool = False
    verbose: bool = False


async def ask(places: Places, wish: Wish, *, out: TextIO | None = None, err: TextIO | None = None) -> int:
    """Ask, stream the answer to `out`, keep both in a session, and return the exit status.

    0: answered; 1: failed; 2: usage or configuration; 3: the model. Whoever stops it by a signal gets 128 and the
    signal's number, and what had arrived is kept.

    Raises:
        BrokenPipeError: whoever read the answer went away; what had arrived is kept.
        CancelledError: it was cancelled from outside; what had arrived is kept.
    """
    err = err or sys.stderr
    try:
        return await _Run(places, wish, out or sys.stdout, err).run()
    except LocalGPTError as error:
        err.write(printable(f"{error}\n"))
        return USAGE if isinstance(error, ConfigError) else FAILED


class _Run:
    """One run of `ask`: the emit, and where it writes."""

    def __init__(self, places: Places, wish: Wish, out: TextIO, err: TextIO) -> None:
        self._places, self._wish = places, wish
        self._out, self._err = out, err
        self._watched = wish.verbose or err.isatty()
        self._status = OK
        self._unfinished_line = False
        self._streamed = False
        self._broken: OSError | None = None
        self._stop: Callable[[], object] = lambda: None

    async def run(self) -> int:
        assistant = open_assistant(self._places, self._tell)
        try:
            return await self._ask(assistant)
        finally:
            await assistant.aclose()

    async def _ask(self, assistant: Assistant) -> int:
        model = await self._model(assistant)
        wish = self._wish
        journal = await asyncio.to_thread(
            open_journal, assistant, session=wish.session, resume=wish.resume, incognito=wish.incognito
        )
        try:
            for sentence in journal.damage:
                self._tell(sentence)
            if journal.read_only:
                raise SessionError(f"This session cannot be written. {journal.why_read_only}", "Start a new one.")
            conversation = assistant.converse(journal, model, self._approver())
            if self._wish.json:
                self._write(json_line({"type": "started", "session": journal.id, "model": conversation.model}))
            try:
                await self._send(conversation)
            finally:
                await conversation.aclose()
            if journal.path.exists():
                self._note(f"Session {journal.id[:8]}: `ask --session {journal.id[:8]}` goes on with it.")
        finally:
            journal.close()
        return self._status

    def _approver(self) -> AskingApprover | None:
        """Somebody to ask, where a person sits at the terminal; a program that reads JSON is nobody."""
        if self._wish.json or not (self._err.isatty() and os.isatty(_STDIN)):
            return None
        lines = Lines(_STDIN)

        async def read(prompt: str) -> str | None:
            self._err.write(printable(prompt))
            self._err.flush()
            return await lines.fresh()

        return AskingApprover(self._tell, read)

    async def _model(self, assistant: Assistant) -> str:
        """The model that was named, else the one that may answer although nobody can be asked for consent."""
        if self._wish.model:
            return self._wish.model
        surroundings = await assistant.look_around()
        choice = assistant.choose(surroundings, attended=False)
        declined = assistant.needs_consent(assistant.choose(surroundings, attended=True))
        (self._tell if declined else self._note)(choice.reason)
        return choice.model

    async def _send(self, conversation: Conversation) -> None:
        """One turn, in a task of its own that signals and a reader who went away can stop."""
        turn = asyncio.ensure_future(conversation.send(self._wish.question, self._emit))
        self._stop = turn.cancel

        def stop(status: int) -> None:
            self._status = status
            turn.cancel()

        with stopped_by_signals(stop, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            try:
                await turn
            except asyncio.CancelledError:
                if self._broken is None and self._status == OK:
                    raise
            self._end_line()
        self._account_for_output()

    def _emit(self, event: Event) -> None:
        if isinstance(event, TurnFailed):
            self._status = PROVIDER if event.failure else FAILED
        if self._wish.json:
            self._write(json_line(event_fields(event)))
        else:
            self._show(event)
        if isinstance(event, TurnFailed):
            self._tell(f"{event.reason} {event.advice}".strip())

    def _show(self, event: Event) -> None:
        match event:
            case TextDelta(text):
                self._streamed = True
                self._write_text(text)
            case Said(AssistantMessage(text=text)):
                if not self._streamed:
                    self._write_text(text)
                self._streamed = False
                self._end_line()
        if words := activity(event):
            (self._tell if held_back(event) else self._note)(words)

    def _write_text(self, text: str) -> None:
        clean = printable(text)
        if clean:
            self._write(clean)
            self._unfinished_line = not clean.endswith("\n")

    def _end_line(self) -> None:
        if self._unfinished_line:
            self._write("\n")
            self._unfinished_line = False

    def _write(self, text: str) -> None:
        """Write at once; when nobody reads any more, the turn is stopped and nothing more is written."""
        if self._broken is not None:
            return
        try:
            self._out.write(text)
            self._out.flush()
        except OSError as error:
            self._broken = error
            self._stop()

    def _account_for_output(self) -> None:
        if self._broken is not None:
            if isinstance(self._broken, BrokenPipeError):
                raise self._broken
            why = os.strerror(self._broken.errno or 0)
            raise LocalGPTError(f"The answer could not be written ({why}).", "What had arrived is in the session.")

    def _tell(self, text: str) -> None:
        """Say what the person must know, whoever watches."""
        with contextlib.suppress(OSError):  # a closed stderr: there is nobody left to be told
            self._err.write(printable(text) + "\n")
            self._err.flush()

    def _note(self, text: str) -> None:
        """Say what only someone who watches wants to know."""
        if self._watched:
            self._tell(text)
