"""The heartbeat as one window watches it: looked at only where something may have changed. Blocking: for a thread."""

import contextlib
import os
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from localgpt_tui.config.times import duration, in_words
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.heartbeat import Heartbeat, keeping
from localgpt_tui.ledger import Ledger, Row
from localgpt_tui.schedule import bookmarks
from localgpt_tui.schedule.schedule import RECENT
from localgpt_tui.schedule.state import State
from localgpt_tui.schedule.tasks import FILE, Plan

INTERVALS = tuple(
    map(duration, ("1m", "2m", "5m", "10m", "15m", "20m", "30m", "45m", "1h", "2h", "3h", "4h", "6h", "12h", "1d"))
)
"""What `+` and `-` step through."""

PAUSE = timedelta(hours=1)

_STALE = timedelta(seconds=15)
_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look found.

    Attributes:
        recent: the rows of the last 24 hours, the oldest first; rows: those that are kept at hand, some weeks of them.
        problem: why HEARTBEAT.md or the configuration cannot be used; empty where they can.
        kept: which program keeps the schedule, in words.
    """

    moment: datetime
    state: State
    rows: Sequence[Row]
    recent: Sequence[Row]
    plan: Plan
    every: timedelta
    problem: str = ""
    kept: str = ""


class Pulse:
    """Looks at one heartbeat, and lets the person change it; one thread at a time."""

    def __init__(self, heart: Heartbeat, keeper: Heartbeat | None = None) -> None:
        """Watch `heart`.

        Args:
            keeper: another one of the same places, of which the schedule is kept here: it hears of new settings.
        """
        self.heart = heart
        self._keeper = keeper
        places = heart.places
        self._files = (
            heart.ledger.path,
            heart.daemon.path,
            places.state / bookmarks.NAME,
            places.state / keeping.NAME,
            places.workspace / FILE,
            places.config_file,
        )
        self._marks: tuple[object, ...] = ()
        self._looked: datetime | None = None
        self._opened = heart.clock()
        self._plan, self._problem = Plan((), ""), ""
        self._alone = threading.Lock()

    def look(self, *, anew: bool = False) -> Seen | None:
        """How everything is; None where nothing can have changed since the last look.

        Raises:
            LocalGPTError: the ledger cannot be read.
        """
        with self._alone:
            now, marks = self.heart.clock(), tuple(map(_mark, self._files))
            before, self._marks = self._marks, marks
            settled = self._looked is not None and abs(now - self._looked) < _STALE
            if not anew and settled and before == marks:
                return None
            self._looked = now
            if before and before[-1] != marks[-1]:
                self._reload()
            if before[-2:] != marks[-2:]:
                self._read_plan()
            return self._seen(now)

    def rows(self) -> list[Row]:
        """All rows of the ledger, the oldest first.

        Raises:
            LocalGPTError: it cannot be read.
        """
        with self._alone:
            return self.heart.ledger.rows()

    def hand(self) -> Heartbeat:
        """The same heartbeat once more, for what takes its time in another thread."""
        heart = self.heart
        return Heartbeat(heart.places, heart.settings, Ledger(heart.places.state), heart.bookmarks, heart.clock)

    def pause(self) -> str:
        """Pause for an hour, or end a pause; returns a sentence.

        Raises:
            LocalGPTError: it cannot be written down.
        """
        until = self.heart.bookmarks.paused_until
        if until and until > self.heart.clock():
            self.heart.resume()
            return "The heartbeat goes on."
        until = self.heart.pause(PAUSE)
        return f"Paused until {until.astimezone(self.heart.settings.zone):%H:%M}; p ends it."

    def change_interval(self, step: int) -> str:
        """Make beats rarer (`step` 1) or more frequent (-1); returns a sentence.

        Raises:
            LocalGPTError: the configuration cannot be changed.
        """
        every = self.heart.settings.rhythm.every
        further = [one for one in INTERVALS if (one > every if step > 0 else one < every)]
        if not further:
            return f"Every {in_words(every)} is as far as this goes; config.toml takes any interval."
        wanted = further[0 if step > 0 else -1]
        from localgpt_tui.config.edit import set_value  # noqa: PLC0415 - writing TOML is seldom wanted

        set_value(self.heart.places, "heartbeat.interval", in_words(wanted))
        with self._alone:
            self._reload()
        if daemon := self.heart.daemon.running:
            with contextlib.suppress(OSError):
                os.kill(daemon.pid, signal.SIGHUP)
        return f"A beat every {in_words(wanted)}."

    def _seen(self, now: datetime) -> Seen:
        kept = self.heart.kept
        state = self._soon(self.heart.state(), now) if kept.by != "daemon" else self.heart.state()
        rows = self.heart.ledger.rows(RECENT)
        first = next((place for place, row in enumerate(rows) if now - row.started < _DAY), len(rows))
        return Seen(
            now,
            state,
            rows,
            rows[first:],
            self._plan,
            self.heart.settings.rhythm.every,
            self._problem,
            kept.words,
        )

    def _soon(self, state: State, now: datetime) -> State:
        """A beat that was missed while nothing ran is not late: it is about to be made here."""
        settings = self.heart.settings
        begins = self._opened + settings.overdue_delay
        if state.mood != "late" or self._keeper is None or now > begins + settings.grace:
            return state
        return replace(state, mood="ok", words="Beats were missed while nothing ran; one is made soon.", next=begins)

    def _read_plan(self) -> None:
        self._problem = ""
        try:
            self._plan = self.heart.plan()
        except LocalGPTError as error:
            self._problem = str(error)

    def _reload(self) -> None:
        try:
            self.heart.reload()
            if self._keeper is not None:
                self._keeper.settings = self.heart.settings
        except LocalGPTError as error:
            self._problem = str(error)


def _mark(path: Path) -> object:
    """What is another once a file has changed."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
