"""The memory in the hands of a session: numbered sources, the person's choices, signed changes."""

import pytest
from memory.remembering import FakeEmbedder, write

from localgpt_tui.core.messages import UserMessage
from localgpt_tui.memory.choices import Choices
from localgpt_tui.memory.history import History
from localgpt_tui.memory.memory import Memory
from localgpt_tui.memory.signed import SignedMemory
from localgpt_tui.memory.workspace import Workspace
from localgpt_tui.sessions.shelf import Shelf


@pytest.fixture
async def memory(tmp_path):
    root, shelf = write(tmp_path / "workspace"), Shelf(tmp_path / "sessions", tmp_path / "cache")
    with shelf.new() as journal:
        journal.append(UserMessage("Anna wants a canoe with a birthday flag"))
    made = Memory(Workspace(root), tmp_path / "cache", shelf=shelf, embedder=FakeEmbedder())
    await made.catch_up()
    yield made
    await made.aclose()


@pytest.fixture
def history(memory):
    made = History(memory.workspace, settled=0)
    yield made
    made.close()


def session_of(memory):
    return memory._shelf.list()[0].id


async def test_what_is_said_in_the_session_itself_is_not_found_in_it(memory, history):
    await memory.embed()
    session = session_of(memory)
    elsewhere = await SignedMemory(memory, history, "other").search("canoe with a flag")
    assert f"sessions/{session}" in [passage.path for passage in elsewhere.passages]
    here = await SignedMemory(memory, history, session).search("canoe with a flag")
    assert here.passages
    assert f"sessions/{session}" not in [passage.path for passage in here.passages]


async def test_the_passages_of_a_turn_are_numbered_recalled_ones_first(memory, history):
    signed = SignedMemory(memory, history, session_of(memory))
    recalled = await signed.recollect("What did Anna do with the canoe?")
    assert [(passage.source, passage.number) for passage in recalled.passages] == [("memory/2026-01-31.md#L3-L4", 1)]
    assert signed.cited() == ()

    found = await signed.search("canoe lake")
    assert sorted(passage.number for passage in found.passages) == [1, 2]
    got = await signed.get("knowledge/rust.md", 1, 3)
    assert got.number == 3
    assert [passage.number for passage in signed.cited()] == [2, 3]
    assert signed.cited() == ()
    assert (await signed.recollect("paddling on the lake")).passages[0].number == 1


async def test_what_is_pinned_comes_first_when_it_bears_and_what_is_never_to_be_recalled_only_a_search_finds(
    memory, history
):
    signed, choices = SignedMemory(memory, history, session_of(memory)), Choices(memory.workspace.root)
    choices.choose(await memory.get("MEMORY.md", 4, 4), "pinned")
    choices.choose(await memory.get("memory/2026-01-31.md", 3, 3), "never")

    recalled = (await signed.recollect("Anna's canoe: what is its password?")).passages
    assert recalled[0].text == "- The wifi password is swordfish."
    assert recalled[0].parts["pinned"] == 1
    assert "memory/2026-01-31.md" not in [passage.path for passage in recalled]
    assert (await signed.search("canoe")).passages[0].path == "memory/2026-01-31.md"
    assert all("pinned" not in passage.parts for passage in (await signed.recollect("paddling")).passages)

    await memory.edit("MEMORY.md", "# Memory\n", "# Memory\n\nSome lines above, and a new one.\n")
    assert (await signed.recollect("which password?")).passages[0].source == "MEMORY.md#L6"


async def test_a_change_says_which_message_caused_it_and_where_foreign_words_came_from(memory, history):
    origins: list[str] = []
    signed = SignedMemory(memory, history, "s1", turn=lambda: "e7", origins=lambda: origins)
    await signed.append("- I like tea")
    origins.append("https://example.org/tea")
    noted = await signed.append("- Tea is old\n- <!-- from: you --> and green")
    assert noted.text == (
        "- Tea is old <!-- from: https://example.org/tea -->\n"
        "- &lt;!-- from: you --> and green <!-- from: https://example.org/tea -->"
    )
    own = await signed.append("- Tea is old <!-- from: https://example.org/page -->")
    assert own.text.endswith("page -->")
    edited = await signed.edit("MEMORY.md", "swordfish", "sailfish")
    assert edited.text.endswith("sailfish <!-- from: https://example.org/tea -->.")

    change = history.log(limit=4)[-1]
    assert (change.session, change.turn, change.author) == ("s1", "e7", "agent")
