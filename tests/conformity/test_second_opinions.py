"""Servers of another hand: mock-ai-api with errors inside the stream, tinytot as an Ollama that leaves fields out."""

import pytest
from conformity.asking import ask, failure
from fakes import FakeTool

from localgpt_tui.core.events import CallDelta, TextDelta, ThinkingDelta


def mocked(mock, servers, connect):
    dialect, server, model = mock
    return connect(dialect, servers.url(server), model=model)


@pytest.mark.parametrize(
    "mock",
    [
        ("chat", "mockai", "gpt-4.1:mock-text"),
        ("responses", "mockai", "gpt-4.1:mock-text"),
        ("anthropic", "mockai-anthropic", "claude-sonnet-4-20250514:mock-text"),
    ],
)
async def test_text_and_its_tokens_arrive(mock, servers, connect):
    message, events = await ask(mocked(mock, servers, connect), "hello")
    assert message.stop == "end"
    assert events.of(TextDelta)
    assert message.usage.output_tokens


@pytest.mark.parametrize(
    "mock",
    [
        ("chat", "mockai", "gpt-4.1:mock-tool-stream"),
        ("anthropic", "mockai-anthropic", "claude-sonnet-4-20250514:mock-tool-stream"),
    ],
)
async def test_tool_calls_arrive_in_pieces(mock, servers, connect):
    tool = FakeTool("get_weather").tool
    message, events = await ask(mocked(mock, servers, connect), "hello", tools=[tool])
    assert message.calls
    assert message.stop == "tool_calls"
    assert len(events.of(CallDelta)) > 2


async def test_an_error_inside_the_stream_is_a_failure_whatever_the_status_said(servers, connect):
    url, model = servers.url("mockai-anthropic"), "claude-sonnet-4-20250514:mock-stream-error"
    error, _ = await failure(connect("anthropic", url, model=model), "hello")
    assert error.failure in {"overloaded", "server"}


@pytest.fixture
def tinytot(servers, connect):
    return connect("ollama", servers.url("tinytot"), model="tinytot")


async def test_an_ollama_that_leaves_fields_out_is_understood(tinytot):
    message, events = await ask(tinytot, "What is the capital of France?")
    assert message.stop == "end"
    assert len(events.of(TextDelta)) > 2
    assert message.usage.context_window


async def test_the_thinking_of_an_ollama_arrives_apart(tinytot):
    message, events = await ask(tinytot, "Think: what is 2 + 2?")
    assert message.text
    assert "".join(part.text for part in message.thinking) == "".join(e.text for e in events.of(ThinkingDelta))
