"""The memory in the chat: remembered at once, said where it was used, shown as what a session learned."""

from fakes import ScriptedProvider, call, calls
from stage import shown, staged, until, until_ready, until_shown

from localgpt_tui.core.events import Recalled, Said, TextDelta
from localgpt_tui.core.messages import AssistantMessage, UserMessage
from localgpt_tui.core.passages import Passage
from localgpt_tui.paths import find_places
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.ui.happened import Happened
from localgpt_tui.ui.screens.memory import MemoryScreen
from localgpt_tui.ui.widgets.transcript import Transcript

SOURCE = Passage("MEMORY.md", 3, 3, "- Anna's birthday is 14 May.", 0.82, parts={"keyword": 0.8, "vector": 0.77})


def remember(text: str = "# Memory\n\n- Anna's birthday is 14 May.\n") -> None:
    workspace = find_places().workspace
    workspace.mkdir(parents=True)
    (workspace / "MEMORY.md").write_text(text)


async def test_a_line_that_begins_with_a_hash_is_remembered_at_once_without_a_model():
    async with staged(provider=ScriptedProvider()).run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        await pilot.press(*"# my sister's birthday is 14 May", "enter")
        await until_shown(pilot, "Remembered: my sister's birthday is 14 May (memory/")
        await until_shown(pilot, "mem +1")
        (day,) = (find_places().workspace / "memory").glob("*.md")
        assert day.read_text().endswith("\n\n- my sister's birthday is 14 May\n")


async def test_what_a_session_wrote_is_listed_and_undone():
    async with staged(provider=ScriptedProvider()).run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        await pilot.press(*"# the boiler is serviced in June", "enter")
        await until_shown(pilot, "mem +1")
        await pilot.press(*"/learned", "enter")
        await until_shown(pilot, "What this session wrote   1")
        await until_shown(pilot, "+- the boiler is serviced in June")
        await pilot.press("u")
        await until_shown(pilot, "Nothing was written here.")
        await pilot.press("escape")
        await until(pilot, lambda: "mem +" not in shown(pilot.app) and "localgpt" in shown(pilot.app))


async def test_what_the_model_wrote_is_listed_with_what_the_person_had_said():
    noting = call("memory_append", text="- Ben likes tea")
    provider = ScriptedProvider(calls(noting), AssistantMessage("Noted."))
    async with staged(provider=provider, model="recall").run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        await pilot.press(*"Ben likes tea", "enter")
        await until_shown(pilot, "mem +1")
        await pilot.press("ctrl+x", "L")
        await until_shown(pilot, "after you said: Ben likes tea")
        await until_shown(pilot, "+- Ben likes tea")
        await pilot.press("enter")
        transcript = pilot.app.query_one(Transcript)
        await until(pilot, lambda: transcript.cursor is not None and transcript.cursor.text == "Ben likes tea")


async def test_a_reply_says_how_many_memories_it_was_given_and_w_shows_them():
    remember()
    async with staged(provider=ScriptedProvider()).run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        said = [Said(UserMessage("When is it?"), "e1"), Recalled((SOURCE,)), TextDelta("On 14 May.")]
        for event in [*said, Said(AssistantMessage("On 14 May.", model="test/echo"), "e2")]:
            pilot.app.screen.post_message(Happened(event, pilot.app.screen.sitting.journal.id))
        await until_shown(pilot, "⚑ 1 memory  test/echo")
        await pilot.press("tab", "G", "k", "j", "w")
        await until(pilot, lambda: isinstance(pilot.app.screen, MemoryScreen))
        await until_shown(pilot, "score .82: keyword .80, vector .77")
        await until_shown(pilot, "Anna's birthday is 14 May.")


async def test_the_memories_of_a_reply_are_still_known_when_its_session_is_opened_again():
    remember()
    with Journal.create(find_places().sessions) as journal:
        journal.append(UserMessage("When is it?"))
        kept = {"path": "MEMORY.md", "lines": [3, 3], "score": 0.82, "parts": {"keyword": 0.8}}
        journal.mark("sources", passages=[kept, {**kept, "lines": [1, 1]}, "damaged"])
        journal.append(AssistantMessage("On 14 May."))
    async with staged(resume=True, provider=ScriptedProvider()).run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        await until_shown(pilot, "⚑ 2 memories")
        await pilot.press("ctrl+x", "W")
        await until_shown(pilot, "score .82: keyword .80")


async def test_the_marks_under_a_reply_open_its_sources_which_can_be_pinned_and_never_recalled_again():
    remember("# Memory\n\n- Anna's birthday is 14 May.\n- Ben's is in June.\n")
    searching = call("memory_search", query="birthday")
    provider = ScriptedProvider(calls(searching), AssistantMessage("On 14 May [1].", model="test/echo"))
    async with staged(provider=provider, model="test/echo").run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        await pilot.press(*"When is Anna's birthday?", "enter")
        await until_shown(pilot, "  [1] MEMORY.md#L3")
        await pilot.press("tab", "2")
        await until_shown(pilot, "This reply has no memory numbered 2.")
        await pilot.press("1")
        await until(pilot, lambda: isinstance(pilot.app.screen, MemoryScreen))
        await pilot.press("escape", "right", "enter")
        await until_shown(pilot, "coverage")
        assert isinstance(pilot.app.screen, MemoryScreen)
        await pilot.press("p")
        await until_shown(pilot, "pinned")
        await until_shown(pilot, "Pinned: MEMORY.md#L3")
        await pilot.press("n")
        await until_shown(pilot, "is never recalled again; a search still finds it. u undoes it.")
        await pilot.press("u", "escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, MemoryScreen))
        assert (find_places().workspace / ".recall.md").read_text().count("<!--") == 1
        await pilot.press("ctrl+x", "3")
        await until_shown(pilot, "Pinned · 1")


async def test_the_memory_opens_by_key_and_by_command_and_the_draft_stays():
    remember()
    async with staged(provider=ScriptedProvider()).run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        await pilot.press(*"half a", "ctrl+x", "3")
        await until_shown(pilot, "Anna's birthday")
        await pilot.press("escape")
        await until_shown(pilot, "half a")
        await pilot.press("ctrl+u", *"/memory", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, MemoryScreen))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, MemoryScreen))


async def test_a_text_of_more_lines_that_begins_with_a_heading_is_a_message():
    async with staged(provider=ScriptedProvider(AssistantMessage("Read."))).run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        await pilot.press(*"# Plan", "ctrl+j", *"first this", "enter")
        await until_shown(pilot, "Read.")
        assert "Remembered" not in shown(pilot.app)
