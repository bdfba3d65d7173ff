"""HEARTBEAT.md read: which tasks stand in it, and which are due; everything else in it is guidance. Pure."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, tzinfo
from typing import Literal

from localgpt_tui.schedule.conditions import Condition, condition
from localgpt_tui.schedule.recurring import Recurrence, recurrence
from localgpt_tui.schedule.timing import moment_of

FILE = "HEARTBEAT.md"

Standing = Literal["due", "later", "done", "unclear"]

_ITEM = re.compile(r"(?P<indent>[ \t]*)[-*+][ \t]+\[(?P<mark>[ xX-])\](?:[ \t]+(?P<title>.*))?")
_HEADING = re.compile(r"(?P<marks>#{1,6})[ \t]+(?:\[(?P<mark>[ xX-])\][ \t]*)?(?P<title>.*?)[ \t#]*")
_FIELD = re.compile(
    r"(?P<before>[ \t]*(?:[-*+][ \t]+)?[*_]{0,2})(?P<name>due|recurring|priority|condition|when|done when|status)"
    r"(?P<between>[*_]{0,2}[ \t]*:[*_]{0,2}[ \t]*)(?P<value>.*?)[ \t]*",
    re.IGNORECASE,
)
_FENCE = re.compile(r"[ \t]{0,3}(```+|~~~+)")
_OVER = frozenset({"completed", "completed tasks", "done", "done tasks", "finished", "archive"})
_PENDING = frozenset({"pending", "pending tasks", "tasks", "current tasks", "to do", "todo"})
_PRIORITIES = {"urgent": 0, "highest": 0, "high": 1, "medium": 2, "normal": 2, "low": 3}
_DONE_WORDS = frozenset({"done", "completed", "finished", "cancelled", "paused"})
_EMPTY_TITLES = frozenset({"", "…", "...", "task", "task…", "task..."})


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file: `raw` is all of it, to be kept; `text` is what it says."""

    raw: str
    text: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A line such as `- **Due:** 2026-12-01`.

    Attributes:
        line: its number, from 0; column: where its value begins.
        before, between: what stands before its name, and between name and value.
    """

    line: int
    column: int
    name: str
    before: str
    between: str
    value: str


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do.

    Attributes:
        key: stands for the task as long as its title stays.
        first, last: its lines, counted from 0.
        body: what is said about it besides the fields, for the model.
        priority: 0 to 3, the smallest first.
        condition: in words, for the model to judge.
        checks: what must have changed, or be so, before a model is asked.
        proof: what shows that it was done.
        problems: what could not be read, in words for the person; such a task waits.
    """

    key: str
    title: str
    first: int
    last: int
    done: bool = False
    body: str = ""
    priority: int = 2
    due: datetime | None = None
    due_is_a_day: bool = False
    recurring: Recurrence | None = None
    condition: str = ""
    checks: tuple[Condition, ...] = ()
    proof: Condition | None = None
    problems: tuple[str, ...] = ()
    fields: tuple[Field, ...] = field(default=(), repr=False)

    def field(self, name: str) -> Field | None:
        """The first field called `name`, in small letters."""
        return next((one for one in self.fields if one.name == name), None)

    def standing(self, now: datetime, zone: tzinfo) -> Standing:
        """Whether it is due at `now`, its checks aside."""
        if self.done:
            return "done"
        if self.problems:
            return "unclear"
        due = self.due
        if due is None and self.recurring and self.recurring.at:
            due = datetime.combine(now.astimezone(zone).date(), self.recurring.at, zone)
        return "later" if due is not None and due > now else "due"


@dataclass(frozen=True, slots=True)
class Plan:
    """What HEARTBEAT.md says: the tasks in their order, and the rest as guidance."""

    tasks: tuple[Task, ...]
    guidance: str

    def due(self, now: datetime, zone: tzinfo) -> tuple[Task, ...]:
        """The tasks that are due, their checks aside; the most urgent first."""
        due = [task for task in self.tasks if task.standing(now, zone) == "due"]
        return tuple(sorted(due, key=lambda task: task.priority))

    def task(self, key: str) -> Task | None:
        """The task that `key` stands for."""
        return next((task for task in self.tasks if task.key == key), None)


def read_plan(content: bytes, zone: tzinfo) -> Plan:
    """The plan in `content`; whatever it holds, something is understood of it."""
    lines = lines_of(content)
    spans = list(_spans(lines))
    numbers: Counter[str] = Counter()
    tasks: list[Task] = []
    for first, last, title, done in spans:
        numbers[title.casefold()] += 1
        key = hashlib.sha256(" ".join(title.casefold().split()).encode("utf-8", "replace")).hexdigest()[:10]
        if numbers[title.casefold()] > 1:
            key += f"-{numbers[title.casefold()]}"
        tasks.append(_task(key, title, lines, first, last, done=done, zone=zone))
    taken = {number for first, last, *_ in spans for number in range(first, last + 1)}
    rest = "\n".join(line.text for number, line in enumerate(lines) if number not in taken and not line.hidden)
    return Plan(tuple(tasks), re.sub(r"\n{3,}", "\n\n", rest).strip())


