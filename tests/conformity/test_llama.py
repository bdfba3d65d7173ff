"""A real model behind a real server: llama.cpp over two of its dialects."""

import asyncio
import json

import pytest
from conformity.asking import ask, cancel, failure
from conformity.servers import get
from fakes import FakeTool

from localgpt_tui.core.events import CallDelta, TextDelta
from localgpt_tui.core.ports import Tool

DIALECTS = ["chat", "anthropic"]
every_dialect = pytest.mark.parametrize("dialect", DIALECTS)
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


@pytest.fixture
def llama(servers):
    return servers.url("llama")


@pytest.fixture
def model(llama, connect):
    return lambda dialect: connect(dialect, llama, model="smollm2")


def busy_slots(llama):
    return [slot for slot in get(f"{llama}/slots") if slot["is_processing"]]


async def all_slots_free(llama):
    for _ in range(50):
        if not await asyncio.to_thread(busy_slots, llama):
            return True
        await asyncio.sleep(0.05)
    return False


@every_dialect
async def test_a_model_answers_piece_by_piece_and_counts_its_tokens(dialect, model):
    message, events = await ask(model(dialect), "Say hello in one short sentence.", max_tokens=24)
    assert len(events.of(TextDelta)) > 2
    assert message.stop in {"end", "length"}
    assert message.usage.input_tokens > 5
    assert 2 < message.usage.output_tokens <= 24
    assert message.usage.cost is None


@every_dialect
async def test_the_limit_on_tokens_is_kept_and_told(dialect, model):
    message, _ = await ask(model(dialect), "Write a long story about a lighthouse.", max_tokens=8)
    assert message.stop == "length"
    assert message.usage.output_tokens <= 8


@every_dialect
async def test_a_model_calls_a_tool_piece_by_piece(dialect, model):
    look = FakeTool("get_weather").tool
    tool = Tool(look.name, "The weather of a city.", CITY, look.run)
    text = "[[call]] Now call the function get_weather for Paris."
    message, events = await ask(model(dialect), text, tools=[tool], max_tokens=40)
    assert [(made.name, json.loads(made.arguments)) for made in message.calls] == [("get_weather", {"city": "Paris"})]
    assert len(events.of(CallDelta)) > 2


@every_dialect
async def test_cancelling_frees_the_server(dialect, model, llama):
    await cancel(model(dialect), "Write a long story.", max_tokens=390)
    assert await all_slots_free(llama)


@every_dialect
async def test_a_conversation_longer_than_the_window_is_refused_with_the_reason(dialect, model):
    error, _ = await failure(model(dialect), "word " * 6000)
    assert error.failure == "too_long"


async def test_an_unknown_address_on_a_real_server_is_named(llama, connect):
    error, _ = await failure(connect("anthropic", f"{llama}/nowhere"), "hello")
    assert error.failure == "not_found"
