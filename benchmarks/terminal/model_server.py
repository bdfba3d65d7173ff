"""A model server for benchmarks, on loopback: the same paced Markdown answer over OpenAI's and Ollama's streaming APIs.

An answer begins with the single token `BEGINnnn` and ends with `FINISHnnn` (nnn counts the answers), so that the screen
alone tells when the first and the last token became visible.

    GET  /_bench/stats    one record for each answer, times from CLOCK_MONOTONIC
    POST /_bench/config   {"rate": tokens/s, "tokens": n, "ttft": seconds to the first token}
"""

import asyncio
import contextlib
import json
import re
import time
from pathlib import Path

MODEL = "bench-model:latest"
CONTEXT = 1 << 20  # room for a session of 5,000 messages
SECTION = (Path(__file__).parent / "answer.md").read_text()
TOKEN = re.compile(r"\n+|[ ]*[^\s]{1,6}|[ ]+")


def answer_tokens(count: int) -> list[str]:
    """So many tokens of realistic Markdown, about four characters each."""
    tokens, section = [], 0
    while len(tokens) < count:
        section += 1
        tokens += TOKEN.findall(SECTION.replace("{n}", str(section)))
    return tokens[:count]


class ModelServer:
    def __init__(self) -> None:
        self.rate, self.tokens, self.ttft = 100.0, 1000, 0.2
        self.answers = []

    async def answer(self):
        """Yield the tokens of one answer at the configured pace."""
        number = len(self.answers) + 1
        body = answer_tokens(self.tokens)
        close = "\n```\n\n" if "".join(body).count("```") % 2 else "\n\n"
        tokens = [f"BEGIN{number:03d}", " \n\n", *body, close, f"FINISH{number:03d}"]
        record = {"n": number, "first": None, "last": None, "tokens": len(tokens)}
        self.answers.append(record)
        await asyncio.sleep(self.ttft)
        start = time.monotonic()
        for index, token in enumerate(tokens):
            wait = start + index / self.rate - time.monotonic()
            if wait > 0.0005:
                await asyncio.sleep(wait)
            record["last"] = time.monotonic()
            record["first"] = record["first"] or record["last"]
            yield token
        record["done"] = True

    async def openai_chat(self, out) -> None:
        def event(delta, finish=None, **extra) -> str:
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            chunk = {"id": "c1", "object": "chat.completion.chunk", "created": 0, "model": MODEL, "choices": [choice]}
            return f"data: {json.dumps(chunk | extra)}\n\n"

        await out.start("text/event-stream")
        async for token in self.answer():
            await out.chunk(event({"content": token}))
        usage = {"prompt_tokens": 10, "completion_tokens": self.tokens, "total_tokens": self.tokens + 10}
        await out.chunk(event({}, "stop", usage=usage) + "data: [DONE]\n\n")
        await out.end()

    async def ollama_chat(self, out) -> None:
        def line(text, *, done=False, **extra) -> str:
            head = {"model": MODEL, "created_at": "2026-01-01T00:00:00Z", "done": done}
            return json.dumps(head | {"message": {"role": "assistant", "content": text}} | extra) + "\n"

        await out.start("application/x-ndjson")
        async for token in self.answer():
            await out.chunk(line(token))
        await out.chunk(line("", done=True, done_reason="stop", prompt_eval_count=10, eval_count=self.tokens))
        await out.end()

    async def route(self, path: str, request: dict, out) -> None:
        match path.split("?", maxsplit=1)[0]:
            case "/_bench/stats":
                await out.json(self.answers)
            case "/_bench/config":
                self.rate = request.get("rate", self.rate)
                self.tokens = request.get("tokens", self.tokens)
                self.ttft = request.get("ttft", self.ttft)
                await out.json({})
            case "/v1/chat/completions":
                await self.openai_chat(out)
            case "/api/chat":
                await self.ollama_chat(out)
            case "/api/tags":
                await out.json({"models": [{"name": MODEL, "model": MODEL, "size": 1, "digest": "0" * 64}]})
            case "/api/show":
                information = {"general.architecture": "llama", "llama.context_length": CONTEXT}
                await out.json({"model_info": information, "capabilities": ["completion"]})
            case "/v1/models":
                await out.json({"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0}]})
            case _:
                await out.json({"error": f"not here: {path}"}, status=404)

    async def serve_client(self, reader, writer) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.LimitOverrunError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                await self.route(head[0].split(" ")[1], json.loads(body or b"{}"), Response(writer))
        writer.close()


class Response:
    """The little of HTTP/1.1 that a streaming answer needs."""

    def __init__(self, writer) -> None:
        self.writer = writer

    async def json(self, value, status: int = 200) -> None:
        body = json.dumps(value).encode()
        head = f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        await self._write(head.encode() + body)

    async def start(self, kind: str) -> None:
        await self._write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())

    async def chunk(self, text: str) -> None:
        data = text.encode()
        await self._write(b"%x\r\n" % len(data) + data + b"\r\n")

    async def end(self) -> None:
        await self._write(b"0\r\n\r\n")

    async def _write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()


async def serve() -> None:
    model = ModelServer()
    server = await asyncio.start_server(model.serve_client, "127.0.0.1", 0, limit=1 << 24)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve())
