"""A screen from which the heartbeat is run, paused, paced, rehearsed and allowed, and its tasks are written."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType

from localgpt_tui.assistant import Assistant
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.ledger import Row
from localgpt_tui.schedule.tasks import FILE
from localgpt_tui.ui.engine import Engine
from localgpt_tui.ui.pulse import Pulse
from localgpt_tui.ui.remembering import Remembering
from localgpt_tui.ui.rendering.beats import OUTCOMES, told
from localgpt_tui.ui.screens.heartbeat_reading import RehearsalScreen
from localgpt_tui.ui.screens.memory_dialogs import SureScreen
from localgpt_tui.ui.screens.memory_handling import HandlingScreen

_FIRST_WORDS = "## Current Tasks"


class BeatHandlingScreen(HandlingScreen):
    """Knows what can be done to the heartbeat; what is looked at, its child knows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "run", "Make a beat now", id="heartbeat-run"),
        Binding("p", "pause", "Pause for an hour, or end the pause", id="heartbeat-pause"),
        Binding("plus,equals_sign", "interval(1)", "Beat less often", id="heartbeat-rarer"),
        Binding("minus", "interval(-1)", "Beat more often", id="heartbeat-oftener"),
        Binding(
            "d", "rehearse", "Dry run: the prompt, tasks and tools of a beat; no model is asked", id="heartbeat-dry"
        ),
        Binding("t", "tasks", "Edit HEARTBEAT.md here", id="heartbeat-tasks"),
        Binding("T", "tasks_outside", "Edit HEARTBEAT.md in your editor ($VISUAL, $EDITOR)", id="heartbeat-editor"),
        Binding("A", "allow", "Let beats send text to their model with nobody watching", id="heartbeat-allow"),
    ]

    def __init__(
        self,
        pulse: Pulse,
        remembering: Remembering,
        engine: Engine,
        assistant: Assistant,
        *,
        drafts: Path,
        look: Callable[[], Awaitable[None]],
    ) -> None:
        """Act on what `pulse` watches.

        Args:
            look: shows everything as it is now, here and in the chat.
        """
        super().__init__(remembering, engine, drafts=drafts)
        self.pulse = pulse
        self.assistant = assistant
        self._look = look

    @property
    def pointed(self) -> tuple[str, int, int]:
        """The beginning of HEARTBEAT.md."""
        return FILE, 1, 1

    @work(group="again", exclusive=True)
    async def read_again(self) -> None:
        """Show everything as it is now."""
        await self._look()

    @work(group="run", exclusive=True)
    async def action_run(self) -> None:
        """Make a beat; it goes on where this screen is left."""
        self.say("A beat was begun. It goes on when you leave.", seconds=30)
        row = await self.ask(self._run())
        if row is not None:
            self.say(f"{OUTCOMES[row.outcome].word.capitalize()}. {told(row)}", seconds=12)
        await self._look()

    async def _run(self) -> Row | None:
        row = await self.pulse.hand().run_now()
        if row is None:
            raise LocalGPTError("The beat left no row.", "`localgpt-tui heartbeat run` says why.")
        return row

    @work(group="change", exclusive=True)
    async def action_pause(self) -> None:
        """Pause for an hour, or end the pause."""
        await self._change(self.pulse.pause)

    @work(group="change", exclusive=True)
    async def action_interval(self, step: int) -> None:
        """Beat less often, or more."""
        await self._change(lambda: self.pulse.change_interval(step))

    async def _change(self, change: Callable[[], str]) -> None:
        try:
            word = await asyncio.to_thread(change)
        except LocalGPTError as error:
            self.say(str(error), seconds=20)
            return
        await self._look()
        self.say(word)

    # what a beat would do

    @work(group="rehearse", exclusive=True)
    async def action_rehearse(self) -> None:
        """Show what a beat would ask, of whom, and with which tools."""
        self.say("Looking at what a beat would do …", seconds=30)

        async def rehearse() -> str:
            from localgpt_tui.heartbeat.running import Runner  # noqa: PLC0415 - seldom wanted
            from localgpt_tui.ui.screens.heartbeat_reading import rehearsed  # noqa: PLC0415 - the same

            return rehearsed(await Runner(self.assistant, self.pulse.heart.clock).rehearse())

        text = await self.ask(rehearse())
        if text is not None:
            self.say("")
            await self.app.push_screen_wait(RehearsalScreen(text))

    @work(group="allow", exclusive=True)
    async def action_allow(self) -> None:
        """Ask whether text may leave this machine with nobody watching."""
        where = await self.ask(self._destination())
        if where is None:
            return
        model, destination = where
        if not destination:
            self.say(f"{model} answers on this machine: nothing has to be allowed.")
            return
        question = f"Let beats and jobs send text to {destination}, with nobody watching?"
        about = [f"{model} answers there.", "The tasks of HEARTBEAT.md, its guidance, and what tools find go there."]
        if await self.app.push_screen_wait(SureScreen(question, about, "allows it", "it is asked once")):
            from localgpt_tui.consent import Consent  # noqa: PLC0415 - seldom wanted
            from localgpt_tui.heartbeat.outside import permission  # noqa: PLC0415 - the same

            consent = Consent(self.assistant.places.state / "consent.json")
            try:
                await asyncio.to_thread(consent.allow, permission(destination))
            except OSError as error:
                self.say(f"Your yes could not be written down: {error.strerror}.", seconds=20)
                return
            self.say(f"Beats may send text to {destination}. r makes one now.")

    async def _destination(self) -> tuple[str, str]:
        from localgpt_tui.heartbeat.outside import AssistantOutside  # noqa: PLC0415 - seldom wanted
        from localgpt_tui.schedule.unattended import Stop  # noqa: PLC0415 - the same

        try:
            chosen = await AssistantOutside(self.assistant).choose(self.assistant.config.heartbeat.model)
        except Stop as stop:
            raise LocalGPTError(stop.reason) from None
        return chosen.model, chosen.destination

    # the tasks

    @work(group="tasks", exclusive=True)
    async def action_tasks(self) -> None:
        """Edit HEARTBEAT.md; where there is none, begin one."""
        if await self._opened():
            self.action_edit()

    @work(group="tasks", exclusive=True)
    async def action_tasks_outside(self) -> None:
        """Edit HEARTBEAT.md in the person's own editor."""
        if await self._opened():
            self.action_editor()

    async def _opened(self) -> bool:
        there = await asyncio.to_thread((self.assistant.places.workspace / FILE).exists)
        if not there:
            await self.ask(self.remembering.add(_FIRST_WORDS, FILE))
        self.opened = await self.ask(self.remembering.open(FILE))
        return self.opened is not None
