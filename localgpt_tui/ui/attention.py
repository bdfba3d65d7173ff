"""Calling the person back: a bell, and a mark in the window's title.

Neither needs to know whether the window is looked at: in tmux, as it comes, no program is told.
"""

import time
from collections.abc import Callable
from typing import Any

from textual import events, on
from textual.app import App

from localgpt_tui.core.events import TurnFailed, TurnFinished
from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.driver import CalmDriver
from localgpt_tui.ui.happened import Happened

NAME = "localgpt"
MARK = "(!)"
"""Stands before the name in the title while the person is wanted."""

_AWAY = 10.0  # seconds without a key after which somebody counts as away
_LONGEST = 60  # characters of a session's title that go into the window's


class Attention:
    """When to ring, and what the window's title says.

    Attributes:
        wanted: the person was called and has not come back yet.
        bell: whether it may ring; the title is marked in any case.
    """

    def __init__(
        self,
        *,
        ring: Callable[[], object],
        show: Callable[[str], object],
        bell: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nobody is wanted yet.

        Args:
            ring: rings the terminal's bell.
            show: makes its argument the window's title.
            clock: seconds, steadily growing.
        """
        self.wanted = False
        self.bell = bell
        self._ring, self._show = ring, show
        self._clock = clock
        self._pressed = clock()
        self._session = ""

    @property
    def title(self) -> str:
        """What the window is called: never more than one line, and nothing a terminal would obey."""
        name = f"{MARK} {NAME}" if self.wanted else NAME
        return f"{name} - {self._session}" if self._session else name

    def opened(self, session: str) -> None:
        """The session called `session` is on the screen."""
        self._session = " ".join(printable(session).split())[:_LONGEST]
        self._show(self.title)

    def pressed(self) -> None:
        """The person is there."""
        self._pressed = self._clock()
        if self.wanted:
            self.wanted = False
            self._show(self.title)

    def turn_ended(self) -> None:
        """A reply is finished, or failed: call whoever has pressed no key for ten seconds."""
        if self._clock() - self._pressed >= _AWAY:
            self.needed()

    def needed(self) -> None:
        """Nothing goes on without the person: call, once."""
        if not self.wanted:
            self.wanted = True
            self._show(self.title)
            if self.bell:
                self._ring()


class Attentive(App[Any]):
    """Mix into an app, before `App`, so that it calls the person when a turn ends without them."""

    def __init__(self, **rest: Any) -> None:  # noqa: ANN401 - whatever the app takes
        super().__init__(**rest)
        self.attention = Attention(ring=self.bell, show=self._show_title)

    async def on_event(self, event: events.Event) -> None:
        """Notice every key, click and paste."""
        if isinstance(
            event, events.Key | events.MouseDown | events.MouseScrollDown | events.MouseScrollUp | events.Paste
        ):
            self.attention.pressed()
        await super().on_event(event)

    @on(Happened)
    def _ended(self, happened: Happened) -> None:
        if isinstance(happened.event, TurnFinished | TurnFailed):
            self.attention.turn_ended()

    def _show_title(self, title: str) -> None:
        if isinstance(self._driver, CalmDriver):
            self._driver.set_title(title)
