"""What a person reads on a screen, and conversations to read."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from textual import events, on
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.geometry import Region, Size
from textual.message import Message as News
from textual.widget import Widget

from localgpt_tui.core.messages import AssistantMessage, Message, UserMessage
from localgpt_tui.sessions.entries import Entry
from localgpt_tui.ui.stylesheets import stylesheets
from localgpt_tui.ui.widgets.reading_pane import ReadingPane
from localgpt_tui.ui.widgets.transcript import Transcript

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


def read(widget: Widget) -> str:
    """The text that `widget` shows, without spaces at the ends of lines."""
    size = widget.scrollable_content_region.size
    return "\n".join(strip.text.rstrip() for strip in widget.render_lines(Region(0, 0, *size)))


def entries(*messages: Message, first: int = 0) -> list[Entry]:
    return [
        Entry(id=f"e{number}", parent="", kind="message", message=message, mark={}, time=message.time)
        for number, message in enumerate(messages, first)
    ]


def talk(pairs: int, first: int = 0) -> list[Entry]:
    """Questions and answers, numbered."""
    said: list[Message] = []
    for number in range(first, first + pairs):
        moment = NOON + timedelta(minutes=number)
        said.append(UserMessage(f"question {number}", time=moment))
        said.append(AssistantMessage(f"answer {number}", model="test/echo", time=moment + timedelta(seconds=2)))
    return entries(*said, first=2 * first)


class TranscriptApp(App[None]):
    """Nothing but a transcript, and what it says."""

    CSS_PATH = [sheet for sheet in stylesheets() if sheet.stem == "transcript"]  # noqa: RUF012 - Textual's way

    def __init__(self) -> None:
        super().__init__()
        self.told: list[object] = []

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Transcript()

    @property
    def transcript(self) -> Transcript:
        return self.query_one(Transcript)

    def on_transcript_behind(self, message: Transcript.Behind) -> None:
        self.told.append(message)

    def on_transcript_earlier_wanted(self, message: Transcript.EarlierWanted) -> None:
        self.told.append(message)

    @on(Transcript.CopyWanted)
    @on(Transcript.PagerWanted)
    @on(Transcript.LinksWanted)
    @on(Transcript.Noted)
    @on(Transcript.EditWanted)
    @on(Transcript.RetryWanted)
    @on(Transcript.DropWanted)
    def note(self, message: News) -> None:
        self.told.append(message)


class PaneApp(TranscriptApp):
    """A transcript with its line to search, and a session that it is loaded from in pieces."""

    def __init__(self, everything: Sequence[Entry] = ()) -> None:
        super().__init__()
        self.everything = list(everything)

    def compose(self) -> ComposeResult:
        yield ReadingPane()

    def shown(self) -> str:
        """All that a person reads on the screen."""
        lines = self.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in line).rstrip() for line in lines)

    def on_transcript_earlier_wanted(self, message: Transcript.EarlierWanted) -> None:
        super().on_transcript_earlier_wanted(message)
        rest = [entry for entry in self.everything if entry.id not in {row.entry for row in self.transcript.rows}]
        while rest:
            page, rest = rest[-100:], rest[:-100]
            self.transcript.prepend(page, more=bool(rest))
            if not message.everything:
                return

    def driver_resized(self, columns: int, lines: int) -> None:
        """What a terminal says when it has another size, without waiting for anything."""
        size = Size(columns, lines)
        self.post_message(events.Resize(size, size))
