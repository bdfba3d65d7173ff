"""One run of the process that embeds: started, asked, ended."""

import base64
import contextlib
import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence

from localgpt_tui.core.errors import LocalGPTError

_TELLING = 300  # characters of what it last wrote to its standard error
_ONE_READ = 1 << 20
_FEW_MEMORY_ARENAS = {"MALLOC_ARENA_MAX": "2"}


class ProcessEnded(Exception):  # noqa: N818 — what happened, not what is wrong: it may just have been idle
    """The process was gone before it answered.

    Attributes:
        idle: it ended by itself, since nothing was asked for a while.
        last_words: the last it wrote to its standard error.
    """

    def __init__(self, *, idle: bool, last_words: str) -> None:
        super().__init__(last_words)
        self.idle = idle
        self.last_words = last_words


class EmbeddingProcess:
    """A running worker; used by one thread at a time, except `kill`.

    It has a process group of its own, so that Ctrl-C in the terminal does not reach it, and ends by itself once
    our end of its standard input is closed, however that comes about.
    """

    def __init__(self, command: Sequence[str]) -> None:
        """Start `command`; it is of use once `dimensions` has been asked.

        Raises:
            LocalGPTError: it cannot be started.
        """
        self._buffer = b""
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 — closed by `close`; a pipe could fill up
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                env={**_FEW_MEMORY_ARENAS, **os.environ},
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            self._complaints.close()
            raise LocalGPTError(
                f"The embedding process could not be started: {error.strerror or error}.",
                "Words are searched for meanwhile.",
            ) from error

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """False once it has ended; its exit is then taken note of."""
        return self._process.poll() is None

    def dimensions(self, seconds: float) -> int:
        """Wait at most `seconds` until the model is loaded, and say how many numbers its vectors have; asked once.

        Raises:
            LocalGPTError: it says why it cannot embed.
            ProcessEnded: it ended without a word of why.
        """
        said = self._answer(seconds)
        if "error" in said:
            raise LocalGPTError(str(said["error"]), str(said.get("advice", "")))
        return int(str(said.get("dimensions", 0)))

    def embed(self, texts: Sequence[str], seconds: float) -> list[bytes]:
        """One vector for each of `texts`; it is ended where that takes longer than `seconds`.

        Raises:
            LocalGPTError: it could not embed them, and lives on.
            ProcessEnded: it is gone; so is whatever it was doing.
        """
        try:
            self._write(json.dumps({"texts": list(texts)}).encode() + b"\n")
        except OSError as error:
            raise self._ended() from error
        said = self._answer(seconds)
        if "error" in said:
            raise LocalGPTError(f"The embedding model failed: {said['error']}.", "Words are searched for meanwhile.")
        vectors = base64.b64decode(str(said.get("vectors", "")))
        size = len(vectors) // len(texts)
        return [vectors[at : at + size] for at in range(0, size * len(texts), size or 1)]

    def kill(self) -> None:
        """End it at once, from any thread; whoever waits for its answer gets `ProcessEnded`."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def close(self) -> None:
        """End it and let go of everything."""
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._complaints):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _write(self, line: bytes) -> None:
        stdin = self._process.stdin
        rest = memoryview(line)
        while rest and stdin is not None:
            rest = rest[stdin.write(rest) or 0 :]

    def _answer(self, seconds: float) -> Mapping[str, object]:
        line = self._line(time.monotonic() + seconds)
        try:
            said = json.loads(line)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            self.kill()
            raise self._ended()
        return said

    def _line(self, deadline: float) -> bytes:
        stdout = self._process.stdout
        handle = stdout.fileno() if stdout is not None else -1
        poll = select.poll()
        poll.register(handle, select.POLLIN | select.POLLHUP)
        pieces = [self._buffer]
        while b"\n" not in pieces[-1]:
            if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                self.kill()
                raise self._ended()
            pieces.append(os.read(handle, _ONE_READ))
            if not pieces[-1]:
                raise self._ended()
        line, _, self._buffer = b"".join(pieces).partition(b"\n")
        return line

    def _ended(self) -> ProcessEnded:
        status = self._process.wait()
        self._complaints.seek(0)
        words = self._complaints.read().decode(errors="replace").strip()
        return ProcessEnded(idle=status == 0, last_words=words[-_TELLING:])


def worker_command(kind: str, name: str, models: str, idle_seconds: float) -> list[str]:
    """How the worker for such a model is started; `-P` since the folder we are in must not lend it modules."""
    worker = "localgpt_tui.memory.embedding_worker"
    return [sys.executable, "-P", "-m", worker, kind, name, models, str(idle_seconds)]
