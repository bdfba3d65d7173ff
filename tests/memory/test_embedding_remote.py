"""Embedding by a server, over real HTTP on loopback."""

import json
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.embedding_remote import RemoteEmbedder


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = []
        self.answer = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, dict(self.headers), body))
        status, said = self.server.answer or (200, self.usual(body))
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Location", "http://127.0.0.1:9/stolen")
        self.end_headers()
        self.wfile.write(content)

    def usual(self, body):
        rows = [[float(len(text)), 0.0, 0.0] for text in body["input"]]
        if self.path == "/api/embed":
            return {"embeddings": rows}
        return {"data": [{"index": at, "embedding": row} for at, row in reversed(list(enumerate(rows)))]}

    def log_message(self, *_):
        """Silent."""


@pytest.fixture
def server():
    with Server() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def unpacked(vectors):
    return [struct.unpack("<3f", vector) for vector in vectors]


async def test_openais_dialect_is_spoken(server):
    embedder = RemoteEmbedder("openai", "small", f"{server.url}/v1", key="k3y")

    vectors = await embedder.embed(["one", "two"])

    path, headers, body = server.asked[0]
    assert path == "/v1/embeddings"
    assert headers["Authorization"] == "Bearer k3y"
    assert body == {"model": "small", "input": ["one", "two"], "encoding_format": "float"}
    assert unpacked(vectors) == [(1, 0, 0), (1, 0, 0)]
    assert embedder.dimensions == 3


async def test_ollamas_dialect_is_spoken_without_a_key(server):
    await RemoteEmbedder("ollama", "all-minilm", server.url).embed(["one"])

    path, headers, body = server.asked[0]
    assert path == "/api/embed"
    assert "Authorization" not in headers
    assert body == {"model": "all-minilm", "input": ["one"], "truncate": True}


async def test_answers_out_of_order_are_put_in_order(server):
    server.answer = (200, {"data": [{"index": 1, "embedding": [0, 1, 0]}, {"index": 0, "embedding": [3, 0, 4]}]})

    vectors = await RemoteEmbedder("openai", "small", server.url).embed(["a", "b"])

    assert unpacked(vectors) == [pytest.approx((0.6, 0, 0.8)), (0, 1, 0)]


async def test_many_texts_go_in_several_requests(server):
    vectors = await RemoteEmbedder("ollama", "m", server.url).embed(["a"] * 150)

    assert len(vectors) == 150
    assert [len(body["input"]) for _, _, body in server.asked] == [64, 64, 22]


async def test_a_query_is_marked_for_models_that_want_it(server):
    embedder = RemoteEmbedder("ollama", "nomic-embed-text:v1.5", server.url)

    await embedder.embed(["a"], query=True)
    await embedder.embed(["a"])

    assert [body["input"] for _, _, body in server.asked] == [["search_query: a"], ["search_document: a"]]


async def test_torn_and_empty_texts_are_sent_as_something_that_can_be(server):
    await RemoteEmbedder("openai", "m", server.url).embed(["", "\ud800", "x" * 9000])

    assert server.asked[0][2]["input"] == [" ", "?", "x" * 8000]


async def test_the_zero_vector_is_no_vector(server):
    server.answer = (200, {"embeddings": [[0, 0, 0]]})

    assert await RemoteEmbedder("ollama", "m", server.url).embed(["a"]) == [b""]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "embedding_api_key"),
        (404, "ollama pull m"),
        (429, "embedded later"),
        (500, "try again later"),
        (302, "answered 302"),
    ],
)
async def test_a_refusal_says_what_to_do_and_never_the_key(server, status, said):
    server.answer = (status, b"no, s3cret\nis wrong")

    with pytest.raises(LocalGPTError, match=said) as raised:
        await RemoteEmbedder("ollama", "m", server.url, key="s3cret").embed(["a"])

    assert "s3cret" not in str(raised.value)
    assert "Words are searched for meanwhile." in str(raised.value)


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>",
        [],
        {},
        {"embeddings": []},
        {"embeddings": [[1.0], [1.0]]},
        {"embeddings": [["x"]]},
        {"embeddings": [None]},
        {"data": [{"index": 0}]},
        b'{"embeddings": [[NaN]]}',
    ],
)
async def test_an_answer_that_is_no_embedding_is_said(server, answer):
    server.answer = (200, answer)

    with pytest.raises(LocalGPTError, match="not embeddings"):
        await RemoteEmbedder("ollama", "m", server.url).embed(["a"])


async def test_a_server_that_is_not_there_is_said(server):
    url = server.url
    server.server_close()
    embedder = RemoteEmbedder("openai", "m", url)

    with pytest.raises(LocalGPTError, match="cannot be reached"):
        await embedder.embed(["a"])
    await embedder.aclose()
