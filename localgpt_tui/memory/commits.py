"""Commits of ours: stored, put at the head of the branch, and made known to git's list of files."""

import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from localgpt_tui.memory.changes import COMMITTER, Why, signature
from localgpt_tui.memory.repository import FOLDER, Repository

if TYPE_CHECKING:
    from dulwich.index import Index
    from dulwich.objects import ObjectID, ShaFile, Tree

_MANY = 50


def commit(
    repository: Repository, parent: "ObjectID | None", contents: Mapping[str, bytes | None], why: Why
) -> "ObjectID | None":
    """Store a commit upon `parent` in which the files have these contents (None: removed).

    Nothing points to it yet. Returns None where the contents are what `parent` has already.
    """
    from dulwich.objects import Blob, Commit, ObjectID, ShaFile  # noqa: PLC0415 - git is loaded when it is first needed

    blobs = {path: None if data is None else Blob.from_string(data) for path, data in contents.items()}
    new: list[ShaFile] = [blob for blob in blobs.values() if blob]
    wanted = {repository.inner(path): ObjectID(blob.id) if blob else None for path, blob in blobs.items()}
    before = repository.tree(parent)
    tree = _tree_with(repository, before, wanted, new)
    if tree == before or (before is None and not new):
        return None
    made = Commit()
    made.tree = tree or _empty(new)
    made.parents = [parent] if parent else []
    made.author = signature(why.author, _identity(repository)).encode()
    made.committer = COMMITTER.encode()
    made.author_time = made.commit_time = int(time.time())
    made.author_timezone = made.commit_timezone = time.localtime().tm_gmtoff
    made.encoding = b"UTF-8"
    made.message = why.message().encode("utf-8", "replace")
    _store(repository, [*new, made])
    return ObjectID(made.id)


def advance(repository: Repository, old: "ObjectID | None", new: "ObjectID", why: str) -> bool:
    """Let the branch that is checked out point to `new`; False where it points no longer to `old`."""
    from dulwich.refs import HEADREF  # noqa: PLC0415

    said = {"committer": COMMITTER.encode(), "message": why.encode("utf-8", "replace")}
    if old is None:
        return repository.repo.refs.add_if_new(HEADREF, new, **said)  # type: ignore[arg-type]
    return repository.repo.refs.set_if_equals(HEADREF, old, new, **said)  # type: ignore[arg-type]


def refresh_index(repository: Repository, paths: Iterable[str], root: Path) -> list[str]:
    """Let git's list of files know what our commits hold, so that `git status` shows nothing of them.

    Returns the paths whose file is something else than the newest commit has.
    """
    from dulwich.index import index_entry_from_stat, locked_index  # noqa: PLC0415
    from dulwich.objects import Blob  # noqa: PLC0415

    tree = repository.tree(repository.head())
    different: list[str] = []
    with locked_index(repository.repo.index_path()) as index:
        for path in paths:
            inner = repository.inner(path)
            entry = repository.entry(tree, inner)
            if entry is None:
                _forget(index, inner)
                different += [path] if (root / path).exists() else []
                continue
            try:
                status = (root / path).stat()
                same = Blob.from_string((root / path).read_bytes()).id == entry[1]
            except OSError:
                same = False
            if same:
                index[inner] = index_entry_from_stat(status, entry[1], mode=entry[0])
            else:  # changed again already: an entry without a date makes git look for itself
                index[inner] = index_entry_from_stat(os.stat_result((0,) * 10), entry[1], mode=entry[0])
                different.append(path)
    return different


def _identity(repository: Repository) -> str:
    config = repository.repo.get_config_stack()
    try:
        name, address = (config.get((b"user",), key).decode("utf-8", "replace") for key in (b"name", b"email"))
    except KeyError:
        return ""
    return f"{name} <{address}>".translate({10: None, 13: None, 0: None})


def _tree_with(
    repository: Repository, tree: "ObjectID | None", wanted: "Mapping[bytes, ObjectID | None]", new: "list[ShaFile]"
) -> "ObjectID | None":
    """The id of `tree` with the entries `wanted`; None where nothing is left in it."""
    from dulwich.objects import ObjectID, Tree  # noqa: PLC0415

    found = repository.repo.object_store[tree] if tree else None
    folder = Tree.from_string(found.as_raw_string()) if isinstance(found, Tree) else Tree()
    below: dict[bytes, dict[bytes, ObjectID | None]] = {}
    for path, blob in wanted.items():
        name, slash, rest = path.partition(b"/")
        if slash:
            below.setdefault(name, {})[rest] = blob
        elif blob is None:
            _drop(folder, name)
        else:
            mode = folder[name][0] if name in folder else 0
            folder[name] = (mode if mode >> 12 == 0o10 else 0o100644, blob)
    for name, inner in below.items():
        before = folder[name] if name in folder else None  # noqa: SIM401 - a tree has no `get`
        after = _tree_with(repository, before[1] if before and before[0] == FOLDER else None, inner, new)
        if after is None:
            _drop(folder, name)
        else:
            folder[name] = (FOLDER, after)
    if not len(folder):
        return None
    if folder.id != tree:
        new.append(folder)
    return ObjectID(folder.id)


def _empty(new: "list[ShaFile]") -> "ObjectID":
    from dulwich.objects import ObjectID, Tree  # noqa: PLC0415

    new.append(Tree())
    return ObjectID(new[-1].id)


def _store(repository: Repository, objects: "list[ShaFile]") -> None:
    if len(objects) > _MANY:  # one pack instead of a file each
        repository.repo.object_store.add_objects([(each, None) for each in objects])
    else:
        for each in objects:
            repository.repo.object_store.add_object(each)


def _forget(index: "Index", inner: bytes) -> None:
    if inner in index:
        del index[inner]


def _drop(folder: "Tree", name: bytes) -> None:
    if name in folder:
        del folder[name]
