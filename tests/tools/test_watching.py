"""What a command changed is seen afterwards, whatever it was told to be and whatever it pretends."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from localgpt_tui.tools.watching import Watch


class Folder:
    def __init__(self, base: Path) -> None:
        self.root = base / "project"
        self.watch = Watch(base / "outputs")
        for name, content in {"same": "1", "sub/deep/file": "2", "script.sh": "echo", "large": "x" * 1_000_001}.items():
            self.write(name, content)
        (self.root / "link").symlink_to("same")

    def write(self, name: str, content: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return path

    def look(self, *, keep: bool = True):
        return self.watch.look((self.root,), keep=keep)

    def changes(self, before):
        found = self.watch.changes(before, (self.root,))
        return {str(each.path.relative_to(self.root)): (each.how, each.content, each.kept) for each in found}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    folder = Folder(tmp_path)
    yield folder
    folder.watch.close()


def test_where_nothing_changed_nothing_is_told(folder: Folder):
    before = folder.look()
    (folder.root / "same").read_text()
    folder.write("same", "1")
    (folder.root / "script.sh").touch()
    assert folder.changes(before) == {}


def test_each_kind_of_change_is_told_with_what_the_file_held(folder: Folder):
    before = folder.look()
    folder.write("same", "new")
    folder.write("new/one", "")
    (folder.root / "sub/deep/file").unlink()
    (folder.root / "sub/deep").rmdir()
    (folder.root / "script.sh").chmod(0o700)
    (folder.root / "large").write_text("small")
    (folder.root / "link").unlink()
    (folder.root / "link").symlink_to("/etc")
    os.mkfifo(folder.root / "pipe")
    assert folder.changes(before) == {
        "same": ("changed", b"1", True),
        "new/one": ("new", None, True),
        "sub/deep/file": ("gone", b"2", True),
        "script.sh": ("permissions", None, False),
        "large": ("changed", None, False),
        "link": ("changed", None, False),
        "pipe": ("new", None, False),
    }


def test_a_change_that_sets_the_clock_back_is_seen(folder: Folder):
    before = folder.look()
    path, status = folder.root / "same", (folder.root / "same").stat()
    path.write_text("2")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert folder.changes(before) == {"same": ("changed", b"1", True)}


def test_a_file_is_read_again_only_where_it_changed(folder: Folder, tmp_path: Path):
    folder.look()
    folder.write("same", "second")
    before = folder.look()
    (kept,) = (tmp_path / "outputs").iterdir()
    assert kept.stat().st_mode & 0o77 == 0
    size = kept.stat().st_size
    assert folder.changes(folder.look()) == {}
    assert kept.stat().st_size == size
    folder.write("same", "third")
    assert folder.changes(before) == {"same": ("changed", b"second", True)}
    folder.watch.close()
    assert not kept.exists()


def test_folders_that_programs_make_anew_are_passed_over_and_of_git_only_its_orders_are_seen(folder: Folder):
    before = folder.look()
    for name in ("node_modules/a", "sub/__pycache__/a", ".git/index", ".git/objects/aa/b", ".git/HEAD"):
        folder.write(name, "x")
    assert folder.changes(before) == {}
    orders = {".git/config", ".git/hooks/pre-commit", ".git/info/attributes", "sub/.git", ".envrc", ".husky/pre-push"}
    orders |= {".git/modules/a/b/config", ".git/modules/a/b/hooks/x", ".git/worktrees/w/config.worktree"}
    for name in orders:
        folder.write(name, "x")
    assert set(folder.changes(before)) == orders


def test_what_was_kept_without_being_asked_is_nothing(folder: Folder):
    before = folder.look(keep=False)
    folder.write("same", "new")
    assert folder.changes(before) == {"same": ("changed", None, False)}


def test_where_there_is_too_much_what_lies_deep_is_not_called_new(folder: Folder):
    before = folder.look()
    before.unseen.add(str(folder.root / "sub"))
    folder.write("sub/deep/other", "x")
    folder.write("top", "x")
    assert set(folder.changes(before)) == {"top"}


def test_a_root_that_is_gone_is_told_file_by_file(folder: Folder):
    before = folder.look()
    folder.root.rename(folder.root.with_name("moved"))
    assert {how for how, _, _ in folder.changes(before).values()} == {"gone"}
