"""A question to a server on this machine, and every way in which its answer may end."""

import asyncio

import pytest

from localgpt_tui.providers.nearby import UnlikelyAnswerError, fetch_json

OK = b"HTTP/1.1 200 OK\r\n"
HEAVY = b"9" * 30


async def asked(answer, path="/api/tags"):
    heard = []

    async def serve(reader, writer):
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        try:
            return await fetch_json(f"http://127.0.0.1:{port}{path}", connect_seconds=5), heard[0]
        finally:
            server.close()


@pytest.mark.parametrize(
    "answer",
    [
        OK + b'Content-Length: 8\r\n\r\n{"a": 1}and more',
        OK + b'Transfer-Encoding: chunked\r\n\r\n3;x=y\r\n{"a\r\n5\r\n": 1}\r\n0\r\n\r\n',
        b'HTTP/1.0 200 Fine\r\nServer: x\r\n\r\n{"a": 1}',
    ],
)
async def test_a_body_is_read_however_its_end_is_marked(answer):
    found, heard = await asked(answer)
    assert found == {"a": 1}
    assert heard.startswith(b"GET /api/tags HTTP/1.1\r\nHost: 127.0.0.1:")


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}",
        OK + b"Content-Length: many\r\n\r\n{}",
        OK + b"Content-Length: " + HEAVY + b"\r\n\r\n{}",
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + HEAVY + b"\r\n{}",
        OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n{}",
        OK + b"\r\n<html>",
        OK + b"\r\n\xff\xfe{",
    ],
)
async def test_what_cannot_be_used_is_an_error_of_its_own(answer):
    with pytest.raises(UnlikelyAnswerError):
        await asked(answer)


@pytest.mark.parametrize("answer", [b"", OK, OK + b"Content-Length: 8\r\n\r\n{"])
async def test_an_answer_that_is_cut_off_is_no_answer(answer):
    with pytest.raises(ConnectionError):
        await asked(answer)


async def test_where_nobody_listens_that_is_said_at_once():
    with pytest.raises(OSError, match=r"Connect|refused|connect"):
        await fetch_json("http://127.0.0.1:1/", connect_seconds=5)
    with pytest.raises(UnlikelyAnswerError):
        await fetch_json("http://127.0.0.1:99999999/", connect_seconds=5)
