"""Reading a session's file: its header, and its entries from either end."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from localgpt_tui.core.errors import SessionError
from localgpt_tui.sessions import wire
from localgpt_tui.sessions.damage import Damage
from localgpt_tui.sessions.entries import Entry
from localgpt_tui.sessions.lines import Line, Tape


class Reader:
    """Reads one session; what it cannot make out it reports and leaves where it is.

    Attributes:
        bytes_read: how much was read so far.
        damage: what was wrong.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bytes_read = 0
        self.damage = Damage()

    def header(self) -> wire.Header:
        """The first line; a damaged one is replaced by what the file's name tells.

        Raises:
            SessionError: the session was made by a newer version; OSError: the file cannot be read.
        """
        with Tape(self.path) as tape:
            first = next(tape.forwards(), None)
            self.bytes_read += tape.bytes_read
        try:
            found = wire.header(wire.decode(first.content if first else b""))
        except wire.UnreadableLineError as error:
            self.damage.note(0, f"The first line is damaged ({error}): where and when the session began is not known.")
            return wire.Header(id=self.path.stem)
        if found.version > wire.VERSION:
            raise SessionError(
                f"The session {self.path.stem} was made by a newer localgpt-tui (format {found.version}; "
                f"this one knows up to {wire.VERSION}).",
                "Update localgpt-tui to open it; nothing in it was changed.",
            )
        return found

    def backwards(self, before: int | None = None) -> Iterator[Entry]:
        """The entries before the offset `before` (default: the end), the last one first, damaged ones included."""
        with Tape(self.path) as tape:
            counted = 0
            for line in tape.backwards(before):
                self.bytes_read += tape.bytes_read - counted
                counted = tape.bytes_read
                yield from self._entry(line)

    def appended(self, start: int, end: int | None = None) -> tuple[list[Entry], int]:
        """The entries on finished lines from the offset `start` up to `end`, and where the next line begins."""
        with Tape(self.path) as tape:
            entries, next_line = list[Entry](), start
            for line in tape.forwards(start, end):
                if not line.finished:
                    break
                entries.extend(self._entry(line))
                next_line = line.offset + line.size + 1
            self.bytes_read += tape.bytes_read
        return entries, next_line

    def end(self) -> int:
        """Where the last finished line ends, in bytes."""
        with Tape(self.path) as tape:
            last = next(tape.backwards(), None)
            self.bytes_read += tape.bytes_read
            return tape.size if last is None or last.finished else last.offset

    def _entry(self, line: Line) -> Iterator[Entry]:
        try:
            record = self._record(line)
            if record.get("type") != "session":
                yield wire.entry(record, line.offset)
        except wire.UnreadableLineError as error:
            if line.offset > 0:  # the header has its own report
                self.damage.note(line.offset, _sentence(line, str(error)))
            if known := wire.damaged(line):
                yield known

    def _record(self, line: Line) -> dict[str, object]:
        if line.too_long:
            raise wire.UnreadableLineError("it is longer than any message")
        try:
            return wire.decode(line.content)
        except wire.UnreadableLineError:
            readable = line.content.decode(errors="replace").encode()
            if readable == line.content:
                raise
            record = wire.decode(readable)
            self.damage.note(line.offset, f"Some characters at byte {line.offset:,} are damaged and shown as �.")
            return record


def _sentence(line: Line, reason: str) -> str:
    if not line.finished:
        return f"The last line, at byte {line.offset:,}, was cut off in the middle; all before it is there."
    return f"A line of {line.size:,} bytes at byte {line.offset:,} was left out: {reason}. It stays in the file."


@contextlib.contextmanager
def readable(session: str) -> Iterator[None]:
    """Say of a file that cannot be read which session it holds.

    Raises:
        SessionError: it cannot.
    """
    try:
        yield
    except OSError as error:
        raise SessionError(
            f"The session {session} cannot be read: {error.strerror or error}.", "See `session list`."
        ) from error
