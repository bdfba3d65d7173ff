"""The memory in a person's hands: what they change is recorded as theirs, can be found at once, and taken back."""

import asyncio
import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import apsw

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.passages import Found, Passage
from localgpt_tui.memory.changes import Change, Line
from localgpt_tui.memory.choices import Choice, Choices, Chosen, Chosens
from localgpt_tui.memory.database import UnusableError
from localgpt_tui.memory.document import Document, Fingerprint, Written, shown
from localgpt_tui.memory.forget import Forgotten, forget, lines_of
from localgpt_tui.memory.history import History
from localgpt_tui.memory.listing import Listing
from localgpt_tui.memory.memory import Memory, Statistics
from localgpt_tui.memory.recollecting import locate, meet

FOUND_AT_ONCE = 50
_LOOKED_BACK = 500
_NEWEST = 5
_SAID: Mapping[Choice | None, str] = {"pinned": "Pinned", "never": "Never recalled again", None: "No choice any more"}


@dataclass(frozen=True, slots=True)
class Opened:
    """What a pane shows of the memory.

    Attributes:
        seen: what the file was when it was read; None for what cannot be changed here, such as a session.
    """

    path: str
    text: str
    seen: Fingerprint | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What the person chose for passages.

    Attributes:
        places: where each stands now; None for what is no longer there.
    """

    chosens: Chosens = field(default_factory=Chosens)
    places: Mapping[Chosen, Passage | None] = field(default_factory=dict)

    def of(self, passage: Passage) -> Choice | None:
        """What was chosen for `passage`; one without a text is known by its lines."""
        if passage.text:
            return self.chosens.of(passage)
        met = {each for each, place in self.places.items() if place is not None and meet(place, passage)}
        if not met.isdisjoint(self.chosens.never):
            return "never"
        return None if met.isdisjoint(self.chosens.pinned) else "pinned"


@dataclass(frozen=True, slots=True)
class _Before:
    """What was chosen before the last choice, and what that was."""

    chosens: Chosens
    what: str


class Remembering:
    """Joins the memory and its history for a screen; every method is for the engine's loop.

    Attributes:
        memory: what is looked through.
        forgotten: the lines that were forgotten last, as a purge of the history wants them.
    """

    def __init__(self, memory: Memory, history: History) -> None:
        self.memory = memory
        self.history = history
        self.forgotten: tuple[str, ...] = ()
        self._choices = Choices(memory.workspace.root)
        self._made: list[str | _Before] = []

    @property
    def made(self) -> int:
        """How many changes can be undone here."""
        return len(self._made)

    async def listing(self) -> Listing:
        """The files of the memory, and what was passed over."""
        return await asyncio.to_thread(self.memory.workspace.files)

    async def statistics(self) -> Statistics | None:
        """What is in the index; None where there is none to ask."""
        try:
            return await self.memory.statistics()
        except (UnusableError, apsw.Error, OSError):
            return None

    async def search(self, query: str) -> Found:
        """The passages that answer `query` best."""
        return await self.memory.search(query, FOUND_AT_ONCE)

    async def open(self, path: str) -> Opened:
        """The whole of a file or session.

        Raises:
            LocalGPTError: it cannot be read.
        """
        if path.startswith("sessions/"):
            return Opened(path, (await self.memory.get(path)).text)
        document = await self.read(path)
        writable = not path.startswith("/")
        return Opened(document.path, document.text, document.fingerprint if writable else None)

    async def read(self, path: str) -> Document:
        """The file as it is now.

        Raises:
            LocalGPTError: it cannot be read.
        """
        return await asyncio.to_thread(self.memory.workspace.read, path)

    async def chosen(self) -> Kept:
        """What was pinned and what is never recalled, and where each of it stands now."""
        chosens = await asyncio.to_thread(self._choices.load)
        every = (*chosens.pinned, *chosens.never)
        return Kept(chosens, {each: await locate(self.memory, each) for each in every})

    async def choose(self, passage: Passage, choice: Choice) -> Choice | None:
        """Pin a passage, or never recall it again; chosen once more, that is taken back. Returns what holds now.

        Raises:
            LocalGPTError: its lines have no words, or the choice cannot be written down.
        """
        before = await asyncio.to_thread(self._choices.load)
        text = (await self.memory.get(passage.path, passage.first_line, passage.last_line)).text
        now = None if before.of(replace(passage, text=text)) == choice else choice
        await asyncio.to_thread(self._choices.choose, replace(passage, text=text), now)
        self._made.append(_Before(before, _SAID[now]))
        return now

    async def choose_no_more(self, gone: Chosen) -> None:
        """Take back what was chosen for a passage that is no longer there.

        Raises:
            LocalGPTError: it cannot be written down.
        """
        before = await asyncio.to_thread(self._choices.load)
        left = Chosens(
            tuple(each for each in before.pinned if each != gone), tuple(each for each in before.never if each != gone)
        )
        await asyncio.to_thread(self._choices.write, left)
        self._made.append(_Before(before, _SAID[None]))

    async def add(self, text: str, file: str = "", *, session: str = "") -> Passage:
        """Note `text` down in `file`, by default today's log; returns where it stands.

        Raises:
            LocalGPTError: there is nothing to note, or it cannot be written.
        """
        written = await asyncio.to_thread(self.memory.workspace.append, text, file, author="person")
        await self._keep((written,), f"Noted in {written.path}", session)
        return written.passage

    async def retype(self, path: str, text: str, seen: Fingerprint) -> Fingerprint:
        """Take over what the person left in an editor; returns what the file is now.

        Raises:
            ChangedError: the file changed in the meantime; nothing was written.
            LocalGPTError: it cannot be written.
        """
        written = await asyncio.to_thread(lambda: self.memory.workspace.retype(path, text, seen=seen))
        await self._keep((written,), f"Edited {written.path}")
        return (await self.read(path)).fingerprint

    async def passage(self, path: str, first: int, last: int) -> Passage:
        """These lines as something that can be forgotten.

        Raises:
            LocalGPTError: it cannot be read, or has no such lines.
        """
        return await asyncio.to_thread(lines_of, self.memory.workspace, path, first, last)

    async def forget(self, passages: list[Passage]) -> Forgotten:
        """Take lines out of their files, of the index, and their vectors out of the cache.

        Raises:
            LocalGPTError: they read differently now, or a file cannot be written.
        """
        done = await asyncio.to_thread(forget, self.memory.workspace, passages)
        paths = ", ".join(dict.fromkeys(one.path for one in done.written))
        await self._keep(done.written, f"Forgot {_lines(len(done.lines))} of {paths}")
        with contextlib.suppress(OSError, apsw.Error, LocalGPTError):  # no index has nothing to forget
            await self.memory.forget_vectors()
        await asyncio.to_thread(self._choices.forget, done.lines)
        self.forgotten = done.lines
        return done

    async def remove(self, path: str) -> None:
        """Remove the file `path`; the history keeps it.

        Raises:
            LocalGPTError: it cannot be removed.
        """
        document = await self.read(path)
        written = await asyncio.to_thread(lambda: self.memory.workspace.delete(path, seen=document.fingerprint))
        await self._keep((written,), f"Removed {path}")
        self.forgotten = tuple(line for line in document.text.split("\n") if line.strip())

    async def move(self, passage: Passage, file: str) -> Passage:
        """Take lines out of their file and add them to the end of `file`; one change, so one undo.

        Raises:
            LocalGPTError: they read differently now, or a file cannot be written; then nothing is lost.
        """
        workspace = self.memory.workspace
        added = await asyncio.to_thread(lambda: workspace.append(passage.text, file, author="person"))
        fresh = replace(passage, score=1.0)
        done = await asyncio.to_thread(forget, workspace, [fresh])
        await self._keep((added, *done.written), f"Moved lines of {passage.path} to {added.path}")
        return added.passage

    async def undo(self) -> str:
        """Take back what was done last through this object; returns what that was.

        Raises:
            LocalGPTError: nothing was done, or it cannot be taken back.
        """
        if not self._made:
            raise LocalGPTError("Nothing was changed here yet.", "`l` lists what others changed; `u` there undoes it.")
        last = self._made[-1]
        if isinstance(last, _Before):
            await asyncio.to_thread(self._choices.write, last.chosens)
            self._made.pop()
            return last.what
        change = await asyncio.to_thread(self.history.change, last)
        await self.undo_change(change.id)
        self._made.remove(change.id)
        return change.why

    async def undo_change(self, change_id: str, session: str = "") -> None:
        """Take a change back, whoever made it.

        Raises:
            LocalGPTError: later changes touch the same lines, or nothing of it is left.
        """
        written = await asyncio.to_thread(lambda: self.history.undo(change_id, session=session))
        await self._found(written)

    async def restore(self, path: str, change_id: str, lines: tuple[int, int] | None = None) -> None:
        """Bring a file, or only the `lines` that it had then, back as it was right after a change.

        Raises:
            LocalGPTError: it is like that now, or it cannot be written.
        """
        written = await asyncio.to_thread(self.history.restore, path, change_id, lines)
        newest = await asyncio.to_thread(self.history.log, path, 1)
        self._made += [change.id for change in newest]
        await self._found((written,))

    async def log(self, path: str = "") -> list[Change]:
        """What changed a file, or anything, newest first.

        Raises:
            LocalGPTError: the history cannot be read.
        """
        return await asyncio.to_thread(self.history.log, path, _LOOKED_BACK)

    async def learned(self, session: str, *, since: datetime | None = None) -> list[Change]:
        """What the conversation `session`, which began at `since`, wrote and what is still there, newest first.

        Raises:
            LocalGPTError: the history cannot be read.
        """
        if since is not None and not await asyncio.to_thread(self.history.may_have_changed, since):
            return []
        undone: set[str] = set()
        left = []
        for change in await self.log():
            if change.id in undone:
                continue
            if change.undoes:
                undone.add(change.undoes)
            elif change.session == session:
                left.append(change)
        return left

    async def diff(self, change_id: str, path: str = "") -> str:
        """What a change did, to the file `path` or to all, as a unified diff.

        Raises:
            LocalGPTError: there is no such change.
        """
        whole = await asyncio.to_thread(self.history.diff, change_id)
        files = re.split(r"^(?=--- (?:a/|/dev/null$))", whole, flags=re.MULTILINE)
        wanted = (f"--- a/{path}", f"+++ b/{path}")
        return "".join(file for file in files if not path or not {*file.split("\n")[:2]}.isdisjoint(wanted)) or whole

    async def blame(self, path: str) -> list[Line]:
        """Each line of a file with the change that it came with.

        Raises:
            LocalGPTError: the file, or its history, cannot be read.
        """
        return await asyncio.to_thread(self.history.blame, path)

    async def version(self, path: str, change_id: str) -> str:
        """A file as it was right after a change; empty where it was not there.

        Raises:
            LocalGPTError: there is no such change.
        """
        content: bytes | None = await asyncio.to_thread(self.history.version, path, change_id)
        return shown(content or b"")

    async def purge(self) -> str:
        """Remove what was forgotten last from all past versions; returns what was done. There is no way back.

        Raises:
            LocalGPTError: nothing was forgotten, or the history is not only ours.
        """
        if not self.forgotten:
            raise LocalGPTError("Nothing was forgotten here yet.", "`x` forgets lines; then they can be purged.")
        done = await asyncio.to_thread(self.history.purge, self.forgotten)
        self.forgotten, self._made = (), []
        return f"Purged from {done.versions} past version{'' if done.versions == 1 else 's'}."

    async def _keep(self, written: tuple[Written, ...], why: str, session: str = "") -> None:
        """Record a change as the person's, let it be found, and be the next to undo."""
        self.history.record(written, author="person", session=session, why=why)
        await self._found(written)
        with contextlib.suppress(LocalGPTError):  # without a history it is written all the same
            newest = await asyncio.to_thread(self.history.log, "", _NEWEST)
            self._made += [change.id for change in newest if change.why == why][:1]

    async def _found(self, written: tuple[Written, ...]) -> None:
        with contextlib.suppress(LocalGPTError):  # a file that is gone has no place to return
            if written:
                await self.memory.took(*written)


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count} lines"
