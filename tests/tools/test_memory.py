"""The memory's tools, in words for the model."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes import FakeMemory

from localgpt_tui.core.errors import LocalGPTError, ToolError
from localgpt_tui.core.passages import Found, Passage
from localgpt_tui.memory.workspace import Workspace
from localgpt_tui.tools.memory import memory_tools


async def use(memory, name: str, **arguments: object) -> str:
    tools = {tool.name: tool for tool in memory_tools(memory)}
    return await tools[name].run(json.dumps(arguments), lambda output: None)


async def test_passages_are_numbered_quoted_and_cited():
    memory = FakeMemory(Passage("MEMORY.md", 3, 4, "- tea\n- more tea", 0.75), Passage("memory/a.md", 1, 1, "tea", 0.5))
    assert await use(memory, "memory_search", query="tea") == (
        "[1] MEMORY.md#L3-L4 (score 0.75)\n> - tea\n> - more tea\n\n[2] memory/a.md#L1 (score 0.50)\n> tea"
    )


async def test_nothing_found_says_so():
    assert await use(FakeMemory(), "memory_search", query="tea") == "Nothing found."


async def test_a_search_that_is_not_complete_says_so():
    class Indexing(FakeMemory):
        async def search(self, query: str, limit: int = 10) -> Found:
            return Found((), "indexing 41 of 97")

    assert await use(Indexing(), "memory_search", query="tea") == "Nothing found.\n\n(The search is indexing 41 of 97.)"


async def test_a_long_passage_is_cut():
    found = await use(FakeMemory(Passage("a.md", 1, 1, "tea " * 9999)), "memory_search", query="tea")
    assert len(found) < 1700
    assert "[cut; read_file shows all]" in found


async def test_the_number_of_passages_has_bounds():
    with pytest.raises(ToolError, match="limit: input should be less than or equal to 100"):
        await use(FakeMemory(), "memory_search", query="tea", limit=1000)


class Shelf(FakeMemory):
    """A memory with files, over a workspace."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.workspace = Workspace(root, clock=lambda: datetime(2026, 1, 2, tzinfo=UTC))
        self.workspace.prepare()

    async def append(self, text: str, file: str = "") -> Passage:
        return self.workspace.append(text, file).passage

    async def get(self, path: str, first: int = 1, last: int = 0) -> Passage:
        return self.workspace.read(path).passage(first, last)

    async def edit(self, path: str, old: str, new: str) -> Passage:
        return self.workspace.edit(path, old, new).passage


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    made = Shelf(tmp_path / "workspace")
    made.workspace.append("- tea\n- milk\n- sugar", "knowledge/a.md")
    return made


async def test_lines_are_read_with_their_numbers_and_source(shelf: Shelf):
    assert await use(shelf, "memory_get", path="knowledge/a.md") == (
        "knowledge/a.md#L1-L3\n   1  - tea\n   2  - milk\n   3  - sugar"
    )
    assert await use(shelf, "memory_get", path="knowledge/a.md", first_line=2, lines=1) == (
        "knowledge/a.md#L2\n   2  - milk\n(There may be more from line 3.)"
    )
    shelf.workspace.append("x" * 9999, "knowledge/long.md")
    assert len(await use(shelf, "memory_get", path="knowledge/long.md")) < 2100


async def test_one_exact_text_becomes_another(shelf: Shelf):
    said = await use(shelf, "memory_edit", path="knowledge/a.md", old="- milk", new="- oat milk")
    assert said == "Changed knowledge/a.md#L2."
    with pytest.raises(LocalGPTError, match="does not hold that text"):
        await use(shelf, "memory_edit", path="knowledge/a.md", old="water", new="x")


@pytest.mark.parametrize("path", ["IDENTITY.md", "../x.md", "/etc/passwd"])
async def test_what_is_not_the_models_to_write_is_refused(shelf: Shelf, path: str):
    with pytest.raises(LocalGPTError):
        await use(shelf, "memory_edit", path=path, old="Identity", new="x")
    with pytest.raises(LocalGPTError):
        await use(shelf, "memory_append", text="x", file=path)


async def test_what_was_read_elsewhere_says_where(shelf: Shelf):
    await use(shelf, "memory_append", text="- tea is old", file="MEMORY.md", origin="https://example.org")
    assert (await shelf.get("MEMORY.md")).text.endswith("- tea is old <!-- from: https://example.org -->")


async def test_a_memory_without_files_has_two_tools(shelf: Shelf):
    assert [tool.name for tool in memory_tools(FakeMemory())] == ["memory_search", "memory_append"]
    assert [tool.name for tool in memory_tools(shelf)][2:] == ["memory_get", "memory_edit"]
