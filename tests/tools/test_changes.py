"""Before-images: a turn's files can be given back, and that undone; nobody else's change is lost."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.tools.changes import Changes


@pytest.fixture
def changes(tmp_path: Path) -> Changes:
    return Changes(tmp_path / "state" / "changes")


def write(changes: Changes, path: Path, content: bytes | None, session: str = "s") -> None:
    changes.keep(session, path, content)
    if content is None:
        path.unlink()
    else:
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(content)


def kept(changes: Changes, tmp_path: Path) -> list[Path]:
    return sorted(path for path in (tmp_path / "state").rglob("*") if path.is_file())


def test_a_turn_is_given_back_and_again_and_taken_back(changes: Changes, tmp_path: Path):
    file, other = tmp_path / "a", tmp_path / "new" / "b"
    file.write_bytes(b"0")
    file.chmod(0o640)
    for content in (b"1", b"2"):
        changes.begin("s")
        write(changes, file, content)
    changes.begin("s")
    write(changes, file, b"3")
    write(changes, other, b"new")
    write(changes, file, None)

    given_back = changes.undo_last("s")
    assert set(given_back.restored) == {file}
    assert given_back.removed == (other,)
    assert (file.read_bytes(), file.stat().st_mode & 0o777, other.exists()) == (b"2", 0o640, False)
    assert changes.undo_last("s").restored == (file,)
    assert file.read_bytes() == b"1"
    assert changes.redo_last("s")
    assert file.read_bytes() == b"2"
    assert changes.redo_last("s").removed == (file,)
    assert (file.exists(), other.read_bytes()) == (False, b"new")
    assert not changes.redo_last("s")


def test_without_a_change_there_is_nothing_to_give_back(changes: Changes, tmp_path: Path):
    changes.begin("s")
    assert not changes.undo_last("s")
    assert not kept(changes, tmp_path)


def test_a_turn_without_changes_is_passed_over(changes: Changes, tmp_path: Path):
    changes.begin("s")
    write(changes, tmp_path / "a", b"1")
    changes.begin("s")
    assert changes.undo_last("s").removed == (tmp_path / "a",)


def test_a_file_that_somebody_changed_since_is_left_as_it_is(changes: Changes, tmp_path: Path):
    mine, theirs, folder = tmp_path / "mine", tmp_path / "theirs", tmp_path / "folder"
    changes.begin("s")
    for file in (mine, theirs, folder):
        write(changes, file, b"1")
    theirs.write_bytes(b"precious")
    folder.unlink()
    folder.mkdir()
    given_back = changes.undo_last("s")
    assert given_back.removed == (mine,)
    assert len(given_back.refused) == 2
    assert all("was changed since then" in why for why in given_back.refused)
    assert theirs.read_bytes() == b"precious"


def test_what_a_person_wrote_in_the_middle_of_a_turn_is_what_comes_back(changes: Changes, tmp_path: Path):
    file = tmp_path / "a"
    file.write_bytes(b"0")
    changes.begin("s")
    write(changes, file, b"1")
    file.write_bytes(b"person")
    write(changes, file, b"2")
    changes.undo_last("s")
    assert file.read_bytes() == b"person"


def test_a_new_change_ends_what_could_be_taken_back(changes: Changes, tmp_path: Path):
    changes.begin("s")
    write(changes, tmp_path / "a", b"1")
    changes.undo_last("s")
    changes.begin("s")
    write(changes, tmp_path / "b", b"1")
    assert not changes.redo_last("s")


def test_sessions_do_not_mix_and_a_strange_name_is_no_path(changes: Changes, tmp_path: Path):
    for session in ("s", "../t"):
        changes.begin(session)
        write(changes, tmp_path / session.strip("./"), b"1", session)
    assert changes.undo_last("../t").removed == (tmp_path / "t",)
    assert (tmp_path / "s").exists()
    assert all(path.is_relative_to(tmp_path / "state" / "changes") for path in kept(changes, tmp_path))


def test_what_a_command_changed_of_the_files_it_names_comes_back(changes: Changes, tmp_path: Path):
    changed, same, gone, new = (tmp_path / name for name in ("changed", "same", "gone", "new"))
    for file in (changed, same, gone):
        file.write_bytes(b"0")
    changes.begin("s")
    images = changes.images("s", [changed, same, gone, new, tmp_path])
    changed.write_bytes(b"1")
    gone.unlink()
    new.write_bytes(b"1")
    assert changes.settle("s", images) == (changed, gone, new)
    changes.undo_last("s")
    assert [file.exists() for file in (changed, same, gone, new)] == [True, True, True, False]
    assert changed.read_bytes() == b"0"


def test_a_link_that_took_the_place_of_a_folder_is_not_followed(changes: Changes, tmp_path: Path):
    (tmp_path / "secret").mkdir()
    changes.begin("s")
    write(changes, tmp_path / "sub" / "a", b"1")
    (tmp_path / "sub" / "a").rename(tmp_path / "secret" / "a")
    (tmp_path / "sub").rmdir()
    (tmp_path / "sub").symlink_to("secret")
    assert "was changed since" in changes.undo_last("s").refused[0]
    assert (tmp_path / "secret" / "a").exists()


def test_what_is_too_large_is_left_alone(changes: Changes, tmp_path: Path):
    with (tmp_path / "large").open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(LocalGPTError, match="50,000,000 bytes, too many to be kept"):
        changes.keep("s", tmp_path / "large", b"")


def test_images_are_private_and_old_or_many_ones_go(tmp_path: Path):
    changes = Changes(tmp_path / "state", most_bytes=2_500, seconds=1000)
    file = tmp_path / "a"
    for number in range(6):
        changes.begin("s")
        write(changes, file, bytes([number]) * 1000)
    assert all(path.stat().st_mode & 0o77 == 0 for path in (tmp_path / "state").rglob("*"))
    changes.prune()
    assert sum(path.stat().st_size for path in (tmp_path / "state").rglob("*") if path.is_file()) <= 2_500
    assert changes.undo_last("s").restored == (file,)
    for path in (tmp_path / "state" / "s").iterdir():
        os.utime(path, (time.time() - 2000, time.time() - 2000))
    changes.prune()
    assert not list((tmp_path / "state").iterdir())


def test_a_torn_note_is_passed_over(changes: Changes, tmp_path: Path):
    changes.begin("s")
    write(changes, tmp_path / "a", b"1")
    with (tmp_path / "state" / "changes" / "s" / "00000001.jsonl").open("ab") as notes:
        notes.write(b'{"path": "/x", "bef')
    assert changes.undo_last("s").removed == (tmp_path / "a",)


@settings(max_examples=15)
@given(contents=st.lists(st.tuples(st.sampled_from("ab"), st.binary(max_size=5) | st.none()), max_size=6))
def test_undo_is_the_identity_and_redo_the_way_back(contents, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("undo")
    changes = Changes(folder / "state")

    def held() -> dict[str, bytes]:
        return {name: (folder / name).read_bytes() for name in "ab" if (folder / name).exists()}

    (folder / "a").write_bytes(b"start")
    before = held()
    changes.begin("s")
    for name, content in contents:
        if content is not None or (folder / name).exists():
            write(changes, folder / name, content)
    after = held()
    changes.undo_last("s")
    assert held() == before
    changes.redo_last("s")
    assert held() == after
