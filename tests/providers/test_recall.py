"""The provider without a model: what it does with a person's words, and what it says."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes import EventLog, FakeMemory, FakeTool, LettingGuard, request
from hypothesis import given, settings
from hypothesis import strategies as st

from localgpt_tui.agent.loop import run_turn
from localgpt_tui.core.events import CallDelta
from localgpt_tui.core.messages import AssistantMessage, Attachment, Message, ToolMessage, UserMessage
from localgpt_tui.core.ports import Request, Tool
from localgpt_tui.memory.memory import Memory
from localgpt_tui.memory.workspace import Workspace
from localgpt_tui.providers.recall import Recall
from localgpt_tui.providers.recall_rules import (
    Explain,
    FindInFiles,
    Greet,
    ListFiles,
    LookUp,
    Nothing,
    Read,
    Remember,
    Wish,
    read_wish,
)
from localgpt_tui.tools.files import file_tools
from localgpt_tui.tools.memory import memory_tools

MORNING = datetime(2026, 1, 2, 9, tzinfo=UTC)


class Person:
    """Someone who talks with recall over a real workspace."""

    def __init__(self, workspace: Path) -> None:
        self.memory = Memory(
            Workspace(workspace, clock=lambda: MORNING), workspace.parent / "cache", clock=lambda: MORNING
        )
        self.memory.workspace.prepare()
        self.tools: tuple[Tool, ...] = (*memory_tools(self.memory), *file_tools([workspace]))
        self.history: tuple[Message, ...] = ()

    async def says(self, text: str) -> str:
        events = EventLog()
        asked = request(text, tools=self.tools, before=self.history)
        answer = await run_turn(Recall(), asked, events, guard=LettingGuard())
        self.history = (*asked.messages, *events.said)
        assert events.text == answer.text
        return answer.text


@pytest.fixture
async def person(tmp_path: Path):
    person = Person(tmp_path / "workspace")
    yield person
    await person.memory.aclose()


async def test_what_it_was_told_it_finds_again_with_the_source(person: Person):
    noted = await person.says("remember that my sister's birthday is 14 May")
    assert noted.startswith("Noted in `memory/2026-01-02.md#L3`:\n\n> my sister's birthday is 14 May")
    found = await person.says("when is my sister's birthday?")
    assert found.startswith("Your notes say:\n\n> - my sister's birthday is 14 May\n\n— [1] `memory/2026-01-02.md#L3`")


async def test_it_says_once_at_length_and_then_briefly_that_no_model_is_connected(person: Person):
    first, second = await person.says("hi"), await person.says("hello")
    for step in ("Ollama", "`claude`", "ANTHROPIC_API_KEY", "localgpt-tui config set agent.default_model"):
        assert step in first
    assert second.endswith("\n\n*(no language model connected)*")
    assert "Ollama" not in second


async def test_an_answer_of_another_model_does_not_shorten_the_word_about_it(person: Person):
    person.history = (UserMessage("hi"), AssistantMessage("Hi!", model="ollama/llama3"))
    assert "Ollama" in await person.says("hello")


async def test_nothing_found_is_said_plainly(person: Person):
    assert (await person.says("who is the king of Spain?")).startswith("I found nothing about that in your notes.\n")


async def test_nothing_found_is_not_all_that_is_said_where_the_search_was_not_whole():
    found = "Nothing found.\n\n(The search is without an index: the index cannot be written (the disk is full).)"
    history = (UserMessage("who is the king of Spain?"), ToolMessage("c", "memory_search", found))
    reply = await Recall().reply(Request("", history, memory_tools(FakeMemory())), EventLog())
    assert reply.text.startswith("I found nothing about that in your notes. (The search is without an index: ")


async def test_a_statement_is_looked_up_and_may_be_noted(person: Person):
    answer = await person.says("My dog is called Rex.")
    assert answer.startswith("I found nothing about that in your notes. To have it noted down, say “remember that …”.")


async def test_a_distant_match_is_not_sold_as_an_answer(person: Person):
    await person.says("remember that the tea is in the kitchen cupboard")
    assert (await person.says("which tea did grandmother buy in Paris?")).startswith(
        "The closest I found in your notes:"
    )


async def test_only_passages_near_the_best_are_quoted(person: Person):
    for fact in ("my sister's birthday is 14 May", "my sister lives in Rome", "a sister ship is a ship"):
        await person.says(f"remember that {fact}")
    answer = await person.says("when is my sister's birthday?")
    assert "14 May" in answer
    assert "ship" not in answer


async def test_of_a_list_of_notes_the_fitting_one_is_quoted_and_all_its_lines_are_named(person: Person):
    for fact in ("I like tea", "my car is a Saab,\nand it is red", "my bicycle is blue"):
        await person.says(f"remember in MEMORY.md that {fact}")
    answer = await person.says("what is my car?")
    assert answer.startswith("Your notes say:\n\n> - my car is a Saab,\n>   and it is red\n\n— [1] `MEMORY.md#L3-L")


async def test_neither_an_earlier_question_nor_the_same_once_more_is_an_answer():
    found = """\
