"""Chat completions and Responses over a real socket: the table of promises, and what only these dialects know."""

import json

import pytest
from providers.dialects import HELLO, KEY, WEATHER, Call, Dialect, Promises
from providers.server import Answer, failure, sse

from localgpt_tui.core.errors import ProviderError
from localgpt_tui.core.messages import (
    AssistantMessage,
    Attachment,
    Thinking,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from localgpt_tui.core.ports import Request
from localgpt_tui.providers.openai import OpenAI

CALLED = AssistantMessage("", calls=(ToolCall("c1", "get_weather", '{"city": "Paris"}'),), stop="tool_calls")
ANSWERED = (UserMessage("Weather?"), CALLED, ToolMessage("c1", "get_weather", "sunny"))
PICTURE = Attachment("a.png", "image/png", b"\x89PNG")


def chunk(finish=None, **delta):
    return sse({"id": "x", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def part(index, **fields):
    function = {name: fields.pop(name) for name in ("name", "arguments") if name in fields}
    place = {} if index is None else {"index": index}
    return chunk(tool_calls=[{**place, **fields, "function": function}])


STOPS = {"end": "stop", "tool_calls": "tool_calls", "length": "length", "refusal": "content_filter"}


class Chat(Dialect):
    def provider(self, url, **settings):
        return OpenAI(**{"model": "llama", "api_key": KEY, "base_url": f"{url}/v1", **settings})

    def reply(self, *texts, thought="", calls=(), finish="end", usage=True):
        chunks = [chunk(role="assistant", content="")]
        chunks += [chunk(reasoning_content=thought)] if thought else []
        chunks += [chunk(content=text) for text in texts]
        for index, call in enumerate(calls):
            chunks.append(part(index, id=call.id, type="function", name=call.name, arguments=""))
            chunks += [part(index, arguments=piece) for piece in call.pieces]
        return (*chunks, *self.end(finish, usage=usage))

    def end(self, finish, *, usage=True):
        if not finish:
            return ()
        counted = {"prompt_tokens": 20, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 8}}
        last = (sse({"id": "x", "choices": [], "usage": counted}),) if usage else ()
        return (chunk(STOPS[finish]), *last, sse("[DONE]"))

    def half_call(self):
        begun = self.reply("Well", calls=[Call("c1", "get_weather", ('{"city": "Pa',))], finish="")
        return (*begun, *self.end("length"))

    def broken(self):
        return sse('{"id": "x", "choi')

    def odd(self):
        return sse({"id": "x", "choices": [5]})

    def error(self):
        return sse({"error": {"message": "Overloaded", "type": "overloaded_error"}})


class Responses(Dialect):
    def provider(self, url, **settings):
        settings = {"model": "gpt-6-luna", "api_key": KEY, "base_url": f"{url}/v1", "api": "responses", **settings}
        return OpenAI(**settings)

    def reply(self, *texts, thought="", calls=(), finish="end", usage=True):
        chunks = [self.event("created", response={"id": "r", "status": "in_progress", "output": []})]
        if thought:
            chunks.append(self.event("reasoning_summary_text.delta", item_id="rs", delta=thought))
            item = {"type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "sealed"}
            chunks.append(self.event("output_item.done", item=item))
        refused = finish == "refusal"
        kind = "refusal.delta" if refused else "output_text.delta"
        chunks += [self.event(kind, item_id="m", delta=text) for text in texts]
        for number, call in enumerate(calls):
            item = {
                "type": "function_call",
                "id": f"fc{number}",
                "call_id": call.id,
                "name": call.name,
                "arguments": "",
            }
            chunks.append(self.event("output_item.added", item=item))
            for piece in call.pieces:
                chunks.append(self.event("function_call_arguments.delta", item_id=f"fc{number}", delta=piece))
            chunks.append(self.event("output_item.done", item={**item, "arguments": "".join(call.pieces)}))
        return (*chunks, *self.end(finish, usage=usage))

    def end(self, finish, *, usage=True):
        if not finish:
            return ()
        details = {"cached_tokens": 8, "cache_write_tokens": 0}
        counted = {"input_tokens": 20, "output_tokens": 7, "input_tokens_details": details} if usage else None
        status = "incomplete" if finish == "length" else "completed"
        why = {"reason": "max_output_tokens"} if finish == "length" else None
        response = {"id": "r", "status": status, "output": [], "usage": counted, "incomplete_details": why}
        return (self.event(status, response=response),)

    def half_call(self):
        item = {"type": "function_call", "id": "fc", "call_id": "c1", "name": "get_weather", "arguments": ""}
        begun = self.event("output_item.added", item=item)
        half = self.event("function_call_arguments.delta", item_id="fc", delta='{"city": "Pa')
        return (*self.reply("Well", finish=""), begun, half, *self.end("length"))

    def broken(self):
        return sse('{"type": "response.outp', "response.output_text.delta")

    def odd(self):
        return self.event("output_item.added", item=None)

    def error(self):
        return sse({"type": "error", "code": "server_error", "message": "Overloaded", "sequence_number": 3}, "error")

    def event(self, kind, **fields):
        return sse({"type": f"response.{kind}", "sequence_number": 1, **fields}, f"response.{kind}")


class Sending(Promises):
    async def sent(self, server, request, **settings):
        server.say(*self.dialect.reply("Fine"))
        await self.ask(server, request, **settings)
        return server.received[-1].body


class TestChatCompletions(Sending):
    dialect = Chat()

    async def test_other_addresses_are_spoken_to_in_chat_completions(self, server):
        body = await self.sent(
            server, Request("S", (UserMessage("Hi"),), (WEATHER,), tail="It is noon.", max_tokens=99)
        )
        assert server.received[-1].path == "/v1/chat/completions"
        assert body["messages"] == [
            {"role": "system", "content": "S"},
            {"role": "user", "content": "Hi\n\nIt is noon."},
        ]
        assert body["max_tokens"] == 99
        assert body["stream_options"] == {"include_usage": True}
        assert body["tools"][0]["function"]["name"] == "get_weather"

    async def test_calls_and_their_answers_are_paired(self, server):
        body = await self.sent(server, Request("", ANSWERED))
        assert [turn["role"] for turn in body["messages"]] == ["user", "assistant", "tool"]
        assert body["messages"][1]["tool_calls"][0]["function"]["arguments"] == '{"city": "Paris"}'
        assert body["messages"][2] == {"role": "tool", "tool_call_id": "c1", "content": "sunny"}

    async def test_pictures_are_sent(self, server):
        body = await self.sent(server, Request("", (UserMessage("Look", (PICTURE,)),)))
        assert body["messages"][0]["content"][0]["image_url"]["url"].startswith("data:image/png;base64,")

    async def test_the_other_name_for_reasoning_is_known_too(self, server):
        server.say(chunk(reasoning="Hm"), *self.dialect.reply("42"))
        reply, _ = await self.ask(server)
        assert [thought.text for thought in reply.thinking] == ["Hm"]

    async def test_cached_tokens_are_named(self, server):
        server.say(*self.dialect.reply("Hi"))
        reply, _ = await self.ask(server)
        assert reply.usage.cache_read_tokens == 8

    async def test_a_server_that_says_what_it_cost_is_believed(self, server):
        counted = {"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.25}
        server.say(chunk("stop", content="Hi"), sse({"choices": [], "usage": counted}))
        reply, _ = await self.ask(server)
        assert reply.usage.cost == 0.25

    async def test_parts_without_an_index_belong_to_the_call_last_named(self, server):
        server.say(
            part(None, id="a", name="get_weather", arguments='{"ci'),
            part(None, arguments='ty": "Paris"}'),
            part(None, id="b", name="list_files", arguments="{}"),
            *self.dialect.end("tool_calls"),
        )
        reply, _ = await self.ask(server)
        assert reply.calls == (ToolCall("a", "get_weather", '{"city": "Paris"}'), ToolCall("b", "list_files", "{}"))

    async def test_calls_that_share_an_index_are_told_apart_by_their_ids(self, server):
        server.say(
            part(0, id="a", name="list_files", arguments="{}"),
            part(0, id="b", name="list_files", arguments="{}"),
            *self.dialect.end("tool_calls"),
        )
        reply, _ = await self.ask(server)
        assert [call.id for call in reply.calls] == ["a", "b"]

    @pytest.mark.parametrize(
        ("entry", "window"),
        [
            ({"meta": {"n_ctx": 8192, "n_ctx_train": 32768}}, 8192),
            ({"max_model_len": 4096}, 4096),
            ({"context_length": 200_000}, 200_000),
            ({"max_context_length": 32768, "loaded_context_length": 4096}, 4096),
            ({"context_length": "large"}, None),
            ({"id": "another", "context_length": 1}, None),
        ],
    )
    async def test_the_context_is_what_the_server_gives_the_model(self, server, entry, window):
        server.paths["/v1/models"] = Answer((json.dumps({"data": [{"id": "llama", **entry}]}).encode(),))
        server.say(*self.dialect.reply("Hi"))
        reply, _ = await self.ask(server)
        assert reply.usage.context_window == window

    @pytest.mark.parametrize(
        "answer", [failure(404, "no"), Answer((b"<html>",)), Answer((b"5",)), Answer(ending="hang_up")]
    )
    async def test_a_server_that_does_not_list_its_models_is_no_failure(self, server, answer):
        server.paths["/v1/models"] = answer
        server.say(*self.dialect.reply("Hi"))
        reply, _ = await self.ask(server)
        assert (reply.text, reply.usage.context_window) == ("Hi", None)

    async def test_an_error_as_the_reason_to_stop_is_an_error(self, server):
        server.say(chunk(content="Half"), chunk("error"))
        error, _ = await self.failing(server)
        assert error.failure == "server"

    async def test_without_a_key_a_server_of_ones_own_is_asked_all_the_same(self, server, monkeypatch):
        monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-environment")
        await self.sent(server, HELLO, api_key="")
        assert "sk-of-the-environment" not in str(server.received[-1].headers)


class TestResponses(Sending):
    dialect = Responses()

    async def test_nothing_is_kept_at_the_vendors(self, server):
        request = Request("S", (UserMessage("Hi"),), (WEATHER,), tail="It is noon.", session="s1")
        body = await self.sent(server, request)
        assert server.received[-1].path == "/v1/responses"
        assert body["store"] is False
        assert body["instructions"] == "S"
        assert body["prompt_cache_key"] == "s1"
        assert body["input"] == [{"role": "user", "content": [{"type": "input_text", "text": "Hi\n\nIt is noon."}]}]
        assert body["tools"][0]["name"] == "get_weather"

    async def test_calls_and_their_answers_are_paired(self, server):
        body = await self.sent(server, Request("", ANSWERED))
        assert body["input"][1:] == [
            {"type": "function_call", "call_id": "c1", "name": "get_weather", "arguments": '{"city": "Paris"}'},
            {"type": "function_call_output", "call_id": "c1", "output": "sunny"},
        ]

    async def test_pictures_are_sent(self, server):
        body = await self.sent(server, Request("", (UserMessage("Look", (PICTURE,)),)))
        assert body["input"][0]["content"][0]["image_url"].startswith("data:image/png;base64,")

    async def test_sealed_reasoning_goes_back_to_the_model_that_had_it(self, server):
        server.say(*self.dialect.reply("42", thought="Hm"))
        reply, _ = await self.ask(server)
        assert reply.thinking == (Thinking("Hm", "rs:sealed"),)
        body = await self.sent(server, Request("", (UserMessage("1"), reply, UserMessage("2"))))
        assert body["include"] == ["reasoning.encrypted_content"]
        assert body["input"][1] == {
            "type": "reasoning",
            "id": "rs",
            "summary": [{"type": "summary_text", "text": "Hm"}],
            "encrypted_content": "sealed",
        }
        body = await self.sent(server, Request("", (UserMessage("1"), reply, UserMessage("2"))), model="gpt-6-astra")
        assert "reasoning" not in [item.get("type") for item in body["input"]]

    async def test_an_account_that_may_not_read_reasoning_is_answered_without_it(self, server):
        server.answers.append(failure(400, "Your organization must be verified to use reasoning.summary"))
        body = await self.sent(server, HELLO)
        assert "reasoning" not in body
        assert server.received[0].body["reasoning"] == {"summary": "auto"}

    async def test_older_models_are_not_asked_to_reason(self, server):
        body = await self.sent(server, HELLO, model="gpt-4o")
        assert "reasoning" not in body
        assert "include" not in body

    async def test_a_call_that_came_without_deltas_is_whole_at_its_end(self, server):
        item = {"type": "function_call", "id": "fc", "call_id": "c1", "name": "list_files", "arguments": '{"a": 1}'}
        server.say(self.dialect.event("output_item.done", item=item), *self.dialect.end("end"))
        reply, _ = await self.ask(server)
        assert reply.calls == (ToolCall("c1", "list_files", '{"a": 1}'),)

    async def test_a_failed_response_is_an_error(self, server):
        error = {"code": "rate_limit_exceeded", "message": "slow down"}
        server.say(self.dialect.event("failed", response={"status": "failed", "error": error, "output": []}))
        caught, _ = await self.failing(server)
        assert caught.failure == "rate_limited"

    async def test_a_filtered_response_is_a_refusal(self, server):
        why = {"reason": "content_filter"}
        response = {"status": "incomplete", "incomplete_details": why, "output": [], "usage": None}
        server.say(self.dialect.event("incomplete", response=response))
        reply, _ = await self.ask(server)
        assert reply.stop == "refusal"

    async def test_without_a_key_nothing_is_sent_to_the_vendor(self, server):
        with pytest.raises(ProviderError) as caught:
            await OpenAI(model="gpt-6-luna").reply(HELLO, repr)
        assert caught.value.failure == "missing"
        assert "OPENAI_API_KEY" in caught.value.advice
