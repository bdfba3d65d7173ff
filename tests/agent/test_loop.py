"""A turn: reply, run tools, reply again, and every way in which it ends."""

import asyncio
import contextlib
from collections.abc import Callable

import pytest
from fakes import Breaks, EventLog, FakeTool, Hangs, ScriptedProvider, call, calls, request
from hypothesis import given, settings
from hypothesis import strategies as st

from localgpt_tui.agent.loop import LimitError, Limits, run_turn
from localgpt_tui.core.errors import LocalGPTError, ProviderError, ToolError
from localgpt_tui.core.events import FellBack, Said, TextDelta, ToolProgress, ToolStarted
from localgpt_tui.core.messages import AssistantMessage, Thinking, ToolCall, ToolMessage


async def test_a_reply_without_calls_ends_the_turn():
    events = EventLog()
    answer = await run_turn(ScriptedProvider("Hello."), request(), events)
    assert answer.text == "Hello."
    assert events == [TextDelta("Hello."), Said(answer)]


async def test_tool_results_are_given_to_the_next_reply():
    look = FakeTool("look", "a cat")
    provider = ScriptedProvider(calls(call("look", path="a"), text="Let me see."), "It is a cat.")
    events = EventLog()
    answer = await run_turn(provider, request(tools=[look.tool]), events)
    assert answer.text == "It is a cat."
    assert look.asked == [{"path": "a"}]
    assert [message.kind for message in provider.requests[1].messages] == ["user", "assistant", "tool"]
    assert provider.requests[1].messages[-1] == events.answers[0]
    assert events.said == [*provider.requests[1].messages[1:], answer]


async def test_the_stable_parts_of_the_request_stay_from_round_to_round():
    provider = ScriptedProvider(calls(call("look")), "Done.")
    await run_turn(provider, request(tools=[FakeTool().tool], tail="now", session="s"), EventLog())
    first, second = provider.requests
    assert (first.system, first.tail, first.session, first.tools) == (second.system, second.tail, "s", second.tools)
    assert second.messages[: len(first.messages)] == first.messages


async def test_calls_of_one_reply_run_together_and_are_answered_in_their_order():
    gate = asyncio.Event()
    slow = FakeTool("slow", "slow", gate=gate)
    quick = FakeTool("quick", lambda arguments: gate.set() or "quick")
    events = EventLog()
    provider = ScriptedProvider(calls(call("slow"), call("quick")), "Done.")
    await run_turn(provider, request(tools=[slow.tool, quick.tool]), events)
    assert [answer.text for answer in events.answers] == ["slow", "quick"]


async def test_two_hundred_calls_run_a_few_at_a_time():
    look = FakeTool()
    wanted = [call("look", call_id=f"c{number}", number=number) for number in range(200)]
    events = EventLog()
    provider = ScriptedProvider(calls(*wanted), "Done.")
    await run_turn(provider, request(tools=[look.tool]), events, limits=Limits(together=4))
    assert [answer.call_id for answer in events.answers] == [one.id for one in wanted]
    assert look.most_running == 4


async def test_output_of_a_running_tool_is_passed_on():
    events = EventLog()
    tool = FakeTool(progress=["half", "all"]).tool
    await run_turn(ScriptedProvider(calls(call("look", call_id="c")), "Done."), request(tools=[tool]), events)
    assert events.of(ToolStarted, ToolProgress)[1:] == [ToolProgress("c", "half"), ToolProgress("c", "all")]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ToolError("There is no file a.", "Did you mean b?"), "There is no file a. Did you mean b?"),
        (LocalGPTError("The disk is full."), "The disk is full."),
        (ZeroDivisionError("division by zero"), "look failed unexpectedly: ZeroDivisionError: division by zero"),
        (asyncio.CancelledError(), "look stopped itself before it had a result."),
    ],
)
async def test_a_tool_that_fails_is_answered_and_the_turn_goes_on(error: Exception, told: str):
    events = EventLog()
    provider = ScriptedProvider(calls(call("look")), "I see.")
    answer = await run_turn(provider, request(tools=[FakeTool("look", error).tool]), events)
    assert answer.text == "I see."
    assert [(one.text, one.failed) for one in events.answers] == [(told, True)]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (ToolCall("c", "lock", "{}"), "There is no tool 'lock'. Did you mean look? The tools are: look."),
        (ToolCall("c", "look", '{"a": '), "The arguments are not valid JSON"),
        (ToolCall("c", "look", "[1]"), "The arguments are a JSON list, not an object"),
        (ToolCall("c", "look", "[" * 100_000), "The arguments are not valid JSON"),
    ],
)
async def test_a_call_that_cannot_run_is_answered_with_what_to_change(asked: ToolCall, told: str):
    look, events = FakeTool("look"), EventLog()
    await run_turn(ScriptedProvider(calls(asked), "I see."), request(tools=[look.tool]), events)
    (answer,) = events.answers
    assert told in answer.text
    assert answer.failed
    assert look.asked == []


