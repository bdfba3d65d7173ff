"""A working folder with a workspace beside it, and commands that nothing holds in."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from localgpt_tui.core.approvals import Act
from localgpt_tui.core.ports import Tool
from localgpt_tui.safety.sandbox.bounds import Bounds, Tier
from localgpt_tui.safety.shell import Protected
from localgpt_tui.tools.changes import Changes
from localgpt_tui.tools.grounds import Grounds
from localgpt_tui.tools.jobs import Jobs
from localgpt_tui.tools.shell import shell_tools


class Ground:
    """Folders under one base: `home`, `project` (the working folder), `data/workspace`, `config` and `state`."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.home, self.workspace, self.folder = base / "home", base / "data" / "workspace", base / "project"
        for each in (self.home, self.workspace, self.folder):
            each.mkdir(parents=True)
        self.trusted = True
        self.protected = Protected(
            guards=(base / "config", base / "state", base / "data", self.workspace / "POLICY.md"),
            open=(self.workspace,),
            home=self.home,
        )
        self.grounds = Grounds(
            self.folder, self.workspace, self.protected, trusted=lambda: self.trusted, writable=(base / "also",)
        )
        self.changes = Changes(base / "state" / "changes")
        self.changes.begin("s")
        self.tools: dict[str, Tool] = {}
        self.progress: list[str] = []

    async def foresee(self, tool: str, **arguments: object) -> Act:
        foresee = self.tools[tool].foresee
        assert foresee
        return await foresee(json.dumps(arguments))

    async def run(self, tool: str, **arguments: object) -> str:
        return await self.tools[tool].run(json.dumps(arguments), self.progress.append)


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(tmp_path)


class OpenSandbox:
    """Starts commands in a process group of their own, and confines nothing whatever its tier says."""

    def __init__(self, tier: Tier = "standard") -> None:
        self.tier: Tier = tier
        self.bounds: list[Bounds] = []

    def describe(self) -> str:
        return f"in words: {self.tier}"

    def start(self, argv: Sequence[str], bounds: Bounds, *, stdout: int, stderr: int) -> "OpenProcess":
        self.bounds.append(bounds)
        started = subprocess.Popen(
            argv, cwd=bounds.folder, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, start_new_session=True
        )
        return OpenProcess(started)


class OpenProcess:
    def __init__(self, started: subprocess.Popen[bytes]) -> None:
        self._started = started

    @property
    def pid(self) -> int:
        return self._started.pid

    async def wait(self) -> int:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        handle = os.pidfd_open(self._started.pid)
        loop.add_reader(handle, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(handle)
            os.close(handle)
        status = self._started.wait()
        return 128 - status if status < 0 else status

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._started.pid, signal.SIGKILL)
        self._started.wait()


class Shell(Ground):
    """The ground, and a shell on it."""

    def open(self, tier: Tier = "standard", *, unattended: bool = False, most: int = 3_000_000) -> "Shell":
        self.sandbox = OpenSandbox(tier)
        self.noticed: list[str] = []
        self.jobs = Jobs(self.base / "state" / "outputs", in_memory=50_000, most=most)
        tools = shell_tools(
            self.grounds,
            self.sandbox,
            self.jobs,
            changes=self.changes,
            session="s",
            hidden=lambda: (self.base / "config",),
            result_chars=3_000,
            unattended=unattended,
            noticed=self.noticed.append,
        )
        self.tools = {tool.name: tool for tool in tools}
        return self

    @property
    def outputs(self) -> list[Path]:
        return list((self.base / "state" / "outputs").glob("*"))


@pytest.fixture
async def shell(tmp_path: Path) -> AsyncIterator[Shell]:
    shell = Shell(tmp_path).open()
    yield shell
    await shell.jobs.aclose()
    assert not shell.outputs


async def alive(command: str) -> bool:
    """Whether a process runs with exactly these words."""
    return await asyncio.to_thread(lambda: command in map(_words, Path("/proc").glob("[0-9]*/cmdline")))


def _words(cmdline: Path) -> str:
    with contextlib.suppress(OSError):
        return cmdline.read_bytes().rstrip(b"\0").replace(b"\0", b" ").decode("utf-8", "replace")
    return ""
