"""What a done task changes in HEARTBEAT.md: one mark, or one date; every other byte stays. Pure."""

import re
from datetime import datetime, tzinfo

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.schedule.tasks import Task, lines_of, read_plan

_BOX = re.compile(r"\[ \]")
_MARKS = re.compile(r"(\ufeff?#{3}[ \t]+)")


def ticked(content: bytes, key: str, zone: tzinfo) -> bytes:
    """`content` with the task `key` marked as done.

    Raises:
        LocalGPTError: it is not there any more, or is done already.
    """
    task = _open(content, key, zone)
    lines = [line.raw for line in lines_of(content)]
    head = lines[task.first]
    lines[task.first] = _BOX.sub("[x]", head, count=1) if _has_box(head) else _MARKS.sub(r"\1[x] ", head, count=1)
    return _joined(lines)


def postponed(content: bytes, key: str, until: datetime, zone: tzinfo) -> bytes:
    """`content` with the task `key` due at `until` next.

    Raises:
        LocalGPTError: it is not there any more, or is done.
    """
    task = _open(content, key, zone)
    lines = [line.raw for line in lines_of(content)]
    moment = until.astimezone(zone)
    said = f"{moment:%Y-%m-%d}" if task.due_is_a_day else f"{moment:%Y-%m-%d %H:%M}"
    if due := task.field("due"):
        raw = lines[due.line]
        value = raw[due.column :].rstrip("\r\n")
        behind = value[len(value.rstrip("*_ \t")) :]  # such as the end of emphasis
        lines[due.line] = raw[: due.column] + said + behind + raw[due.column + len(value) :]
    elif again := task.field("recurring"):
        raw = lines[again.line]
        ending = raw[len(raw.rstrip("\r\n")) :]
        if not ending:  # the last line of a file without an end
            lines[again.line], ending = f"{raw}\n", ""
        lines.insert(again.line + 1, f"{again.before}Due{again.between}{said}{ending}")
    return _joined(lines)


def _open(content: bytes, key: str, zone: tzinfo) -> Task:
    task = read_plan(content, zone).task(key)
    if task is None or task.done:
        raise LocalGPTError("That task is not open in HEARTBEAT.md any more.", "Nothing was changed.")
    return task


def _has_box(head: str) -> bool:
    return re.match(r"\ufeff?[ \t]*(?:[-*+]|#{3})[ \t]+\[ \]", head) is not None


def _joined(lines: list[str]) -> bytes:
    return "".join(lines).encode("utf-8", "surrogateescape")
