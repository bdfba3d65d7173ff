"""What the app is to the terminal it runs on: a guest that asks before it takes, and gives back what it took."""

from collections.abc import Sequence
from typing import Any

from textual.app import App
from textual.filter import LineFilter

from localgpt_tui.ui.asciiset import PlainSigns
from localgpt_tui.ui.attention import Attentive
from localgpt_tui.ui.clipboard import Clipboard
from localgpt_tui.ui.driver import CalmDriver
from localgpt_tui.ui.hangup import OutlivesTerminal
from localgpt_tui.ui.settings import Settings


class OnTerminal(OutlivesTerminal, Attentive, Clipboard, App[Any]):
    """Mix into an app, before `App`.

    Attributes:
        has_mouse: whether clicks come to the app; without them the terminal selects text.
    """

    has_mouse: bool = True
    _plain_signs: bool = False

    def adapt(self, settings: Settings) -> None:
        """Behave as the person wants; call it before the app runs."""
        self.has_mouse = settings.mouse
        self.attention.bell = settings.bell
        self._plain_signs = settings.plain_icons
        if settings.reduced_motion:
            self.animation_level = "none"

    async def run_async(self, *, mouse: bool = True, **options: Any) -> Any:  # noqa: ANN401 - Textual's own options
        """Run; the mouse stays the terminal's own where the configuration says so."""
        self.has_mouse = mouse and self.has_mouse
        return await super().run_async(mouse=self.has_mouse, **options)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Where signs are to be plain, they are made so last."""
        return [*super().get_line_filters(), *([PlainSigns()] if self._plain_signs else [])]

    def open_url(self, url: str, *, new_tab: bool = True) -> None:  # noqa: ARG002 - Textual's signature
        """Nothing opens by itself: the address is copied instead, for the person to judge."""
        self.run_worker(self.copy(url), group="copy", exit_on_error=False)

    def switch_mouse(self) -> bool:
        """Take the mouse, or leave it to the terminal; True where it is ours now."""
        self.has_mouse = not self.has_mouse
        if isinstance(self._driver, CalmDriver):
            self._driver.switch_mouse(on=self.has_mouse)
        return self.has_mouse
