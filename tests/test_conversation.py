import asyncio

import pytest
from fakes import Breaks, EventLog, FakeTool, Hangs, ScriptedProvider, call, calls

from localgpt_tui.agent.loop import Limits
from localgpt_tui.conversation import Conversation
from localgpt_tui.core.errors import LocalGPTError, SessionError
from localgpt_tui.core.events import Recalled, Said, TextDelta, TurnCancelled, TurnFailed, TurnFinished
from localgpt_tui.core.messages import AssistantMessage, Usage, UserMessage
from localgpt_tui.core.passages import Found, Passage
from localgpt_tui.sessions.journal import Journal


@pytest.fixture
def journal(tmp_path):
    with Journal.create(tmp_path) as journal:
        yield journal


def on_disk(journal):
    return [entry.message for entry in Journal.open(journal.path, writable=False).tail(100) if entry.message]


async def test_the_persons_message_is_on_disk_before_the_provider_is_asked(journal):
    seen = []

    def look(_request):
        seen.extend(on_disk(journal))
        return AssistantMessage("Hello.")

    await Conversation(journal, ScriptedProvider(look)).send("hi", EventLog())

    assert [message.text for message in seen] == ["hi"]


async def test_a_message_is_on_disk_before_it_is_on_the_screen(journal):
    tool = FakeTool("look", "seen")
    missing = []

    def screen(event):
        if isinstance(event, Said) and event.message not in on_disk(journal):
            missing.append(event.message)

    provider = ScriptedProvider(calls(call("look")), "Done.")
    await Conversation(journal, provider, tools=[tool.tool]).send("go", screen)

    assert missing == []
    assert [message.kind for message in on_disk(journal)] == ["user", "assistant", "tool", "assistant"]


async def test_what_was_said_carries_the_id_of_its_entry(journal):
    events = EventLog()
    await Conversation(journal, ScriptedProvider("Hello.")).send("hi", events)

    assert [event.id for event in events.of(Said)] == [entry.id for entry in journal.tail(10)]
    assert isinstance(events[-1], TurnFinished)


async def test_the_next_turn_tells_the_model_what_was_said_before(journal):
    provider = ScriptedProvider("One.", "Two.")
    conversation = Conversation(journal, provider)
    await conversation.send("first", EventLog())
    await conversation.send("second", EventLog())

    assert [message.text for message in provider.requests[1].messages] == ["first", "One.", "second"]


async def test_a_failed_reply_is_kept_in_part_and_marked(journal):
    events = EventLog()
    await Conversation(journal, ScriptedProvider(Breaks("Half a"))).send("hi", events)

    partial = on_disk(journal)[-1]
    assert (partial.text, partial.stop) == ("Half a", "failed")
    assert events[-1] == TurnFailed("The connection was lost.", failure="cut")


async def test_a_stopped_reply_is_kept_in_part_and_marked(journal):
    events, provider = EventLog(), ScriptedProvider(Hangs("Half a"))
    conversation = Conversation(journal, provider)
    turn = asyncio.create_task(conversation.send("hi", events))
    await provider.hanging.wait()
    assert conversation.busy
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn

    assert (on_disk(journal)[-1].text, on_disk(journal)[-1].stop) == ("Half a", "cancelled")
    assert isinstance(events[-1], TurnCancelled)
    assert not conversation.busy


async def test_the_turn_after_a_stopped_tool_answers_the_call_that_was_left_open(journal):
    gate = asyncio.Event()
    tool = FakeTool("wait", gate=gate)
    provider = ScriptedProvider(calls(call("wait")), "Fine.")
    conversation = Conversation(journal, provider, tools=[tool.tool])
    turn = asyncio.create_task(conversation.send("hi", EventLog()))
    await tool.started.wait()
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    await conversation.send("go on", EventLog())

    told = provider.requests[-1].messages
    assert [message.kind for message in told] == ["user", "assistant", "tool", "user"]
    assert told[2].failed


async def test_only_one_turn_runs_at_a_time(journal):
    provider = ScriptedProvider(Hangs())
    conversation = Conversation(journal, provider)
    turn = asyncio.create_task(conversation.send("hi", EventLog()))
    await provider.hanging.wait()
    with pytest.raises(SessionError, match="still being written"):
        await conversation.send("and this", EventLog())
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn


async def test_a_message_that_cannot_be_saved_is_never_shown_as_said(tmp_path):
    journal = Journal.create(tmp_path)
    journal.append(UserMessage("before"))
    events, provider = EventLog(), ScriptedProvider("never")
    journal.release()  # another program has it now
    await Conversation(journal, provider).send("hi", events)
    journal.close()

    assert [type(event) for event in events] == [TurnFailed]
    assert "not saved" in events[0].reason
    assert provider.requests == []


async def test_a_defect_ends_the_turn_and_not_the_conversation(journal):
    kept = []

    def on_crash(error):
        kept.append(error)
        return "It is written down in a file."

    events = EventLog()
    provider = ScriptedProvider(ZeroDivisionError("oops"), "Back again.")
    conversation = Conversation(journal, provider, on_crash=on_crash)
    await conversation.send("hi", events)
    assert events[-1] == TurnFailed(
        "Something went wrong inside localgpt-tui: ZeroDivisionError.", "It is written down in a file."
    )
    assert isinstance(kept[0], ZeroDivisionError)
    await conversation.send("again", events)
    assert isinstance(events[-1], TurnFinished)