async def test_no_arguments_at_all_mean_none():
    look = FakeTool()
    await run_turn(ScriptedProvider(calls(ToolCall("c", "look", "")), "Done."), request(tools=[look.tool]), EventLog())
    assert look.asked == [{}]


async def test_a_megabyte_of_arguments_reaches_the_tool():
    look = FakeTool()
    provider = ScriptedProvider(calls(call("look", text="x" * 1_000_000)), "Done.")
    await run_turn(provider, request(tools=[look.tool]), EventLog())
    assert len(look.asked[0]["text"]) == 1_000_000


async def test_an_oversized_result_is_cut_and_says_how_to_go_on():
    events = EventLog()
    provider = ScriptedProvider(calls(call("look")), "Done.")
    long = FakeTool("look", "x" * 1500)
    await run_turn(provider, request(tools=[long.tool]), events, limits=Limits(result_chars=1000))
    text = events.answers[0].text
    assert text.startswith("x" * 1000 + "\n\n[Cut here: 500 of 1,500 characters are not shown.")
    assert "offset" in text


async def test_three_identical_calls_in_a_row_stop_the_turn():
    look, events = FakeTool(), EventLog()
    provider = ScriptedProvider(
        calls(ToolCall("a", "look", '{"a": 1, "b": 2}')),
        calls(ToolCall("b", "look", '{"b": 2,"a": 1}')),
        calls(ToolCall("c", "look", '{"a":1,"b":2}')),
    )
    with pytest.raises(LimitError, match="3 times in a row for look with the same arguments"):
        await run_turn(provider, request(tools=[look.tool]), events)
    assert len(look.asked) == 2
    assert [(answer.call_id, answer.failed) for answer in events.answers] == [("a", False), ("b", False), ("c", True)]


async def test_the_same_call_fifty_times_in_one_reply_is_not_run():
    look, events = FakeTool(), EventLog()
    with pytest.raises(LimitError, match="50 times in a row"):
        await run_turn(ScriptedProvider(calls(*[call("look")] * 50)), request(tools=[look.tool]), events)
    assert look.asked == []
    assert len({answer.call_id for answer in events.answers}) == 50


async def test_a_call_in_between_begins_the_count_anew():
    again, other = calls(call("look", path="a")), calls(call("look", path="b"))
    provider = ScriptedProvider(again, again, other, again, again, "Done.")
    answer = await run_turn(provider, request(tools=[FakeTool().tool]), EventLog())
    assert answer.text == "Done."


async def test_the_rounds_of_a_turn_are_capped_and_the_last_calls_still_answered():
    look, events = FakeTool(), EventLog()
    provider = ScriptedProvider(lambda asked: calls(call("look", number=len(asked.messages))), repeat=True)
    with pytest.raises(LimitError, match="round 4, the last one allowed"):
        await run_turn(provider, request(tools=[look.tool]), events, limits=Limits(rounds=4))
    assert len(look.asked) == 3
    assert len(events.answers) == 4
    assert events.answers[-1].text.startswith("Not run.")


async def test_ids_that_repeat_or_are_missing_are_made_distinct():
    events = EventLog()
    provider = ScriptedProvider(
        calls(ToolCall("0", "look", '{"n": 1}'), ToolCall("0", "look", '{"n": 2}'), ToolCall("", "look", "{}")),
        calls(ToolCall("0", "look", '{"n": 3}')),
        "Done.",
    )
    await run_turn(provider, request(tools=[FakeTool().tool]), events)
    asked = [one.id for message in events.said if isinstance(message, AssistantMessage) for one in message.calls]
    assert asked == ["0", "0-2", "call", "0-3"]
    assert [answer.call_id for answer in events.answers] == asked


async def test_an_empty_reply_is_a_failure():
    events = EventLog()
    with pytest.raises(ProviderError, match="The model sent an empty reply"):
        await run_turn(ScriptedProvider(" \n"), request(), events)
    assert events.said == []


async def test_thinking_without_an_answer_is_kept_and_is_a_failure():
    events = EventLog()
    with pytest.raises(ProviderError, match="limit of tokens before it wrote an answer"):
        await run_turn(ScriptedProvider(AssistantMessage("", (Thinking("Hmm."),), stop="length")), request(), events)
    assert events.said[0].thinking == (Thinking("Hmm."),)
    assert events.said[0].stop == "failed"


async def test_an_answer_that_reached_its_length_keeps_the_mark():
    answer = await run_turn(ScriptedProvider(AssistantMessage("Half a", stop="length")), request(), EventLog())
    assert answer.stop == "length"


async def test_calls_of_a_reply_that_was_cut_at_its_length_do_not_run():
    look, events = FakeTool(), EventLog()
    provider = ScriptedProvider(AssistantMessage("", calls=(call("look", path="a"),), stop="length"), "Shorter.")
    answer = await run_turn(provider, request(tools=[look.tool]), events)
    assert answer.text == "Shorter."
    assert look.asked == []
    assert "reached its limit of tokens" in events.answers[0].text


