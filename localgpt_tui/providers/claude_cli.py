"""Claude through its own program: a `claude` process for each reply, with our tools and nothing of its own."""

import asyncio
import contextlib
import os
import shutil
import signal
import stat
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from localgpt_tui.core.errors import ProviderError
from localgpt_tui.core.events import Emit
from localgpt_tui.core.messages import AssistantMessage
from localgpt_tui.core.ports import Request
from localgpt_tui.providers.claude_bridge import PREFIX, listed, settings
from localgpt_tui.providers.claude_errors import ended_early, missing, silent, unreadable
from localgpt_tui.providers.claude_events import ReplyReader
from localgpt_tui.providers.claude_prompt import prompt_line
from localgpt_tui.providers.draft import call_ids

_LONGEST_LINE = 64 * 1024 * 1024
_STDERR_TAIL = 4096
_GRACE_SECONDS = 0.1
_FAREWELL_SECONDS = 2.0

_FLAGS = (
    "--print",
    "--output-format=stream-json",
    "--input-format=stream-json",
    "--include-partial-messages",
    "--verbose",  # stream-json output needs it
    "--tools=",
    "--strict-mcp-config",
    "--setting-sources=",
    "--system-prompt-snapshot=off",
    "--disable-slash-commands",
    "--no-session-persistence",
)
_DEFAULTS = {
    "MCP_CONNECTION_NONBLOCKING": "0",  # else the model may be asked before it is told of the tools
    "CLAUDE_CODE_MAX_RETRIES": "1",  # lets it renew a login; all other patience is ours
}
_ALWAYS = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_TELEMETRY": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "DISABLE_AUTOUPDATER": "1",
    "CLAUDE_CODE_DISABLE_ATTACHMENTS": "1",  # else `@file` in a message is read, whatever --tools says
    "CLAUDE_CODE_DISABLE_FILE_MENTIONS": "1",
    "CLAUDE_CODE_DISABLE_CLAUDE_MDS": "1",
    "CLAUDE_CODE_DISABLE_AUTO_MEMORY": "1",
    "CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK": "1",  # it would ask again in the middle of a reply
    "CLAUDE_CODE_DISABLE_TERMINAL_TITLE": "1",
}
_NEVER = ("CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT", "CLAUDE_CODE_SSE_PORT")  # set where we run inside another claude


