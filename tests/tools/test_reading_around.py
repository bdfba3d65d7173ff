"""Reading in the working folder: what is found there is foreign, and secrets stay where they are."""

import pytest

from localgpt_tui.core.errors import ToolError
from localgpt_tui.tools.files import file_tools
from localgpt_tui.tools.grounds import Grounds
from tests.tools.conftest import Ground


@pytest.fixture
def reader(ground: Ground) -> Ground:
    (ground.workspace / "MEMORY.md").write_text("tea at home\n")
    (ground.folder / "plan.txt").write_text("tea at work\n")
    ground.tools = {tool.name: tool for tool in file_tools([ground.workspace], ground.grounds)}
    return ground


async def test_relative_paths_find_the_working_folder_first_then_the_workspace(reader: Ground):
    assert "tea at work" in await reader.run("read_file", path="plan.txt")
    assert "tea at home" in await reader.run("read_file", path="MEMORY.md")
    (reader.folder / "MEMORY.md").write_text("not the memory\n")
    assert "not the memory" in await reader.run("read_file", path="MEMORY.md")
    whole = str(reader.workspace / "MEMORY.md")
    assert "tea at home" in await reader.run("read_file", path=whole)
    assert await reader.run("search_files", pattern="tea", path=whole) == f"{whole}#L1: tea at home"


async def test_what_lies_outside_the_workspace_is_foreign(reader: Ground):
    for tool, path, origin in (
        ("read_file", "plan.txt", f"the file {reader.folder}/plan.txt"),
        ("list_files", ".", f"the folder {reader.folder}"),
        ("read_file", "MEMORY.md", ""),
    ):
        act = await reader.foresee(tool, path=path)
        assert (act.kind, act.verdict, act.origin) == ("read", "safe", origin)
    act = await reader.foresee("search_files", pattern="tea")
    assert act.origin == f"the folder {reader.folder}"


async def test_what_often_holds_secrets_asks_and_is_not_searched(reader: Ground):
    (reader.folder / ".env").write_text("tea=secret\n")
    act = await reader.foresee("read_file", path=".env")
    assert (act.verdict, act.reasons) == ("approve", (".env: such files often hold secrets",))
    assert "secret" in await reader.run("read_file", path=".env")
    assert "secret" not in await reader.run("search_files", pattern="tea")


async def test_keys_and_the_programs_own_files_are_never_read(reader: Ground):
    for place in (".ssh", "sub/.ssh"):
        (reader.folder / place).mkdir(parents=True)
        (reader.folder / place / "id_rsa").write_text("tea key\n")
    (reader.folder / "innocent").symlink_to(".ssh/id_rsa")
    for name in (".ssh/id_rsa", "sub/.ssh/id_rsa", "innocent"):
        for use in (reader.foresee, reader.run):
            with pytest.raises(ToolError, match="keys or credentials"):
                await use("read_file", path=name)
    assert "key" not in await reader.run("search_files", pattern="tea")
    assert "key" not in await reader.run("search_files", pattern="tea", path="sub")


async def test_a_home_folder_is_not_opened_as_a_whole(ground: Ground):
    (ground.home / "letter.txt").write_text("private")
    grounds = Grounds(ground.home, ground.workspace, ground.protected, trusted=lambda: True)
    ground.tools = {tool.name: tool for tool in file_tools([ground.workspace], grounds)}
    with pytest.raises(ToolError, match="outside the folders that may be read"):
        await ground.run("read_file", path=str(ground.home / "letter.txt"))
