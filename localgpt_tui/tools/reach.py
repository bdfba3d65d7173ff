"""Which files the tools may reach: inside a few folders, wherever links lead."""

import difflib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from localgpt_tui.core.errors import ToolError
from localgpt_tui.plaintext import UnreadableError, open_text, shown_name
from localgpt_tui.tools.grounds import Grounds

_DEEPEST = 40


class Reach:
    """The folders `roots`, the first of which relative paths start from.

    With `grounds`, its folders are roots too. Relative paths then start in the working folder, or in the workspace
    where only that has such a file; and what is closed there is not read.
    """

    def __init__(self, roots: Sequence[Path], grounds: Grounds | None = None) -> None:
        own = grounds.readable if grounds else ()
        self._grounds = grounds
        self._roots = [Path(os.path.realpath(root.expanduser())) for root in dict.fromkeys((*own, *roots))]
        self._starts = list(dict.fromkeys((grounds.start, grounds.workspace))) if grounds else self._roots[:1]

    def resolve(self, name: str) -> Path:
        """The real path that `name` stands for, every link followed; it need not exist.

        Raises:
            ToolError: it is no possible path, or leads out of the roots.
        """
        try:
            path = self._meant(Path(name).expanduser())
        except OSError as error:
            raise ToolError(f"{shown_name(name)} cannot be reached: {error.strerror}.") from None
        except (ValueError, RuntimeError) as error:
            raise ToolError(f"{shown_name(name)!r} is not a possible path: {error}.") from None
        if not self._holds(path):
            roots = ", ".join(map(self.show, self._roots))
            raise ToolError(
                f"{shown_name(name)} is outside the folders that may be read: {roots}.",
                "The person can allow more folders with tools.allowed_directories.",
            )
        if closed := self.closed(path):
            raise ToolError(f"{shown_name(name)} is not read: {closed}.", "Ask the person for what you need of it.")
        return path

    def closed(self, path: Path) -> str:
        """Why a resolved path is not read; empty where it may be."""
        return self._grounds.closed(path) if self._grounds else ""

    def foreign(self, path: Path) -> bool:
        """Whether a resolved path is outside the workspace, so that others may have written what is there."""
        return self._grounds is not None and not path.is_relative_to(self._grounds.workspace)

    def near(self, path: Path) -> bool:
        """Whether a resolved path is in the working folder, and the person trusts that."""
        grounds = self._grounds
        trusted = grounds is not None and grounds.fits and not grounds.needs_trust
        return grounds is not None and trusted and path.is_relative_to(grounds.folder)

    def delicate(self, path: Path) -> bool:
        """Whether a resolved path is one of those that often hold secrets, such as `.env`."""
        return self._grounds is not None and self.foreign(path) and self._grounds.ground.secret_here(str(path))

    def open(self, path: Path) -> TextIO:
        """Open a resolved path as text.

        Raises:
            ToolError: it is not there, or not a text file.
        """
        try:
            text = open_text(path)
        except UnreadableError as error:
            if path.is_dir():
                raise ToolError(f"{self.show(path)} is a folder.", "Use list_files to see what is in it.") from None
            raise ToolError(f"{self.show(path)} cannot be read: {error.message}.", self._near(path)) from None
        if Path(os.path.realpath(path)) != path:  # a folder on the way was replaced by a link since it was resolved
            text.close()
            raise ToolError(f"{self.show(path)} changed while it was being opened.", "Try again.")
        return text

    def show(self, path: Path) -> str:
        """How `path` is named to the model: relative where that would find it again, unprintables escaped."""
        for start in self._starts:
            if path != start and path.is_relative_to(start):
                short = path.relative_to(start)
                if start == self._starts[0] or self._meant(short) == path:
                    return shown_name(short.as_posix())
        return shown_name(path.as_posix())

    def text_files(self, start: Path) -> Iterator[Path]:
        """`start` itself, or the files below it; links only where they lead to a file inside the roots.

        Of a folder, what is closed or often holds secrets is left out.
        """
        if not start.is_dir():
            yield start
            return
        for entry in walk(start):
            if entry.is_symlink():
                real = Path(os.path.realpath(entry.path))
                if self._holds(real) and real.is_file() and self._open(real):
                    yield real
            elif entry.is_file(follow_symlinks=False) and self._open(Path(entry.path)):
                yield Path(entry.path)

    def _open(self, path: Path) -> bool:
        return not self.closed(path) and not self.delicate(path)

    def _meant(self, name: Path) -> Path:
        """What `name` stands for from the first of the starting folders that has it.

        Raises:
            OSError: the name is too long, or a folder on the way is closed to us.
        """
        paths = [Path(os.path.realpath(start / name)) for start in self._starts]
        return next((path for path in paths if path.exists()), paths[0])

    def _holds(self, path: Path) -> bool:
        return any(path.is_relative_to(root) for root in self._roots)

    def _near(self, path: Path) -> str:
        try:
            near = difflib.get_close_matches(path.name, [other.name for other in path.parent.iterdir()], n=3)
        except OSError:
            near = []
        if near and path.name not in near:
            return f"Did you mean {' or '.join(self.show(path.parent / name) for name in near)}?"
        return "Use list_files to see what is there."


def walk(folder: Path, depth: int = _DEEPEST) -> Iterator[os.DirEntry[str]]:
    """Everything in `folder` by name, `depth` levels deep; hidden and linked folders are named but not entered."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        return  # forbidden or just removed: what is beside it still counts
    for entry in entries:
        yield entry
        if depth > 1 and not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False):
            yield from walk(Path(entry.path), depth - 1)
