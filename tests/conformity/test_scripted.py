"""Every dialect against aimock, which says what it is told to: scripted answers and failures."""

import json

import pytest
from conformity.asking import ask, cancel, failure
from fakes import EventLog, FakeTool, call, request

from localgpt_tui.agent.loop import run_turn
from localgpt_tui.core.events import CallDelta, TextDelta, ThinkingDelta, ToolStarted
from localgpt_tui.core.messages import AssistantMessage, ToolMessage, UserMessage

DIALECTS = ["anthropic", "chat", "responses", "ollama"]
every_dialect = pytest.mark.parametrize("dialect", DIALECTS)


@pytest.fixture
def model(servers, connect):
    return lambda dialect, **settings: connect(dialect, servers.url("aimock"), **settings)


@pytest.fixture
def weather():
    return FakeTool("get_weather", lambda asked: {"Paris": "21", "Rome": "25"}[asked["city"]])


@every_dialect
async def test_text_streams_and_ends(dialect, model):
    message, events = await ask(model(dialect), "SCENARIO:text")
    assert message.text == "The lamp is lit, and the ships can see it."
    assert message.stop == "end"
    assert len(events.of(TextDelta)) > 3


@every_dialect
async def test_text_of_every_script_arrives_as_it_was_sent(dialect, model):
    message, events = await ask(model(dialect), "SCENARIO:unicode")
    assert message.text == ("naïve café — 日本語 👩‍👩‍👧 \"quoted\" \\ <b>&amp;</b>\n```py\nprint('x')\n```\nend")
    assert all(event.text.encode() for event in events.of(TextDelta))


@pytest.mark.parametrize("dialect", ["anthropic", "responses"])
async def test_thinking_streams_apart_from_the_text(dialect, model):
    message, events = await ask(model(dialect), "SCENARIO:thinking")
    assert message.text == "It is dusk."
    assert [part.text for part in message.thinking] == ["The sun is low, so the day must be ending."]
    assert len(events.of(ThinkingDelta)) > 1


@every_dialect
async def test_a_tool_call_streams_and_comes_whole(dialect, model, weather):
    message, events = await ask(model(dialect), "SCENARIO:tool", tools=[weather.tool])
    (made,) = message.calls
    assert (made.name, json.loads(made.arguments)) == ("get_weather", {"city": "Paris", "note": 'a "q" é'})
    assert message.stop == "tool_calls"
    assert message.text.startswith("Let me look.")
    assert events.of(CallDelta)[0].name == "get_weather"
    assert json.loads("".join(delta.arguments for delta in events.of(CallDelta))) == json.loads(made.arguments)


@every_dialect
async def test_parallel_calls_are_kept_apart(dialect, model, weather):
    message, _ = await ask(model(dialect), "SCENARIO:parallel", tools=[weather.tool])
    assert [json.loads(made.arguments)["city"] for made in message.calls] == ["Paris", "Rome"]
    assert len({made.id for made in message.calls}) == 2


@every_dialect
async def test_a_call_without_arguments_has_an_empty_object(dialect, model):
    tool = FakeTool("list_files").tool
    message, _ = await ask(model(dialect), "SCENARIO:no-arguments", tools=[tool])
    assert [json.loads(made.arguments) for made in message.calls] == [{}]


@every_dialect
async def test_a_call_may_come_before_the_text(dialect, model, weather):
    message, _ = await ask(model(dialect), "SCENARIO:call-first", tools=[weather.tool])
    assert (len(message.calls), message.text.strip()) == (1, "Looking now.")


@pytest.mark.parametrize("dialect", ["anthropic", "chat", "responses"])  # aimock's Ollama always says “stop”
async def test_a_reply_at_its_limit_says_so(dialect, model):
    message, _ = await ask(model(dialect), "SCENARIO:length")
    assert message.stop == "length"


@every_dialect
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("400", "too_long"),
        ("401", "auth"),
        ("403", "auth"),
        ("404", "not_found"),
        ("429", "rate_limited"),
        ("500", "server"),
        ("529", "overloaded"),
    ],
)
async def test_a_refused_request_says_why(dialect, status, kind, model):
    error, events = await failure(model(dialect), f"SCENARIO:{status}")
    assert error.failure == kind
    assert events == []


@every_dialect
async def test_the_wait_a_server_asks_for_is_kept(dialect, model):
    error, _ = await failure(model(dialect), "SCENARIO:429")
    assert error.retry_after == 3


@every_dialect
async def test_a_stream_cut_in_the_middle_is_no_answer(dialect, model):
    error, events = await failure(model(dialect), "SCENARIO:cut")
    assert error.failure == "cut"
    assert events.text
    assert "This answer ends in the middle because the server goes away".startswith(events.text)


@every_dialect
async def test_a_stream_that_stalls_is_given_up(dialect, model):
    error, events = await failure(model(dialect, idle_seconds=0.3), "SCENARIO:stalled")
    assert error.failure == "timeout"
    assert len(events.text) < len("one two three four")


@every_dialect
async def test_a_cancelled_reply_ends_at_once(dialect, model):
    await cancel(model(dialect), "SCENARIO:slow")


@every_dialect
async def test_a_server_that_is_not_there_is_refused(dialect, connect):
    error, _ = await failure(connect(dialect, "http://127.0.0.1:9"), "hello")
    assert error.failure == "refused"


@every_dialect
async def test_a_turn_runs_a_tool_and_answers_with_its_result(dialect, model, weather):
    events = EventLog()
    await run_turn(model(dialect), request("SCENARIO:tool", tools=[weather.tool]), events)
    assert weather.asked == [{"city": "Paris", "note": 'a "q" é'}]
    assert [answer.text for answer in events.answers] == ["21"]
    assert events.said_text == "It is 21 degrees in Paris."


@every_dialect
async def test_a_turn_runs_parallel_calls(dialect, model, weather):
    events = EventLog()
    await run_turn(model(dialect), request("SCENARIO:parallel", tools=[weather.tool]), events)
    assert len(events.of(ToolStarted)) == 2
    assert sorted(asked["city"] for asked in weather.asked) == ["Paris", "Rome"]
    assert events.said_text == "Paris 21, Rome 25."


@every_dialect
async def test_a_conversation_begun_by_another_model_goes_on(dialect, model, weather):
    made = call("get_weather", call_id="call|of:another model", city="Oslo")
    before = [
        UserMessage("How is Oslo?"),
        AssistantMessage("", calls=(made,), model="other/model", stop="tool_calls"),
        ToolMessage(made.id, made.name, "no such city", failed=True),
        AssistantMessage("I could not", model="other/model", stop="cancelled"),
    ]
    message, _ = await ask(model(dialect), "SCENARIO:text", before=before, tools=[weather.tool])
    assert message.text.startswith("The lamp is lit")