def lines_of(content: bytes) -> list[Line]:
    """The lines with their ends; `"".join(line.raw …)`, encoded again, is exactly `content`."""
    lines: list[Line] = []
    fence = ""
    comment = False
    for raw in re.findall(r"[^\n]*\n|[^\n]+", content.decode("utf-8", "surrogateescape")):
        text = raw.rstrip("\r\n").removeprefix("\ufeff")
        found = _FENCE.match(text)
        hidden = bool(fence) or comment
        if found and not comment:
            fence = "" if fence and text.strip().startswith(fence) else (fence or found[1])
            hidden = True
        elif not fence:
            hidden = hidden or text.lstrip().startswith("<!--")
            comment = hidden and "-->" not in text
        lines.append(Line(raw, text, hidden))
    return lines


def _spans(lines: Sequence[Line]) -> Iterator[tuple[int, int, str, bool]]:
    """Each task's first and last line, title, and whether it is done."""
    number, section = 0, ""
    while number < len(lines):
        line = lines[number]
        heading = None if line.hidden else _HEADING.fullmatch(line.text)
        item = None if line.hidden else _ITEM.fullmatch(line.text)
        if heading and len(heading["marks"]) < 3:
            section = heading["title"].strip().casefold()
        over = section in _OVER
        if heading and len(heading["marks"]) == 3:
            last = _block_end(lines, number)
            fields = [match for one in lines[number + 1 : last + 1] if (match := _field(one))]
            if heading["mark"] or fields or section in _PENDING:
                stated = {match["value"].casefold() for match in fields if match["name"].casefold() == "status"}
                done = over or (heading["mark"] or " ") != " " or bool(stated & _DONE_WORDS)
                yield number, last, heading["title"].strip(), done
                number = last + 1
                continue
        elif item:
            last = _item_end(lines, number, len(item["indent"].expandtabs(4)))
            title = (item["title"] or "").strip()
            if title.casefold() not in _EMPTY_TITLES:
                yield number, last, title, over or item["mark"] != " "
            number = last + 1
            continue
        number += 1


def _block_end(lines: Sequence[Line], first: int) -> int:
    last = first
    for number in range(first + 1, len(lines)):
        heading = None if lines[number].hidden else _HEADING.fullmatch(lines[number].text)
        if heading and len(heading["marks"]) <= 3:
            break
        if lines[number].text.strip():
            last = number
    return last


def _item_end(lines: Sequence[Line], first: int, indent: int) -> int:
    last = first
    for number in range(first + 1, len(lines)):
        text = lines[number].text.expandtabs(4)
        if not text.strip():
            continue
        if len(text) - len(text.lstrip()) <= indent:
            break
        last = number
    return last


def _field(line: Line) -> re.Match[str] | None:
    return None if line.hidden else _FIELD.fullmatch(line.text)


def _task(key: str, title: str, lines: Sequence[Line], first: int, last: int, *, done: bool, zone: tzinfo) -> Task:
    fields: list[Field] = []
    body: list[str] = []
    for number in range(first + 1, last + 1):
        if match := _field(lines[number]):
            name = match["name"].casefold()
            value = match["value"].strip("*_ ")
            fields.append(Field(number, match.start("value"), name, match["before"], match["between"], value))
        else:
            body.append(lines[number].text)
    task = Task(key, title, first, last, done=done, body="\n".join(body).strip(), fields=tuple(fields))
    for one in fields:
        try:
            task = _with(task, one, zone)
        except ValueError as error:
            task = replace(task, problems=(*task.problems, f"“{one.name.capitalize()}: {one.value}”: {error}"))
    return task


def _with(task: Task, one: Field, zone: tzinfo) -> Task:
    """The task with what one of its fields says."""
    match one.name:
        case "due":
            moment = moment_of(one.value, zone)
            is_a_day = ":" not in one.value and moment.astimezone(zone).time() == time()
            task = replace(task, due=moment.astimezone(UTC), due_is_a_day=is_a_day)
        case "recurring" if one.value.casefold() not in {"", "no", "never", "none"}:
            task = replace(task, recurring=recurrence(one.value, zone))
        case "priority":
            task = replace(task, priority=_PRIORITIES.get(one.value.casefold(), 2))
        case "condition":
            task = replace(task, condition=one.value)
        case "when":
            task = replace(task, checks=(*task.checks, condition(one.value)))
        case "done when":
            task = replace(task, proof=condition(one.value))
    return task
