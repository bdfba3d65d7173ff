"""A line above the prompt that says why nothing can be sent here, and what to do about it."""

from datetime import datetime

from rich.console import RenderableType
from textual.content import Content
from textual.reactive import reactive
from textual.visual import Visual
from textual.widget import Widget

from localgpt_tui.files import Holder
from localgpt_tui.safety.terminal import printable
from localgpt_tui.sessions.partial import UNATTENDED


class Banner(Widget):
    """Empty and out of sight, unless there is something to say."""

    words = reactive("", layout=True)

    def on_mount(self) -> None:
        """Begin out of sight."""
        self.display = bool(self.words)

    def watch_words(self, words: str) -> None:
        """Come into sight with the words, and go with them."""
        self.display = bool(words)

    def render(self) -> RenderableType | Visual:
        """The words, wrapped."""
        return Content(printable(self.words))


def held_words(holder: Holder | None, why: str) -> str:
    """How a session is announced that cannot be written in.

    Args:
        why: the reason, where nobody says that they hold it.
    """
    if holder is None:
        return f"Read-only: {why} ^X t asks for it."
    if holder.program == UNATTENDED:
        return (
            f"Still answering (pid {holder.pid}): its terminal went away. Shown as it is written; "
            "the session is yours when it ends · ^X t asks for it after the next message"
        )
    since = datetime.fromtimestamp(holder.since).astimezone()
    return f"Read-only: held by pid {holder.pid} since {since:%H:%M} · following · ^X t takes it over"
