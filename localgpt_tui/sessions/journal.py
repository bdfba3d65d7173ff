"""The journal: one session as an append-only file, on disk before anybody hears of it."""

import threading
import uuid
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from localgpt_tui import __version__
from localgpt_tui.core.errors import SessionError
from localgpt_tui.core.messages import Message, now
from localgpt_tui.files import Holder
from localgpt_tui.sessions import wire
from localgpt_tui.sessions.branch import branch
from localgpt_tui.sessions.digest import read_gist
from localgpt_tui.sessions.entries import BRANCH, PREVIOUS, Entry, beside_the_tree, new_id
from localgpt_tui.sessions.handover import Hold
from localgpt_tui.sessions.migrate import migrate
from localgpt_tui.sessions.reading import Reader, readable
from localgpt_tui.sessions.repair import answered
from localgpt_tui.sessions.speech import moment
from localgpt_tui.sessions.titles import clean_title
from localgpt_tui.sessions.writing import make_room, write_line


class Journal:
    """One session: what was said, in the order it was said, on a branch that can be left and taken up again.

    Attributes:
        path: its file; there is none before the first append.
        cwd: the folder the session was begun in.
        why_read_only: what keeps us from writing, in words for a person; empty where nothing does.
        incognito: True where nothing of it reaches the disk.
    """

    incognito: ClassVar[bool] = False

    def __init__(self, path: Path, header: wire.Header, *, fresh: bool, title: str | None = None) -> None:
        self.path = path
        self.cwd = header.cwd
        self.why_read_only = ""
        self._header = header
        self._fresh = fresh
        self._title = title
        self._leaf: str | None = "" if fresh else None
        self._seen = 0
        self._news: list[Entry] = []
        self._follows = False
        self._said: list[Message] | None = None
        self._reader = Reader(path)
        self._hold = Hold(path)
        self._one_at_a_time = threading.RLock()

    @classmethod
    def create(cls, folder: Path, *, cwd: str = "") -> "Journal":
        """A new session in `folder`; its file is made with the first entry."""
        name = str(uuid.uuid4())
        header = wire.Header(
            version=wire.VERSION, id=name, timestamp=now().isoformat(), cwd=cwd, app=f"localgpt-tui {__version__}"
        )
        return cls(folder / f"{name}.jsonl", header, fresh=True)

    @classmethod
    def open(cls, path: Path, *, writable: bool = True, title: str | None = None) -> "Journal":
        """The session in the file `path`; read-only where another program holds it or nothing can be written.

        Args:
            writable: False to only look; nothing is locked or brought up to date then.
            title: its title, where the caller knows it already.

        Raises:
            SessionError: there is no such session, or it was made by a newer version.
        """
        reader = Reader(path)
        try:
            journal = cls(path, reader.header(), fresh=False, title=title)
            journal._reader = reader
            journal._seen = reader.end()
        except OSError as error:
            raise SessionError(
                f"The session {path.stem} cannot be read: {error.strerror or error}.", "See `session list`."
            ) from error
        journal.why_read_only = "It was opened to be read."
        if writable:
            journal.acquire()
        return journal

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def id(self) -> str:
        """The session's id: its file's name."""
        return self.path.stem

    @property
    def title(self) -> str:
        """What the person called it, else the first line of what they said first; empty before that."""
        if self._title is None:
            self._title = "" if self._fresh else self._find_title()
        return self._title

    @property
    def created(self) -> datetime:
        """When the session was begun."""
        return moment(self._header.timestamp)

    @property
    def read_only(self) -> bool:
        """True where nothing can be appended to the conversation."""
        return bool(self.why_read_only)

    @property
    def holder(self) -> Holder | None:
        """The other program that holds the session, if one does and it can be told which."""
        return self._hold.holder if self.read_only else None

    @property
    def damage(self) -> tuple[str, ...]:
        """What could not be read so far, in sentences for a person."""
        return self._reader.damage.sentences

    @property
    def bytes_read(self) -> int:
        """How many bytes of the file were read so far."""
        return self._reader.bytes_read

    def append(self, message: Message) -> Entry:
        """Add what was said; it is on the disk when this returns.

        Raises:
            SessionError: it was not saved, and why; a later append may work.
        """
        with self._one_at_a_time:
            self._insist_on_writing()
            entry = self._write(wire.message_record(message, new_id(), self._current_leaf()))
            self._leaf = entry.id
            if self._said is not None and entry.message:
                self._said.append(entry.message)
            if self._title == "" and entry.message and entry.message.kind == "user":
                self._title = clean_title(entry.message.text)
            return entry

    def mark(self, kind: str, /, **values: object) -> Entry:
        """Add a mark with its values; `title`, `pin` and `unread` also where another program holds the session.

        Raises:
            SessionError: it was not saved, and why.
        """
        with self._one_at_a_time:
            beside = beside_the_tree(kind)
            if not (beside and self._header.version == wire.VERSION):
                self._insist_on_writing()
            parent = "" if beside else self._current_leaf()
            entry = self._write(wire.mark_record(kind, new_id(), parent, values))
            if not beside:
                self._leaf = entry.id
            self._notice(entry)
            return entry

    def tail(self, count: int, before: Entry | None = None) -> list[Entry]:
        """The newest `count` entries of the current branch (or of what led to `before`), oldest first.

        Fewer than `count` mean that the beginning was reached. The file is read backwards only as far as needed.

        Raises:
            SessionError: the file cannot be read.
        """
        return list(islice(self.backwards(before), count))[::-1]

    def entries(self) -> Iterator[Entry]:
        """Every entry, on whatever branch, the last one first.

        Raises:
            SessionError: the file cannot be read.
        """
        with readable(self.id):
            yield from self._reader.backwards()

    def history(self) -> tuple[Message, ...]:
        """All messages of the current branch, every tool call answered.

        Raises:
            SessionError: the file cannot be read.
        """
        with self._one_at_a_time:
            if self._said is None:
                self._said = [entry.message for entry in self.backwards() if entry.message][::-1]
            return tuple(answered(self._said))

    def rewind(self, to: str) -> None:
        """Let what is appended next follow the entry `to` (empty: the start); what came after it stays in the file.

        Raises:
            SessionError: there is no such entry, or nothing can be written.
        """
        with self._one_at_a_time:
            self._insist_on_writing()
            if to and not any(entry.id == to and entry.in_tree for entry in self._reader.backwards()):
                raise SessionError(f"There is no entry {to} in the session {self.id}.", "Nothing was changed.")
            self._write(wire.mark_record(BRANCH, new_id(), to, {}))
            self._leaf, self._said = to, None

    def follow(self) -> list[Entry]:
        """What another program has appended since the last look, oldest first.

        Raises:
            SessionError: the file cannot be read any more.
        """
        with self._one_at_a_time:
            if not self._fresh:
                self._look_for_news()
            news, self._news = self._news, []
            return [entry for entry in news if entry.shown]

    def ask_for_handover(self) -> None:
        """Ask the program that holds the session to let go; then try `acquire` from time to time.

        Raises:
            SessionError: the request cannot be written.
        """
        self._hold.ask()

    def handover_wanted(self) -> bool:
        """True where another program asks for the session that we hold; cheap enough to ask often."""
        return self._hold.wanted()

    def acquire(self) -> bool:
        """Take the session for writing, if nobody else holds it, and read its end again; True once it is ours.

        Raises:
            SessionError: it was brought into a newer format meanwhile.
        """
        with self._one_at_a_time:
            if not self.read_only and self._hold.held:
                return True
            if not self._hold.acquire():
                self.why_read_only, self._follows = self._hold.sentence(), True
                return False
            try:
                self._read_the_end_again()
            except OSError as error:
                self._hold.release()
                self.why_read_only = f"It cannot be read or brought up to date: {error.strerror or error}."
                return False
            except SessionError:
                self._hold.release()
                raise
            self.why_read_only, self._follows = "", False
            return True

    def announce(self, program: str) -> None:
        """Say to whoever finds the session held that `program` has it."""
        self._hold.announce(program)

    def release(self) -> None:
        """Let another program have the session; we go on reading, and `follow` tells what it adds."""
        with self._one_at_a_time:
            self._hold.release()
            self.why_read_only, self._follows = "It was handed over.", True

    def close(self) -> None:
        """Let go of the session; nothing is left to be written."""
        self._hold.close()
        self.why_read_only = "It was closed."

    def _insist_on_writing(self) -> None:
        if self._fresh and not self.read_only:
            return
        if not self.read_only and not self._hold.held:
            self.acquire()  # the lock's file was removed by hand; another program may have come first
        if self.read_only:
            raise SessionError(f"not saved: {self.why_read_only}", "Ask for the session, or start a new one.")

    def _read_the_end_again(self) -> None:
        self._header = self._reader.header()
        if self._header.version < wire.VERSION:
            migrate(self.path)
            self._header = self._reader.header()
        else:
            self._look_for_news()
        self._seen = self.path.stat().st_size
        self._leaf = self._said = None
        self._current_leaf()

    def _write(self, record: dict[str, object]) -> Entry:
        line = wire.encode(record)
        header = b""
        if self._fresh:
            make_room(self.path)
            header = wire.encode(self._header.model_dump(by_alias=True))
            if not self._hold.acquire():
                raise SessionError(f"not saved: {self._hold.sentence()}", "What you wrote is still here; try again.")
        offset = write_line(self.path, line, header=header, alone=self._hold.held)
        if not self._fresh and offset > self._seen:
            self._look_for_news(offset)
        self._fresh, self._seen = False, offset + len(line) + 1
        return wire.entry(wire.decode(line), offset)

    def _current_leaf(self) -> str:
        if self._leaf is None:
            with readable(self.id):
                newest = next((entry for entry in self._reader.backwards() if entry.in_tree), None)
            self._leaf = "" if newest is None else newest.parent if newest.kind == BRANCH else newest.id
        return self._leaf

    def backwards(self, before: Entry | None = None) -> Iterator[Entry]:
        """What is shown of the branch (or of what led to `before`), the newest first, as far as it was followed.

        Raises:
            SessionError: the file cannot be read.
        """
        if self._fresh:
            return
        if before is None:
            leaf, end = PREVIOUS if self._leaf is None else self._leaf, self._seen if self._follows else None
        else:
            leaf, end = before.parent, before.offset
        with readable(self.id):
            yield from (entry for entry in branch(self._reader.backwards(end), leaf) if entry.shown)

    def _look_for_news(self, end: int | None = None) -> None:
        with readable(self.id):
            size = self.path.stat().st_size
            if size == self._seen:
                return
            if size < self._seen:  # written anew by another program: none of it is news
                self._seen, self._leaf, self._said = self._reader.end(), None, None
                return
            news, self._seen = self._reader.appended(self._seen, end)
        self._news += news
        for entry in news:
            self._notice(entry)
        if any(entry.in_tree for entry in news) and self._follows:
            self._leaf = self._said = None

    def _notice(self, entry: Entry) -> None:
        if entry.kind == "title":
            self._title = clean_title(str(entry.mark.get("title", ""))) or None

    def _find_title(self) -> str:
        with readable(self.id):
            gist = read_gist(self.path)
        return gist.title or gist.opening
