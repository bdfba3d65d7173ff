"""A chat with a heart: it keeps the schedule where nobody else does, and tells what was done while nobody watched."""

import asyncio
import contextlib
import gc
import importlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from textual import on, work

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.events import Said
from localgpt_tui.ui import guarding
from localgpt_tui.ui.attention import Attentive
from localgpt_tui.ui.happened import Happened
from localgpt_tui.ui.screens.approving import ApprovingScreen
from localgpt_tui.ui.stylesheets import ParsedOnce
from localgpt_tui.ui.widgets.banner import Banner
from localgpt_tui.ui.widgets.header import Header

if TYPE_CHECKING:  # all of it comes after the first frame
    from localgpt_tui.heartbeat import Heartbeat
    from localgpt_tui.schedule.away import Away, AwayLine
    from localgpt_tui.ui.pulse import Pulse, Seen
    from localgpt_tui.ui.screens.heartbeat import HeartbeatScreen
    from localgpt_tui.ui.widgets.away_card import AwayCard
    from localgpt_tui.ui.widgets.heartbeat_panel import HeartbeatPanel

_STARTING = "A moment: the assistant is still starting."
_LOOK = 2  # seconds between two looks


class BeatingScreen(ApprovingScreen):
    """Watches the heartbeat in the header, beside the chat, and on a screen of its own."""

    def __init__(self, *, pace: float, clock: Callable[[], datetime]) -> None:
        super().__init__(pace=pace, clock=clock)
        self._pulse: Pulse | None = None
        self._keeper: Heartbeat | None = None
        self._seen_beats: Seen | None = None
        self._panel: HeartbeatPanel | None = None
        self._card: AwayCard | None = None
        self._questions: AwayLine | None = None
        self._header: Header | None = None
        self._beside: HeartbeatScreen | None = None
        self._ticks = 0

    @work(group="beginning")
    async def look_about(self) -> None:
        """Find out what is shown beside the model while that is looked for: all of it is drawn at once."""
        await asyncio.gather(self.try_sandbox(), self._show_heartbeat())

    async def _show_heartbeat(self) -> None:
        watched, self._keeper = await asyncio.to_thread(self._hearts)
        from localgpt_tui.ui.pulse import Pulse  # noqa: PLC0415 - it is there by now
        from localgpt_tui.ui.widgets.heartbeat_panel import HeartbeatPanel  # noqa: PLC0415 - the same

        if not self._there():
            return
        self._pulse = Pulse(watched, self._keeper)
        self._panel = HeartbeatPanel(self.clock, watched.settings.zone)
        await self.query_one("#side").mount(self._panel)
        await self.look_at_heartbeat()

    @work(group="heartbeat")
    async def watch_heartbeat(self) -> None:
        """Tell what was done while nobody watched, and look on from now."""
        if self._pulse is None or self._keeper is None or self.engine.unattended:
            return
        await self._tell_away(self._pulse)
        if not self._there():
            return
        self._keep_schedule(self._keeper)
        self.set_interval(self._pace, self._tick)
        await self._prepare_ledger()

    async def _prepare_ledger(self) -> None:
        """Load the screen of its own, and its looks, so that its first opening is as quick as any other."""
        await asyncio.to_thread(importlib.import_module, f"{__package__}.heartbeat")
        if self._there() and isinstance(self.app, ParsedOnce):
            await self.app.read_ahead("memory", "heartbeat")
        if not self.app.is_headless:
            gc.freeze()  # the ledger and all of this stay: else going through them costs the opening half of its time

    def _there(self) -> bool:
        """False once the app has ended, and what is shown is gone."""
        if self._header is None:
            self._header = next(iter(self.query(Header)), None)
        return self._header is not None and self._header.is_attached

    def _hearts(self) -> "tuple[Heartbeat, Heartbeat]":
        """One to watch and one to keep the schedule with: each for a thread of its own."""
        from localgpt_tui.ui import pulse  # noqa: F401, PLC0415 - loaded here, in a thread

        assert self.sitting is not None  # noqa: S101 - its caller asked
        watched, keeper = self.sitting.heartbeat(), self.sitting.heartbeat()
        watched.clock = keeper.clock = self.clock
        return watched, keeper

    @work(group="schedule")
    async def _keep_schedule(self, keeper: "Heartbeat") -> None:
        """Run what is due, as long as no daemon does."""
        assert self.sitting is not None  # noqa: S101 - it has a heart
        try:
            await self.engine.run(self.sitting.keep(keeper))
        except LocalGPTError as error:
            if self._there():
                self.say(str(error))

    # looking

    def _tick(self) -> None:
        """A second has passed: nearly always nothing is drawn for it."""
        self._ticks += 1
        if not self._there():
            return
        if self._seen_beats is not None:
            self._show_heart(self._seen_beats)
        if self._panel is not None and self._panel.display:
            self._panel.tick()
        if self._ticks % _LOOK == 0:
            self._look()

    @work(group="look", exclusive=True)
    async def _look(self) -> None:
        await self.look_at_heartbeat()

    async def look_at_heartbeat(self, *, anew: bool = False) -> None:
        """Show how the heartbeat is, where that may have changed."""
        if self._pulse is None or self.engine.unattended:
            return
        try:
            seen = await asyncio.to_thread(self._pulse.look, anew=anew)
        except LocalGPTError as error:
            if self._there() and self._header is not None:
                self._header.heart = ("✗ heartbeat", "$error")
                self.say(str(error))
            return
        if seen is None or not self._there():
            return
        before, self._seen_beats = self._seen_beats, seen
        self._show_heart(seen)
        if self._panel is not None:
            self._panel.show(seen)
        if before is not None:
            self._tell_news(before, seen)
        if self._beside is not None:
            self._beside.take(seen)

    def _show_heart(self, seen: "Seen") -> None:
        from localgpt_tui.ui.rendering.beats import heart  # noqa: PLC0415 - not before the first frame

        if self._header is not None:
            self._header.heart = heart(seen.state, self.clock())

    def _tell_news(self, before: "Seen", seen: "Seen") -> None:
        """Pass on what a beat said; ring, once, where something new cannot go on without the person."""
        known = {row.id for row in before.rows if row.outcome == "sent"}
        for row in seen.recent[-1:]:
            if row.outcome == "sent" and row.id not in known:
                self.say(f"{row.job}: {row.claims}  (^X 4)")
        more = len(seen.state.needs) > len(before.state.needs)
        died = seen.state.mood == "late" and before.state.mood != "late"
        if (more or died) and isinstance(self.app, Attentive):
            self.app.attention.needed()

    # while you were away

    async def _tell_away(self, pulse: "Pulse") -> None:
        """Show the card, where there is anything to tell."""
        try:
            away = await asyncio.to_thread(self._away)
            if not away.lines:
                await asyncio.to_thread(pulse.heart.visited)
                return
        except LocalGPTError:
            return  # the look that follows says why
        from localgpt_tui.ui.widgets.away_card import AwayCard  # noqa: PLC0415 - only where there is something to tell

        if not self._there():
            return
        self._card = AwayCard(self.clock, pulse.heart.settings.zone)
        await self.query_one("#chat").mount(self._card, before=self.query_one(Banner))
        self._card.show(away)
        if self.focused is self.prompt and not self.prompt.text and not self.busy:
            self.set_focus(self._card)

    def _away(self) -> "Away":
        from localgpt_tui.schedule.away import AwayLine  # noqa: PLC0415 - it is there by now

        assert self.sitting is not None  # noqa: S101 - its caller asked
        assert self._pulse is not None  # noqa: S101 - the same
        away = self._pulse.heart.away(history=self.sitting.assistant.history)
        inbox = guarding.inbox(self.sitting)
        if count := len(inbox.list(self.clock())) if inbox is not None else 0:
            words = "1 question waits" if count == 1 else f"{count} questions wait"
            self._questions = AwayLine("needs you", f"{words} for your answer.")
            away = replace(away, lines=(self._questions, *away.lines))
        return away

    @on(Happened)
    def _went_on(self, happened: Happened) -> None:
        match happened.event:
            case Said(message=message) if message.kind == "user" and self._card is not None:
                self._card.leave()
            case _:
                pass

    async def on_away_card_left(self) -> None:
        """The person has seen it."""
        if self.focused is None or self.focused is self._card:
            self.set_focus(self.prompt)
        await asyncio.to_thread(self._visited)

    def on_away_card_typed(self, typed: "AwayCard.Typed") -> None:
        """The draft gets what was meant for it."""
        self.set_focus(self.prompt)
        self.prompt.insert(typed.text)

    def on_away_card_more(self) -> None:
        """All of it stands in the ledger."""
        self.action_heartbeat()

    async def on_away_card_chosen(self, chosen: "AwayCard.Chosen") -> None:
        """Go to what a line is about; the card stays until it is put away."""
        line = chosen.line
        if line is self._questions:
            await self.run_action("screen.needs")
        elif line.change is not None:
            from localgpt_tui.ui.screens.memory_log import LogScreen  # noqa: PLC0415 - it knows the store

            self.app.push_screen(LogScreen(self._memory(), self.engine, self.clock, change=line.change.id))
        elif line.row is not None:
            self._open_heartbeat(row=line.row.id)
        else:
            self._open_heartbeat(only="needs you")

    async def close_down(self) -> None:
        """What happened until now was seen."""
        try:
            await super().close_down()
        finally:  # what is recorded last was seen as well
            await asyncio.to_thread(self._visited)

    def _visited(self) -> None:
        if self._pulse is not None:
            with contextlib.suppress(LocalGPTError):  # it is told once more then
                self._pulse.heart.visited()

    # the screen of its own

    def on_heartbeat_panel_opened(self) -> None:
        """A click on the panel shows more."""
        self.action_heartbeat()

    def action_heartbeat(self, only: str = "") -> None:
        """Show the ledger and the tasks; `only` some rows of it."""
        self._open_heartbeat(only=only)

    def _open_heartbeat(self, *, only: str = "", row: str = "") -> None:
        if self.sitting is None or self._pulse is None or self._seen_beats is None:
            self.say(_STARTING)
            return
        from localgpt_tui.ui.screens.heartbeat import HeartbeatScreen  # noqa: PLC0415 - only where it is wanted

        async def look() -> None:
            await self.look_at_heartbeat(anew=True)

        self._beside = HeartbeatScreen(
            self._pulse,
            self._seen_beats,
            self._memory(),
            self.engine,
            self.sitting.assistant,
            look=look,
            only=only,
            row=row,
        )
        self.app.push_screen(self._beside, self._came_back_from_heartbeat)

    def _came_back_from_heartbeat(self, _nothing: None) -> None:
        self._beside = None
        self._look()
