"""Reading along in a session that another program writes: finished messages, and the one that is being written."""

from localgpt_tui.core.events import Event, Said, TextDelta, ThinkingDelta
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.sessions.partial import UNATTENDED, Glimpse, glimpse

_LATELY = 5  # entries among which the latest message is: there may be marks behind it


class Following:
    """What is new in one session, as the events that a turn of our own would have had.

    Attributes:
        unattended: the other program only finishes a reply; the session is ours after that.
    """

    def __init__(self, journal: Journal) -> None:
        self.unattended = False
        self.journal = journal
        self._latest = ""
        self._shown = Glimpse("")

    def look(self) -> list[Event]:
        """What happened since the last look; reads the disk.

        Raises:
            SessionError: the session cannot be read any more.
        """
        holder = self.journal.holder
        self.unattended = self.unattended or (holder is not None and holder.program == UNATTENDED)
        news: list[Event] = [Said(entry.message, entry.id) for entry in self.journal.follow() if entry.message]
        if news or not self._latest:
            said = [entry.id for entry in self.journal.tail(_LATELY) if entry.message]
            self._latest = said[-1] if said else ""
        seen = glimpse(self.journal.path)
        if seen is not None and seen.after == self._latest:  # else it is older than what stands in the session
            news += self._grown(seen)
        return news

    def _grown(self, seen: Glimpse) -> list[Event]:
        before = self._shown if self._shown.after == seen.after else Glimpse(seen.after)
        self._shown = seen
        news: list[Event] = []
        if len(seen.thinking) > len(before.thinking):
            news.append(ThinkingDelta(seen.thinking[len(before.thinking) :]))
        if len(seen.text) > len(before.text):
            news.append(TextDelta(seen.text[len(before.text) :]))
        return news
