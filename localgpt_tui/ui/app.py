"""The app: which screens there are, themes, and the keys that work everywhere."""

import asyncio
import gc
import signal
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.messages import now
from localgpt_tui.paths import Places
from localgpt_tui.ui import keyboard, themes
from localgpt_tui.ui.faults import KeepsCrashes
from localgpt_tui.ui.guard import Guarded
from localgpt_tui.ui.keymap import keymap
from localgpt_tui.ui.output import ThriftyOutput
from localgpt_tui.ui.palette import CommandPalette
from localgpt_tui.ui.screens.chat import ChatScreen
from localgpt_tui.ui.settings import light_terminal, read_settings
from localgpt_tui.ui.stylesheets import ParsedOnce, stylesheets
from localgpt_tui.ui.terminal import OnTerminal
from localgpt_tui.ui.widgets.header import Header
from localgpt_tui.ui.widgets.transcript import Transcript

if TYPE_CHECKING:  # pydantic, the store and the rest come after the first frame
    from localgpt_tui.ui.sitting import Sitting
    from localgpt_tui.ui.unattended import Unattended

_TWICE_WITHIN = 2.0
_LAST_WORDS = 5.0
"""Seconds that a turn and the disk get to finish when the app ends."""


class LocalGPTApp(ThriftyOutput, Guarded, KeepsCrashes, ParsedOnce, OnTerminal, App[None]):
    """localgpt-tui on a whole screen."""

    TITLE = "localgpt"
    CSS_PATH = stylesheets()
    COMMANDS: ClassVar[Any] = {CommandPalette}
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "quit_twice", show=False),
        Binding("ctrl+q", "ignore", show=False),  # next to Ctrl+W, and XON to many hands
        Binding("ctrl+z", "suspend_process", "Suspend; `fg` comes back", priority=True, id="app-suspend"),
        Binding("ctrl+l", "redraw", "Draw everything again", id="app-redraw"),
    ]

    def __init__(
        self,
        places: Places,
        *,
        session: str = "",
        resume: bool = False,
        model: str = "",
        incognito: bool = False,
        open_sitting: "Callable[[], Sitting] | None" = None,
        pace: float = 1.0,
        clock: Callable[[], datetime] = now,
    ) -> None:
        """An app on what is kept in `places`.

        Args:
            session: the id of the session to open, or how it begins; empty for a new one.
            resume: open the latest session instead of a new one.
            model: the model that is to answer; empty to use the configured one or what is found.
            incognito: begin a session that is never on the disk.
            open_sitting: opens the assistant, in a thread, after the first frame.
            pace: seconds between two looks at what another program does to the session.
            clock: tells the present moment.
        """
        keyboard.ignore_alt_symbols()
        super().__init__()
        self._places = places
        self._chat = ChatScreen(
            open_sitting or (lambda: self._open(session=session, resume=resume, model=model, incognito=incognito)),
            pace=pace,
            clock=clock,
        )
        self._asked_to_quit = -_TWICE_WITHIN
        for theme in themes.THEMES:
            self.register_theme(theme)
        self._settings = read_settings(places.config_file)
        self.adapt(self._settings)
        fitting = themes.DEFAULT_LIGHT if light_terminal() else themes.DEFAULT
        self.theme = self._settings.theme if self._settings.theme in self.available_themes else fitting
        self.refresh_css()

    @property
    def keys(self) -> Mapping[str, str]:
        """The keys the person has changed, by the ids of their actions."""
        return self._settings.keys

    def get_default_screen(self) -> Screen[None]:
        """The chat is where everything begins."""
        return self._chat

    def on_mount(self) -> None:
        """Take the person's keys; end in good order when we are told to, and when the terminal goes away."""
        self.set_keymap(keymap(self._settings.keys))
        if threading.current_thread() is not threading.main_thread():
            return  # only there can signals be heard
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._told_to_end)
        self.listen_for_hangup()

    def watch_theme(self, theme_name: str) -> None:
        """Remember a theme that the person chose."""
        if self.is_running and self._chat.sitting is not None:
            self.run_worker(asyncio.to_thread(self._keep_theme, theme_name), group="theme", exclusive=True)

    def on_ready(self) -> None:
        """What was imported so far stays: the collector need not look at it again."""
        if self._settings.plain_icons:
            self._chat.query_one(Transcript).icon_set = "ascii"
        self.watch(self._chat.query_one(Header), "session", self.attention.opened)
        if not self.is_headless:
            gc.freeze()
            gc.enable()

    async def action_quit(self) -> None:
        """Stop a reply, keep what had arrived, and end."""
        gone = self._chat.farewell
        await self._finish()
        self.exit(message=Text(gone) if gone else None)

    async def action_quit_twice(self) -> None:
        """Quit where this is pressed twice within two seconds."""
        at = asyncio.get_running_loop().time()
        if at - self._asked_to_quit < _TWICE_WITHIN:
            await self.action_quit()
            return
        self._asked_to_quit = at
        self._chat.say("Press Ctrl+C again to quit; the session is kept.")

    def action_ignore(self) -> None:
        """Do nothing."""

    def action_redraw(self) -> None:
        """Draw everything again, for a terminal that something else has written on."""
        self.forget_terminal()
        self.refresh(layout=True)
        self.screen.refresh(layout=True)

    def _open(self, *, session: str, resume: bool, model: str, incognito: bool) -> "Sitting":
        from localgpt_tui.ui.sitting import Sitting  # noqa: PLC0415 - the first frame does not wait for it

        return Sitting.open(self._places, session=session, resume=resume, model=model, incognito=incognito)

    def _keep_theme(self, name: str) -> None:
        from localgpt_tui.config.edit import set_value  # noqa: PLC0415 - the first frame does not wait for it

        try:
            set_value(self._places, "ui.theme", name)
        except LocalGPTError as error:
            self.call_from_thread(self._chat.say, f"The theme holds until you quit: {error}")

    def keep_fault(self, error: BaseException) -> str:
        """Keep an error of the screen where those of turns are kept."""
        from localgpt_tui.crashes import keep_crash  # noqa: PLC0415 - hardly ever wanted

        sitting = self._chat.sitting
        return keep_crash(self._places, error, sitting.assistant.config.secrets() if sitting is not None else ())

    async def leave(self) -> "Unattended | None":
        """The terminal is gone: a reply goes on without it, anything else ends."""
        unattended = await self._chat.leave(self._settings.detached_minutes)
        if unattended is None:
            await self._finish()
        return unattended

    def _told_to_end(self) -> None:
        """End in good order; the signal once more ends at once."""
        asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)

        async def end() -> None:
            await self._finish()
            self.exit(return_code=128 + signal.SIGTERM)

        self.run_worker(end(), group="ending")

    async def _finish(self) -> None:
        try:
            async with asyncio.timeout(_LAST_WORDS):
                await self._chat.close_down()
        except TimeoutError:
            return  # what the journal was given is on the disk already
