"""Forgetting, and what still says the same."""

from pathlib import Path

import pytest

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.document import ChangedError
from localgpt_tui.memory.forget import forget, lines_of, places
from localgpt_tui.memory.history import History
from localgpt_tui.memory.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "workspace")
    made.prepare()
    return made


def put(workspace: Workspace, name: str, text: str | bytes) -> Path:
    path = workspace.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_lines_that_hold_the_words_are_found_whatever_their_case(workspace: Workspace):
    put(workspace, "MEMORY.md", "- My  PIN is 4711\n- tea\n")
    put(workspace, "memory/2026-01-01.md", "# Day\n\n* [ ] my pin IS 4711!\n")
    assert [passage.source for passage in places(workspace, "my PIN is")] == ["MEMORY.md#L1", "memory/2026-01-01.md#L3"]
    with pytest.raises(LocalGPTError, match="nothing to look for"):
        places(workspace, " - ")


def test_the_chosen_lines_go_and_every_other_byte_stays(workspace: Workspace):
    path = put(workspace, "MEMORY.md", b"\xef\xbb\xbf# M\r\n- one secret\r\n\xff\r\n- two secrets\r\nend")
    forgotten = forget(workspace, places(workspace, "secret"))
    assert path.read_bytes() == b"\xef\xbb\xbf# M\r\n\xff\r\nend"
    assert forgotten.lines == ("- one secret", "- two secrets")
    assert len(forgotten.written) == 1


def test_places_that_quote_what_was_forgotten_are_offered(workspace: Workspace):
    put(workspace, "MEMORY.md", "- my sister's birthday is on 14 May in Rome\n- short\n")
    put(workspace, "USER.md", "* My sister's birthday is on 14 May in Rome <!-- from: x -->\n")
    put(workspace, "knowledge/a.md", "> They said the birthday is on 14 May, I think.\nA short walk.\n")
    (workspace.root / "knowledge" / "loop.md").symlink_to("loop.md")
    forgotten = forget(workspace, [lines_of(workspace, "MEMORY.md", 1, 2)])
    assert [passage.source for passage in forgotten.quoted] == ["USER.md#L1", "knowledge/a.md#L1"]
    assert forgotten.unread == ("knowledge/loop.md: a link that leads nowhere",)


def test_nothing_is_forgotten_where_the_lines_read_differently_now(workspace: Workspace):
    path = put(workspace, "MEMORY.md", "- one\n- two\n")
    found = places(workspace, "one")
    path.write_text("- new\n- one\n- two\n")
    with pytest.raises(ChangedError, match=r"MEMORY\.md#L1 reads differently now"):
        forget(workspace, found)
    assert path.read_text() == "- new\n- one\n- two\n"
    with pytest.raises(LocalGPTError, match="has no lines 3 to 9; its last one is 3"):
        lines_of(workspace, "MEMORY.md", 3, 9)


def test_one_undo_brings_back_what_was_forgotten_in_several_files(workspace: Workspace):
    history = History(workspace)
    for name in ("MEMORY.md", "USER.md"):
        history.record([workspace.append("- the secret word", name)], author="agent")
    forgotten = forget(workspace, places(workspace, "secret word"))
    history.record(forgotten.written, author="person", why="Forget")
    assert places(workspace, "secret word") == ()
    history.undo(history.log()[0].id)
    assert [passage.path for passage in places(workspace, "secret word")] == ["MEMORY.md", "USER.md"]
    history.close()


def test_after_a_purge_no_version_has_it(workspace: Workspace):
    history = History(workspace)
    history.record([workspace.append("- the secret word", "MEMORY.md")], author="agent", why="Note the secret word")
    history.flush()
    forgotten = forget(workspace, places(workspace, "secret word"))
    history.record(forgotten.written, author="person", why="Forget")
    assert history.purge(forgotten.lines).versions == 1
    assert all("secret" not in history.diff(change.id) + change.why for change in history.log())
    history.close()
