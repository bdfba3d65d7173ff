"""Starts the conformity servers on free ports of this machine and stops them again; Python's own library only."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
START_SECONDS = 60
HEALTH = {
    "llama": "/health",
    "aimock": "/health",
    "llmock": "/_llmock/requests",
    "mockai": "/health",
    "mockai-anthropic": "/health",
    "tinytot": "/api/tags",
}


class NotInstalledError(Exception):
    """The servers, or one of them, are not on this machine."""


class DidNotStartError(Exception):
    """A server ended or stayed silent; the message ends with the last it wrote."""


def folder(environ=os.environ):
    """Where .ci/conformity installs to."""
    return Path(environ.get("LOCALGPT_TUI_CONFORMITY") or Path.home() / ".cache" / "localgpt-tui-conformity")


def installed():
    """Where each program is.

    Raises:
        NotInstalledError: there are none.
    """
    try:
        return json.loads((folder() / "programs.json").read_text())
    except FileNotFoundError:
        raise NotInstalledError("conformity servers are not installed: .ci/conformity installs them") from None


@dataclass(frozen=True)
class Server:
    """A running server: its address, its process (the leader of a group) and where it writes."""

    name: str
    url: str
    process: subprocess.Popen
    log: Path


class Servers:
    """The servers of one test run: each starts at once and is waited for when it is first asked for."""

    def __init__(self, programs, scratch):
        self._scratch = scratch
        self._running = {}
        self._ready = set()
        try:
            for name, arguments in _commands(programs).items():
                self._running[name] = self._start(name, arguments)
        except BaseException:
            self.stop()
            raise

    def url(self, name):
        """The address of `name`, once it answers.

        Raises:
            DidNotStartError: it does not.
        """
        server = self._running[name]
        if name not in self._ready:
            _wait_for(server)
            self._ready.add(name)
        return server.url

    def stop(self):
        """Stop every server and whatever it started."""
        for pause, number in ((2.0, signal.SIGTERM), (2.0, signal.SIGKILL)):
            for server in self._running.values():
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(server.process.pid, number)
            for server in self._running.values():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    server.process.wait(pause)
        self._running.clear()

    def _start(self, name, arguments):
        port = _free_port()
        log = self._scratch / f"{name}.log"
        # no key, proxy or address of the caller's reaches a server
        environ = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self._scratch), "LANG": "C.UTF-8"}
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(argument).replace("PORT", str(port)) for argument in arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environ,
                cwd=self._scratch,
                start_new_session=True,
            )
        return Server(name, f"http://127.0.0.1:{port}", process, log)


def get(url):
    """What `url` answers, as JSON."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.loads(answer.read())


def post(url, body=None):
    """What `url` answers to `body`, as JSON."""
    head = {"content-type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body or {}).encode(), head, method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read() or b"null")


def _commands(programs):
    loopback = ("--host", "127.0.0.1", "--port", "PORT")
    # mock-ai-api's own command leaves its servers behind when it is stopped
    mockai = (programs["mockai"], "-m", "uvicorn", "--log-level", "warning", *loopback)
    aimock = ("-h", "127.0.0.1", "-p", "PORT", "--validate-on-load", "--log-level", "warn")
    return {
        "llama": (programs["llama"], HERE / "llama_serve.py", "PORT"),
        "aimock": (programs["node"], programs["aimock"], *aimock, "-f", HERE / "aimock.json"),
        "llmock": (programs["llmock"], "serve", *loopback, "--log-level", "warning"),
        "mockai": (*mockai, "app.openai_app:app"),
        "mockai-anthropic": (*mockai, "app.anthropic_app:app"),
        "tinytot": (programs["tinytot"], *loopback),
    }


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(server):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(server.url + HEALTH[server.name], timeout=2):
            return
        time.sleep(0.05)
    ending = server.log.read_text(errors="replace")[-2000:]
    raise DidNotStartError(f"{server.name} did not start at {server.url}:\n{ending}")
