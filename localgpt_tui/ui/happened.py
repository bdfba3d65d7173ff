"""How what happens in a turn reaches the screen."""

from textual.message import Message

from localgpt_tui.core.events import Event


class Happened(Message):
    """An event of the turn in the session `session`; posted from the engine room's thread."""

    def __init__(self, event: Event, session: str) -> None:
        super().__init__()
        self.event = event
        self.session = session
