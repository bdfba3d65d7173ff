"""The history read: which changes there were, what each did, and which one a line came with."""

import difflib
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from localgpt_tui.memory.changes import Change, Line, change_of
from localgpt_tui.memory.document import byte_lines, matching, shown
from localgpt_tui.memory.repository import HistoryError, Repository
from localgpt_tui.plaintext import shown_name

if TYPE_CHECKING:
    from dulwich.objects import Commit, ObjectID

_SHORTEST = 4
_ALIKE = 0.5


def commits(repository: Repository) -> "Iterator[Commit]":
    """The commits of the branch, newest first; of a merge, only the side that was checked out."""
    from dulwich.objects import Commit  # noqa: PLC0415 - git is loaded when it is first needed

    next_id = repository.head()
    while next_id is not None:
        try:
            commit = repository.repo.object_store[next_id]
        except KeyError:
            return  # a shallow clone ends here
        if not isinstance(commit, Commit):
            return
        yield commit
        next_id = commit.parents[0] if commit.parents else None


def changes(repository: Repository, path: str = "") -> Iterator[Change]:
    """The changes to the workspace, or to one file of it under whatever name it had, newest first."""
    for commit in (commit for commit, _ in _touching(repository, path)) if path else commits(repository):
        if paths := _paths(repository, _tree_before(repository, commit), commit.tree):
            yield _change(commit, paths)


def find(repository: Repository, change_id: str) -> "tuple[Commit, Change]":
    """The change whose id begins with `change_id`.

    Raises:
        HistoryError: there is none, or more than one.
    """
    wanted = change_id.strip().lower()
    found = []
    if len(wanted) >= _SHORTEST and all(character in "0123456789abcdef" for character in wanted):
        found = [commit for commit in commits(repository) if commit.id.decode().startswith(wanted)]
    if len(found) != 1:
        many = f"{len(found)} changes begin" if found else "No change begins"
        raise HistoryError(f"{many} with {shown_name(change_id)!r}.", "`localgpt-tui memory log` lists them all.")
    (commit,) = found
    return commit, _change(commit, _paths(repository, _tree_before(repository, commit), commit.tree))


def sides(repository: Repository, commit: "Commit", change: Change) -> dict[str, tuple[bytes | None, bytes | None]]:
    """What each file of a change was before and after it."""
    before = _tree_before(repository, commit)
    return {path: (repository.content(before, path), repository.content(commit.tree, path)) for path in change.paths}


def unified(path: str, before: bytes | None, after: bytes | None) -> str:
    """A unified diff of one file, for people."""
    old, new = (shown(content or b"").splitlines(keepends=True) for content in (before, after))
    names = (f"a/{path}" if before is not None else "/dev/null", f"b/{path}" if after is not None else "/dev/null")
    lines = difflib.unified_diff(old, new, *names)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def blame(repository: Repository, path: str, current: bytes) -> list[Line]:
    """Each line of `current` with the change that it came with; a file keeps its past when it is renamed."""
    versions: list[tuple[Change | None, bytes]] = [
        (_change(commit, (name,)), repository.content(commit.tree, name) or b"")
        for commit, name in _touching(repository, path)
    ]
    lines: list[bytes] = []
    owners: list[Change | None] = []
    for change, content in [*reversed(versions), (None, current)]:
        new = byte_lines(content)
        taken: list[Change | None] = []
        for kind, first, last, new_first, new_last in matching(lines, new):
            taken += owners[first:last] if kind == "equal" else [change] * (new_last - new_first)
        lines, owners = new, taken
    texts = [shown(line).removesuffix("\n") for line in lines]
    return [Line(number, text, owner) for number, (text, owner) in enumerate(zip(texts, owners, strict=True), 1)]


def name_at(repository: Repository, path: str, commit: "Commit") -> str:
    """What the file that is now called `path` was called right after `commit`."""
    return next((name for each, name, _ in _followed(repository, path) if each.id == commit.id), path)


def _touching(repository: Repository, path: str) -> "Iterator[tuple[Commit, str]]":
    """The commits that changed a file, newest first, each with the file's name after it."""
    return ((commit, name) for commit, name, changed in _followed(repository, path) if changed)


def _followed(repository: Repository, path: str) -> "Iterator[tuple[Commit, str, bool]]":
    """Every commit, newest first, with the name the file had after it, and whether it changed it."""
    name = path
    for commit in commits(repository):
        before, inner = _tree_before(repository, commit), repository.inner(name)
        was, became = repository.entry(before, inner), repository.entry(commit.tree, inner)
        yield commit, name, was != became
        if was is None and became is not None:
            name = _earlier_name(repository, before, commit.tree, name)


def _earlier_name(repository: Repository, before: "ObjectID | None", after: "ObjectID | None", name: str) -> str:
    """Which of the files that went when `name` came it was, by half of its lines at least; `name` if none."""
    new = Counter(byte_lines(repository.content(after, name) or b""))
    best, most = name, 0.0
    for path in _paths(repository, before, after):
        old = Counter(byte_lines(repository.content(before, path) or b""))
        shared = 2 * (old & new).total() / ((old + new).total() or 1)
        if repository.content(after, path) is None and shared >= _ALIKE and shared > most:
            best, most = path, shared
    return best


def _tree_before(repository: Repository, commit: "Commit") -> "ObjectID | None":
    if not commit.parents:
        return None
    try:
        return repository.tree(commit.parents[0])
    except KeyError:
        return None


def _paths(repository: Repository, before: "ObjectID | None", after: "ObjectID | None") -> tuple[str, ...]:
    found = {repository.outer(inner) for inner in repository.differing(before, after)}
    return tuple(sorted(path for path in found if path and path.casefold().endswith(".md")))


def _change(commit: "Commit", paths: tuple[str, ...]) -> Change:
    return change_of(
        commit.id.decode(),
        message=commit.message.decode("utf-8", "replace"),
        author=commit.author.decode("utf-8", "replace"),
        seconds=commit.author_time,
        offset=commit.author_timezone,
        paths=paths,
    )
