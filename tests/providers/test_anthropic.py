"""The Messages API over a real socket: the table of promises, and what only this dialect knows."""

import base64
import json

import pytest
from providers.dialects import HELLO, KEY, WEATHER, Call, Dialect, Promises
from providers.server import sse

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
from localgpt_tui.providers.anthropic import Anthropic

STOPS = {"end": "end_turn", "tool_calls": "tool_use", "length": "max_tokens", "refusal": "refusal"}


def event(kind, **fields):
    return sse({"type": kind, **fields}, kind)


def start(index, **block):
    return event("content_block_start", index=index, content_block=block)


def delta(index, kind, **fields):
    return event("content_block_delta", index=index, delta={"type": kind, **fields})


class Messages(Dialect):
    filler = b"event: ping\ndata: {}\n\n"

    def provider(self, url, **settings):
        return Anthropic(**{"model": "claude-sonnet-5-5", "api_key": KEY, "base_url": url, **settings})

    def reply(self, *texts, thought="", calls=(), finish="end", usage=True):
        counted = {
            "input_tokens": 10,
            "cache_read_input_tokens": 8,
            "cache_creation_input_tokens": 2,
            "output_tokens": 1,
        }
        message = {"id": "m", "type": "message", "role": "assistant", "model": "x", "content": []}
        chunks = [event("message_start", message={**message, "usage": counted if usage else None})]
        if thought:
            chunks += [
                start(0, type="thinking", thinking="", signature=""),
                delta(0, "thinking_delta", thinking=thought),
            ]
            chunks += [delta(0, "signature_delta", signature="signed"), event("content_block_stop", index=0)]
        if texts:
            chunks += [start(1, type="text", text=""), *(delta(1, "text_delta", text=text) for text in texts)]
        for index, call in enumerate(calls, 2):
            chunks.append(start(index, type="tool_use", id=call.id, name=call.name, input={}))
            chunks += [delta(index, "input_json_delta", partial_json=piece) for piece in call.pieces]
            chunks.append(event("content_block_stop", index=index))
        return (*chunks, *self.end(finish, usage=usage))

    def end(self, finish, *, usage=True):
        if not finish:
            return ()
        ending = {"stop_reason": STOPS[finish], "stop_sequence": None}
        counted = {"output_tokens": 7} if usage else None
        return (event("message_delta", delta=ending, usage=counted), event("message_stop"))

    def half_call(self):
        begun = self.reply("Well", calls=[Call("c1", "get_weather", ('{"city": "Pa',))], finish="")
        return (*begun[:-1], *self.end("length"))

    def broken(self):
        return sse('{"type": "content_block_del', "content_block_delta")

    def odd(self):
        return event("content_block_delta", index=1, delta=None)

    def error(self):
        return event("error", error={"type": "overloaded_error", "message": "Overloaded"})


