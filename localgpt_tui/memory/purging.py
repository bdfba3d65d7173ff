"""Rewriting the history so that forgotten lines are in none of its versions; only where nobody else has it."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from localgpt_tui.memory.commits import advance
from localgpt_tui.memory.document import byte_lines, shown
from localgpt_tui.memory.past import commits
from localgpt_tui.memory.repository import HistoryError, Repository

if TYPE_CHECKING:
    from dulwich.objects import Commit, ObjectID

_SHORTEST = 4
_REMARK = b"(purged)"


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge did: how many versions of files it rewrote, of how many changes."""

    versions: int
    changes: int


@dataclass(slots=True)
class _Rewriting:
    """One pass over all versions; what was seen once is not looked at again."""

    repository: Repository
    lines: frozenset[str]
    phrase: str
    known: "dict[ObjectID, ObjectID]" = field(default_factory=dict)
    versions: int = 0

    def hits(self, line: str) -> bool:
        folded = _folded(line)
        return folded in self.lines or bool(self.phrase and self.phrase in folded)

    def object(self, found: "ObjectID") -> "ObjectID":
        """The id of a tree or content without the lines."""
        from dulwich.objects import Blob, ObjectID, Tree  # noqa: PLC0415 - git is loaded when it is first needed

        if found in self.known:
            return self.known[found]
        store = self.repository.repo.object_store
        old = store[found]
        new: Tree | Blob | None = None
        if isinstance(old, Tree):
            new = Tree()
            for entry in old.iteritems():
                new.add(entry.path, entry.mode, entry.sha if entry.mode == 0o160000 else self.object(entry.sha))
        elif isinstance(old, Blob) and any(self.hits(line) for line in shown(old.data).split("\n")):
            new = Blob.from_string(b"".join(line for line in byte_lines(old.data) if not self.hits(shown(line))))
            self.versions += 1
        if new is not None and new.id != found:
            store.add_object(new)
        self.known[found] = ObjectID(new.id) if new is not None else found
        return self.known[found]

    def commit(self, old: "Commit", parent: "ObjectID | None") -> "ObjectID":
        """The id of a commit like `old` upon `parent`."""
        from dulwich.objects import Commit, ObjectID  # noqa: PLC0415

        new = Commit.from_string(old.as_raw_string())
        new.tree = self.object(old.tree)
        new.parents = [parent] if parent else []
        subject, end, rest = old.message.partition(b"\n")
        said = _folded(subject.decode("utf-8", "replace"))
        if any(line in said for line in self.lines) or (self.phrase and self.phrase in said):
            new.message = _REMARK + end + rest
        if new.id != old.id:
            self.repository.repo.object_store.add_object(new)
        return ObjectID(new.id)


def purge(repository: Repository, lines: tuple[str, ...], phrase: str = "") -> Purged:
    """Take every line that equals one of `lines`, or holds `phrase`, out of every version; there is no way back.

    Case, spaces and list marks at the begin and end of a line do not count. Lines with fewer than four characters or
    no word are left: they say nothing by themselves.

    Raises:
        HistoryError: others may have the history, the lines still stand in a file, or there is nothing to remove.
    """
    telling = frozenset(folded for line in lines if _telling(folded := _folded(line)))
    wanted = _folded(phrase) if _telling(_folded(phrase)) else ""
    _check(repository)
    rewriting = _Rewriting(repository, telling, wanted)
    _check_gone(rewriting)
    every = list(commits(repository))
    start = repository.head()
    if every and rewriting.object(every[0].tree) != every[0].tree:
        raise HistoryError("Such a line still stands in a file that is not Markdown.", "Remove it there first.")
    head: ObjectID | None = None
    for commit in reversed(every):
        head = rewriting.commit(commit, head)
    if start is None or head is None or head == start:
        raise HistoryError("No past version holds these lines: there is nothing to purge.")
    if not advance(repository, start, head, "purge"):
        raise HistoryError("The history was changed by another program in the meantime.", "Try again.")
    _drop_unreachable(repository)
    return Purged(rewriting.versions, len(every))


def _check(repository: Repository) -> None:
    advice = "Remove it there yourself: `git filter-repo` does it, and everybody who has a copy must join in."
    refs = sorted(repository.repo.refs.allkeys())
    if not repository.ours:
        raise HistoryError("This git repository is your own, and its history is not ours to rewrite.", advice)
    if any(name.startswith(b"refs/remotes/") for name in refs):
        raise HistoryError("The history was pushed: others may have it, so rewriting it here removes nothing.", advice)
    if why := repository.hindrance():
        raise HistoryError(f"The history cannot be rewritten now: {why}.")
    branch = repository.repo.refs.get_symrefs()
    others = [name.decode("utf-8", "replace") for name in refs if name != b"HEAD" and name not in branch.values()]
    if others:
        raise HistoryError(
            f"Other branches or tags hold past versions too: {', '.join(others)}.",
            "Delete them first: `git branch -D`, `git tag -d` or `git stash clear`.",
        )
    if any(len(commit.parents) > 1 for commit in commits(repository)):
        raise HistoryError("The history holds merges, which are not ours to rewrite.", advice)


def _check_gone(rewriting: _Rewriting) -> None:
    repository = rewriting.repository
    tree = repository.tree(repository.head())
    for path in repository.tracked():
        content = shown(repository.content(tree, path) or b"")
        for number, line in enumerate(content.split("\n"), 1):
            if rewriting.hits(line):
                raise HistoryError(
                    f"Such a line still stands in {path}, line {number}.", "Forget it there first, or keep it."
                )


def _drop_unreachable(repository: Repository) -> None:
    """Remove what only the old versions were made of from the disk."""
    from dulwich.gc import garbage_collect  # noqa: PLC0415

    shutil.rmtree(Path(repository.repo.controldir(), "logs"), ignore_errors=True)
    garbage_collect(repository.repo, grace_period=None)


def _folded(line: str) -> str:
    return " ".join(line.split()).lstrip("-*+> ").casefold()


def _telling(folded: str) -> bool:
    return len(folded) >= _SHORTEST and any(character.isalnum() for character in folded)
