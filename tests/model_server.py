"""A scripted model behind a real socket, in OpenAI's chat dialect, and what a session on the disk holds.

with serve() as model:
    places.config_file.write_text(model.config)
    ...
    assert model.asked[0]["model"] == "test"
"""

import contextlib
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from localgpt_tui.sessions.journal import Journal


@dataclass
class Model:
    """What is answered next: a status other than 200 and a `problem`, or pieces of text; then how it ends: `whole`,
    `cut`, `waits` or `pauses`. A `thought` comes first.

    `calling` takes a request and returns the calls to answer it with, as (tool, arguments); none: the pieces.
    """

    url: str = ""
    status: int = 200
    problem: str = "no"
    thought: str = ""
    pieces: tuple[str, ...] = ("Hello ", "from the model.")
    ending: str = "whole"
    calling: Callable[[dict], list[tuple[str, dict]]] = lambda request: []
    asked: list = field(default_factory=list)
    waiting: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def config(self) -> str:
        """A config.toml with which this model answers."""
        openai = f'[providers.openai]\nbase_url = "{self.url}"\napi_key = "key-123456"\n'
        return f'[agent]\ndefault_model = "openai/test"\n{openai}'


@contextlib.contextmanager
def serve() -> Iterator[Model]:
    """Run the server for a block, on a free port of the loopback."""
    model = Model()

    class Handler(_Handler):
        script = model

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    model.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield model
    finally:
        model.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


def said(places) -> list[list[tuple[str, str]]]:
    """What every session on the disk holds, as (kind, text) pairs, the one used last at the end."""
    files = sorted(places.sessions.glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
    histories = [Journal.open(path, writable=False).history() for path in files]
    return [[(message.kind, message.text) for message in history] for history in histories]


class _Handler(http.server.BaseHTTPRequestHandler):
    script: Model
    protocol_version = "HTTP/1.0"

    def log_message(self, *args):
        pass

    def do_POST(self):
        self.script.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(self.script.status)
        self.send_header("content-type", "text/event-stream" if self.script.status == 200 else "application/json")
        self.end_headers()
        with contextlib.suppress(OSError):
            self._answer()

    def _answer(self):
        if self.script.status != 200:
            self.wfile.write(json.dumps({"error": {"message": self.script.problem, "type": "x"}}).encode())
            return
        if calls := self.script.calling(self.script.asked[-1]):
            self._call(calls)
            return
        if self.script.thought:
            self._event({"reasoning_content": self.script.thought}, None)
        for piece in self.script.pieces:
            self._event({"content": piece}, None)
        if self.script.ending in {"waits", "pauses"}:
            self.script.waiting.set()
            self.script.released.wait(60)
        if self.script.ending == "pauses":
            self._event({"content": " That was all."}, None)
        if self.script.ending in {"whole", "pauses"}:
            self._event({}, "stop")
            self.wfile.write(b"data: [DONE]\n\n")

    def _call(self, calls):
        for number, (name, arguments) in enumerate(calls):
            function = {"name": name, "arguments": json.dumps(arguments)}
            call = {"index": number, "id": f"call_{len(self.script.asked)}_{number}", "function": function}
            self._event({"tool_calls": [{"type": "function", **call}]}, None)
        self._event({}, "tool_calls")
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, delta, reason):
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        self.wfile.flush()
