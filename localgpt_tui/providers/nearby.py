"""One small question to a server on this machine, by plain HTTP: a client library takes longer to load than the answer.

For that question only; whoever talks to a model uses its library.
"""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

_LARGEST = 8 * 1024 * 1024


class UnlikelyAnswerError(ValueError):
    """What was answered is no JSON sent by HTTP, or it is no success."""


async def fetch_json(url: str, *, connect_seconds: float) -> Any:  # noqa: ANN401 - whatever the server says
    """What stands at `url`, which begins with http://.

    Raises:
        OSError: nobody answers, or the connection was cut; `TimeoutError` where connecting takes too long.
        UnlikelyAnswerError: the answer cannot be used.
    """
    parts = urlsplit(url)
    try:
        host, port = parts.hostname or "", parts.port or 80
    except ValueError as error:
        raise UnlikelyAnswerError(str(error)) from error
    async with asyncio.timeout(connect_seconds):
        reader, writer = await asyncio.open_connection(host, port, limit=_LARGEST)
    try:
        writer.write(_request(parts.netloc.rpartition("@")[2], parts.path or "/"))
        return json.loads(await _body(reader))
    except EOFError as error:
        raise ConnectionResetError("the connection was closed in the middle of an answer") from error
    except (ValueError, asyncio.LimitOverrunError) as error:
        raise UnlikelyAnswerError(str(error)) from error
    finally:
        writer.close()


def _request(host: str, path: str) -> bytes:
    lines = (f"GET {path} HTTP/1.1", f"Host: {host}", "Accept: application/json", "Connection: close", "", "")
    return "\r\n".join(lines).encode("ascii", "replace")


async def _body(reader: asyncio.StreamReader) -> bytes:
    """The body of a successful answer, however its end is marked."""
    status, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    version, _, code = status.partition(" ")
    if not version.startswith("HTTP/") or not code.startswith("200"):
        raise UnlikelyAnswerError(f"it answers “{status[:80]}”")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if fields.get("transfer-encoding", "").lower() == "chunked":
        return await _chunks(reader)
    if "content-length" in fields:
        return await reader.readexactly(_sized(int(fields["content-length"])))
    return await reader.read(_LARGEST)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := _sized(int((await reader.readline()).partition(b";")[0] or b"?", 16) + len(body)) - len(body):
        body += await reader.readexactly(size)
        await reader.readline()
    return body


def _sized(size: int) -> int:
    if not 0 <= size <= _LARGEST:
        raise UnlikelyAnswerError("it says more than could be meant")
    return size
