"""Few bytes to the terminal: only cells that changed, and no frame while the last one is still on its way."""

import logging
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import textual
from rich.color import ColorSystem
from rich.console import RenderableType
from textual import on
from textual.app import App
from textual.driver import Driver
from textual.geometry import Region, Size
from textual.screen import Screen

from localgpt_tui.ui.shadow import Shadow

if TYPE_CHECKING:
    from localgpt_tui.ui import frames

_KNOWN = "8.2."  # versions of Textual whose insides were read and tried
_AGAIN = 1 / 60  # seconds until a frame that was put off is tried again


def textual_is_known() -> bool:
    """True where Textual is one whose private names may be relied on."""
    asked = vars(textual).get("__version__", "")
    if not asked:  # Textual finds it out when it is asked, with a library that takes a tenth of the first frame's time
        beside = Path(textual.__file__).parents[1]
        if any(beside.glob(f"textual-{_KNOWN}*.dist-info")):
            return True
    return (asked or textual.__version__).startswith(_KNOWN)


class ThriftyOutput(App[Any]):
    """Mix into an app, before `App`: what it writes shrinks to the changes.

    It stands on private names of Textual; with a version that it does not know it steps aside and says so in the log.
    """

    def forget_terminal(self) -> None:
        """Write the next frame whole, for a terminal that something else has written on."""
        if self._output is not None:
            self._output.shadow.forget()

    def get_driver_class(self) -> type[Driver]:
        """The driver, without reports of every move of the mouse: over SSH each costs bytes up and a frame down."""
        driver = super().get_driver_class()
        if self._output is not None and driver.__name__ == "LinuxDriver":
            from localgpt_tui.ui.driver import CalmDriver  # noqa: PLC0415 - Windows has no such driver

            return CalmDriver
        return driver

    @on(Driver.SignalResume)
    def _came_back(self) -> None:
        """Draw everything: after Ctrl+Z and `fg` Textual would leave the screen empty."""
        self.forget_terminal()
        self.screen.refresh(layout=True)

    @cached_property
    def _output(self) -> "_Output | None":
        if textual_is_known():
            return _Output()
        logging.getLogger(__name__).info("Textual %s is not known here: whole frames are written.", textual.__version__)
        return None

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        driver = self._driver
        writes = self._running and not (self._closed or self._batch_count or self.is_headless)
        if self._output is None or driver is None or driver.is_inline or not writes:
            super()._display(screen, renderable)
        else:
            self._display_changes(screen, renderable, self._output, driver)

    def _display_changes(
        self, screen: Screen[Any], renderable: RenderableType | None, output: "_Output", driver: Driver
    ) -> None:
        if not isinstance(renderable, output.frames.Frame):
            super()._display(screen, renderable)
            return
        if output.is_busy(driver) and not output.is_overdue(renderable):
            if output.put_off(renderable):
                self.set_timer(_AGAIN, self._try_again)
            return
        colours = self.console._color_system  # noqa: SLF001 - what Textual itself reads
        changes = output.changes(renderable, driver, colours)
        if changes or self.cursor_position != self._previous_cursor_position:
            super()._display(screen, output.frames.Written(changes))
        else:
            self.post_display_hook()

    def _try_again(self) -> None:
        if self._output is None or self._driver is None or not self._running:
            return
        if self._output.is_busy(self._driver):
            self.set_timer(_AGAIN, self._try_again)
        else:
            self.screen.refresh(self._output.due())


class _Output:
    """What the terminal shows, and what it has yet to be shown."""

    def __init__(self) -> None:
        from localgpt_tui.ui import frames  # noqa: PLC0415 - only where Textual's insides are known

        self.frames = frames
        self.shadow = Shadow()
        self._writer: object = None  # whose terminal the shadow mirrors; there is a new one after each suspension
        self._size: Size | None = None
        self._put_off: list[Region] = []
        self._overdue: Region | None = None

    def is_busy(self, driver: Driver) -> bool:
        """True while something that was written before is still on its way."""
        writer = getattr(driver, "_writer_thread", None)
        queue = getattr(writer, "_queue", None)
        return queue is not None and writer is self._writer and queue.qsize() > 0

    def is_overdue(self, frame: "frames.Frame") -> bool:
        """True for what was put off before: a small frame that came just ahead of it must not put it off for ever."""
        if self._overdue is None or not self.frames.region(frame).contains_region(self._overdue):
            return False
        self._overdue = None
        return True

    def put_off(self, frame: "frames.Frame") -> bool:
        """Remember that `frame` was not written; True for the first one."""
        self._mind_the_size(frame)  # what is drawn later is a part of the screen, and says no size
        self._put_off.append(self.frames.region(frame))
        return len(self._put_off) == 1

    def due(self) -> Region:
        """What has to be drawn again because it was put off."""
        self._overdue = Region.from_union(self._put_off)
        self._put_off.clear()
        return self._overdue

    def changes(self, frame: "frames.Frame", driver: Driver, colours: ColorSystem | None) -> str:
        """What to write for `frame`."""
        writer = getattr(driver, "_writer_thread", None)
        if writer is not self._writer:
            self.shadow.forget()
            self._writer = writer
        self._mind_the_size(frame)
        self.shadow.colours = colours or self.shadow.colours
        return self.shadow.changes(self.frames.strips(frame))

    def _mind_the_size(self, frame: "frames.Frame") -> None:
        """A terminal of another size shows nothing that can be relied on."""
        size = self.frames.whole_size(frame)
        if size is not None and size != self._size:
            self.shadow.forget()
            self._size = size
