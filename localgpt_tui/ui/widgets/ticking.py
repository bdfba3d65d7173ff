"""A view of rows some of which tell the time: it ticks while one of them does, and costs nothing otherwise."""

from abc import abstractmethod
from collections.abc import Callable
from time import monotonic

from textual.timer import Timer

from localgpt_tui.ui.widgets.rowview import RowView

_TICK = 1.0


class TickView(RowView):
    """Calls `tick` once a second while something runs."""

    clock: Callable[[], float] = staticmethod(monotonic)
    """Seconds, steadily growing."""

    _ticking: Timer | None = None

    def seconds(self) -> float:
        """The present moment on the clock that the view has now."""
        return self.clock()

    def tick_while(self, *, running: bool) -> None:
        """Tick from now on, or no longer."""
        if running and self._ticking is None:
            self._ticking = self.set_interval(_TICK, self.tick)
        elif not running and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None

    @abstractmethod
    def tick(self) -> None:
        """A second has passed."""
