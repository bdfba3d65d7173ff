"""Ollama over a real socket: the table of promises, and the length of its context."""

import base64
import json

import pytest
from providers.dialects import HELLO, WEATHER, Dialect, Promises
from providers.server import Answer, failure, ndjson

from localgpt_tui.core.messages import AssistantMessage, Attachment, ToolCall, ToolMessage, UserMessage
from localgpt_tui.core.ports import Request
from localgpt_tui.providers.ollama import Ollama


def part(**message):
    return ndjson({"model": "m", "message": {"role": "assistant", "content": "", **message}, "done": False})


class Chat(Dialect):
    has_ids = False
    knows_refusal = False
    streams_arguments = False
    filler = b" "

    def provider(self, url, **settings):
        return Ollama(**{"model": "llama3", "base_url": url, **settings})

    def reply(self, *texts, thought="", calls=(), finish="end", usage=True):
        chunks = [part(thinking=thought)] if thought else []
        chunks += [part(content=text) for text in texts]
        for call in calls:
            function = {"name": call.name, "arguments": json.loads("".join(call.pieces) or "{}")}
            chunks.append(part(tool_calls=[{"function": function}]))
        return (*chunks, *self.end(finish, usage=usage))

    def end(self, finish, *, usage=True):
        if not finish:
            return ()
        counted = {"prompt_eval_count": 20, "eval_count": 7} if usage else {}
        reason = "length" if finish == "length" else "stop"
        message = {"role": "assistant", "content": ""}
        return (ndjson({"model": "m", "message": message, "done": True, "done_reason": reason, **counted}),)

    def broken(self):
        return ndjson('{"message": {"ro')

    def odd(self):
        return ndjson({"message": 5})

    def error(self):
        return ndjson({"error": "Overloaded"})


class TestOllama(Promises):
    dialect = Chat()

    async def sent(self, server, request, **settings):
        server.say(*self.dialect.reply("Fine"))
        await self.ask(server, request, **settings)
        return server.received[-1].body

    async def test_a_model_that_is_not_installed_comes_with_the_command_that_fetches_it(self, server):
        server.answers.append(failure(404, "model 'llama3' not found"))
        error, _ = await self.failing(server)
        assert error.failure == "not_found"
        assert "ollama pull llama3" in error.advice

    async def test_the_context_is_asked_for_and_the_rest_of_the_request_is_plain(self, server):
        body = await self.sent(
            server, Request("S", (UserMessage("Hi"),), (WEATHER,), tail="It is noon.", max_tokens=99)
        )
        assert body["options"] == {"num_ctx": 8192, "num_predict": 99}
        assert body["messages"] == [
            {"role": "system", "content": "S"},
            {"role": "user", "content": "Hi\n\nIt is noon."},
        ]
        assert body["tools"][0]["function"]["parameters"]["required"] == ["city"]

    async def test_the_model_is_looked_up_once(self, server):
        provider = self.dialect.provider(server.url)
        for _ in range(2):
            server.say(*self.dialect.reply("Hi"))
            reply = await provider.reply(HELLO, repr)
        await provider.aclose()
        assert len(server.looked_up) == 1
        assert reply.usage.context_window == 32768

    async def test_the_context_grows_with_the_conversation_and_never_shrinks(self, server):
        provider = self.dialect.provider(server.url)
        asked = []
        for length in (100, 40_000, 100):
            server.say(*self.dialect.reply("Hi"))
            await provider.reply(Request("", (UserMessage("x" * length),), max_tokens=1000), repr)
            asked.append(server.received[-1].body["options"]["num_ctx"])
        await provider.aclose()
        assert asked == [8192, 16384, 16384]

    @pytest.mark.parametrize(
        ("settings", "asked"),
        [
            ({"num_ctx": 4096}, 4096),
            ({"num_ctx": 100_000}, 32768),
            ({"context_window": 6000}, 6000),
            ({"context_window": 128_000}, 8192),
        ],
    )
    async def test_the_context_keeps_to_what_is_configured_and_what_the_model_has(self, server, settings, asked):
        body = await self.sent(server, Request("", (UserMessage("Hi"),)), **settings)
        assert body["options"]["num_ctx"] == asked

    async def test_the_reply_gets_the_room_that_is_left(self, server):
        body = await self.sent(server, Request("", (UserMessage("x" * 7000),), max_tokens=4096), num_ctx=4096)
        assert 1500 < body["options"]["num_predict"] < 2100

    async def test_a_prompt_that_would_be_cut_silently_is_refused_before_it_is_sent(self, server):
        request = Request("", (UserMessage("x" * 200_000),))
        error, _ = await self.failing(server, request)
        assert error.failure == "too_long"
        assert "new session" in error.advice
        error, _ = await self.failing(server, request, num_ctx=4096)
        assert "num_ctx" in error.advice
        assert server.received == []

    async def test_a_server_that_cannot_say_anything_about_its_models_is_used_all_the_same(self, server):
        for answer in (failure(404, "no such path"), Answer((b"<html>",)), Answer((b'{"model_info": {}}',))):
            server.paths["/api/show"] = answer
            body = await self.sent(server, HELLO)
            assert body["options"]["num_ctx"] == 8192

    async def test_a_model_without_tools_is_not_sent_any(self, server):
        shown = {"model_info": {}, "capabilities": ["completion"]}
        server.paths["/api/show"] = Answer((json.dumps(shown).encode(),))
        body = await self.sent(server, Request("", HELLO.messages, (WEATHER,)))
        assert "tools" not in body or body["tools"] == []

    async def test_calls_and_their_answers_are_paired(self, server):
        calls = (ToolCall("c1", "get_weather", '{"city": "Paris"}'), ToolCall("c2", "list_files", "{}"))
        history = (
            UserMessage("Do."),
            AssistantMessage("", calls=calls, stop="tool_calls"),
            ToolMessage("c2", "list_files", "a.txt"),
        )
        body = await self.sent(server, Request("", history))
        assert [turn["role"] for turn in body["messages"]] == ["user", "assistant", "tool", "tool"]
        assert body["messages"][1]["tool_calls"][0]["function"]["arguments"] == {"city": "Paris"}
        assert body["messages"][3] == {"role": "tool", "tool_name": "list_files", "content": "a.txt"}
        assert "interrupted" in body["messages"][2]["content"]

    async def test_pictures_are_sent(self, server):
        picture = Attachment("a.png", "image/png", b"\x89PNG")
        body = await self.sent(server, Request("", (UserMessage("Look", (picture,)),)))
        assert base64.b64decode(body["messages"][0]["images"][0]) == b"\x89PNG"

    async def test_a_server_that_leaves_the_reason_out_is_understood(self, server):
        server.say(part(content="Hi"), ndjson({"message": {"role": "assistant"}, "done": True}))
        reply, _ = await self.ask(server)
        assert (reply.text, reply.stop) == ("Hi", "end")
