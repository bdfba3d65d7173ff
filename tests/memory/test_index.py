"""The index: kept true to the files, thrown away and made anew."""

import os
import signal
import subprocess
import sys
import textwrap
from datetime import date

import apsw
import pytest
from memory.remembering import NOTES, write

from localgpt_tui.memory import vectors
from localgpt_tui.memory.database import Database, UnusableError, rows
from localgpt_tui.memory.index import Index
from localgpt_tui.memory.query import parse
from localgpt_tui.memory.search import search
from localgpt_tui.memory.sources import of_workspace
from localgpt_tui.memory.workspace import Workspace


@pytest.fixture
def root(tmp_path):
    return write(tmp_path / "workspace")


@pytest.fixture
def index(tmp_path, root):
    workspace = Workspace(root)
    made = Index(Database(tmp_path / "cache"), lambda: of_workspace(workspace))
    made.rebuild()
    yield made
    made.database.close()


def found(index, query, limit=10):
    return [passage.path for passage in search(index.database.connection(), parse(query, date(2026, 3, 1)), limit)]


def sound(index):
    return index.why_unusable(thoroughly=True) == ""


def test_a_new_index_has_every_file(index):
    assert {row[0] for row in rows(index.database.connection(), "SELECT path FROM files")} == set(NOTES)
    assert sound(index)
    assert found(index, "canoes") == ["memory/2026-01-31.md"]


def test_a_scan_takes_in_what_is_new_changed_and_gone(index, root):
    (root / "MEMORY.md").write_text("- The wifi password is tuna.\n")
    (root / "knowledge/go.md").write_text("Goroutines are cheap.\n")
    (root / "memory/2026-02-14.md").unlink()

    changes = index.scan()

    assert (changes.indexed, changes.removed) == (len(NOTES), 1)  # young files are read again, to be sure
    assert found(index, "swordfish paddling") == []
    assert found(index, "tuna") == ["MEMORY.md"]
    assert found(index, "goroutine") == ["knowledge/go.md"]
    assert sound(index)


def test_a_file_that_did_not_change_is_not_read_again(tmp_path, root):
    for path in root.rglob("*.md"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    workspace = Workspace(root)
    index = Index(Database(tmp_path / "cache"), lambda: of_workspace(workspace))
    index.rebuild()

    assert index.scan().indexed == 0


def test_to_a_file_that_grows_only_the_new_chunks_are_added(index, root):
    def chunks():
        return rows(
            index.database.connection(),
            "SELECT c.id FROM chunks c JOIN files f ON f.id = c.file WHERE f.path = 'MEMORY.md' ORDER BY c.place",
        )

    long = "\n\n".join(f"## Heading {number}\n\n{'The river is wide. ' * 30}" for number in range(5))
    (root / "MEMORY.md").write_text(f"{long}\n")
    index.scan()
    before = chunks()
    (root / "MEMORY.md").write_text(f"{long}\n\n## More\n\nAn otter swam.\n")
    index.scan()
    assert len(before) > 4
    assert chunks()[: len(before)] == before
    assert found(index, "otter") == ["MEMORY.md"]

    (root / "MEMORY.md").write_text("## Heading 0\n\nOnly a heron is left.\n")
    index.scan()
    assert found(index, "otter") == []
    assert found(index, "heron") == ["MEMORY.md"]
    assert sound(index)


def test_an_index_that_is_not_there_is_said_to_be_missing(index):
    before = found(index, "canoe")
    index.database.link.unlink()

    assert index.database.missing
    assert found(index, "canoe") == before  # this thread has it open still
    index.rebuild()
    assert not index.database.missing


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(os.urandom(5000)),
        lambda path: path.write_bytes(path.read_bytes()[:5000]),
        lambda path: path.unlink(),
    ],
    ids=["empty", "noise", "cut off", "gone"],
)
def test_a_spoilt_index_is_noticed_and_made_anew(index, spoil):
    path = index.database.link.resolve()
    rows(index.database.connection(), "PRAGMA wal_checkpoint(TRUNCATE)")
    index.database.close()
    spoil(path)

    assert index.why_unusable(thoroughly=True)
    index.rebuild()
    assert sound(index)
    assert found(index, "canoe") == ["memory/2026-01-31.md"]
    assert len(list(index.database.folder.glob("*.sqlite"))) == 2  # the link and what it names


