"""Whether the history has anything to look at is known without loading git."""

import os
import subprocess
import sys

import pytest

from localgpt_tui.memory.git_list import recorded, untouched
from localgpt_tui.memory.history import History
from localgpt_tui.memory.workspace import Workspace


@pytest.fixture
def root(tmp_path):
    """A workspace whose history is up to date, as one that was written a while ago."""
    workspace = Workspace(tmp_path / "workspace")
    workspace.prepare()
    for file in workspace.root.rglob("*.md"):
        os.utime(file, (1_700_000_000, 1_700_000_000.25))
    history = History(workspace, settled=0)
    history.record_outside_changes()
    assert history.close()
    return workspace.root


def test_a_workspace_as_its_history_has_it_is_untouched(root):
    assert untouched(root)


def test_a_changed_a_new_and_a_missing_file_are_seen(root):
    memory = root / "MEMORY.md"
    before = memory.read_text()
    memory.write_text(before + "- The canoe is green.\n")
    assert not untouched(root)

    memory.write_text(before)
    os.utime(memory, (1_700_000_000, 1_700_000_000.25))
    assert untouched(root)

    (root / "knowledge/tea.md").write_text("Oolong.\n")
    assert not untouched(root)
    (root / "knowledge/tea.md").unlink()
    assert untouched(root)

    memory.unlink()
    assert not untouched(root)


@pytest.mark.parametrize("content", [b"", b"DIRC", b"DIRC" + bytes(8), b"DIRC\0\0\0\2\0\0\0\7" + bytes(70)])
def test_a_list_that_cannot_be_read_answers_for_nothing(root, content):
    (root / ".git/index").write_bytes(content)
    assert not untouched(root)


def test_without_a_history_nothing_is_certain(tmp_path):
    assert not untouched(tmp_path)
    assert recorded(tmp_path) is None


def test_a_start_that_finds_nothing_new_does_not_load_git(root):
    probe = (
        "import sys; from pathlib import Path; from datetime import datetime, timedelta, UTC\n"
        "from localgpt_tui.memory.history import History; from localgpt_tui.memory.workspace import Workspace\n"
        "history = History(Workspace(Path(sys.argv[1]))); history.record_outside_changes()\n"
        "assert not history.may_have_changed(datetime.now(UTC) + timedelta(hours=1)); history.close()\n"
        "assert history.may_have_changed(datetime(2026, 1, 1, tzinfo=UTC) - timedelta(days=999))\n"
        "print('dulwich' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", probe, str(root)], capture_output=True, text=True, check=False)
    assert done.stdout == "False\n", done.stderr
