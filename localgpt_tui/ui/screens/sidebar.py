"""A screen with the list of sessions: choosing one, and what can be done to each without opening it."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from textual import on, work

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.ui.screens.reading import ReadingScreen
from localgpt_tui.ui.screens.rename import RenameScreen
from localgpt_tui.ui.widgets.session_list import SessionList

if TYPE_CHECKING:  # it is the store: not before the first frame
    from localgpt_tui.sessions.shelf import Shelf

RUNNING, READ_ONLY, UNREAD = "●", "=", "!"
"""Marks in the list: a reply is being written; another program holds it; it grew since it was looked at here."""


_SELDOM = 5  # looks at what others do to the open session, for one at what they do elsewhere


class SidebarScreen(ReadingScreen):
    """Keeps the list up to date and carries out what is wished for in it."""

    def __init__(self, *, pace: float, clock: Callable[[], datetime]) -> None:
        super().__init__(pace=pace, clock=clock)
        self._pinned: frozenset[str] = frozenset()
        self._seen: dict[str, int] = {}
        self._answered: frozenset[str] = frozenset()

    @work(group="list", exclusive=True)
    async def list_sessions(self) -> None:
        """Read the list of sessions again."""
        if self.sitting is None:
            return
        sessions = await asyncio.to_thread(self.sitting.assistant.shelf.list)
        self._pinned = frozenset(session.id for session in sessions if session.pinned)
        journal = self.sitting.journal
        if not self._seen:
            self._seen = {session.id: session.messages for session in sessions}
        self._seen |= {session.id: session.messages for session in sessions if session.id == journal.id}
        marks = {session.id: UNREAD for session in sessions if session.messages > self._seen.get(session.id, 0)}
        marks |= {journal.id: READ_ONLY} if journal.read_only else {}
        marks |= dict.fromkeys(self._answered | self.replying, RUNNING)
        for listing in self.query(SessionList):  # there is none any more once the app has ended
            listing.show(sessions, open_id=journal.id, marks=marks, now=self.clock())

    @work(group="running", exclusive=True)
    async def watch_running(self) -> None:
        """Mark the sessions that other programs answer in, soon after they begin, and until they end."""
        from localgpt_tui.sessions.answering import answered_elsewhere  # noqa: PLC0415 - it knows the store

        while True:
            await asyncio.sleep(self._pace * _SELDOM)
            if self.sitting is None:
                continue
            answered = await asyncio.to_thread(answered_elsewhere, self.sitting.assistant.shelf.folder)
            if answered != self._answered:
                self._answered = answered
                self.list_sessions()

    @on(SessionList.Chosen)
    def _chosen(self, chosen: SessionList.Chosen) -> None:
        self.action_chat()
        if self.sitting is None or chosen.id != self.sitting.journal.id:
            self.do(f"/open {chosen.id}")

    @on(SessionList.Asked)
    @work(group="shelf")
    async def _asked(self, asked: SessionList.Asked) -> None:
        if self.sitting is None:
            return
        try:
            if asked.id == self.sitting.journal.id and asked.wish in {"delete", "rename"}:
                self.do(f"/{asked.wish}")
            else:
                await self._tidy(self.sitting.assistant.shelf, asked.wish, asked.id)
        except LocalGPTError as error:
            self.say(str(error))
        self.list_sessions()

    async def _tidy(self, shelf: "Shelf", wish: str, session: str) -> None:
        """Do what is wished for to a session that is not open; the list keeps the keys, but for a new one."""
        title = self.query_one(SessionList).title_of(session)
        match wish:
            case "new":
                self.action_chat()
                self.do("/new")
            case "undelete":
                back = await asyncio.to_thread(shelf.undelete_last)
                title = await asyncio.to_thread(lambda: shelf.open(back, writable=False).title)
                self.say(f"“{title}” is back; Enter opens it.")
            case "pin" if session:
                await asyncio.to_thread(shelf.pin, session, on=session not in self._pinned)
            case "delete" if session in self.replying:
                self.say("A reply is being written in it: open it and stop that first.")
            case "delete" if session:
                await asyncio.to_thread(shelf.delete, session)
                self.say(f"Deleted “{title}”. u brings it back.")
            case "rename" if session:
                wanted = await self.app.push_screen_wait(RenameScreen(title))
                if wanted:
                    await asyncio.to_thread(shelf.rename, session, wanted)
            case _:
                pass

    @work(group="rename", exclusive=True)
    async def action_rename(self) -> None:
        """Ask what the open session is to be called."""
        if self.sitting is not None:
            wanted = await self.app.push_screen_wait(RenameScreen(self.sitting.journal.title))
            if wanted:
                self.do(f"/rename {wanted}")

    @work(group="shelf")
    async def action_pin(self) -> None:
        """Keep the open session at the top of the list, or no longer."""
        if self.sitting is None:
            return
        journal = self.sitting.journal
        pinned = journal.id not in self._pinned
        try:
            await asyncio.to_thread(lambda: journal.mark("pin", pinned=pinned))
        except LocalGPTError as error:
            self.say(str(error))
            return
        self.say("Pinned: it stays at the top." if pinned else "Not pinned any more.")
        self.list_sessions()

    def action_find(self) -> None:
        """Find a session by letters of its title."""
        self.action_sessions()
        self.query_one(SessionList).action_filter()
