"""`localgpt-tui backup`, `restore` and `erase` say what they do before they do it."""

import asyncio
import io

import pytest
from model_server import said

from localgpt_tui.cli import main
from localgpt_tui.frontends.oneshot import Wish, ask
from localgpt_tui.logs import stop_logging
from localgpt_tui.paths import find_places


@pytest.fixture
def places(_own_home):
    """A home in which somebody has talked to the assistant."""
    places = find_places()
    asyncio.run(
        ask(places, Wish("remember that my cat is called Mia", model="recall"), out=io.StringIO(), err=io.StringIO())
    )
    stop_logging()
    return places


@pytest.fixture
def run(capsys, monkeypatch):
    def run(*arguments, typed=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        return left.value.code, *capsys.readouterr()

    return run


def test_everything_comes_back_after_it_was_erased(places, run, tmp_path):
    before = said(places)
    assert before
    assert run("backup", tmp_path / "b.zip")[0] == 0
    assert run("erase", "--workspace", "--yes")[0] == 0
    assert not places.sessions.exists()
    assert run("restore", tmp_path / "b.zip", "--yes")[0] == 0

    assert said(places) == before
    assert "Mia" in "".join(path.read_text() for path in places.workspace.rglob("*.md"))


def test_erasing_leaves_nothing_behind_that_we_wrote(places, run):
    status, out, _ = run("erase", "--workspace", "--yes")

    assert status == 0
    assert "not known to be ours" not in out
    assert not places.state.exists()


def test_a_backup_says_how_much_and_that_it_is_as_private_as_what_is_in_it(places, run, tmp_path):
    status, out, err = run("backup", tmp_path / "b.zip")

    assert status == 0
    assert f"are in {tmp_path / 'b.zip'}" in out
    assert "keep it as private" in err


def test_a_dry_run_of_a_restore_names_each_file_and_changes_nothing(places, run, tmp_path):
    run("backup", tmp_path / "b.zip")
    memory = places.workspace / "MEMORY.md"
    memory.write_text("changed")
    status, out, _ = run("restore", tmp_path / "b.zip", "--dry-run")

    assert status == 0
    assert f"replaced  {memory}" in out
    assert memory.read_text() == "changed"


@pytest.mark.parametrize(("typed", "status"), [("n\n", 130), ("", 130), ("y\n", 0)])
def test_a_restore_asks_first(places, run, tmp_path, typed, status):
    run("backup", tmp_path / "b.zip")
    memory = places.workspace / "MEMORY.md"
    memory.write_text("changed")

    assert run("restore", tmp_path / "b.zip", typed=typed)[0] == status
    assert (memory.read_text() == "changed") is (status != 0)


@pytest.mark.parametrize(("typed", "status"), [("yes\n", 1), ("", 130), ("erase\n", 0)])
def test_erasing_asks_for_the_word(places, run, typed, status):
    assert run("erase", typed=typed)[0] == status
    assert places.sessions.exists() is (status != 0)


def test_a_dry_run_of_erasing_lists_what_would_go_and_what_stays(places, run):
    status, out, _ = run("erase", "--dry-run")

    assert status == 0
    assert "sessions (" in out
    assert f"{places.workspace}: your workspace; --workspace erases it too" in out
    assert places.sessions.exists()


def test_a_file_that_is_no_backup_is_refused_with_status_1(run, tmp_path):
    (tmp_path / "b.zip").write_text("no")
    status, _, err = run("restore", tmp_path / "b.zip", "--yes")

    assert status == 1
    assert "no backup of localgpt-tui" in err
