"""Marking tasks in HEARTBEAT.md as done or due later, as a change of the heartbeat's that can be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.document import ChangedError
from localgpt_tui.memory.history import History
from localgpt_tui.memory.workspace import Workspace
from localgpt_tui.schedule.tasks import FILE, Plan, Task, read_plan
from localgpt_tui.schedule.ticking import postponed, ticked

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Mark:
    """What is to be marked: a task as done, or, where `until` is given, as due then."""

    task: Task
    until: datetime | None = None

    @property
    def words(self) -> str:
        """One line for the history."""
        return f"Put off “{self.task.title}”" if self.until else f"Ticked “{self.task.title}”"


@dataclass(frozen=True, slots=True)
class TaskFile:
    """HEARTBEAT.md in a workspace."""

    workspace: Workspace
    history: History
    zone: tzinfo

    def plan(self) -> Plan:
        """What it says now; nothing, where there is no such file.

        Raises:
            LocalGPTError: it cannot be read.
        """
        if not self.workspace.locate(FILE).exists():
            return Plan((), "")
        return read_plan(self.workspace.read(FILE).content, self.zone)

    def mark(self, marks: Sequence[Mark], *, session: str) -> tuple[str, ...]:
        """Write the marks down, and return a sentence on each that could not be made.

        Raises:
            LocalGPTError: the file cannot be written.
        """
        problems: tuple[str, ...] = ()
        for attempt in range(_ATTEMPTS):
            document = self.workspace.read(FILE)
            content, made, problems = self._marked(document.content, marks)
            try:
                written = self.workspace.write(FILE, content, seen=document.fingerprint, author="heartbeat")
            except ChangedError:  # somebody is writing there as well: look again
                if attempt + 1 == _ATTEMPTS:
                    raise
                continue
            why = "; ".join(mark.words for mark in made)
            self.history.record([written], author="heartbeat", session=session, why=why)
            break
        return problems

    def _marked(self, content: bytes, marks: Sequence[Mark]) -> tuple[bytes, list[Mark], tuple[str, ...]]:
        made: list[Mark] = []
        problems: list[str] = []
        for mark in marks:
            try:
                if mark.until is None:
                    content = ticked(content, mark.task.key, self.zone)
                else:
                    content = postponed(content, mark.task.key, mark.until, self.zone)
                made.append(mark)
            except LocalGPTError as error:
                problems.append(f"“{mark.task.title}”: {error.message}")
        return content, made, tuple(problems)