class ClaudeCLI:
    """The `claude` program as a model: one process a reply, in a process group of its own.

    Each reply is asked for with the whole conversation, as blocks of one user message, and nothing is left in the
    program's own session store. Our journal is the truth: it branches, is edited, and other models write in it, so a
    session kept by the program (`--resume`) would drift from it and keep a copy that the person cannot find. Feeding
    the earlier messages one by one does not work: the program asks the model again for each message of the person.
    """

    def __init__(
        self,
        *,
        model: str = "",
        command: str = "claude",
        effort: str = "",
        idle_seconds: float = 120.0,
        folder: Path | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Nothing is started yet.

        Args:
            model: what `--model` takes, such as `sonnet`; empty for the program's own choice.
            command: the program, by name or path.
            effort: `low` to `max`; empty for the program's own choice.
            idle_seconds: the longest silence before the turn is given up.
            folder: where the program runs; the default is an empty private folder, always the same, since the program
                remembers each folder it ever ran in.
            environ: instead of this process's environment.
        """
        self._model = model
        self._command = command
        self._effort = effort
        self._idle_seconds = idle_seconds
        self._folder = folder
        self._environ = environ

    @property
    def model(self) -> str:
        """The full name, such as `claude-cli/sonnet`."""
        return f"claude-cli/{self._model}" if self._model else "claude-cli"

    async def aclose(self) -> None:
        """Nothing is held open between replies."""

    async def reply(self, request: Request, emit: Emit) -> AssistantMessage:
        """Ask for one reply, which ends where the model calls tools: they are run by whoever asked.

        Raises:
            ProviderError: the program is missing, failed, fell silent or wanted to run something.
        """
        reader = ReplyReader(self.model, emit, call_ids(request.messages))
        with _papers(request, self._folder) as papers:
            process = await self._start(request, papers)
            try:
                await self._read(process, reader)
                if not reader.complete:
                    raise ended_early(await _farewell(process), papers.complaints())
                await _farewell(process)
            finally:
                await _end(process)
        return reader.message()

    async def _start(self, request: Request, papers: "_Papers") -> Process:
        environ = self._environment(request)
        try:
            return await asyncio.create_subprocess_exec(
                self._program(environ),
                *self._arguments(papers),
                stdin=papers.prompt,
                stdout=PIPE,
                stderr=papers.errors,
                cwd=papers.folder,
                env=environ,
                limit=_LONGEST_LINE,
                start_new_session=True,
            )
        except OSError as problem:
            raise missing(self._command, problem.strerror or "") from problem

    def _program(self, environ: Mapping[str, str]) -> Path:
        """The program's whole path, since it is not started from here."""
        found = shutil.which(Path(self._command).expanduser(), path=environ.get("PATH"))
        if found is None:
            raise missing(self._command)
        return Path(found).absolute()

    def _arguments(self, papers: "_Papers") -> list[str]:
        chosen = {"--model": self._model, "--effort": self._effort}
        # the system prompt goes by a file: arguments can be read by everyone on the machine, and are limited in size
        return [
            *_FLAGS,
            f"--system-prompt-file={papers.system}",
            *papers.tools,
            *(f"{flag}={value}" for flag, value in chosen.items() if value),
        ]

    def _environment(self, request: Request) -> dict[str, str]:
        inherited = os.environ if self._environ is None else self._environ
        kept = {name: value for name, value in inherited.items() if name not in _NEVER}
        return {**_DEFAULTS, **kept, **_ALWAYS, "CLAUDE_CODE_MAX_OUTPUT_TOKENS": str(request.max_tokens)}

    async def _read(self, process: Process, reader: ReplyReader) -> None:
        output = cast(asyncio.StreamReader, process.stdout)
        try:
            while not reader.complete:
                async with asyncio.timeout(self._idle_seconds):
                    line = await output.readline()
                if not line:
                    return
                reader.take(line)
        except TimeoutError as problem:
            raise silent(self._idle_seconds) from problem
        except ValueError as problem:
            raise unreadable() from problem  # a line beyond all measure


@dataclass(frozen=True, slots=True)
class _Papers:
    """What is handed to the program, and what it hands back: files, so that neither side ever waits for a pipe."""

    folder: Path
    system: Path
    tools: tuple[str, ...]
    prompt: IO[bytes]
    errors: IO[bytes]

    def complaints(self) -> str:
        """The end of what the program wrote to stderr."""
        size = self.errors.seek(0, os.SEEK_END)
        self.errors.seek(max(0, size - _STDERR_TAIL))
        return self.errors.read().decode(errors="replace")


@contextlib.contextmanager
def _papers(request: Request, folder: Path | None) -> Iterator[_Papers]:
    with (
        tempfile.TemporaryFile() as prompt,
        tempfile.TemporaryFile() as errors,
        tempfile.NamedTemporaryFile(prefix="localgpt-tui-", suffix=".txt") as system,
        tempfile.NamedTemporaryFile(prefix="localgpt-tui-", suffix=".json") as listing,
    ):
        prompt.write(prompt_line(request))
        prompt.seek(0)
        system.write(request.system.encode(errors="replace"))
        system.flush()
        listing.write(listed(request.tools).encode())
        listing.flush()
        yield _Papers(
            folder or _neutral_folder(), Path(system.name), _tool_flags(request, Path(listing.name)), prompt, errors
        )


def _tool_flags(request: Request, listing: Path) -> tuple[str, ...]:
    """How the program is told of our tools; it asks nobody whether they may be called, since we do."""
    if not request.tools:
        return ()
    names = ",".join(f"{PREFIX}{tool.name}" for tool in request.tools)
    return (f"--mcp-config={settings(listing)}", f"--allowedTools={names}")


def _neutral_folder() -> Path:
    folder = Path(tempfile.gettempdir()) / f"localgpt-tui-claude-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid():
        return folder
    raise ProviderError(
        f"{folder} belongs to someone else, so claude cannot be run in it.",
        "Remove it, or set TMPDIR.",
        failure="missing",
    )


async def _farewell(process: Process) -> int | None:
    """The exit status of a program that has said its last word, or None where it lingers."""
    with contextlib.suppress(TimeoutError):
        return await asyncio.wait_for(process.wait(), _FAREWELL_SECONDS)
    return None


async def _end(process: Process) -> None:
    """Leave nothing of the program running, nor of what it started."""
    try:
        if process.returncode is None:
            _signal(process, signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), _GRACE_SECONDS)
    finally:
        _signal(process, signal.SIGKILL)
    await process.wait()


def _signal(process: Process, number: signal.Signals) -> None:
    # macOS answers “not permitted” for a group of which only a dead process is left
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
