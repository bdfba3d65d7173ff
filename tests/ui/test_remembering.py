"""The memory in a person's hands, without a screen."""

import pytest
from memory.remembering import write

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.history import History
from localgpt_tui.memory.memory import Memory
from localgpt_tui.memory.workspace import Workspace
from localgpt_tui.ui.editor_copy import edit_copy
from localgpt_tui.ui.remembering import Remembering


@pytest.fixture
async def remembering(tmp_path):
    workspace = Workspace(write(tmp_path / "workspace"))
    memory, history = Memory(workspace, tmp_path / "cache"), History(workspace, settled=0.0)
    yield Remembering(memory, history)
    await memory.aclose()
    history.close()


async def test_what_a_session_wrote_counts_until_it_is_undone_and_again_when_that_is_undone(remembering):
    await remembering.add("- tea", session="one")
    (wrote,) = await remembering.learned("one")
    assert await remembering.learned("two") == []
    await remembering.undo_change(wrote.id)
    assert await remembering.learned("one") == []
    undo = (await remembering.log())[0]
    await remembering.undo_change(undo.id)
    assert await remembering.learned("one") == [wrote]


async def test_only_what_was_done_here_is_undone_the_latest_first(remembering):
    with pytest.raises(LocalGPTError, match="Nothing was changed here yet"):
        await remembering.undo()
    await remembering.add("- tea", "MEMORY.md")
    await remembering.add("- milk", "MEMORY.md")
    await remembering.undo()
    await remembering.undo()
    assert "tea" not in (await remembering.open("MEMORY.md")).text
    with pytest.raises(LocalGPTError, match="Nothing was changed here yet"):
        await remembering.undo()


async def test_what_was_forgotten_can_be_purged_from_the_history(remembering):
    await remembering.add("- tea", "MEMORY.md")
    passage = await remembering.passage("MEMORY.md", 4, 4)
    await remembering.forget([passage])
    newest = (await remembering.log("MEMORY.md"))[-1]
    assert "swordfish" in await remembering.version("MEMORY.md", newest.id)
    assert "past version" in await remembering.purge()
    oldest = (await remembering.log("MEMORY.md"))[-1]
    assert "swordfish" not in await remembering.version("MEMORY.md", oldest.id)


async def test_a_file_is_removed_and_brought_back(remembering):
    await remembering.remove("knowledge/rust.md")
    assert "knowledge/rust.md" not in [file.path for file in (await remembering.listing()).files]
    await remembering.undo()
    assert "one owner" in (await remembering.open("knowledge/rust.md")).text


async def test_moved_lines_come_back_with_one_undo(remembering):
    before = (await remembering.open("MEMORY.md")).text
    await remembering.move(await remembering.passage("MEMORY.md", 4, 4), "knowledge/rust.md")
    assert "swordfish" in (await remembering.open("knowledge/rust.md")).text
    assert "swordfish" not in (await remembering.open("MEMORY.md")).text
    await remembering.undo()
    assert (await remembering.open("MEMORY.md")).text == before
    assert "swordfish" not in (await remembering.open("knowledge/rust.md")).text


def test_another_editor_gets_a_copy_and_what_it_leaves_stays_until_it_was_saved(tmp_path):
    copy = edit_copy("tea\r\n", name="memory/a b.md", command=["sed", "-i", "s/tea/milk/"], folder=tmp_path / "edited")
    assert copy.text == "milk\n"
    assert copy.file.read_bytes() == b"milk\r\n"
    assert copy.file.stat().st_mode & 0o077 == 0


def test_an_editor_that_fails_is_said_with_where_its_text_is(tmp_path):
    with pytest.raises(LocalGPTError, match="ended with status 1"):
        edit_copy("tea", name="x.md", command=["false"], folder=tmp_path / "edited")
