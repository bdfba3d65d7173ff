"""A model server that says exactly what it is told, over a real socket."""

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from typing import Any, Literal, Self


@dataclass(frozen=True)
class Answer:
    """What the server does with one request.

    `ending`: `whole` ends the stream as HTTP wants it, `cut` drops the connection, `stall` says nothing more,
    `trickle` sends `filler` for ever, `hang_up` drops the connection before any answer.
    """

    chunks: tuple[bytes, ...] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    ending: Literal["whole", "cut", "stall", "trickle", "hang_up"] = "whole"
    filler: bytes = b""


@dataclass(frozen=True)
class Received:
    """A request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


def sse(data: object, event: str = "") -> bytes:
    text = data if isinstance(data, str) else json.dumps(data)
    return (f"event: {event}\n" if event else "").encode() + f"data: {text}\n\n".encode()


def ndjson(data: object) -> bytes:
    return (data if isinstance(data, str) else json.dumps(data)).encode() + b"\n"


def failure(status: int, message: str, *, kind: str = "", **headers: str) -> Answer:
    body = json.dumps({"error": {"message": message, "type": kind}})
    return Answer((body.encode(),), status=status, headers={"content-type": "application/json", **headers})


class ModelServer:
    """Answers one request after another with `answers`; by path, and as often as it is asked, where `paths` says so.

    `silent` is set when it has said all it will say of an answer that does not end, `left` when a client went away.
    """

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.paths: dict[str, Answer] = {}
        self.received: list[Received] = []
        self.looked_up: list[Received] = []
        self.left = asyncio.Event()
        self.silent = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def say(self, *chunks: bytes, **answer: Any) -> None:
        """Answer the next request with these chunks."""
        self.answers.append(Answer(chunks, **answer))

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await self._receive(reader)
            if request is not None:
                await self._answer(self._next(request), reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.left.set()
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _receive(self, reader: asyncio.StreamReader) -> Received | None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError:
            return None
        first, *lines = head.strip().split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        raw = await reader.readexactly(int(headers.get("content-length", 0)))
        return Received(method, path, headers, json.loads(raw) if raw else None)

    def _next(self, request: Received) -> Answer:
        for path, answer in self.paths.items():
            if request.path.endswith(path):
                self.looked_up.append(request)
                return answer
        self.received.append(request)
        return self.answers.pop(0)

    async def _answer(self, answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if answer.ending == "hang_up":
            return
        headers = {"content-type": "text/event-stream", **answer.headers}
        lines = [f"{name}: {value}" for name, value in headers.items()]
        head = [f"HTTP/1.1 {answer.status} Whatever", "transfer-encoding: chunked", "connection: close", *lines]
        writer.write("\r\n".join([*head, "", ""]).encode())
        for chunk in answer.chunks:
            writer.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            await writer.drain()
            await asyncio.sleep(0)  # each chunk is a piece of its own on the wire
        if answer.ending != "whole":
            self.silent.set()
        match answer.ending:
            case "whole":
                writer.write(b"0\r\n\r\n")
                await writer.drain()
            case "stall":
                await reader.read()
                self.left.set()
            case "trickle":
                while not reader.at_eof():
                    writer.write(b"%x\r\n%s\r\n" % (len(answer.filler), answer.filler))
                    await writer.drain()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(reader.read(1), 0.03)
                self.left.set()
