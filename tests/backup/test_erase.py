"""Erasing removes everything of ours and nothing else."""

import pytest

from localgpt_tui.backup.erase import erase, survey
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.files import locked


def test_everything_of_ours_goes_but_the_workspace_stays_unless_asked_for(places):
    erasure = survey(places)
    assert erase(places, erasure) == ()

    assert not places.state.exists()
    assert not places.cache.exists()
    assert not places.config_file.parent.exists()
    assert (places.workspace / "MEMORY.md").exists()
    assert any(str(places.workspace) in sentence for sentence in erasure.kept)


def test_with_the_workspace_nothing_at_all_is_left(places):
    erase(places, survey(places, workspace=True))

    assert not places.data.exists()
    assert not places.workspace.exists()


def test_the_survey_lists_what_would_go_with_its_size_and_changes_nothing(places):
    erasure = survey(places)

    sizes = {each.path: (each.files, each.size) for each in erasure.doomed}
    assert sizes[places.config_file] == (1, places.config_file.stat().st_size)
    assert sizes[places.state / "agents"][0] == 3
    assert places.cache in sizes
    assert places.config_file.exists()


def test_files_that_are_not_known_to_be_ours_stay_and_are_named(places):
    (places.state / "letter.txt").write_text("dear")
    erasure = survey(places, workspace=True)
    erase(places, erasure)

    assert (places.state / "letter.txt").read_text() == "dear"
    assert erasure.kept == (f"{places.state / 'letter.txt'}: not known to be ours",)


def test_earlier_settings_go_too_since_keys_may_be_in_them(places):
    earlier = places.config_file.with_name("config.toml.before-20260101-120000")
    earlier.write_text("api_key = 'x'")
    erase(places, survey(places))

    assert not earlier.exists()


def test_a_link_goes_and_what_it_points_to_stays(places, tmp_path):
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious/file").write_text("x")
    (places.sessions / "link").symlink_to(tmp_path / "precious")
    places.backups.symlink_to(tmp_path / "precious")
    erase(places, survey(places))

    assert not places.backups.is_symlink()
    assert (tmp_path / "precious/file").exists()


def test_nothing_is_erased_under_a_program_that_is_running(places):
    with locked(places.sessions / "abc.lock"), pytest.raises(LocalGPTError, match="is using these sessions"):
        erase(places, survey(places))
    assert places.config_file.exists()


def test_where_nothing_was_kept_there_is_nothing_to_erase(empty_places):
    assert survey(empty_places).doomed == ()
    assert erase(empty_places, survey(empty_places)) == ()