[1] sessions/1#L5 (score 0.99)
> - **User**: when is my sister's birthday

[2] memory/2026-01-02.md#L3 (score 0.97)
> - my sister's birthday is 14 May

[3] sessions/2#L5 (score 0.98)
> - **User**: remember that my sister's birthday is 14 May

[4] sessions/3#L5-L6 (score 0.96)
> - **User**: when is my sister's birthday?
> - **Assistant**: On a Thursday this year."""
    history = (UserMessage("when is my sister's birthday?"), ToolMessage("c", "memory_search", found))
    reply = await Recall().reply(Request("", history, memory_tools(FakeMemory())), EventLog())
    assert "— [2] `memory/2026-01-02.md#L3`" in reply.text
    assert "— [4] `sessions/3#L5-L6`" in reply.text
    assert "[1]" not in reply.text
    assert "[3]" not in reply.text


async def test_several_lines_become_one_item(person: Person, tmp_path: Path):
    await person.says("remember: buy\nmilk\nand tea")
    assert (tmp_path / "workspace/memory/2026-01-02.md").read_text().endswith("- buy\n  milk\n  and tea\n")


async def test_a_note_may_go_into_the_long_term_memory(person: Person, tmp_path: Path):
    await person.says("note in MEMORY.md that I like tea")
    assert (tmp_path / "workspace/MEMORY.md").read_text().endswith("\n- I like tea\n")


async def test_a_file_is_shown_in_a_block_that_nothing_in_it_can_end(person: Person, tmp_path: Path):
    (tmp_path / "workspace" / "code.md").write_text("```\ncode\n```\n")
    assert "\n````\n    1\t```\n" in await person.says("read code.md")


async def test_the_notes_of_a_day_are_shown(person: Person):
    await person.says("remember that I like tea")
    person.history += (UserMessage("", time=MORNING),)
    asked = Request("", (UserMessage("what did I note today?", time=MORNING),), person.tools)
    answer = await run_turn(Recall(), asked, EventLog())
    assert "- I like tea" in answer.text


async def test_files_are_listed_and_searched(person: Person):
    assert "MEMORY.md" in await person.says("list files")
    assert "MEMORY.md#L3" in await person.says("search files for worth knowing")


async def test_a_failure_of_a_tool_is_told(person: Person):
    assert (await person.says("read nowhere.md")).startswith("That did not work. nowhere.md cannot be read:")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("remember that I like tea", "memory_append is not available"),
        ("do I like tea?", "memory_search is not available"),
        ("read a.md", "cannot look into files"),
        ("list files", "cannot look into files"),
    ],
)
async def test_a_tool_that_is_not_there_is_not_called(text: str, told: str):
    events = EventLog()
    assert told in (await run_turn(Recall(), request(text, tools=[FakeTool("other").tool]), events)).text
    assert len(events.said) == 1


async def test_results_of_other_tools_are_not_taken_for_its_own():
    history = (UserMessage("do I like tea?"), ToolMessage("c", "bash", "> no"))
    reply = await Recall().reply(Request("", history, memory_tools(FakeMemory())), EventLog())
    assert [call.name for call in reply.calls] == ["memory_search"]


async def test_a_call_is_streamed_like_that_of_any_model():
    events = EventLog()
    reply = await Recall().reply(request("do I like tea?", tools=memory_tools(FakeMemory())), events)
    assert events == [CallDelta(0, "memory_search", '{"query": "do I like tea?"}')]
    assert (reply.stop, reply.text, reply.model) == ("tool_calls", "", "recall")


async def test_text_streams_word_by_word():
    events = EventLog()
    reply = await Recall().reply(request("hi"), events)
    assert len(events) == len(reply.text.split())


async def test_attachments_need_a_model():
    asked = Request("", (UserMessage("", (Attachment("a.png", "image/png", b""),)),))
    assert "Attachments need a language model" in (await Recall().reply(asked, EventLog())).text


async def test_the_same_request_is_always_answered_the_same():
    asked = Request("one", (UserMessage("do I like tea?", time=MORNING),), memory_tools(FakeMemory()), tail="now")
    other = Request("two", asked.messages, asked.tools, tail="later")
    first, second = [await Recall().reply(one, EventLog()) for one in (asked, other)]
    assert (first.text, first.calls) == (second.text, second.calls)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("Hi", Greet()),
        ("hello there!", Greet()),
        ("Guten Morgen", Greet()),
        ("Thanks a lot!", Greet(thanks=True)),
        ("help", Explain()),
        ("/help", Explain()),
        ("What can you do?", Explain()),
        ("how do I connect a model?", Explain()),
        ("?", Explain()),
        ("", Nothing()),
        ("…!", Nothing()),
        ("remember that I like tea", Remember("I like tea")),
        ("Please remember to buy milk", Remember("buy milk")),
        ("Could you remember that I like tea?", Remember("I like tea")),
        ("Remember my sister's birthday is 14 May", Remember("my sister's birthday is 14 May")),
        ("note: call Bob", Remember("call Bob")),
        ("don’t forget the milk", Remember("the milk")),
        ("merk dir, dass ich Tee mag", Remember("ich Tee mag")),
        ("add to MEMORY.md: tea", Remember("tea", "MEMORY.md")),
        ("save in memory/plans.md that I travel", Remember("I travel", "memory/plans.md")),
        ("remember to read a.md", Remember("read a.md")),
        ("can you remember my birthday?", LookUp("can you remember my birthday?")),
        ("Do you remember my birthday?", LookUp("Do you remember my birthday?")),
        ("remember when we went to Rome", LookUp("remember when we went to Rome", statement=True)),
        ("remember", LookUp("remember", statement=True)),
        ("what do you remember about tea?", LookUp("what do you remember about tea?")),
        ("search for tea", LookUp("tea")),
        ("My dog is called Rex", LookUp("My dog is called Rex", statement=True)),
        ("how do I add salt", LookUp("how do I add salt")),
        ("read MEMORY.md", Read("MEMORY.md")),
        ("show me ~/notes/plan.txt, please", Read("~/notes/plan.txt")),
        ("please show me memory/plans", Read("memory/plans")),
        ('open the file "my plan.txt".', Read("my plan.txt")),
        ("show me the money.", LookUp("show me the money.", statement=True)),
        ("what did I note yesterday?", Read("memory/2026-01-01.md")),
        ("list files", ListFiles()),
        ("What files are there?", ListFiles()),
        ("grep tea", FindInFiles("tea")),
        ("search my files for “green tea”", FindInFiles("green tea")),
    ],
)
def test_words_are_taken_as_meant(text: str, wish: Wish):
    assert read_wish(text, MORNING) == wish


@pytest.mark.parametrize(
    "text",
    [
        *("please " * 20_000, "remember " * 50_000, "a" * 1_000_000, " " * 99_999 + "x", "show me " + "a/." * 50_000),
        *("hi" + " there" * 50_000 + "x", "what did i note " + "note " * 20_000, "grep " + " " * 99_999 + "x"),
    ],
)
def test_a_text_of_any_length_is_read_at_once(text: str):
    read_wish(text, MORNING)


@settings(max_examples=100, deadline=None)
@given(
    st.text()
    | st.lists(st.sampled_from(["remember", "that", "note", "read", "list", "files", "?", ":", "a.md", "today"])).map(
        " ".join
    )
)
def test_any_text_gets_an_answer(text: str):
    tools = [*memory_tools(FakeMemory()), FakeTool("read_file").tool, FakeTool("list_files").tool]
    answer = asyncio.run(run_turn(Recall(), request(text, tools=tools), EventLog()))
    assert "No language model is connected" in answer.text
    assert answer.stop == "end"
