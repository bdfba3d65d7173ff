"""When the terminal goes away: an idle app saves and ends; a reply in flight goes on without a screen."""

import asyncio
import errno
import os
import signal
import termios
import threading
from abc import abstractmethod
from types import FrameType
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import App

from localgpt_tui.ui.driver import TerminalGone

if TYPE_CHECKING:  # it knows the store: not before the first frame
    from localgpt_tui.ui.unattended import Unattended

ENDED = 128 + signal.SIGHUP
"""The exit status of an app whose terminal went away."""


class OutlivesTerminal(App[Any]):
    """Mix into an app, before `App`, that says in `leave` what is to be done.

    Attributes:
        unattended: what goes on without a screen, once the app has ended; whoever ran the app finishes it.
    """

    unattended: "Unattended | None" = None
    _gone = False

    def listen_for_hangup(self) -> None:
        """Take SIGHUP from now on, until the program ends: shells send it more than once."""
        if threading.current_thread() is not threading.main_thread():
            return  # only there can signals be heard
        loop = asyncio.get_running_loop()

        def hung_up(_number: int, _frame: FrameType | None) -> None:
            let_go_of_terminal()
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._lose_terminal)

        signal.signal(signal.SIGHUP, hung_up)

    @abstractmethod
    async def leave(self) -> "Unattended | None":
        """Save and close everything; if there is a reply to be finished, leave it running and return it."""

    @on(TerminalGone)
    def _lose_terminal(self) -> None:
        if not self._gone:
            self._gone = True
            let_go_of_terminal()
            self.batch_update().__enter__()  # nobody looks: nothing is drawn any more
            self.run_worker(self._end_without_terminal(), group="ending", exclusive=True)

    async def _end_without_terminal(self) -> None:
        self.unattended = await self.leave()
        self.exit(return_code=ENDED)


def let_go_of_terminal() -> None:
    """Read from and write to nowhere from now on, where the terminal is gone: all it does any more is fail."""
    for handle in (0, 1, 2):
        if _is_dead(handle):
            nowhere = os.open(os.devnull, os.O_RDWR)
            os.dup2(nowhere, handle)
            os.close(nowhere)


def _is_dead(handle: int) -> bool:
    try:
        termios.tcgetattr(handle)
    except termios.error as error:
        return bool(error.args[0] == errno.EIO)  # a file or a pipe says ENOTTY
    return False
