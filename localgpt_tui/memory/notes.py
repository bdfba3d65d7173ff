"""The memory on plain files: MEMORY.md and a log a day, appended to and searched without an index."""

import asyncio
import os
import re
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path, PurePosixPath

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.messages import now
from localgpt_tui.core.passages import Found, Passage
from localgpt_tui.files import append_line, private_folder
from localgpt_tui.memory.blocks import is_item, split
from localgpt_tui.memory.words import fold, match, query_words, stem
from localgpt_tui.plaintext import UnreadableError, open_text, shown_name

LONG_TERM = "MEMORY.md"
DAILY = "memory"
_MOST_FOUND = 100
_LARGEST = 10_000_000
_TEMPLATE = """# Memory

What is worth knowing for a long time, one fact a line. What happened on a day stands in memory/.
"""
_CONFLICT = re.compile(r"\.sync-conflict-|\(.*conflicted copy.*\)|_conflict-\d|\bconflict \d", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")


class Notes:
    """Fills the Memory port with the Markdown files of `workspace`.

    Every byte that stands in a file stays: a note is one append, never a rewrite, so an editor that has the file open
    or another program that writes to it loses nothing either.
    """

    def __init__(self, workspace: Path, *, clock: Callable[[], datetime] = now) -> None:
        self.workspace = workspace
        self._clock = clock
        self._appending = threading.Lock()

    def prepare(self) -> bool:
        """Make the workspace and its MEMORY.md where there is nothing yet; True if it was made.

        Raises:
            LocalGPTError: it cannot be made.
        """
        try:
            private_folder(self.workspace)
            if any(self.workspace.iterdir()):
                return False
            private_folder(self.workspace / DAILY)
            append_line(self.workspace / LONG_TERM, _TEMPLATE.removesuffix("\n").encode())
        except OSError as error:
            raise LocalGPTError(
                f"The workspace {shown_name(str(self.workspace))} cannot be made: {error.strerror}.",
                "Check the folder's permissions, or name another one in LOCALGPT_WORKSPACE.",
            ) from error
        return True

    async def search(self, query: str, limit: int = 10) -> Found:
        """The paragraphs and list items that share most words with `query`; of equals, the newest first."""
        return await asyncio.to_thread(self._search, query, limit)

    async def append(self, text: str, file: str = "") -> Passage:
        """Add `text` to the end of `file`: MEMORY.md or a file under memory/, by default today's.

        Raises:
            LocalGPTError: there is nothing to note, the file is not one of the memory, or it cannot be written.
        """
        return await asyncio.to_thread(self._append, text, file)

    def conflicts(self) -> tuple[Path, ...]:
        """Second versions of files that a sync tool left in the workspace; they are not searched."""
        return tuple(path for path in sorted(self.workspace.rglob("*.md")) if _CONFLICT.search(path.name))

    def _search(self, query: str, limit: int) -> Found:
        wanted = query_words(query)
        beginnings = [stem(word) for word in wanted]
        ranked: list[tuple[tuple[float, float, int], Passage]] = []
        unread: list[str] = []
        for path in self._files() if wanted else ():
            try:
                text = _read(path)
            except UnreadableError as error:
                unread.append(f"{shown_name(self._name(path))} ({error.message})")
                continue
            folded = fold(text)
            if any(beginning in folded for beginning in beginnings):
                found = list(_matching(text, wanted, self._name(path)))
                age = -_day(path).toordinal() if found else 0
                ranked += [((-passage.score, age, -passage.first_line), passage) for passage in found]
        ranked.sort(key=lambda pair: pair[0])
        best = tuple(passage for _, passage in ranked[: max(1, min(limit, _MOST_FOUND))])
        return Found(best, f"fresh, but not read: {', '.join(unread)}" if unread else "fresh")

    def _files(self) -> Iterator[Path]:
        """The files of the memory, each once, without what a sync tool left beside them."""
        seen: set[tuple[int, int]] = set()
        candidates = [self.workspace / LONG_TERM]
        for folder, subfolders, names in os.walk(self.workspace / DAILY):
            subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
            candidates += [Path(folder, name) for name in sorted(names) if name.endswith(".md")]
        for path in candidates:
            if path.name.startswith(".") or _CONFLICT.search(path.name):
                continue
            try:
                real = self._inside(path)
                status = real.stat()
            except (LocalGPTError, OSError):
                continue  # a link to outside, into nothing or in a circle, or a file that has just gone
            if (status.st_dev, status.st_ino) not in seen:
                seen.add((status.st_dev, status.st_ino))
                yield path

    def _append(self, text: str, file: str) -> Passage:
        noted = text.replace("\r\n", "\n").replace("\0", "").strip("\n").rstrip()
        if not noted.strip():
            raise LocalGPTError("There is nothing to note down.", "Give the text to note.")
        path = self._target(file)
        noted = noted.encode("utf-8", "replace").decode()
        with self._appending:
            try:
                private_folder(path.parent)
                before = _ending(path)
                title = "" if before else self._title(path)
                end = "\r" if before.endswith(b"\r\n") else ""
                gap = "\n" if _needs_gap(before, noted) else ""
                block = f"{title}{gap}{noted}".replace("\n", f"{end}\n") + end
                offset = append_line(path, block.encode())
                first = _line_at(path, offset) + (title + gap).count("\n")
            except (OSError, UnreadableError) as error:
                reason = error.message if isinstance(error, UnreadableError) else error.strerror
                raise LocalGPTError(
                    f"{shown_name(self._name(path))} cannot be written: {reason}.",
                    "Nothing that stood in it was changed. Check the file, or note it in another one.",
                ) from error
        return Passage(self._name(path), first, first + noted.count("\n"), noted)

    def _target(self, file: str) -> Path:
        """Where a note goes: only the memory's own Markdown files, and nowhere through a link."""
        name = PurePosixPath(file.strip() or f"{DAILY}/{self._clock().date().isoformat()}.md")
        if name.as_posix().casefold() == LONG_TERM.casefold():
            name = PurePosixPath(LONG_TERM)
        belongs = name.as_posix() == LONG_TERM or (
            len(name.parts) > 1 and name.parts[0] == DAILY and name.suffix == ".md" and ".." not in name.parts
        )
        if not belongs or "\0" in file or any(part.startswith(".") for part in name.parts):
            raise LocalGPTError(
                f"Notes cannot go into {shown_name(file)!r}.",
                f"Use {LONG_TERM}, a .md file under {DAILY}/, or leave the file out for today's log.",
            )
        return self._inside(self.workspace / name)

    def _inside(self, path: Path) -> Path:
        home = os.path.realpath(self.workspace)
        try:
            real = Path(os.path.realpath(path))
        except ValueError as error:  # a lone surrogate
            raise LocalGPTError(f"{shown_name(str(path))} is not a possible file name.") from error
        if not real.is_relative_to(home):
            raise LocalGPTError(
                f"{shown_name(str(path))} leads out of the workspace.", "Notes are kept inside the workspace only."
            )
        return real

    def _name(self, path: Path) -> str:
        for home in (self.workspace, Path(os.path.realpath(self.workspace))):
            if path.is_relative_to(home):
                return path.relative_to(home).as_posix()
        return path.as_posix()

    def _title(self, path: Path) -> str:
        name = self._name(path)
        if name == LONG_TERM:
            return "# Memory\n\n"
        return f"# {path.stem}\n\n" if _DATE.fullmatch(path.stem) else ""


def _read(path: Path) -> str:
    with open_text(Path(os.path.realpath(path))) as file:
        try:
            text = file.read(_LARGEST + 1)
        except OSError as error:
            raise UnreadableError((error.strerror or "unreadable").lower()) from error
        except UnicodeError:
            raise UnreadableError("its encoding is damaged") from None
    if len(text) > _LARGEST:
        raise UnreadableError(f"larger than {_LARGEST // 1_000_000} MB")
    return text


def _matching(text: str, wanted: tuple[str, ...], name: str) -> Iterator[Passage]:
    for block in split(line.removesuffix("\r") for line in text.split("\n")):
        score = match(wanted, block.text, block.heading)
        if score > 0:
            yield Passage(name, block.first, block.last, block.text, round(score, 3))


def _day(path: Path) -> date:
    """The day a file is about: in its name, else when it was last changed."""
    try:
        if named := _DATE.match(path.name):
            return date.fromisoformat(named[0])
    except ValueError:
        pass  # “2026-99-99” is no day
    try:
        return datetime.fromtimestamp(path.stat().st_mtime).astimezone().date()
    except (OSError, ValueError, OverflowError):
        return date.min


def _ending(path: Path) -> bytes:
    """The last kilobytes of `path`; empty where it is empty or missing."""
    if not path.exists():
        return b""
    open_text(path).close()  # refuses what is no plain text file
    with path.open("rb") as file:
        if file.read(4).startswith(_WIDE_MARKS):
            raise UnreadableError("it is UTF-16 or UTF-32, and notes are UTF-8")
        file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
        return file.read()


def _needs_gap(before: bytes, noted: str) -> bool:
    """A blank line comes between paragraphs, none between two items of a list."""
    if not before.strip() or before.endswith((b"\n\n", b"\n\r\n")):
        return False
    last = before.rstrip(b"\r\n").rsplit(b"\n", 1)[-1].decode("utf-8", "replace")
    return not (is_item(noted) and (is_item(last) or last.startswith("  ")))


def _line_at(path: Path, offset: int) -> int:
    """The number of the line that begins at `offset`."""
    number = 1
    with path.open("rb") as file:
        while offset > 0 and (piece := file.read(min(offset, 1 << 20))):
            number += piece.count(b"\n")
            offset -= len(piece)
    return number
