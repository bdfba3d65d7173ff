"""A web server that says exactly what it is told, over a real socket, and names that lead where a test wants."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from ipaddress import ip_address
from typing import Self

from localgpt_tui.safety.addresses import Address
from localgpt_tui.safety.fetching import Fetcher
from localgpt_tui.safety.network import Network
from localgpt_tui.safety.network import judge as strict

HERE = ip_address("127.0.0.1")
"""Stands for a public address: the only one that a test's network allows beside what is really public."""

Answer = bytes | Callable[[], AsyncIterator[bytes]]


def page(body: bytes | str, kind: str = "text/html", status: str = "200 OK", **headers: str) -> bytes:
    body = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}" if kind else "", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(filter(None, lines)).encode("latin-1") + b"\r\n\r\n" + body


def redirect(to: str, status: str = "302 Found", body: bytes = b"") -> bytes:
    return page(body, status=status, Location=to)


class PageServer:
    """Answers by path; `asked` are the requests as they came in, head and all."""

    def __init__(self, certificate: ssl.SSLContext | None = None) -> None:
        self._certificate = certificate
        self.pages: dict[str, Answer] = {}
        self.asked: list[bytes] = []
        self.left = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, str(HERE), 0, ssl=self._certificate)
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
    def paths(self) -> list[str]:
        return [request.split(b" ")[1].decode() for request in self.asked]

    def url(self, path: str = "/", host: str = "public.test") -> str:
        return f"http://{host}:{self.port}{path}"

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.left.set()
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
            self._tasks.discard(task)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if b"content-length" in line), 0
        )
        self.asked.append(head + (await reader.readexactly(length) if length else b""))
        answer = self.pages.get(self.paths[-1].partition("?")[0], page("not here", status="404 Not Found"))
        if isinstance(answer, bytes):
            writer.write(answer)
            await writer.drain()
            return
        async for piece in answer():
            writer.write(piece)
            await writer.drain()


class Names:
    """A resolver: what a name leads to, one answer after another, the last one for ever."""

    def __init__(self, **names: Sequence[Sequence[str]]) -> None:
        self.names = {name.replace("_", "."): list(answers) for name, answers in names.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[Address]:
        self.asked.append(host)
        answers = self.names.get(host, [["127.0.0.1"]] if host.endswith(".test") else [])
        found = answers.pop(0) if len(answers) > 1 else answers[0] if answers else []
        return [ip_address(one) for one in found]


def lenient(address: Address, private: bool) -> str:
    return "" if address == HERE else strict(address, private)


def fetcher(server: PageServer, names: Names | None = None, **settings) -> Fetcher:
    """A fetcher for which the server's own address is public, and its port one where pages are."""
    connect = settings.pop("connect_seconds", 5.0)
    network = Network(resolver=names or Names(), judge=settings.pop("judge", lenient), connect_seconds=connect)
    return Fetcher(network, ports={80, 443, server.port}, **{"total_seconds": 5.0, **settings})
