"""The memory: notes that are found at once, kept fresh while it is open, answered for whatever happens to the index."""

import asyncio
import contextlib
import shutil
from datetime import UTC, datetime

import pytest
from memory.remembering import FakeEmbedder, write

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.messages import AssistantMessage, UserMessage
from localgpt_tui.memory.database import index_folder
from localgpt_tui.memory.memory import Memory
from localgpt_tui.memory.workspace import Workspace
from localgpt_tui.sessions.shelf import Shelf

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def root(tmp_path):
    return write(tmp_path / "workspace")


@contextlib.asynccontextmanager
async def opened(root, **rest):
    memory = Memory(Workspace(root, clock=lambda: NOON), root.parent / "cache", clock=lambda: NOON, **rest)
    try:
        yield memory
    finally:
        await memory.aclose()


async def until(fits, *, seconds=20):
    async with asyncio.timeout(seconds):
        while True:
            value = await fits()
            if value:
                return value
            await asyncio.sleep(0.02)


def paths(found):
    return [passage.path for passage in found.passages]


async def test_the_first_search_makes_the_index(root):
    async with opened(root) as memory:
        found = await memory.search("canoes")

    assert paths(found) == ["memory/2026-01-31.md"]
    assert found.freshness == "keywords only: no embedding model is configured"


async def test_what_was_noted_is_found_at_once(root):
    async with opened(root) as memory:
        await memory.catch_up()
        passage = await memory.append("The plumber's name is Okonkwo.")
        assert passage.source == "memory/2026-03-01.md#L3"

        best = (await memory.search("Who is the plumber?")).passages[0]
        assert (best.path, best.day) == ("memory/2026-03-01.md", "2026-03-01")

        await memory.edit("memory/2026-03-01.md", "Okonkwo", "Petrov")
        assert "Petrov" in (await memory.search("plumber")).passages[0].text


async def test_meaning_finds_what_words_do_not_and_fresh_means_that_all_have_vectors(root):
    async with opened(root, embedder=FakeEmbedder()) as memory:
        await memory.catch_up()
        assert (await memory.search("boat")).freshness.startswith("indexing 0 of ")
        await memory.embed()
        found = await memory.search("boat")

        assert found.freshness == "fresh"
        assert set(paths(found)[:2]) == {"memory/2026-01-31.md", "memory/2026-02-14.md"}
        assert found.passages[0].parts["vector"] > 0.5
        assert paths(await memory.search("boat", by="words")) == []
        assert paths(await memory.search("canoe", by="meaning"))[0] in paths(found)[:2]


async def test_without_vectors_it_says_why_and_words_answer(root):
    async with opened(root, embedder=FakeEmbedder(fails="The model is not there.")) as memory:
        await memory.catch_up()
        with pytest.raises(LocalGPTError):
            await memory.embed()
        found = await memory.search("canoe")

        assert paths(found) == ["memory/2026-01-31.md"]
        assert found.freshness.startswith("keywords only: The model is not there")


async def test_another_model_makes_its_own_vectors_and_none_is_made_twice(root):
    one, two = FakeEmbedder("one"), FakeEmbedder("two")
    for embedder in (one, two, one):
        async with opened(root, embedder=embedder) as memory:
            await memory.catch_up()
            await memory.embed()
            assert (await memory.search("boat")).freshness == "fresh"

    assert len(one.asked) == len(set(one.asked)) == len(two.asked)


async def test_changes_are_taken_in_while_it_is_open(root):
    async with opened(root, embedder=FakeEmbedder()) as memory:
        memory.start(settle_seconds=0)
        await until(lambda: _fresh(memory))
        (root / "knowledge/tea.md").write_text("Oolong is steeped for three minutes.\n")
        await until(lambda: _finds(memory, "oolong", "knowledge/tea.md"))
        (root / "knowledge/tea.md").unlink()
        await until(lambda: _finds(memory, "oolong", None))
        shutil.move(root / "knowledge", root / "facts")
        await until(lambda: _finds(memory, "ownership", "facts/rust.md"))


async def test_an_index_deleted_while_it_is_open_is_made_anew_and_nobody_notices(root):
    async with opened(root, embedder=FakeEmbedder()) as memory:
        memory.start(settle_seconds=0)
        await until(lambda: _fresh(memory))
        shutil.rmtree(memory.database.folder)
        assert paths(await memory.search("canoe"))[0] == "memory/2026-01-31.md"
        await until(lambda: _there(memory))
        assert paths(await memory.search("canoe"))[0] == "memory/2026-01-31.md"


