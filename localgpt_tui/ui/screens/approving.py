"""A chat in which the person is asked before something is done, and sees what was done and what waits."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.ui import guarding
from localgpt_tui.ui.approver import ScreenApprover
from localgpt_tui.ui.attention import Attentive
from localgpt_tui.ui.screens.inspecting import InspectingScreen
from localgpt_tui.ui.widgets.approval_panel import ApprovalPanel
from localgpt_tui.ui.widgets.header import Header
from localgpt_tui.ui.widgets.prompt import Prompt
from localgpt_tui.ui.widgets.status import Status
from localgpt_tui.ui.widgets.transcript import Transcript

_GO_ON = "You have my answer now: go on."
_STARTING = "A moment: the assistant is still starting."
_LOOKS = 3  # of those at the session that come before one at what other programs ask


class ApprovingScreen(InspectingScreen):
    """Asks, and never takes the keys for it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "mode", "How much is asked: everything, writes only, nothing may change", id="chat-mode"),
    ]

    def __init__(self, *, pace: float, clock: Callable[[], datetime]) -> None:
        super().__init__(pace=pace, clock=clock)
        self.approver = ScreenApprover(self.post_message)
        self._here = self._elsewhere = 0

    def on_mount(self) -> None:
        """A letter where nothing is written may be an answer; look now and then at what other programs ask."""
        self.prompt.answers = self.query_one(ApprovalPanel).take
        self.query_one(Transcript).clock = lambda: self.clock().timestamp()
        self.set_interval(_LOOKS * self._pace, self._look_elsewhere)

    async def show_session(self) -> None:
        """With the session come its guard and what waits; who asks there asks here."""
        assert self.sitting is not None  # noqa: S101 - it has a session to show
        self.sitting.approver = self.approver
        self.query_one(ApprovalPanel).here = self.sitting.journal.id
        await super().show_session()

    def show_usage(self) -> None:
        """Show how much is asked."""
        super().show_usage()
        self.query_one(Status).mode = guarding.mode(self.sitting)

    async def try_sandbox(self) -> None:
        """Show what holds commands in, which is found out by trying."""
        tier = await asyncio.to_thread(guarding.tier, self.sitting)
        for status in self.query(Status):  # there is none any more once the app has ended
            status.sandbox = tier

    # the question

    @on(ScreenApprover.Asked)
    def _question_asked(self, asked: ScreenApprover.Asked) -> None:
        self.query_one(ApprovalPanel).ask(asked.question)
        if isinstance(self.app, Attentive):
            self.app.attention.needed()

    @on(ScreenApprover.Settled)
    def _question_settled(self, settled: ScreenApprover.Settled) -> None:
        self.query_one(ApprovalPanel).drop(settled.question)
        settled_id = settled.question.approval.id
        from localgpt_tui.ui.screens import answering  # noqa: PLC0415 - the first frame does not wait for it

        match self.app.screen:
            case answering.QuestionScreen() | answering.ReasonScreen() | answering.EditCallScreen() as over if (
                over.approval.id == settled_id
            ):
                over.dismiss(None)
            case _:
                pass

    @on(ApprovalPanel.Changed)
    def _count(self, changed: ApprovalPanel.Changed) -> None:
        self._here = changed.waiting
        if not changed.waiting and self.focused is None:
            self.set_focus(self.prompt)
        self._show_needed()

    @on(Prompt.Changed)
    def _wait_for_a_pause(self) -> None:
        self.query_one(ApprovalPanel).typed(writing=bool(self.prompt.text))

    @on(ApprovalPanel.Typed)
    def _typed_at_question(self, typed: ApprovalPanel.Typed) -> None:
        self.set_focus(self.prompt)
        self.prompt.insert(typed.text)

    @on(ApprovalPanel.Chosen)
    @work(group="answer", exclusive=True)
    async def _answer(self, chosen: ApprovalPanel.Chosen) -> None:
        from localgpt_tui.ui.screens.answering import decide  # noqa: PLC0415 - the first frame does not wait for it

        decision = await decide(self.app, chosen.question.approval, chosen.key)
        if decision is not None:
            chosen.question.answer(decision)

    # how much is asked

    def action_mode(self, name: str = "") -> None:
        """Ask about more or less: the next mode, or the one called `name`."""
        if self.sitting is None:
            self.say(_STARTING)
            return
        try:
            mode = guarding.change_mode(self.sitting, name)
        except LocalGPTError as error:
            self.say(str(error))
            return
        self.query_one(Status).mode = mode
        self.say(guarding.MEANING[mode])

    # what was done, and what waits

    @work(group="tools", exclusive=True)
    async def action_tools(self) -> None:
        """List the tools that ran in this session; the chosen one is shown in the conversation."""
        if self.sitting is None:
            self.say(_STARTING)
            return
        from localgpt_tui.ui.screens.tools import ToolsScreen, ran  # noqa: PLC0415 - only where it is wanted

        rows = await ran(self.sitting, self.query_one(Transcript))
        entry = await self.app.push_screen_wait(ToolsScreen(rows))
        if entry:
            self.set_focus(self.query_one(Transcript))
            self.query_one(Transcript).jump(entry)

    @work(group="needs", exclusive=True)
    async def action_needs(self) -> None:
        """List the questions that wait, of every program; the chosen one is answered here."""
        if self.sitting is None:
            self.say(_STARTING)
            return
        from localgpt_tui.ui.screens.needs import NeedsScreen  # noqa: PLC0415 - only where it is wanted

        session = await self.app.push_screen_wait(NeedsScreen(guarding.inbox(self.sitting), clock=self.clock))
        self._look_elsewhere()
        if session:
            await self._go_on_in(session)

    async def _go_on_in(self, session: str) -> None:
        """The program that asked has ended: open its session, with the words that let it go on with the answer."""
        assert self.sitting is not None  # noqa: S101 - a question was answered with it
        if await asyncio.to_thread(guarding.runs_by_itself, self.sitting, session):
            self.say("Your answer is kept; where it was a yes, the run that asked goes on within a minute.")
            return
        try:
            journal = await asyncio.to_thread(guarding.journal_of, self.sitting, session)
            await self.open_session(journal)
        except LocalGPTError as error:
            self.say(str(error))
            return
        if not self.prompt.text:
            self.prompt.write(_GO_ON)
        self.set_focus(self.prompt)
        self.say("Your answer is kept for this session: Enter lets it go on.")

    @work(group="elsewhere", exclusive=True)
    async def _look_elsewhere(self) -> None:
        """Count the questions that other programs ask."""
        inbox = guarding.inbox(self.sitting)
        if inbox is None or self.engine.unattended:
            return
        waiting = await asyncio.to_thread(inbox.list, self.clock())
        for panel in self.query(ApprovalPanel):  # there is none any more once the app has ended
            self._elsewhere = sum(each.approval.id not in panel.ids for each in waiting)
            self._show_needed()

    def _show_needed(self) -> None:
        for header in self.query(Header):  # there is none any more once the app has ended
            header.needed = self._here + self._elsewhere
