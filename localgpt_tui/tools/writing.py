"""Writing and editing files in the working folder: shown first, exact, and never half done."""

import hashlib
import os
import stat
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypeVar

from localgpt_tui.core.approvals import Act
from localgpt_tui.core.errors import LocalGPTError, ToolError
from localgpt_tui.core.ports import Progress, Tool
from localgpt_tui.files import atomic_write
from localgpt_tui.plaintext import shown_name
from localgpt_tui.tools.changes import Changes, new_file_mode
from localgpt_tui.tools.differences import counts, difference
from localgpt_tui.tools.edits import replaced, rewritten
from localgpt_tui.tools.grounds import Grounds, real
from localgpt_tui.tools.schema import tool

_LARGEST = 10_000_000
_MOST_REMEMBERED = 200
_Wish = tuple[str, ...]
_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")
_NOT_TRUSTED = "The person has not allowed yet that tools change the files in"


def writing_tools(grounds: Grounds, *, changes: Changes, session: str) -> tuple[Tool, ...]:
    """The tools `write_file` and `edit_file`.

    Args:
        changes: keeps what the files held before, under the name `session`.
    """
    desk = _Desk(grounds, changes, session)

    def foresee_write(path: str, content: str) -> Act:
        return desk.foresee("write", path, _writing(content))

    @tool(foresee=foresee_write)
    def write_file(path: str, content: str, progress: Progress) -> str:
        """Write a whole file, new or in place of what it held; folders on the way are made.

        To change a part of a file use edit_file. The workspace is changed with the memory tools only.

        Args:
            path: the file, relative to the working folder or absolute.
            content: all that it is to hold.
        """
        return desk.write(path, _writing(content), progress)

    def foresee_edit(path: str, old_string: str, new_string: str, *, replace_all: bool = False) -> Act:
        return desk.foresee("edit", path, _editing(path, old_string, new_string, everywhere=replace_all))

    @tool(foresee=foresee_edit)
    def edit_file(path: str, old_string: str, new_string: str, progress: Progress, *, replace_all: bool = False) -> str:
        """Replace an exact text in a file by another; read the file first.

        Fails where the text is not there, or more than once. The workspace is changed with the memory tools only.

        Args:
            path: the file, relative to the working folder or absolute.
            old_string: the text as it stands there, without line numbers, with enough around it to be there only once.
            new_string: what is to stand there instead; empty removes it.
            replace_all: whether every place is replaced, if there are several.
        """
        return desk.write(path, _editing(path, old_string, new_string, everywhere=replace_all), progress)

    return write_file, edit_file


@dataclass(frozen=True, slots=True)
class _Rewrite:
    """What a file will hold, from what it holds now (None: it is not there); `wish` is what was asked for.

    A `narrow` one changes a single place, so that it stays what was shown when other places were changed meanwhile.
    """

    apply: Callable[[bytes | None], bytes]
    wish: _Wish
    narrow: bool = False


def _writing(content: str) -> _Rewrite:
    return _Rewrite(lambda before: rewritten(before, content), (content,))


def _editing(path: str, old: str, new: str, *, everywhere: bool) -> _Rewrite:
    def edit(before: bytes | None) -> bytes:
        if before is None:
            raise ToolError(
                f"{shown_name(path)} is not there.", "list_files shows what is; write_file makes new files."
            )
        return replaced(before, old, new, everywhere=everywhere, name=shown_name(path)).content

    return _Rewrite(edit, (old, new, str(everywhere)), narrow=not everywhere)


