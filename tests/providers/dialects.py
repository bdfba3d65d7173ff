"""What every dialect promises, whichever words it uses for it: each test file fills in the words."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from providers.server import Answer, ModelServer, failure

from localgpt_tui.core.errors import ProviderError
from localgpt_tui.core.events import CallDelta, Event, TextDelta, ThinkingDelta
from localgpt_tui.core.messages import AssistantMessage, UserMessage
from localgpt_tui.core.ports import Request, Tool

KEY = "sk-verysecret-0123456789"
HELLO = Request("You help.", (UserMessage("Hello?"),))

STATUSES = {
    400: "bad_request",
    401: "auth",
    402: "payment",
    403: "auth",
    404: "not_found",
    413: "too_long",
    429: "rate_limited",
    500: "server",
    503: "overloaded",
    529: "overloaded",
}


async def _no_run(arguments: str, progress: object) -> str:
    return ""


WEATHER = Tool(
    "get_weather",
    "The weather of a city.",
    {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    _no_run,
)


@dataclass(frozen=True)
class Call:
    id: str
    name: str
    pieces: tuple[str, ...]


class Dialect:
    """The words of one dialect: chunks of bytes for what a server can say."""

    has_ids = True
    knows_refusal = True
    streams_arguments = True
    filler = b": still here\n\n"

    def provider(self, url: str, **settings: Any) -> Any:
        raise NotImplementedError

    def reply(
        self, *texts: str, thought: str = "", calls: Sequence[Call] = (), finish: str = "end", usage: bool = True
    ) -> tuple[bytes, ...]:
        """A whole stream; `finish=""` leaves its finish out."""
        raise NotImplementedError

    def half_call(self) -> tuple[bytes, ...]:
        """A stream that reaches its length in the middle of a call."""
        raise NotImplementedError

    def broken(self) -> bytes:
        """A chunk that is no JSON."""
        raise NotImplementedError

    def odd(self) -> bytes:
        """A chunk that is JSON of another shape."""
        raise NotImplementedError

    def error(self) -> bytes:
        """An error that is reported inside the stream: overloaded."""
        raise NotImplementedError


class Promises:
    """The table of what can happen, for every dialect."""

    dialect: Dialect

    @pytest.fixture
    async def server(self, monkeypatch, tmp_path):
        for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "OPENAI_API_KEY", "OLLAMA_API_KEY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path))
        async with ModelServer() as server:
            server.paths["/api/show"] = Answer((b'{"model_info": {"x.context_length": 32768}}',))
            server.paths["/v1/models"] = Answer((b'{"data": []}',))
            yield server

    async def ask(self, server: ModelServer, request: Request = HELLO, **settings: Any):
        provider = self.dialect.provider(server.url, **settings)
        events: list[Event] = []
        try:
            return await provider.reply(request, events.append), events
        finally:
            await provider.aclose()

    async def failing(self, server: ModelServer, request: Request = HELLO, **settings: Any):
        provider = self.dialect.provider(server.url, **settings)
        events: list[Event] = []
        try:
            with pytest.raises(ProviderError) as caught:
                await provider.reply(request, events.append)
        finally:
            await provider.aclose()
        error = caught.value
        assert error.message
        assert error.advice
        assert KEY not in str(error)
        return error, events

    async def test_text_arrives_in_pieces_and_is_returned_whole(self, server):
        server.say(*self.dialect.reply("Hel", "lo ", "you"))
        reply, events = await self.ask(server)
        assert [event.text for event in events if isinstance(event, TextDelta)] == ["Hel", "lo ", "you"]
        assert (reply.text, reply.stop, reply.calls, reply.note) == ("Hello you", "end", (), "")

    async def test_the_reply_names_the_model_and_what_it_used(self, server):
        server.say(*self.dialect.reply("Hi"))
        reply, _ = await self.ask(server)
        assert reply.model == self.dialect.provider(server.url).model
        assert (reply.usage.input_tokens, reply.usage.output_tokens) == (20, 7)
        assert reply.usage.cost is None  # no price is known for a server of one's own

    async def test_a_server_that_counts_nothing_is_believed_nothing(self, server):
        server.say(*self.dialect.reply("Hi", usage=False))
        reply, _ = await self.ask(server)
        assert reply.text == "Hi"
        assert reply.usage.cost is None

    async def test_thinking_arrives_apart_from_the_text(self, server):
        server.say(*self.dialect.reply("42", thought="Let me see"))
        reply, events = await self.ask(server)
        assert "".join(event.text for event in events if isinstance(event, ThinkingDelta)) == "Let me see"
        assert [thought.text for thought in reply.thinking] == ["Let me see"]
        assert reply.text == "42"

    async def test_parallel_calls_stream_and_are_returned_in_order(self, server):
        calls = [Call("c1", "get_weather", ('{"ci', 'ty": "Paris"}')), Call("c2", "get_weather", ('{"city": "Rome"}',))]
        server.say(*self.dialect.reply("Looking.", calls=calls, finish="tool_calls"))
        reply, events = await self.ask(server, Request("", HELLO.messages, (WEATHER,)))
        assert [(call.name, json.loads(call.arguments)) for call in reply.calls] == [
            ("get_weather", {"city": "Paris"}),
            ("get_weather", {"city": "Rome"}),
        ]
        assert reply.stop == "tool_calls"
        assert len({call.id for call in reply.calls}) == 2
        deltas = [event for event in events if isinstance(event, CallDelta)]
        assert {event.index for event in deltas} == {0, 1}
        assert json.loads("".join(event.arguments for event in deltas if event.index == 0)) == {"city": "Paris"}
        assert [event.name for event in deltas if event.index == 1 and event.name] == ["get_weather"]
        if self.dialect.has_ids:
            assert [call.id for call in reply.calls] == ["c1", "c2"]

    async def test_a_call_without_arguments_has_an_empty_object(self, server):
        server.say(*self.dialect.reply(calls=[Call("c1", "list_files", ())], finish="tool_calls"))
        reply, _ = await self.ask(server)
        assert [(call.name, call.arguments) for call in reply.calls] == [("list_files", "{}")]

    async def test_calls_are_found_even_where_the_finish_does_not_mention_them(self, server):
        server.say(*self.dialect.reply(calls=[Call("c1", "list_files", ("{}",))], finish="end"))
        reply, _ = await self.ask(server)
        assert reply.stop == "tool_calls"

    async def test_an_id_that_is_missing_or_was_used_before_is_replaced(self, server):
        calls = [Call("", "list_files", ("{}",)), Call("c1", "list_files", ("{}",))]
        server.say(*self.dialect.reply(calls=calls, finish="tool_calls"))
        server.say(*self.dialect.reply(calls=calls, finish="tool_calls"))
        first, _ = await self.ask(server)
        second, _ = await self.ask(server, Request("", (UserMessage("Go on."), first)))
        ids = [call.id for reply in (first, second) for call in reply.calls]
        assert all(ids)
        assert len(set(ids)) == 4

    async def test_a_reply_that_reached_its_length_says_so(self, server):
        server.say(*self.dialect.reply("It was a dark and", finish="length"))
        reply, _ = await self.ask(server)
        assert (reply.text, reply.stop) == ("It was a dark and", "length")

    async def test_a_refusal_says_so(self, server):
        if not self.dialect.knows_refusal:
            pytest.skip("this dialect has no word for it")
        server.say(*self.dialect.reply("I cannot", finish="refusal"))
        reply, _ = await self.ask(server)
        assert reply.stop == "refusal"

    async def test_a_half_received_call_is_never_returned(self, server):
        if not self.dialect.streams_arguments:
            pytest.skip("calls come in one piece")
        server.say(*self.dialect.half_call())
        reply, _ = await self.ask(server)
        assert (reply.stop, reply.calls) == ("length", ())

    async def test_halves_of_a_character_are_joined(self, server):
        server.say(*self.dialect.reply("a \ud83d", "\udc69 b", " \udc69 c", "\ud83d"))
        reply, events = await self.ask(server)
        assert reply.text == "a 👩 b � c�"
        assert "".join(event.text for event in events if isinstance(event, TextDelta)) == reply.text

    async def test_every_status_becomes_one_kind_of_failure(self, server):
        provider = self.dialect.provider(server.url)
        met, events = {}, []
        for status in STATUSES:
            server.answers.append(failure(status, f"No, {KEY} will not do"))
            with pytest.raises(ProviderError) as caught:
                await provider.reply(HELLO, events.append)
            met[status] = caught.value.failure
            assert KEY not in str(caught.value)
        await provider.aclose()
        assert met == STATUSES
        assert events == []

    async def test_the_time_that_a_server_asks_for_is_kept(self, server):
        server.answers.append(failure(429, "slow down", **{"retry-after": "7"}))
        error, _ = await self.failing(server)
        assert error.retry_after == 7.0
        assert "7 seconds" in error.message

    async def test_a_prompt_that_is_too_long_is_told_from_a_bad_request(self, server):
        server.answers.append(failure(400, "prompt is too long: 250000 tokens > 200000 maximum"))
        error, _ = await self.failing(server)
        assert error.failure == "too_long"

    async def test_a_page_instead_of_json_is_an_error_of_that_status(self, server):
        server.say(b"<html>Bad gateway</html>", status=502, headers={"content-type": "text/html"})
        error, _ = await self.failing(server)
        assert error.failure == "server"

    async def test_nobody_listening(self, server):
        provider = self.dialect.provider("http://127.0.0.1:1")
        with pytest.raises(ProviderError) as caught:
            await provider.reply(HELLO, repr)
        await provider.aclose()
        assert caught.value.failure == "refused"

    async def test_a_connection_dropped_before_the_answer(self, server):
        server.say(ending="hang_up")
        error, _ = await self.failing(server)
        assert error.failure == "cut"

    async def test_a_connection_dropped_in_mid_stream(self, server):
        server.say(*self.dialect.reply("Half an ans", finish=""), ending="cut")
        error, events = await self.failing(server)
        assert error.failure == "cut"
        assert TextDelta("Half an ans") in events

    async def test_a_stream_that_ends_without_a_finish(self, server):
        server.say(*self.dialect.reply("Half an ans", finish=""))
        error, events = await self.failing(server)
        assert error.failure == "cut"
        assert TextDelta("Half an ans") in events

    async def test_a_connection_dropped_behind_the_finish_changes_nothing(self, server):
        server.say(*self.dialect.reply("All of it"), ending="cut")
        reply, _ = await self.ask(server)
        assert reply.text == "All of it"

    async def test_a_server_that_never_begins(self, server):
        server.say(ending="stall")
        error, _ = await self.failing(server, idle_seconds=0.05)
        assert error.failure == "timeout"

    async def test_a_server_that_stops_in_mid_stream(self, server):
        server.say(*self.dialect.reply("Half", finish=""), ending="stall")
        error, events = await self.failing(server, idle_seconds=0.2)
        assert error.failure == "timeout"
        assert TextDelta("Half") in events

    async def test_bytes_that_say_nothing_are_no_sign_of_life(self, server):
        server.say(*self.dialect.reply("Half", finish=""), ending="trickle", filler=self.dialect.filler)
        error, _ = await self.failing(server, idle_seconds=0.2)
        assert error.failure == "timeout"

    async def test_a_chunk_that_is_no_json(self, server):
        server.say(*self.dialect.reply("Half", finish=""), self.dialect.broken())
        error, _ = await self.failing(server)
        assert error.failure == "malformed"

    async def test_a_chunk_of_another_shape(self, server):
        server.say(*self.dialect.reply("Half", finish=""), self.dialect.odd())
        error, _ = await self.failing(server)
        assert error.failure == "malformed"

    async def test_an_error_inside_the_stream(self, server):
        server.say(*self.dialect.reply("Half", finish=""), self.dialect.error())
        error, events = await self.failing(server)
        assert error.failure in {"overloaded", "server"}
        assert "Overloaded" in error.message
        assert TextDelta("Half") in events

    async def test_cancelling_closes_the_connection(self, server):
        server.say(*self.dialect.reply("Half", finish=""), ending="stall")
        provider = self.dialect.provider(server.url)
        begun = asyncio.Event()
        task = asyncio.create_task(provider.reply(HELLO, lambda _: begun.set()))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await server.left.wait()
        await provider.aclose()

    async def test_cancelling_before_the_first_byte_closes_the_connection(self, server):
        server.say(ending="stall")
        provider = self.dialect.provider(server.url)
        task = asyncio.create_task(provider.reply(HELLO, repr))
        await server.silent.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await server.left.wait()
        await provider.aclose()

    async def test_a_proxy_is_not_asked_for_this_machine(self, server, monkeypatch):
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        server.say(*self.dialect.reply("Straight"))
        reply, _ = await self.ask(server)
        assert reply.text == "Straight"

    async def test_a_proxy_setting_that_cannot_be_used_is_explained(self, server, monkeypatch):
        monkeypatch.setenv("ALL_PROXY", "gopher://user:hunter2@nowhere:1")
        error, _ = await self.failing(server)
        assert "proxy" in error.advice
        assert "hunter2" not in str(error)

    async def test_an_address_that_cannot_be_read_is_explained(self, server):
        provider = self.dialect.provider("ht!tp://bla bla")
        with pytest.raises(ProviderError) as caught:
            await provider.reply(HELLO, repr)
        await provider.aclose()
        assert "config.toml" in caught.value.advice

    async def test_a_partial_reply_in_the_history_is_sent_as_its_text(self, server):
        server.say(*self.dialect.reply("Again"))
        partial = AssistantMessage("Half an ans", stop="failed", note="The connection broke.")
        await self.ask(server, Request("", (UserMessage("Tell me."), partial, UserMessage("Go on."))))
        assert "Half an ans" in json.dumps(server.received[-1].body)

    async def test_lone_surrogates_in_the_history_do_not_stop_the_request(self, server):
        server.say(*self.dialect.reply("Fine"))
        history = (UserMessage("a \ud83d b"), AssistantMessage("c \udc69"), UserMessage("d"))
        reply, _ = await self.ask(server, Request("s \ud83d", history, tail="t \ud83d"))
        assert reply.text == "Fine"

    async def test_one_provider_answers_many_requests(self, server):
        server.say(*self.dialect.reply("One"))
        server.say(*self.dialect.reply("Two"))
        server.say(*self.dialect.reply("Three"))
        provider = self.dialect.provider(server.url)
        first, second = await asyncio.gather(provider.reply(HELLO, repr), provider.reply(HELLO, repr))
        await provider.aclose()
        third = await provider.reply(HELLO, repr)
        await provider.aclose()
        assert {first.text, second.text, third.text} == {"One", "Two", "Three"}
