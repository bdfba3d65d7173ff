"""Replies that go on without a screen: who may still end them, and when their sessions are let go of."""

import asyncio
import contextlib
import signal
import threading
import time
from collections.abc import Sequence
from types import FrameType

from localgpt_tui.ui.engine import Engine
from localgpt_tui.ui.hangup import let_go_of_terminal
from localgpt_tui.ui.sitting import Sitting
from localgpt_tui.ui.turn import Turn

_LOOK = 0.25  # seconds between two looks at whether somebody asks for the session
_LAST_WORDS = 5.0  # seconds that each part of the end may take


class Unattended:
    """What is left of the app when its terminal went away in the middle of a reply, or of several."""

    def __init__(self, engine: Engine, sitting: Sitting, turns: Sequence[Turn], *, minutes: float) -> None:
        """Let `turns` go on for at most `minutes`, and others read along.

        Only for the main thread, with the app's event loop running: from now on SIGTERM and SIGINT end the turns.
        """
        self._engine = engine
        self._sitting = sitting
        self._turns = turns
        self._seconds = minutes * 60
        self._told_to_end = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().remove_signal_handler(number)
            signal.signal(number, self._told)
        engine.leave()
        sitting.leave()

    def finish(self) -> None:
        """Wait for the end of the turns, then let go of everything; called once the app has ended.

        They end early when their time is up or a signal says so (what had arrived is kept), and each after the message
        that is being written when another program asks for its session.
        """
        let_go_of_terminal()
        until = time.monotonic() + self._seconds
        while not all(turn.wait(_LOOK) for turn in self._turns):
            for turn in self._turns:
                if turn.wait(0):
                    turn.journal.release()
                elif turn.journal.handover_wanted():
                    turn.give_way()
            if self._told_to_end.is_set() or time.monotonic() > until:
                for turn in self._turns:
                    turn.stop()
                for turn in self._turns:
                    turn.wait(_LAST_WORDS)
                break
        self._close()

    def _told(self, _number: int, _frame: FrameType | None) -> None:
        self._told_to_end.set()

    def _close(self) -> None:
        """Let go of the session and stop what still runs; not for ever: a thread may hang in a library."""
        with contextlib.suppress(TimeoutError):
            self._engine.finish(self._sitting.aclose(), _LAST_WORDS)
        stopping = threading.Thread(target=self._engine.stop, daemon=True)
        stopping.start()
        stopping.join(_LAST_WORDS)