class _Desk:
    """Where files are read, shown as they would become, and written."""

    def __init__(self, grounds: Grounds, changes: Changes, session: str) -> None:
        self._grounds = grounds
        self._changes = changes
        self._session = session
        self._seen: OrderedDict[tuple[Path, _Wish], Act] = OrderedDict()  # how each wish was shown last
        self._made: OrderedDict[str, str] = OrderedDict()  # from what to what these tools changed files, by stamps
        self._one_at_a_time = threading.Lock()

    def foresee(self, verb: str, name: str, rewrite: _Rewrite) -> Act:
        path = self._grounds.to_write(name)
        shown = self._grounds.show(path)
        if closed := self._grounds.closed(path):
            return Act("write", f"{verb} {shown}", writes=(shown,), verdict="deny", reasons=(f"{shown}: {closed}",))
        before = _content(path, shown)
        after = rewrite.apply(before)
        delicate = self._grounds.delicate(path)
        binding, key = _stamp(path, before), (path, rewrite.wish)
        if self._still_as_shown(key, rewrite, binding):
            return self._seen[key]
        act = Act(
            "write",
            f"{verb} {shown}",
            shown=difference(before, after, shown),
            folder=str(self._grounds.start),
            writes=(shown,),
            reasons=(f"{shown}: {delicate}",) if delicate else (_size_of(before, after, shown),),
            pattern="" if delicate else f"files in {self._grounds.show(self._root_of(path))}",
            binding=binding,
        )
        _remember(self._seen, key, act)
        return act

    def write(self, name: str, rewrite: _Rewrite, progress: Progress) -> str:
        path = self._grounds.to_write(name)
        shown = self._grounds.show(path)
        if closed := self._grounds.closed(path):
            raise ToolError(f"{shown} is left alone: {closed}.")
        if not any(path.is_relative_to(root) for root in self._grounds.writable):
            raise ToolError(f"{_NOT_TRUSTED} {self._grounds.folder}.", "Ask them, or say what you would change.")
        with self._one_at_a_time:
            before = _content(path, shown)
            after = rewrite.apply(before)
            key, now = (path, rewrite.wish), _stamp(path, before)
            if key in self._seen and not self._still_as_shown(key, rewrite, now):
                _changed(shown)
            if after == before:
                return f"{shown} already holds exactly that; nothing was written."
            self._replace(path, before, after, shown)
            _remember(self._made, _stamp(path, after), now)
            self._seen.pop(key, None)
        progress(difference(before, after, shown))
        return _said(before, after, shown)

    def _replace(self, path: Path, before: bytes | None, after: bytes, shown: str) -> None:
        try:
            with self._changes.changing(self._session, path, after):
                path.parent.mkdir(parents=True, exist_ok=True)
                atomic_write(path, after, mode=_mode(path), before_replacing=lambda: _still(path, before, shown))
        except OSError as error:
            raise ToolError(f"{shown} could not be written: {error.strerror}.", "It holds what it held.") from None
        except LocalGPTError as error:
            raise ToolError(error.message, error.advice) from None

    def _still_as_shown(self, key: tuple[Path, _Wish], rewrite: _Rewrite, now: str) -> bool:
        """Whether the file, by its stamp, is as it was shown, or these tools changed other places only."""
        shown = self._seen.get(key)
        if shown is None:
            return False
        stamp: str | None = now
        for _ in range(_MOST_REMEMBERED if rewrite.narrow else 0):
            if stamp == shown.binding or stamp is None:
                break
            stamp = self._made.get(stamp)
        return stamp == shown.binding

    def _root_of(self, path: Path) -> Path:
        roots = [root for root in (self._grounds.folder, *self._grounds.writable) if path.is_relative_to(root)]
        return roots[0] if roots else path.parent


def _remember(kept: OrderedDict[_Key, _Kept], key: _Key, value: _Kept) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > _MOST_REMEMBERED:
        kept.popitem(last=False)


def _content(path: Path, shown: str) -> bytes | None:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ToolError(f"{shown} cannot be read: {error.strerror}.") from None
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise ToolError(f"{shown} is not an ordinary file.", "Give the path of a file.")
        if status.st_size > _LARGEST:
            raise ToolError(f"{shown} has {status.st_size:,} bytes, too many for this tool.", "Use a command.")
        return file.read()


def _still(path: Path, before: bytes | None, shown: str) -> None:
    """See that nobody was faster: the file holds what it held, and no folder on the way became a link."""
    if real(path) != path or _content(path, shown) != before:
        _changed(shown)


def _changed(shown: str) -> NoReturn:
    raise ToolError(f"{shown} has changed since it was looked at; nothing was written.", "Read it again.")


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.lstat().st_mode)
    except FileNotFoundError:
        return new_file_mode()


def _stamp(path: Path, content: bytes | None) -> str:
    return hashlib.sha256(f"{path}\0{content is not None}\0".encode("utf-8", "replace") + (content or b"")).hexdigest()


def _size_of(before: bytes | None, after: bytes, shown: str) -> str:
    if before is None:
        return f"{shown} is new"
    more, fewer = counts(before, after)
    return f"{shown} changes: +{more} −{fewer} lines"


def _said(before: bytes | None, after: bytes, shown: str) -> str:
    more, fewer = counts(before, after)
    if before is None:
        return f"Wrote {shown}: new, {more} lines."
    first = next(
        (n for n, (a, b) in enumerate(zip(before.split(b"\n"), after.split(b"\n"), strict=False), 1) if a != b), 0
    )
    where = f", first in line {first}" if first else ", at its end"
    return f"Changed {shown}: +{more} −{fewer} lines{where}."
