"""The git repository that holds the workspace's history: found or made, read, and given our commits."""

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.files import folder_locked
from localgpt_tui.plaintext import shown_name

if TYPE_CHECKING:
    from dulwich.objects import ObjectID
    from dulwich.repo import Repo

OURS = (b"localgpt-tui",)
_IGNORED = "# What an interrupted write may leave behind\n.tmp-*\n"
_REMEMBERED = 64
FOLDER = 0o040000
_BUSY = {
    "MERGE_HEAD": "a merge",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "BISECT_LOG": "a bisection",
    "index.lock": "another git program's work",
}


class HistoryError(LocalGPTError):
    """The history cannot be read or added to now; the files themselves are not concerned."""


@dataclass(slots=True)
class Repository:
    """An open repository whose working files hold the workspace.

    Attributes:
        prefix: the workspace's folder inside the repository, with a slash at its end; empty where it is all of it.
        ours: True where localgpt-tui made it.
    """

    repo: "Repo"
    prefix: bytes
    ours: bool
    _folders: "dict[ObjectID, dict[bytes, tuple[int, ObjectID]]]" = field(default_factory=dict)

    def head(self) -> "ObjectID | None":
        """The newest commit; None before the first."""
        try:
            return self.repo.head()
        except KeyError:
            return None

    def tree(self, commit: "ObjectID | None") -> "ObjectID | None":
        """The tree of `commit`."""
        from dulwich.objects import Commit  # noqa: PLC0415 - git is loaded when it is first needed

        if commit is None:
            return None
        found = self.repo[commit]
        return found.tree if isinstance(found, Commit) else None

    def content(self, tree: "ObjectID | None", path: str) -> bytes | None:
        """What the file `path` of the workspace is in `tree`; None where it is not there."""
        from dulwich.objects import Blob  # noqa: PLC0415

        entry = self.entry(tree, self.inner(path))
        found = self.repo.object_store[entry[1]] if entry and entry[0] & 0o170000 == 0o100000 else None
        return found.data if isinstance(found, Blob) else None

    def entry(self, tree: "ObjectID | None", inner: bytes) -> "tuple[int, ObjectID] | None":
        """Mode and id of what `tree` has at the path `inner` of the repository."""
        if tree is None:
            return None
        mode, found = FOLDER, tree
        for name in inner.split(b"/"):
            entry = self.entries(found).get(name) if mode == FOLDER else None
            if entry is None:
                return None
            mode, found = entry
        return mode, found

    def entries(self, tree: "ObjectID") -> "dict[bytes, tuple[int, ObjectID]]":
        """What is in the folder `tree`, by name: mode and id."""
        from dulwich.objects import Tree  # noqa: PLC0415

        if tree not in self._folders:
            folder = self.repo.object_store[tree]
            found = (
                {entry.path: (entry.mode, entry.sha) for entry in folder.iteritems()}
                if isinstance(folder, Tree)
                else {}
            )
            while len(self._folders) >= _REMEMBERED:
                del self._folders[next(iter(self._folders))]
            self._folders[tree] = found
        return self._folders[tree]

    def differing(self, old: "ObjectID | None", new: "ObjectID | None", inner: bytes = b"") -> Iterator[bytes]:
        """The names of the files that are not the same in two trees."""
        before = self.entries(old) if old else {}
        after = self.entries(new) if new else {}
        for name in {name for name, _ in before.items() ^ after.items()}:
            was, is_now = before.get(name), after.get(name)
            left, right = _folder_of(was), _folder_of(is_now)
            if left or right:
                yield from self.differing(left, right, inner + name + b"/")
            if any(entry and entry[0] != FOLDER for entry in (was, is_now)):
                yield inner + name

    def inner(self, path: str) -> bytes:
        """The name in the repository of a path in the workspace."""
        return self.prefix + os.fsencode(path)

    def outer(self, inner: bytes) -> str | None:
        """The path in the workspace of a name in the repository; None where it is outside."""
        return os.fsdecode(inner.removeprefix(self.prefix)) if inner.startswith(self.prefix) else None

    def tracked(self) -> "dict[str, ObjectID]":
        """The Markdown files of the workspace in the newest commit, with the ids of their contents."""
        from dulwich.object_store import iter_tree_contents  # noqa: PLC0415
        from dulwich.objects import ObjectID  # noqa: PLC0415

        tree = self.tree(self.head())
        top = self.entry(tree, self.prefix.rstrip(b"/")) if self.prefix else (FOLDER, tree)
        if top is None or top[1] is None:
            return {}
        found = iter_tree_contents(self.repo.object_store, top[1])
        return {
            os.fsdecode(entry.path): ObjectID(entry.sha)
            for entry in found
            if entry.path and entry.sha and entry.path.lower().endswith(b".md") and (entry.mode or 0) >> 12 == 0o10
        }

    def stamp(self) -> tuple[int, ...] | None:
        """Changes whenever git's list of files does; None where there is none."""
        try:
            status = Path(self.repo.index_path()).stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino

    def hindrance(self, *, clean: bool = False) -> str:
        """Why nothing may be added now, in a clause; empty where it may.

        Args:
            clean: it is known that nothing is staged, which takes long to find out.
        """
        control = Path(self.repo.controldir())
        for name, what in _BUSY.items():
            if (control / name).exists():
                return f"{what} is in progress there ({name})"
        if self.repo.refs.read_ref(b"HEAD") is not None and b"HEAD" not in self.repo.refs.get_symrefs():  # type: ignore[arg-type]
            return "no branch is checked out there"
        if not os.access(control, os.W_OK):
            return "its repository cannot be written to"
        if not self.ours and (why := self._unusual()):
            return why
        return "changes are staged there that are not ours" if not clean and self._staged() else ""

    def _unusual(self) -> str:
        config = self.repo.get_config()
        if config.get_boolean((b"core",), b"sparseCheckout", default=False):
            return "it is a sparse checkout"
        places = [Path(self.repo.path, ".gitattributes"), Path(self.repo.commondir(), "info", "attributes")]
        places.append(Path(self.repo.path, os.fsdecode(self.prefix), ".gitattributes"))
        for place in places:
            if place.is_file() and any(word in place.read_bytes() for word in (b"filter=", b"working-tree-encoding")):
                return "its files go through a filter (encryption, LFS) that only git itself can apply"
        return ""

    def _staged(self) -> bool:
        index = self.repo.open_index()
        return any(True for _ in index.changes_from_tree(self.repo.object_store, self.tree(self.head())))