async def test_calls_of_a_refusal_do_not_run():
    look = FakeTool()
    provider = ScriptedProvider(AssistantMessage("No.", calls=(call("look"),), stop="refusal"))
    answer = await run_turn(provider, request(tools=[look.tool]), EventLog())
    assert (answer.stop, answer.calls, look.asked) == ("refusal", (), [])


async def test_a_reply_that_calls_itself_failed_is_a_failure():
    with pytest.raises(ProviderError, match="went away"):
        await run_turn(
            ScriptedProvider(AssistantMessage("Half", stop="failed", note="The server went away.")),
            request(),
            EventLog(),
        )


async def test_what_had_arrived_of_a_broken_reply_is_said_and_marked():
    events = EventLog()
    with pytest.raises(ProviderError, match="lost"):
        await run_turn(ScriptedProvider(Breaks("Half an ans", thinking="Well.")), request(), events)
    (partial,) = events.said
    assert (partial.text, partial.thinking) == ("Half an ans", (Thinking("Well."),))
    assert (partial.stop, partial.note, partial.model) == ("failed", "The connection was lost.", "scripted/model")


async def test_nothing_is_said_where_nothing_had_arrived():
    events = EventLog()
    with pytest.raises(ProviderError):
        await run_turn(ScriptedProvider(Breaks()), request(), events)
    assert events.said == []


async def test_an_unexpected_error_of_a_provider_keeps_the_text_too():
    events = EventLog()
    with pytest.raises(KeyError):
        await run_turn(ScriptedProvider(Breaks("Half", error=KeyError("choices"))), request(), events)
    assert (events.said_text, events.said[0].stop) == ("Half", "failed")


async def test_a_partial_reply_carries_the_model_that_wrote_it():
    class FallenBack(ScriptedProvider):
        async def reply(self, request, emit):
            emit(FellBack("other/model", "the first was overloaded"))
            return await super().reply(request, emit)

    events = EventLog()
    with pytest.raises(ProviderError):
        await run_turn(FallenBack(Breaks("Half")), request(), events)
    assert events.said[0].model == "other/model"


async def test_cancelling_while_the_reply_streams_keeps_what_had_arrived():
    provider, events = ScriptedProvider(Hangs("Half")), EventLog()
    turn = asyncio.create_task(run_turn(provider, request(), events))
    await provider.hanging.wait()
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert (events.said_text, events.said[0].stop) == ("Half", "cancelled")


async def test_cancelling_while_tools_run_stops_them_and_invents_no_answers():
    never = FakeTool("never", gate=asyncio.Event())
    quick = FakeTool("quick", "done")
    events = EventLog()
    provider = ScriptedProvider(calls(call("never"), call("quick")))
    turn = asyncio.create_task(run_turn(provider, request(tools=[never.tool, quick.tool]), events))
    await never.started.wait()
    await quick.finished.wait()
    await asyncio.sleep(0)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert never.cancelled
    assert [(answer.name, answer.text) for answer in events.answers] == [("quick", "done")]


async def test_an_event_that_cannot_be_kept_ends_the_turn_with_its_own_error():
    def full(event: object) -> None:
        if isinstance(event, Said) and isinstance(event.message, ToolMessage):
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        await run_turn(ScriptedProvider(calls(call("look"), call("look"))), request(tools=[FakeTool().tool]), full)


names = st.sampled_from(["look", "fails", "nowhere"])
scripted_calls = st.builds(
    ToolCall,
    id=st.sampled_from(["", "a", "b"]),
    name=names,
    arguments=st.sampled_from(["{}", '{"a": 1}', "[", "1", ""]),
)
replies = st.builds(
    AssistantMessage,
    text=st.sampled_from(["", "Hm."]),
    calls=st.lists(scripted_calls, max_size=4).map(tuple),
    stop=st.sampled_from(["end", "tool_calls", "length", "refusal", "failed"]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(replies, max_size=6))
def test_each_call_is_answered_exactly_once_for_any_script(script: list[AssistantMessage]):
    def play(number: int) -> Callable[[object], AssistantMessage]:
        return lambda _: script[number]

    events = EventLog()
    provider = ScriptedProvider(*[play(number) for number in range(len(script))], "Done.")
    tools = [FakeTool("look").tool, FakeTool("fails", ValueError("no")).tool]
    with contextlib.suppress(ProviderError, LimitError):
        asyncio.run(run_turn(provider, request(tools=tools), events, limits=Limits(rounds=5)))
    asked = [one.id for message in events.said if isinstance(message, AssistantMessage) for one in message.calls]
    assert [answer.call_id for answer in events.answers] == asked
    assert len(set(asked)) == len(asked)
