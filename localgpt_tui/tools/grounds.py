"""Where tools act on the person's machine: the folders that are open to them, and what in those is closed."""

import os
import os.path
import stat
from collections.abc import Callable
from pathlib import Path

from localgpt_tui.core.errors import ToolError
from localgpt_tui.plaintext import shown_name
from localgpt_tui.safety.shell.ground import Ground, Protected

_MEMORY_TOOLS = "memory_append notes something down, memory_edit changes or removes a text."


class Grounds:
    """The working folder, the workspace, and what else the configuration opens.

    The working folder counts only where it can be given away as a whole: no home, no root, nothing that holds the
    workspace or the program's own files.

    Attributes:
        folder: where the app was started; start: where commands start and relative paths begin, which is the workspace
            where the working folder does not count.
    """

    def __init__(
        self,
        folder: Path,
        workspace: Path,
        protected: Protected,
        *,
        trusted: Callable[[], bool],
        readable: tuple[Path, ...] = (),
        writable: tuple[Path, ...] = (),
    ) -> None:
        """Take the folders as they are; all but `trusted` is decided now.

        Args:
            trusted: whether the person lets tools change the working folder; asked anew each time.
            readable, writable: what the configuration opens besides.
        """
        self.folder, self.workspace = real(folder), real(workspace)
        self.protected = protected
        self._trusted = trusted
        self._readable = tuple(map(real, readable))
        self._writable = tuple(each for each in map(real, writable) if self._whole(each))
        self.fits = self._whole(self.folder) and not self.folder.is_relative_to(self.workspace)
        self.start = self.folder if self.fits else self.workspace
        self.ground = Ground(protected, str(self.start), str(self.workspace))

    @property
    def needs_trust(self) -> bool:
        """Whether the working folder could be changed by tools, but the person has not allowed that yet."""
        return self.fits and not self._trusted()

    @property
    def writable(self) -> tuple[Path, ...]:
        """The folders that tools may change at present."""
        return (*((self.folder,) if self.fits and self._trusted() else ()), *self._writable)

    @property
    def readable(self) -> tuple[Path, ...]:
        """The folders that tools may look into, the one where relative paths start first."""
        own = (self.folder, self.workspace) if self.fits else (self.workspace,)
        return tuple(dict.fromkeys((*own, *self._readable, *self._writable)))

    def to_write(self, name: str) -> Path:
        """The real path that `name` stands for, every link followed, where tools could change it.

        Raises:
            ToolError: it lies elsewhere, or is no ordinary file.
        """
        path = self._resolved(name)
        if path.is_relative_to(self.workspace):
            raise ToolError(f"{shown_name(name)} is in the workspace, which only memory tools change.", _MEMORY_TOOLS)
        roots = (*((self.folder,) if self.fits else ()), *self._writable)
        if not any(path.is_relative_to(root) for root in roots):
            there_is = ", ".join(shown_name(str(root)) for root in roots)
            advice = f"Files may be written in {there_is}." if there_is else "No folder may be written to here."
            raise ToolError(f"{shown_name(name)} is outside the folders that may be changed.", advice)
        try:
            status = path.lstat()
        except FileNotFoundError:
            return path
        except OSError as error:
            raise ToolError(f"{shown_name(name)} cannot be reached: {error.strerror}.") from None
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not an ordinary file"
            raise ToolError(f"{shown_name(name)} is {kind}.", "Give the path of a file.")
        return path

    def closed(self, path: Path) -> str:
        """Why nobody may read or change `path` through a tool; empty where that is not so."""
        text, beside = str(path), str(path.with_name("x"))
        if path.is_relative_to(self.workspace):
            return ""
        if self.ground.guard(text) and (self.ground.guard(beside) or path in map(real, self.protected.guards)):
            return "it belongs to this program's own settings and records"
        return "it holds keys or credentials" if self.ground.secret(text) else ""

    def delicate(self, path: Path) -> str:
        """Why changing `path` asks each time, whatever was allowed before; empty where it does not."""
        text = str(path)
        if self.ground.startup(text):
            return "other programs run or obey this file by themselves"
        if ".git" in path.parts:
            return "it is one of git's own files"
        if self.ground.secret_here(text):
            return "such files often hold secrets"
        return "it has the name of a policy" if self.ground.guard(text) else ""

    def takes_effect(self, path: Path) -> bool:
        """Whether other programs run or obey `path` by themselves, such as git's hooks and start-up files."""
        owner = path.parent.parent if path.parent.name == "hooks" else path.parent
        bare = (path.name == "config" or owner != path.parent) and (owner / "HEAD").is_file()
        return bare or ".git" in path.parts or self.ground.startup(str(path))

    def show(self, path: Path) -> str:
        """How `path` is named: relative to where commands start if it is inside, unprintables escaped."""
        if path != self.start and path.is_relative_to(self.start):
            return shown_name(path.relative_to(self.start).as_posix())
        return shown_name(path.as_posix())

    def _resolved(self, name: str) -> Path:
        try:
            path = real(self.start / Path(name).expanduser())
            path.exists()  # raises where the name is too long, or a folder on the way is closed to us
        except OSError as error:
            raise ToolError(f"{shown_name(name)} cannot be reached: {error.strerror}.") from None
        except (ValueError, RuntimeError) as error:
            raise ToolError(f"{shown_name(name)!r} is not a possible path: {error}.") from None
        if not name.strip():
            raise ToolError("The path is empty.", "Give the path of a file.")
        return path

    def _whole(self, folder: Path) -> bool:
        return self.protected.fits(folder) and not self.workspace.is_relative_to(folder)


def real(path: Path) -> Path:
    """`path` with every link in it followed."""
    return Path(os.path.realpath(path.expanduser()))
