"""Needs you: the questions that wait for an answer, of every process, in files that any of them can answer."""

import contextlib
import json
import os
import time
from collections.abc import MutableSequence, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from localgpt_tui.core.approvals import Act, Approval, Decision
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.messages import ToolCall, now
from localgpt_tui.files import Lock, atomic_write, private_folder

_QUESTION, _ANSWER, _OWNER = ".json", ".answer", ".owner"
_LONGEST = 1_000_000  # bytes of a question's file; a call may carry a whole file
_SETTLED = 60.0  # seconds after which an owner's file is no longer one that is just being taken


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question that nobody has answered yet.

    Attributes:
        owner_alive: whether the process whose turn asks is still there; else an answer is kept for its session.
    """

    approval: Approval
    since: datetime
    expires: datetime
    owner_alive: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """A question that was answered after the process that asked had ended: the answer waits for its session."""

    approval: Approval
    decision: Decision
    when: datetime


class Inbox:
    """The waiting questions in `folder`, a file each."""

    def __init__(self, folder: Path, *, hours: float = 72.0) -> None:
        self._folder = folder
        self._hours = hours
        self._alive = Lock(folder / f"{os.getpid()}{_OWNER}")

    def add(self, approval: Approval, when: datetime | None = None) -> None:
        """Let `approval` wait.

        Raises:
            LocalGPTError: it could not be written down.
        """
        try:
            private_folder(self._folder)
            self._alive.acquire("localgpt-tui")
            content = {"version": 1, "pid": os.getpid(), "since": (when or now()).isoformat()} | asdict(approval)
            atomic_write(self._file(approval.id), json.dumps(content).encode())
        except OSError as error:
            raise LocalGPTError(f"The question could not be kept: {error.strerror}.", "Free some space.") from error

    def remove(self, name: str) -> None:
        """Forget the question `name` and its answer, if they are there."""
        for ending in (_QUESTION, _ANSWER):
            self._file(name, ending).unlink(missing_ok=True)

    def list(self, at: datetime | None = None) -> list[Waiting]:
        """The questions without an answer, the oldest first; what has expired or belonged to the dead is removed."""
        self._sweep()
        moment, waiting = at or now(), []
        for file in sorted(self._folder.glob(f"*{_QUESTION}")):
            found = self._read(file)
            if found is None:
                continue
            if found.expires < moment:
                self.remove(found.approval.id)
            elif not self._file(found.approval.id, _ANSWER).exists():
                waiting.append(found)
        return sorted(waiting, key=lambda each: each.since)

    def find(self, prefix: str) -> Waiting:
        """The one question whose id begins with `prefix`.

        Raises:
            LocalGPTError: there is none, or more than one.
        """
        fitting = [each for each in self.list() if each.approval.id.startswith(prefix)]
        if len(fitting) != 1:
            what = f"{len(fitting)} questions begin" if fitting else "No waiting question begins"
            raise LocalGPTError(f"{what} with “{prefix}”.", "`localgpt-tui approvals list` shows them.")
        return fitting[0]

    def answer(self, name: str, decision: Decision) -> None:
        """Answer the question `name`; whoever asked finds it, or the session when it goes on.

        Raises:
            LocalGPTError: it waits no longer, or the answer could not be written down.
        """
        if self._read(self._file(name)) is None:
            raise LocalGPTError("That question waits no longer.", "It was answered elsewhere, or has expired.")
        try:
            atomic_write(self._file(name, _ANSWER), json.dumps(asdict(decision)).encode())
        except OSError as error:
            raise LocalGPTError(f"The answer could not be kept: {error.strerror}.", "Free some space.") from error

    def answered(self, name: str) -> Decision | None:
        """The answer to the question `name`, if there is one."""
        return _decision(self._file(name, _ANSWER))

    def answers(self) -> Sequence[Answered]:
        """The answers that wait for a session to go on, the oldest first."""
        found: MutableSequence[Answered] = []
        for file in self._folder.glob(f"*{_ANSWER}"):
            question, decision = self._read(file.with_suffix(_QUESTION)), _decision(file)
            with contextlib.suppress(OSError):  # it was made use of meanwhile
                when = datetime.fromtimestamp(file.stat().st_mtime, UTC)
                if question is not None and decision is not None and not question.owner_alive:
                    found.append(Answered(question.approval, decision, when))
        return sorted(found, key=lambda each: each.when)

    def take_grant(self, session: str, call: ToolCall, act: Act) -> Decision | None:
        """The answer that was given for exactly this call while its turn was over; it is used up.

        The call must be the same in tool, arguments, session, folder and in all that its binding stands for.
        """
        for file in self._folder.glob(f"*{_ANSWER}"):
            question = self._read(file.with_suffix(_QUESTION))
            decision = _decision(file)
            if question is None or decision is None:
                continue
            asked = question.approval
            same = (asked.session, asked.call.name, _plain(asked.call.arguments), asked.act.binding, asked.act.folder)
            if same == (session, call.name, _plain(call.arguments), act.binding, act.folder):
                self.remove(asked.id)
                return replace(decision, by=f"{decision.by}, in the list of what waits")
        return None

    def _sweep(self) -> None:
        """Remove what processes that are gone had said of themselves."""
        for file in self._folder.glob(f"*{_OWNER}"):
            with contextlib.suppress(OSError, ValueError):  # another program removed it first, or it is not ours
                if time.time() - file.stat().st_mtime > _SETTLED:
                    self._lives(int(file.stem))

    def _file(self, name: str, ending: str = _QUESTION) -> Path:
        plain = "".join(character for character in name if character.isalnum() or character in "-_")
        return self._folder / f"{plain}{ending}"

    def _read(self, file: Path) -> Waiting | None:
        """The question in `file`; None where there is none, or not one of ours."""
        try:
            if file.stat().st_size > _LONGEST:
                return None
            said = json.loads(file.read_bytes())
            act = said["act"]
            lists = {name: tuple(map(str, act[name])) for name in ("writes", "deletes", "hosts", "reasons")}
            approval = Approval(
                id=str(said["id"]),
                call=ToolCall(**{name: str(said["call"][name]) for name in ("id", "name", "arguments")}),
                act=Act(**{**act, **lists}),
                why=tuple(map(str, said["why"])),
                session=str(said["session"]),
                title=str(said["title"]),
                origins=tuple(map(str, said["origins"])),
            )
            since = datetime.fromisoformat(said["since"])
            return Waiting(approval, since, since + timedelta(hours=self._hours), self._lives(int(said["pid"])))
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def _lives(self, pid: int) -> bool:
        """Whether the process that asked is there: it holds a lock, which a number taken by another does not."""
        if pid == os.getpid():
            return self._alive.held
        lock = Lock(self._folder / f"{pid}{_OWNER}")
        if not lock.path.exists() or lock.acquire():
            lock.release()
            lock.path.unlink(missing_ok=True)
            return False
        return True


def _decision(file: Path) -> Decision | None:
    try:
        return Decision(**json.loads(file.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def _plain(arguments: str) -> str:
    """Arguments as they are compared: the order of their names means nothing."""
    try:
        return json.dumps(json.loads(arguments), sort_keys=True)
    except (ValueError, RecursionError):
        return arguments
