"""The commands of beats and jobs: free checks, which are held in, and the person's own command for what a job said."""

import asyncio
import contextlib
import os
import signal
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL
from typing import IO

from localgpt_tui.safety.redact import names_a_secret
from localgpt_tui.safety.sandbox import Bounds
from localgpt_tui.safety.shell import Protected, judge
from localgpt_tui.tools.foresight import too_weak
from localgpt_tui.tools.running import Confined, Sandbox

_MOST_OUTPUT = 1_000_000
_PROCESSOR_SECONDS = 20


@dataclass(frozen=True, slots=True)
class ConfinedCommands:
    """Runs the commands of free checks: only what is known to be harmless, in the sandbox, which may change nothing.

    Attributes:
        workspace: where they start.
        readable: what the configuration lets commands read besides; hidden: what none may read, asked anew for each.
    """

    sandbox: Sandbox
    workspace: Path
    protected: Protected
    readable: tuple[Path, ...]
    hidden: Callable[[], tuple[Path, ...]]

    def refusal(self, line: str) -> str:
        """Why `line` may not run with nobody watching; "" where it may. Finding the sandbox blocks for a moment."""
        found = judge(line, workspace=self.workspace, folder=self.workspace, protected=self.protected)
        if found.verdict != "safe":
            return "; ".join(found.reasons)
        return too_weak(self.sandbox.tier, unattended=True)

    async def run(self, line: str, seconds: float) -> tuple[int | None, bytes]:
        """Its exit status and the beginning of its output; the status is None where it took longer than that.

        Raises:
            SandboxError: it was not started.
        """
        bounds = Bounds(
            self.workspace,
            readable=self.readable,
            hidden=self.hidden(),
            seconds_cpu=_PROCESSOR_SECONDS,
            max_file_bytes=_MOST_OUTPUT,
        )
        with tempfile.TemporaryFile() as output, open(os.devnull, "wb") as nothing:  # noqa: ASYNC230, PTH123 - no wait
            confined = await asyncio.to_thread(self._start, line, bounds, output, nothing)
            try:
                async with asyncio.timeout(seconds):
                    status: int | None = await confined.wait()
            except TimeoutError:
                status = None
            finally:
                await asyncio.shield(asyncio.to_thread(confined.stop))
            output.seek(0)
            return status, output.read(_MOST_OUTPUT)

    def _start(self, line: str, bounds: Bounds, output: IO[bytes], nothing: IO[bytes]) -> Confined:
        argv = ["/bin/bash", "-c", line]
        return self.sandbox.start(argv, bounds, stdout=output.fileno(), stderr=nothing.fileno())


async def give(line: str, text: str, folder: Path, *, seconds: float = 20.0) -> int | None:
    """Give `text` to the person's own command `line` on its standard input; returns its exit status.

    It runs in `folder` with all that the person's own programs may do, but without the keys of the environment. It and
    whatever it started is ended where it takes longer than `seconds`; the status is None then.
    """
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", line,
        cwd=folder,
        env=without_secrets(os.environ),
        stdin=asyncio.subprocess.PIPE,
        stdout=DEVNULL,
        stderr=DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        async with asyncio.timeout(seconds):
            await process.communicate(text.encode())
            return process.returncode
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


def without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables but those whose names say that they hold a secret."""
    return {name: value for name, value in environ.items() if not names_a_secret(name)}