async def test_limits_reach_the_loop(journal):
    tool = FakeTool("look")
    provider = ScriptedProvider(calls(call("look")), repeat=True)
    events = EventLog()
    await Conversation(journal, provider, tools=[tool.tool], limits=Limits(repeats=2)).send("go", events)

    assert "2 times in a row" in events[-1].reason


async def test_going_back_leaves_the_rest_of_the_conversation_out(journal):
    provider = ScriptedProvider("One.", "Two.", "Three.")
    conversation = Conversation(journal, provider)
    await conversation.send("first", EventLog())
    back = journal.tail(10)[-1].id
    await conversation.send("second", EventLog())
    conversation.rewind(back)
    await conversation.send("other", EventLog())

    assert [message.text for message in provider.requests[2].messages] == ["first", "One.", "other"]


async def test_another_model_is_marked_in_the_journal_and_answers_next(journal):
    before = ScriptedProvider("One.")
    conversation = Conversation(journal, before)
    await conversation.send("first", EventLog())
    conversation.switch_provider(ScriptedProvider("Two.", model="other/model"))
    events = EventLog()
    await conversation.send("second", events)

    assert before.closed
    assert conversation.model == "other/model"
    assert [entry.mark["model"] for entry in journal.tail(10) if entry.kind == "model"] == ["other/model"]
    assert events.of(TextDelta) == [TextDelta("Two.")]


@pytest.mark.parametrize(
    ("costs", "total"),
    [((0.5, 0.25), 0.75), ((None, 0.25), None), ((0.5,), 0.5)],
)
async def test_what_was_used_is_added_up_and_an_unknown_cost_stays_unknown(journal, costs, total):
    replies = [AssistantMessage("x", usage=Usage(input_tokens=10, output_tokens=2, cost=cost)) for cost in costs]
    conversation = Conversation(journal, ScriptedProvider(*replies))
    for _ in replies:
        await conversation.send("hi", EventLog())

    assert conversation.usage.cost == total
    assert conversation.usage.input_tokens == 10 * len(costs)


SISTER = Passage("memory/2026-01-02.md", 3, 3, "- my sister's birthday is 14 May", 0.91, parts={"keyword": 1.0})


async def test_memories_reach_the_model_at_the_tail_and_the_person_sees_which(journal):
    async def recollect(text):
        assert text == "when is her birthday?"
        return Found((SISTER,))

    provider, events = ScriptedProvider("14 May."), EventLog()
    conversation = Conversation(journal, provider, system=lambda: "stable", tail=lambda: "now", recollect=recollect)
    await conversation.send("when is her birthday?", events)

    told = provider.requests[0]
    assert told.system == "stable"
    assert told.tail.startswith("now\n\n")
    assert "[1] memory/2026-01-02.md#L3\n<<<UNTRUSTED" in told.tail
    assert "\n- my sister's birthday is 14 May\n<<<END UNTRUSTED" in told.tail
    assert events.of(Recalled) == [Recalled((SISTER,))]


async def test_which_memories_a_reply_had_is_kept_without_their_text(journal):
    async def recollect(_text):
        return Found((SISTER,))

    await Conversation(journal, ScriptedProvider("14 May."), recollect=recollect).send("when?", EventLog())

    mark = next(entry.mark for entry in journal.tail(10) if entry.kind == "sources")
    assert mark["passages"] == [
        {"path": "memory/2026-01-02.md", "lines": [3, 3], "score": 0.91, "parts": {"keyword": 1.0}}
    ]


@pytest.mark.parametrize("trouble", [LocalGPTError("The index is gone."), TimeoutError()])
async def test_a_turn_goes_on_without_memories_where_they_cannot_be_had(journal, trouble):
    async def recollect(_text):
        raise trouble

    events = EventLog()
    await Conversation(journal, ScriptedProvider("Hello."), recollect=recollect).send("hi", events)
    assert isinstance(events[-1], TurnFinished)
    assert events.of(Recalled) == []


async def test_a_message_is_taken_back_and_the_branch_before_can_be_returned_to(journal):
    conversation = Conversation(journal, ScriptedProvider("one", "two"))
    await conversation.send("first", EventLog())
    await conversation.send("second", EventLog())

    assert conversation.take_back().text == "second"
    assert [message.text for message in journal.history()] == ["first", "one"]
    conversation.undo_rewind()
    assert [message.text for message in journal.history()] == ["first", "one", "second", "two"]
    conversation.undo_rewind()
    assert [message.text for message in journal.history()] == ["first", "one"]


async def test_the_question_to_an_answer_is_taken_back_with_it(journal):
    conversation = Conversation(journal, ScriptedProvider("one", "two"))
    await conversation.send("first", EventLog())
    answer = journal.tail(1)[0].id
    await conversation.send("second", EventLog())

    assert conversation.take_back(answer).text == "first"
    assert journal.history() == ()


async def test_messages_are_dropped_from_one_on(journal):
    conversation = Conversation(journal, ScriptedProvider("one", "two"))
    await conversation.send("first", EventLog())
    answer = journal.tail(1)[0].id
    await conversation.send("second", EventLog())

    conversation.drop_from(answer)
    assert [message.text for message in journal.history()] == ["first"]
    with pytest.raises(SessionError, match="on another branch"):
        conversation.drop_from(answer)


def test_nothing_can_be_taken_back_where_nothing_was_said(journal):
    conversation = Conversation(journal, ScriptedProvider())
    for wish in (conversation.take_back, conversation.drop_from):
        with pytest.raises(SessionError, match="Nothing was said here"):
            wish()
