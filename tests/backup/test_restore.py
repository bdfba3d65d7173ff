"""What was backed up comes back, and nothing that is there is lost for it."""

import os

import pytest

from localgpt_tui.backup.archive import make_backup
from localgpt_tui.backup.restore import plan, restore
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.files import locked


@pytest.fixture
def backup(places, tmp_path):
    return make_backup(places, tmp_path / "b.zip").path


def test_a_backup_comes_back_on_a_fresh_machine_with_another_layout(places, empty_places, backup):
    restored = restore(empty_places, backup)

    assert restored.files == 5
    assert restored.before is None
    assert empty_places.config_file.read_bytes() == places.config_file.read_bytes()
    assert (empty_places.workspace / "memory/2026-03-01.md").read_text() == "a day\n"
    assert (empty_places.sessions / "abc.jsonl").read_bytes() == (places.sessions / "abc.jsonl").read_bytes()


def test_restored_files_are_private_and_keep_their_times(places, empty_places, tmp_path):
    os.utime(places.workspace / "MEMORY.md", (1_700_000_000, 1_700_000_000))
    script = places.workspace / "script.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    restore(empty_places, make_backup(places, tmp_path / "b.zip").path)

    memory = (empty_places.workspace / "MEMORY.md").stat()
    assert memory.st_mtime == 1_700_000_000
    assert memory.st_mode & 0o777 == 0o600
    assert (empty_places.workspace / "script.sh").stat().st_mode & 0o777 == 0o700
    assert empty_places.sessions.stat().st_mode & 0o777 == 0o700


def test_what_was_there_before_is_in_a_backup_of_its_own(places, backup):
    (places.workspace / "MEMORY.md").write_text("newer\n")
    restored = restore(places, backup)

    assert (places.workspace / "MEMORY.md").read_text() == "# Memory\n"
    assert restored.files == 1
    restore(places, restored.before)
    assert (places.workspace / "MEMORY.md").read_text() == "newer\n"


def test_files_that_are_not_in_the_backup_stay(places, backup):
    (places.workspace / "later.md").write_text("later\n")
    (places.workspace / "MEMORY.md").unlink()
    before = plan(places, backup)
    restore(places, backup)

    assert (before.count("new"), before.count("replaced"), before.count("same"), before.untouched) == (1, 0, 4, 1)
    assert (places.workspace / "later.md").read_text() == "later\n"


def test_a_plan_changes_nothing(empty_places, backup):
    assert plan(empty_places, backup).count("new") == 5
    assert not empty_places.state.exists()


def test_a_damaged_backup_changes_nothing(places, backup):
    raw = bytearray(backup.read_bytes())
    raw[60] ^= 0xFF
    backup.write_bytes(raw)
    (places.workspace / "MEMORY.md").write_text("newer\n")

    with pytest.raises(LocalGPTError):
        restore(places, backup)
    assert (places.workspace / "MEMORY.md").read_text() == "newer\n"
    assert not places.backups.exists()


def test_a_link_that_would_lead_the_backup_elsewhere_is_refused(places, empty_places, backup, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    empty_places.workspace.mkdir(parents=True)
    (empty_places.workspace / "memory").symlink_to(elsewhere)

    with pytest.raises(LocalGPTError, match="symbolic link"):
        restore(empty_places, backup)
    assert list(elsewhere.iterdir()) == []


def test_a_workspace_that_is_itself_a_link_is_the_persons_choice(places, empty_places, backup, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    empty_places.workspace.parent.mkdir(parents=True)
    empty_places.workspace.symlink_to(elsewhere)
    restore(empty_places, backup)

    assert (elsewhere / "MEMORY.md").read_text() == "# Memory\n"


def test_nothing_is_restored_under_a_program_that_is_running(places, backup):
    with locked(places.sessions / "abc.lock") as mine:
        assert mine
        with pytest.raises(LocalGPTError, match="is using these sessions"):
            restore(places, backup)


def test_a_folder_in_the_place_of_a_file_is_said(places, backup):
    (places.workspace / "MEMORY.md").unlink()
    (places.workspace / "MEMORY.md").mkdir()

    with pytest.raises(LocalGPTError, match="is a folder"):
        restore(places, backup)
