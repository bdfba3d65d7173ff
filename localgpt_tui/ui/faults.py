"""An error that nobody expected: the app ends, the terminal is itself again, and one sentence says where to look."""

import sys
from abc import abstractmethod
from typing import Any

from rich.text import Text
from textual.app import App
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.worker import WorkerFailed, active_worker

from localgpt_tui.safety.terminal import printable


class KeepsCrashes(App[Any]):
    """Mix into an app, before `App`, that says in `keep_fault` where it kept an error."""

    @abstractmethod
    def keep_fault(self, error: BaseException) -> str:
        """Keep what is needed to find the defect; one sentence for the person that says where it is."""

    def _handle_exception(self, error: Exception) -> None:
        """What a worker looks for in vain on a screen that was left meanwhile is no defect: nobody wants it."""
        if isinstance(error, WorkerFailed) and isinstance(error.error, NoMatches) and self._was_left():
            return
        super()._handle_exception(error)

    def _was_left(self) -> bool:
        worker = active_worker.get(None)
        screen = worker.node if worker is not None else None
        return self._exit or (isinstance(screen, Screen) and screen not in self.screen_stack)

    def _fatal_error(self) -> None:
        """Take the place of Textual's own ending, which prints a page of code and the values of its variables."""
        error = sys.exc_info()[1] or self._exception
        if isinstance(error, WorkerFailed):
            error = error.error
        if error is None:
            super()._fatal_error()
            return
        if self._exit_renderables:
            return  # the first one says enough, and what follows it is mostly its doing
        what = f"Something went wrong inside localgpt-tui ({type(error).__name__}). What was said is kept."
        self._exit_renderables.append(Text(printable(f"{what}\n{self.keep_fault(error)}")))
        self._close_messages_no_wait()
