"""The chat: one session, the reply that is being written in it, and the draft below."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from localgpt_tui.core.errors import ConfigError, LocalGPTError
from localgpt_tui.core.messages import now
from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.screens.replying import ReplyingScreen
from localgpt_tui.ui.widgets.approval_panel import ApprovalPanel
from localgpt_tui.ui.widgets.attached import Attached
from localgpt_tui.ui.widgets.banner import Banner
from localgpt_tui.ui.widgets.completions import Completions
from localgpt_tui.ui.widgets.consent import ConsentPanel
from localgpt_tui.ui.widgets.header import Header
from localgpt_tui.ui.widgets.hints import Hints
from localgpt_tui.ui.widgets.leader import Leader, steps
from localgpt_tui.ui.widgets.prompt import Prompt
from localgpt_tui.ui.widgets.queued import Queued
from localgpt_tui.ui.widgets.reading_pane import ReadingPane
from localgpt_tui.ui.widgets.session_list import SessionList
from localgpt_tui.ui.widgets.status import Status
from localgpt_tui.ui.widgets.transcript import Transcript
from localgpt_tui.ui.widgets.welcome import Welcome

if TYPE_CHECKING:  # pydantic, the store and the rest come after the first frame
    from localgpt_tui.ui.app import LocalGPTApp
    from localgpt_tui.ui.sitting import Sitting

_AT_ANY_TIME = ("quit", "keys", "sidebar", "chat")
"""What needs no assistant, and so works before it is there."""


class ChatScreen(ReplyingScreen):
    """Where the person spends the day."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+x", "leader", "The leader: the key after it does something", priority=True, id="chat-leader"),
        Binding(
            "ctrl+c",
            "interrupt",
            "Copy what is selected, stop, clear the draft; twice: quit",
            priority=True,
            id="chat-interrupt",
        ),
        Binding("escape", "escape", "Go back to the prompt; there: stop the reply", id="chat-escape"),
        Binding("f1,question_mark", "keys", "Every key", id="chat-keys"),
        Binding("tab", "next_pane(1)", "The next pane", id="chat-next-pane"),
        Binding("shift+tab", "next_pane(-1)", "The pane before", id="chat-previous-pane"),
        Binding("pageup", "page(-1)", "Scroll up a page", id="chat-page-up"),
        Binding("pagedown", "page(1)", "Scroll down a page", id="chat-page-down"),
    ]

    def __init__(
        self, open_sitting: Callable[[], "Sitting"], *, pace: float = 1.0, clock: Callable[[], datetime] = now
    ) -> None:
        """A chat that begins when `open_sitting` returns; it is called in a thread, after the first frame.

        Args:
            pace: seconds between two looks at what another program does to the session.
            clock: tells the present moment.
        """
        super().__init__(pace=pace, clock=clock)
        self._open_sitting = open_sitting

    def compose(self) -> ComposeResult:
        """The transcript stands in a container of its own, so that typing never draws it again."""
        self.add_class("-empty")
        self.fit(self.app.size)
        yield Header()
        with Horizontal(id="body"):
            with Vertical(id="chat"):
                with ReadingPane(id="pane"):
                    yield Welcome()
                yield ConsentPanel()
                yield ApprovalPanel()
                yield Banner()
                yield Queued()
                yield Completions()
                yield Attached()
                with Vertical(id="draft"), Horizontal(id="line"):
                    yield Static("❯", id="mark", markup=False)
                    yield Prompt(placeholder="Write here")
            with Vertical(id="side"):
                yield SessionList()
        yield Leader()
        yield Status(self.clock)
        yield Hints()

    def on_mount(self) -> None:
        """Show the prompt first; everything else begins behind it."""
        self.call_after_refresh(self._begin)

    @work(group="opening")
    async def _begin(self) -> None:
        try:
            self.sitting = await asyncio.to_thread(self._open_sitting)
            await self.show_session()
            beside = self.look_about()
            await self.engine.run(self.sitting.find_model())
            await beside.wait()
        except LocalGPTError as error:
            self.app.exit(return_code=2 if isinstance(error, ConfigError) else 1, message=Text(printable(str(error))))
            return
        if self._is_gone():
            return
        self.show_surroundings()
        self.watch_others()
        self.watch_running()
        self.watch_heartbeat()
        if self.sitting.needs_consent:
            self._ask_consent()
        else:
            self.go_on()

    # what the person says

    @on(Prompt.Changed)
    def _typing(self) -> None:
        self.query_one(Transcript).typed()

    @on(Prompt.LeftEmpty)
    async def _left_empty(self) -> None:
        await self.app.run_action("app.quit_twice" if self.busy else "app.quit")

    # the question before anything leaves this machine

    def _ask_consent(self) -> None:
        assert self.sitting is not None  # noqa: S101 - it found the model
        choice = self.sitting.choice
        panel = self.query_one(ConsentPanel)
        if choice is not None:
            panel.ask(choice.model, choice.destination)
        if self.focused is self.prompt and not self.prompt.text:
            self.set_focus(panel)

    @on(ConsentPanel.Answered)
    @work(group="consent", exclusive=True)
    async def _consent(self, answered: ConsentPanel.Answered) -> None:
        assert self.sitting is not None  # noqa: S101 - it put the question
        self.query_one(ConsentPanel).done()
        self.set_focus(self.prompt)
        try:
            await self.engine.run(self.sitting.answer_consent(use=answered.use))
        except OSError as error:
            self.say(f"Your yes could not be written down ({error.strerror}); it holds until you quit.")
        self.show_surroundings()
        self.go_on()

    @on(ConsentPanel.Typed)
    def _typed_at_consent(self, typed: ConsentPanel.Typed) -> None:
        self.set_focus(self.prompt)
        self.prompt.insert(typed.text)

    # keys

    def action_escape(self) -> None:
        """One step back: put completions away, go to the prompt, and from there stop the reply."""
        if self.dismiss_completions():
            return
        if self.focused is not self.prompt:
            self.action_chat()
        else:
            self.stop_reply()

    async def action_interrupt(self) -> None:
        """Copy what is selected; else stop the reply; else clear the draft; pressed again, quit."""
        if selected := self.get_selected_text():
            await self.copy(selected)
            self.clear_selection()
        elif self.prompt.selected_text:
            await self.copy(self.prompt.selected_text)
        elif self.prompt.text:
            self.keep_said(self.prompt.text)
            self.prompt.write("")
            self.say("Draft cleared; ↑ brings it back.")
        else:
            self.stop_reply()
            await self.app.run_action("app.quit_twice")

    async def action_leader(self) -> None:
        """Take the next key as the rest of a chord."""
        focused = self.focused
        paths = dict(zip(_AT_ANY_TIME, "qkb1", strict=True))
        if self.sitting is not None:
            from localgpt_tui.commands import COMMANDS  # noqa: PLC0415 - it knows the assistant: not before the first frame

            paths = {command.name: command.leader for command in COMMANDS}
        keys = cast("LocalGPTApp", self.app).keys
        self.query_one(Leader).arm(steps({**paths, "palette": "p"}, keys), lambda: self.set_focus(focused))

    @on(Leader.Taken)
    async def _taken(self, taken: Leader.Taken) -> None:
        if taken.name == "palette":
            self.app.action_command_palette()
        elif taken.name == "quit":
            await self.app.run_action("app.quit")
        elif taken.name in _AT_ANY_TIME:
            await self.run_action(f"screen.{taken.name}")
        else:
            self.do(f"/{taken.name}")

    def action_keys(self) -> None:
        """Show every key and every command."""
        from localgpt_tui.ui.screens.help import HelpScreen  # noqa: PLC0415 - it knows every command

        self.app.push_screen(HelpScreen())