async def test_a_spoilt_index_answers_all_the_same(root):
    async with opened(root) as memory:
        await memory.catch_up()
        folder = memory.database.folder
    for path in folder.glob("memory-*.sqlite"):
        path.write_bytes(b"no database at all")

    async with opened(root) as memory:
        assert paths(await memory.search("canoe")) == ["memory/2026-01-31.md"]


@pytest.mark.parametrize("content", [b"", b"no database at all" * 9000])
async def test_an_index_that_is_spoilt_while_it_is_open_is_made_anew(root, content):
    async with opened(root) as memory:
        await memory.catch_up()
        assert paths(await memory.search("canoe")) == ["memory/2026-01-31.md"]
        for path in memory.database.folder.glob("memory-*.sqlite"):
            path.write_bytes(content)
            path.with_name(f"{path.name}-wal").write_bytes(content)
        found = await memory.search("canoe")
        assert (paths(found), found.freshness[:13]) == (["memory/2026-01-31.md"], "keywords only")


async def test_where_no_index_can_be_written_the_reason_is_said_until_it_can(root):
    async with opened(root) as memory:
        cache = memory.database.folder.parent
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.write_text("a file in its place")
        found = await memory.search("canoe")
        assert found.passages == ()
        assert found.freshness.startswith("without an index: the index cannot be written (")
        cache.unlink()
        assert paths(await memory.search("canoe")) == ["memory/2026-01-31.md"]


async def test_two_programs_share_one_index_and_only_one_writes_it(root):
    async with opened(root) as one, opened(root) as other:
        assert await one.catch_up()
        assert not await other.catch_up()
        await other.append("A kestrel sat on the fence.", "MEMORY.md")
        await one.catch_up()
        assert paths(await other.search("kestrel")) == ["MEMORY.md"]


async def test_past_sessions_are_searched_and_read(root, tmp_path):
    shelf = Shelf(tmp_path / "sessions", tmp_path / "cache")
    with shelf.new() as journal:
        journal.append(UserMessage("Where did I park?", time=NOON))
        journal.append(AssistantMessage("Your notes say: multistorey!", time=NOON, model="recall"))
        journal.append(AssistantMessage("In the\nmultistorey, level 3.", time=NOON))
    async with opened(root, shelf=shelf) as memory:
        best = (await memory.search("kind:session multistorey")).passages[0]

        assert (best.kind, best.day) == ("session", "2026-03-01")
        assert best.text == "- **User**: Where did I park?\n- **Assistant**: In the multistorey, level 3."
        read = await memory.get(best.path, best.first_line, best.last_line)
        assert read.text == best.text
        assert (await memory.statistics()).sessions == 1


async def test_what_cannot_be_read_is_said(root):
    (root / "knowledge/away.md").symlink_to("/etc/hostname")
    async with opened(root, embedder=FakeEmbedder()) as memory:
        await memory.catch_up()
        await memory.embed()

        freshness = (await memory.search("canoe")).freshness
        assert freshness.startswith("fresh, but not read: knowledge/away.md: ")


async def test_files_are_read_by_lines_and_the_newest_are_known(root):
    async with opened(root) as memory:
        assert (await memory.get("MEMORY.md", 3, 3)).text.startswith("- Anna")
        assert (await memory.get("MEMORY.md", 4, 99)).last_line == 4
        with pytest.raises(LocalGPTError):
            await memory.get("../elsewhere.md")
        await memory.append("New.", "knowledge/new.md")
        assert (await memory.recent(1))[0].path == "knowledge/new.md"


async def test_vectors_of_forgotten_texts_go(root):
    async with opened(root, embedder=FakeEmbedder()) as memory:
        await memory.catch_up()
        await memory.embed()
        before = await memory.statistics()
        (root / "knowledge/rust.md").unlink()
        await memory.forget_vectors()
        after = await memory.statistics()

        assert (after.files, after.embedded) == (before.files - 1, after.chunks)


def test_each_workspace_has_an_index_of_its_own(tmp_path):
    assert index_folder(tmp_path / "a", tmp_path) != index_folder(tmp_path / "b", tmp_path)


async def _fresh(memory):
    return (await memory.search("canoe")).freshness == "fresh"


async def _finds(memory, query, path):
    found = paths(await memory.search(query, by="words"))
    return path in found if path else not found


async def _there(memory):
    return not memory.database.missing
