"""Looking at conditions, and remembering what was found, so that only a change reaches a model."""

import asyncio
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Protocol

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.files import atomic_write, private_folder
from localgpt_tui.schedule.conditions import Condition
from localgpt_tui.schedule.tasks import Task

_SECONDS = 20.0
_MOST_ENTRIES = 5_000
_HASHED = 10_000_000


class Commands(Protocol):
    """Runs the command lines of conditions with nobody watching."""

    def refusal(self, line: str) -> str:
        """Why `line` may not run; "" where it may. May block for a moment."""
        ...

    async def run(self, line: str, seconds: float) -> tuple[int | None, bytes]:
        """Its exit status and the beginning of its output; the status is None where it took longer than that.

        Raises:
            LocalGPTError: it was not started.
        """
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look found: whether the condition holds, what stands for its state, and why it could not be looked at."""

    holds: bool
    state: str = ""
    problem: str = ""


@dataclass(slots=True)
class Checks:
    """The conditions of tasks, looked at from `workspace`; `file` keeps what was seen when a model was asked last.

    Attributes:
        commands: runs the command lines.
    """

    file: Path
    workspace: Path
    zone: tzinfo
    commands: Commands

    async def against(self, task: Task, now: datetime, *, remember: bool = True) -> tuple[str, ...]:
        """Why no model should be asked about `task` now; nothing where one should.

        Every condition has to hold; of those that are no time of the day, one has to hold newly.

        Args:
            remember: keep what is seen for the first time, as what later changes are measured by.
        """
        reasons: list[str] = []
        news = not any(not one.is_clock for one in task.checks)
        known = self._load().get(task.key, {})
        first: dict[str, str] = {}
        for one in task.checks:
            seen = await self.look(one, now)
            if seen.problem:
                return (seen.problem,)
            before = known.get(one.text)
            if one.kind in {"file changed", "command changed"}:
                if before is None:
                    first[one.text] = seen.state
                news = news or before not in {None, seen.state}
            elif not one.is_clock:
                news = news or (seen.holds and before != "holds")
                if not seen.holds:
                    first[one.text] = ""
            if not seen.holds:
                reasons.append(f"{one.text}: not so")
        if remember:
            self.remember(task.key, first)
        if not reasons and not news:
            reasons.append(f"{'; '.join(one.text for one in task.checks)}: no change")
        return tuple(reasons)

    async def took(self, task: Task, now: datetime) -> dict[str, str]:
        """What to remember of the conditions of `task` as they are, once a model was asked."""
        looked = {one.text: await self.look(one, now) for one in task.checks if not one.is_clock}
        return {text: seen.state or ("holds" if seen.holds else "") for text, seen in looked.items()}

    async def look(self, one: Condition, now: datetime) -> Seen:
        """Look at one condition."""
        match one.kind:
            case "after":
                return Seen(now.astimezone(self.zone).time() >= one.moment)
            case "before":
                return Seen(now.astimezone(self.zone).time() < one.moment)
            case "file exists":
                return Seen(await asyncio.to_thread(self._path(one.subject).exists))
            case "file changed":
                return Seen(holds=True, state=await asyncio.to_thread(fingerprint, self._path(one.subject)))
        return await self._command(one)

    def remember(self, key: str, states: Mapping[str, str]) -> None:
        """Keep what was seen of a task's conditions.

        Raises:
            LocalGPTError: it cannot be kept.
        """
        known = self._load()
        if states and {**known.get(key, {}), **states} != known.get(key):
            self._keep({**known, key: {**known.get(key, {}), **states}})

    def forget_others(self, keys: Iterable[str]) -> None:
        """Forget what was seen for tasks that are not among `keys` any more."""
        known, wanted = self._load(), set(keys)
        if not known.keys() <= wanted:
            self._keep({key: states for key, states in known.items() if key in wanted})

    def _path(self, subject: str) -> Path:
        return self.workspace / os.path.expanduser(subject)  # noqa: PTH111 - a path that begins with ~ or is relative

    async def _command(self, one: Condition) -> Seen:
        if why := await asyncio.to_thread(self.commands.refusal, one.subject):
            return Seen(holds=False, problem=f"`{one.subject}` was not run: {why}")
        try:
            status, output = await self.commands.run(one.subject, _SECONDS)
        except LocalGPTError as error:
            return Seen(holds=False, problem=f"`{one.subject}` was not run: {error.message}")
        if status is None:
            return Seen(holds=False, problem=f"`{one.subject}` took longer than {_SECONDS:.0f} seconds")
        if one.kind == "command changed":
            return Seen(holds=True, state=hashlib.sha256(output).hexdigest()[:32])
        return Seen(status == one.status)

    def _load(self) -> dict[str, dict[str, str]]:
        try:
            found = json.loads(self.file.read_bytes())["seen"]
            return {str(key): {str(a): str(b) for a, b in states.items()} for key, states in found.items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}

    def _keep(self, seen: Mapping[str, Mapping[str, str]]) -> None:
        try:
            private_folder(self.file.parent)
            atomic_write(self.file, json.dumps({"version": 1, "seen": seen}, indent=1, ensure_ascii=False).encode())
        except OSError as error:
            raise LocalGPTError(
                f"What was seen of the tasks cannot be kept in {self.file}: {error.strerror or error}.",
                "Look at the folder’s permissions and the room on the disk.",
            ) from error


def fingerprint(path: Path) -> str:
    """What stands for the state of a file, or of all that a folder holds; a missing one has a state too."""
    try:
        if not path.is_dir():
            return _of_file(path)
        seen = hashlib.sha256()
        for number, (folder, folders, names) in enumerate(os.walk(path)):
            folders.sort()
            for name in sorted(names):
                inner = Path(folder, name)
                status = inner.lstat()
                seen.update(f"{inner}\0{status.st_size}\0{status.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
            if number > _MOST_ENTRIES:
                break
        return f"folder {seen.hexdigest()[:32]}"
    except OSError:
        return "missing"


def _of_file(path: Path) -> str:
    """By content, since a new date alone is no change; by date where the file is too large to be read often."""
    status = path.stat()
    if not path.is_file() or status.st_size > _HASHED:
        return f"file {status.st_size} {status.st_mtime_ns}"
    return f"file {hashlib.sha256(path.read_bytes()).hexdigest()[:32]}"