class TestAnthropic(Promises):
    dialect = Messages()

    async def sent(self, server, request, **settings):
        server.say(*self.dialect.reply("Fine"))
        await self.ask(server, request, **settings)
        return server.received[-1].body

    async def test_cached_tokens_are_counted_as_input_and_named(self, server):
        server.say(*self.dialect.reply("Hi"))
        reply, _ = await self.ask(server)
        assert (reply.usage.cache_read_tokens, reply.usage.cache_write_tokens) == (8, 2)

    async def test_the_key_travels_in_the_header_only(self, server):
        await self.sent(server, HELLO)
        assert KEY in str(server.received[-1].headers)
        assert server.received[-1].path == "/v1/messages"
        assert KEY not in json.dumps(server.received[-1].body)

    async def test_without_a_key_nothing_is_sent_to_the_vendor(self, server):
        with pytest.raises(ProviderError) as caught:
            await Anthropic(model="claude-sonnet-5-5").reply(HELLO, repr)
        assert caught.value.failure == "missing"
        assert "ANTHROPIC_API_KEY" in caught.value.advice

    async def test_the_key_of_the_environment_is_for_the_vendor_only(self, server, monkeypatch):
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-of-the-environment")
        await self.sent(server, HELLO, api_key="")
        assert "sk-of-the-environment" not in str(server.received[-1].headers)

    async def test_a_key_with_a_line_break_is_explained_and_not_shown(self, server):
        error, _ = await self.failing(server, api_key=f"{KEY}\nx")
        assert error.failure == "auth"

    async def test_thinking_is_asked_for_where_the_model_is_known_to_support_it(self, server):
        assert (await self.sent(server, HELLO))["thinking"] == {"type": "adaptive", "display": "summarized"}
        assert "thinking" not in await self.sent(server, HELLO, model="claude-haiku-4-5")
        assert "thinking" not in await self.sent(server, HELLO, thinking=False)

    async def test_the_prefix_is_marked_for_the_cache_and_the_tail_comes_behind_it(self, server):
        request = Request("You help.", (UserMessage("Hello?"),), (WEATHER,), tail="It is noon.")
        body = await self.sent(server, request)
        assert body["system"] == [{"type": "text", "text": "You help.", "cache_control": {"type": "ephemeral"}}]
        assert body["messages"][-1]["content"] == [
            {"type": "text", "text": "Hello?", "cache_control": {"type": "ephemeral"}},
            {"type": "text", "text": "It is noon."},
        ]
        assert body["tools"][0]["input_schema"] == WEATHER.parameters

    async def test_the_tail_stays_with_the_person_while_tools_run(self, server):
        call = ToolCall("c1", "get_weather", '{"city": "Paris"}')
        history = (
            UserMessage("Before?"),
            AssistantMessage("Before."),
            UserMessage("Weather?"),
            AssistantMessage("", calls=(call,), stop="tool_calls"),
            ToolMessage("c1", "get_weather", "sunny"),
        )
        body = await self.sent(server, Request("S", history, tail="It is noon."))
        blocks = [block for message in body["messages"] for block in message["content"]]
        marked = [block.get("text") or block["type"] for block in blocks if "cache_control" in block]
        assert marked == ["Before?", "Weather?", "tool_result"]  # with the system prompt four, the most there may be
        assert body["messages"][2]["content"][-1] == {"type": "text", "text": "It is noon."}
        assert len(body["messages"]) == 5

    async def test_signed_thoughts_go_back_to_the_model_that_had_them(self, server):
        thinking = (Thinking("Hm", "signed"), Thinking("", "redacted:sealed"), Thinking("unsigned"))
        own = AssistantMessage("A", thinking, model="anthropic/claude-sonnet-5-5")
        other = AssistantMessage("B", thinking, model="anthropic/claude-opus-5-5")
        history = (UserMessage("1"), own, UserMessage("2"), other, UserMessage("3"))
        body = await self.sent(server, Request("", history))
        assert body["messages"][1]["content"] == [
            {"type": "thinking", "thinking": "Hm", "signature": "signed"},
            {"type": "redacted_thinking", "data": "sealed"},
            {"type": "text", "text": "A"},
        ]
        assert body["messages"][3]["content"] == [{"type": "text", "text": "B"}]

    async def test_thoughts_come_back_with_their_signature(self, server):
        server.say(*self.dialect.reply("42", thought="Hm"))
        reply, _ = await self.ask(server)
        assert reply.thinking == (Thinking("Hm", "signed"),)

    async def test_a_sealed_thought_is_kept(self, server):
        chunks = self.dialect.reply("42")
        server.say(chunks[0], start(0, type="redacted_thinking", data="sealed"), *chunks[1:])
        reply, _ = await self.ask(server)
        assert reply.thinking == (Thinking("", "redacted:sealed"),)

    async def test_every_call_has_its_answer_in_the_one_turn_behind_it(self, server):
        calls = (ToolCall("c:1", "a", "{}"), ToolCall("c2", "b", "no json"))
        history = (
            UserMessage("Do."),
            AssistantMessage("", calls=calls, stop="tool_calls"),
            ToolMessage("c2", "b", "", failed=True),
            UserMessage("And?"),
        )
        body = await self.sent(server, Request("", history))
        assert [turn["role"] for turn in body["messages"]] == ["user", "assistant", "user"]
        uses = body["messages"][1]["content"]
        assert [(use["id"], use["input"]) for use in uses] == [("c_1", {}), ("c2", {"invalid_json": "no json"})]
        answers = body["messages"][2]["content"]
        assert [answer.get("tool_use_id") for answer in answers] == ["c_1", "c2", None]
        assert [answer.get("is_error") for answer in answers[:2]] == [True, True]
        assert answers[1]["content"] == "(no output)"

    async def test_pictures_and_files_are_sent(self, server):
        picture = Attachment("a.png", "image/png", b"\x89PNG")
        note = Attachment("b.txt", "text/plain", b"remember")
        body = await self.sent(server, Request("", (UserMessage("Look", (picture, note)),)))
        image, text = body["messages"][0]["content"]
        assert base64.b64decode(image["source"]["data"]) == b"\x89PNG"
        assert "remember" in text["text"]
        assert text["text"].endswith("Look")

    @pytest.mark.parametrize(
        ("reason", "stop"), [("pause_turn", "length"), ("model_context_window_exceeded", "length"), ("new_one", "end")]
    )
    async def test_other_reasons_to_stop_are_understood(self, server, reason, stop):
        chunks = self.dialect.reply("Hi", finish="")
        ending = event("message_delta", delta={"stop_reason": reason}, usage={"output_tokens": 1})
        server.say(*chunks, ending, event("message_stop"))
        reply, _ = await self.ask(server)
        assert reply.stop == stop

    async def test_text_behind_a_call_begins_a_paragraph(self, server):
        chunks = self.dialect.reply("One.", calls=[Call("c1", "a", ("{}",))], finish="")
        server.say(*chunks, start(5, type="text", text="Two."), *self.dialect.end("tool_calls"))
        reply, _ = await self.ask(server)
        assert reply.text == "One.\n\nTwo."

    async def test_events_of_tomorrow_are_passed_over(self, server):
        chunks = self.dialect.reply("Hi")
        server.say(chunks[0], event("content_block_dance", steps=3), *chunks[1:])
        reply, _ = await self.ask(server)
        assert reply.text == "Hi"