@pytest.mark.parametrize(
    "damage",
    [
        "PRAGMA user_version = 99",
        "PRAGMA user_version = 0",
        "PRAGMA application_id = 1",
        "DROP TABLE files",
        "DELETE FROM words WHERE rowid = 1",
        "DELETE FROM chunks WHERE id = 1",
        "UPDATE files SET chunks = chunks + 1",
        "UPDATE meta SET value = 'older rules' WHERE name = 'chunker'",
    ],
)
def test_an_index_of_another_version_or_that_does_not_fit_together_is_noticed(index, damage):
    index.database.connection().execute(damage)
    index.database.close()

    assert index.why_unusable(thoroughly=True)


def test_the_old_index_answers_until_the_new_one_is_whole(index, root):
    seen = []

    def look(done, total):
        other = Database(index.database.folder)
        with apsw.Connection(str(other.link)) as connection:
            seen.append(rows(connection, "SELECT count(*) FROM files")[0][0])

    index.rebuild(look)

    assert set(seen) == {len(NOTES)}


def test_a_rebuild_that_fails_leaves_the_old_index(index):
    def fail(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.rebuild(fail)

    assert sound(index)
    assert len(list(index.database.folder.glob("*.sqlite"))) == 2


def test_no_index_says_so(tmp_path):
    with pytest.raises(UnusableError):
        Database(tmp_path).connection()


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from localgpt_tui.memory.database import Database
    from localgpt_tui.memory.index import Index
    from localgpt_tui.memory.sources import of_workspace
    from localgpt_tui.memory.workspace import Workspace

    workspace, after = Workspace(Path(sys.argv[1])), int(sys.argv[3])
    index = Index(Database(Path(sys.argv[2])), lambda: of_workspace(workspace))
    steps = 0

    def step(*_):
        global steps
        steps += 1
        if steps > after:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(step)
    if index.why_unusable():
        index.rebuild()
    index.scan()
"""


@pytest.mark.parametrize("after", [2_000, 6_000, 12_000])
def test_killed_while_indexing_the_next_start_completes_without_duplicates(index, root, after):
    write(root, {f"knowledge/more-{number}.md": f"- kestrel number {number}\n" for number in range(40)})
    index.database.close()
    arguments = [sys.executable, "-c", textwrap.dedent(KILLED), str(root), str(index.database.folder), str(after)]
    done = subprocess.run(arguments, check=False)
    assert done.returncode == -signal.SIGKILL

    assert sound(index)
    index.scan()
    assert sound(index)
    paths = [row[0] for row in rows(index.database.connection(), "SELECT path FROM files")]
    assert len(paths) == len(set(paths)) == len(NOTES) + 40


def test_vectors_are_kept_by_text_and_model(index):
    connection = index.database.connection()
    vectors.use_model(connection, "one")
    waiting = vectors.backlog(connection, 100)
    vectors.keep(connection, "one", [(digest, b"\0\0\x80\x3f" * 8) for digest, _ in waiting.texts])
    assert vectors.progress(connection) == (waiting.all, waiting.all)

    vectors.use_model(connection, "two")
    assert len(vectors.backlog(connection, 100).texts) == len(waiting.texts)

    vectors.use_model(connection, "one")
    assert vectors.backlog(connection, 100).texts == ()

    index.rebuild()
    assert vectors.backlog(index.database.connection(), 100).texts == ()


def test_a_text_that_comes_back_has_its_vector_at_once_and_forgotten_ones_are_gone(index, root):
    connection = index.database.connection()
    vectors.use_model(connection, "one")
    waiting = vectors.backlog(connection, 100)
    vectors.keep(connection, "one", [(digest, b"\0\0\x80\x3f" * 8) for digest, _ in waiting.texts])
    text = (root / "knowledge/rust.md").read_text()
    (root / "knowledge/rust.md").unlink()
    index.scan()
    (root / "knowledge/iron.md").write_text(text)
    index.scan()
    assert vectors.backlog(connection, 100).texts == ()

    (root / "knowledge/iron.md").unlink()
    index.scan()
    assert vectors.forget_unused(connection) > 0
    assert rows(connection, "SELECT count(*) FROM nearest") == rows(connection, "SELECT count(*) FROM chunks")