@contextmanager
def opened(root: Path, *, make: bool) -> Iterator[Repository | None]:
    """The repository of the workspace at `root`; one is made if there is none and `make` is set, else None.

    Raises:
        HistoryError: it cannot be opened, read or written; also for what happens in the block.
    """
    with _translated(root):
        repository = _open(root, make=make)
        if repository:  # a branch must not point to what a crash took away
            repository.repo.object_store.fsync_object_files = True
        try:
            yield repository
        finally:
            if repository:
                repository.repo.close()


def _open(root: Path, *, make: bool) -> Repository | None:
    from dulwich.repo import Repo  # noqa: PLC0415

    home = Path(os.path.realpath(root))
    for folder in (home, *home.parents):
        if not (folder / ".git").exists():
            continue
        repo = Repo(str(folder))
        prefix = b"" if folder == home else os.fsencode(home.relative_to(folder)) + b"/"
        if prefix and not any(name.startswith(prefix) for name in repo.open_index()):
            repo.close()
            break  # the person's repository around it does not keep these files
        return Repository(repo, prefix, repo.get_config().get_boolean(OURS, b"made", default=False) is True)
    return _make(home) if make else None


def _make(home: Path) -> Repository:
    from dulwich.repo import Repo  # noqa: PLC0415

    with folder_locked(home):
        if (home / ".git").exists():  # another program of ours was quicker
            return Repository(Repo(str(home)), b"", ours=True)
        repo = Repo.init(str(home), default_branch=b"main")
        config = repo.get_config()
        config.set(OURS, b"made", b"true")
        config.write_to_path()
        repo.close()
        Path(home, ".git").chmod(0o700)
    ignored = home / ".gitignore"
    if not os.path.lexists(ignored):
        ignored.write_text(_IGNORED)
    return Repository(Repo(str(home)), b"", ours=True)


@contextmanager
def _translated(root: Path) -> Iterator[None]:
    """Git's errors in words; the files are safe whatever happens to their history."""
    from dulwich.errors import ChecksumMismatch, GitProtocolError, NotGitRepository, ObjectFormatException  # noqa: PLC0415
    from dulwich.file import FileLocked  # noqa: PLC0415

    known = (OSError, KeyError, ValueError, AssertionError, ChecksumMismatch, FileLocked, GitProtocolError, zlib.error)
    try:
        yield
    except (*known, NotGitRepository, ObjectFormatException) as error:
        busy = isinstance(error, FileLocked)
        raise HistoryError(
            f"The history of {shown_name(str(root))} cannot be used: "
            + ("another git program holds it." if busy else f"{type(error).__name__}: {shown_name(str(error))[:200]}."),
            "Your files are as they are; only their history is concerned. `git fsck` in that folder says more.",
        ) from error


def _folder_of(entry: "tuple[int, ObjectID] | None") -> "ObjectID | None":
    """The tree of an entry that is a folder."""
    return entry[1] if entry and entry[0] == FOLDER else None
