"""A screen whose session another program may hold: it is read along, asked for, handed over, or left behind."""

import asyncio
import threading
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from textual import work

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.events import Said
from localgpt_tui.ui.screens.session import SessionScreen
from localgpt_tui.ui.widgets.banner import Banner, held_words
from localgpt_tui.ui.widgets.header import Header
from localgpt_tui.ui.widgets.transcript import Transcript

if TYPE_CHECKING:  # pydantic, the store and the rest come after the first frame
    from localgpt_tui.ui.following import Following
    from localgpt_tui.ui.unattended import Unattended


class SharingScreen(SessionScreen):
    """Two programs, one session: only one of them writes."""

    def __init__(self, *, pace: float, clock: Callable[[], datetime]) -> None:
        super().__init__(pace=pace, clock=clock)
        self._following: Following | None = None

    async def on_unmount(self) -> None:
        """Let what still runs come to its end, but not for ever: a thread may hang in a library."""
        if self.engine.unattended:
            return
        stopping = threading.Thread(target=self.engine.stop, daemon=True)
        stopping.start()
        for _ in range(300):
            if not stopping.is_alive():
                return
            await asyncio.sleep(0.01)

    async def leave(self, minutes: float) -> "Unattended | None":
        """Leave replies that are being written running for at most `minutes`; None where there is none to finish."""
        turns = [turn for turn in self.sitting.turns if not turn.journal.incognito] if self.sitting is not None else []
        if self.sitting is None or not turns or minutes <= 0:
            return None
        from localgpt_tui.ui.unattended import Unattended  # noqa: PLC0415 - it knows the store

        return Unattended(self.engine, self.sitting, turns, minutes=minutes)

    def show_holder(self) -> None:
        """Say so where another program writes in the open session."""
        assert self.sitting is not None  # noqa: S101 - it has a session to show
        journal = self.sitting.journal
        words = held_words(journal.holder, journal.why_read_only) if journal.read_only else ""
        self.query_one(Banner).words = words
        self.query_one(Header).note = "read-only" if words else "incognito" if journal.incognito else ""

    @work(group="watch", exclusive=True)
    async def watch_others(self) -> None:
        """Follow what another program adds, and let go of a session that another program asks for."""
        while True:
            await asyncio.sleep(self._pace)
            if self.sitting is None:
                continue
            self.sitting.give_way()
            journal = self.sitting.journal
            if journal.read_only:
                await self._follow()
            elif not self.busy and journal.handover_wanted():
                await asyncio.to_thread(journal.release)
                if self._is_gone():
                    return
                self.show_holder()
                self.say("Another program asked for this session and has it now.")

    async def _follow(self) -> None:
        from localgpt_tui.ui.following import Following  # noqa: PLC0415 - it knows the store

        assert self.sitting is not None  # noqa: S101 - its caller asked
        journal = self.sitting.journal
        following = self._following
        if following is None or following.journal is not journal:
            following = self._following = Following(journal)
        try:
            news = await asyncio.to_thread(following.look)
            inherited = following.unattended and await asyncio.to_thread(journal.acquire)
        except LocalGPTError as error:
            self.say(str(error))
            return
        if self._is_gone() or self.sitting.journal is not journal:
            return
        if inherited:
            await self._inherit("The reply is finished, and the session is yours.")
            return
        for event in news:
            self.remove_class("-empty")
            self.query_one(Transcript).show(event)
        self.show_holder()
        if any(isinstance(event, Said) for event in news):
            self.title_changed()
            self.list_sessions()

    @work(group="take", exclusive=True)
    async def action_take(self) -> None:
        """Ask the other program for this session."""
        if self.sitting is None or not self.sitting.journal.read_only:
            self.say("This session is yours already.")
            return
        self.say("Asking the other program …")
        try:
            taken = await self.engine.run(self.sitting.take_over())
        except LocalGPTError as error:
            self.say(str(error))
            return
        if taken:
            await self._inherit("This session is yours now.")
        elif self.sitting.journal.read_only and self._following is not None and self._following.unattended:
            self.say("It lets go after the message that it is writing.")
        elif self.sitting.journal.read_only:
            self.say("The other program did not let go. Close the session there, or wait for its reply to end.")

    async def _inherit(self, word: str) -> None:
        """Go on in a session that has just become ours."""
        assert self.sitting is not None  # noqa: S101 - its callers asked
        self._following = None
        await self.engine.run(self.sitting.converse(self.sitting.journal))
        await self.show_session()
        self.say(word)

    def _is_gone(self) -> bool:
        """True where the app is ending: the parts of a screen go before its workers do."""
        return not self.query(Banner)
