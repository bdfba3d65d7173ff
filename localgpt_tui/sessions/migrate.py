"""Bringing sessions of older formats up to date, after a copy was put aside."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from localgpt_tui.files import atomic_write
from localgpt_tui.sessions import wire
from localgpt_tui.sessions.entries import MESSAGE, new_id
from localgpt_tui.sessions.speech import moment


def migrate(path: Path) -> Path:
    """Rewrite a session of format 1 in the present one, and return where the copy of the old file is.

    Format 1 knows neither ids nor parents, lets content be one string and calls a tool's answer `tool`. All else,
    known or not, stays as it is; lines that cannot be read stay as they are.

    Raises:
        OSError: nothing was changed.
    """
    old = path.read_bytes()
    backup = _put_aside(path, old)
    atomic_write(path, b"".join(line + b"\n" for line in _upgraded(old)))
    return backup


def _put_aside(path: Path, content: bytes) -> Path:
    number = 1
    while True:
        backup = path.with_name(f"{path.name}.v1{f'.{number}' if number > 1 else ''}.bak")
        if not backup.exists():
            atomic_write(backup, content)
            return backup
        if backup.read_bytes() == content:
            return backup
        number += 1


def _upgraded(old: bytes) -> Iterator[bytes]:
    parent = ""
    for line in filter(bytes.strip, old.split(b"\n")):
        try:
            record = wire.decode(line)
        except wire.UnreadableLineError:
            yield line
            continue
        if record.get("type") == "session":
            yield wire.encode({**record, "version": wire.VERSION})
            continue
        if isinstance(record.get("type"), str):
            record = _linked(record, parent)
            parent = str(record["id"]) if record["type"] == MESSAGE else parent
            yield _encoded(record)
        else:
            yield line


def _linked(record: dict[str, Any], parent: str) -> dict[str, Any]:
    spoken = record.get("message")
    if record.get("type") != MESSAGE or not isinstance(spoken, dict):
        return {"type": record["type"], "id": new_id(), "parentId": "", **record}
    stamp = spoken.get("timestamp")
    time = moment("", stamp if isinstance(stamp, int | float) else None).isoformat()
    return {"type": MESSAGE, "id": new_id(), "parentId": parent, "time": time, **record, "message": _spoken(spoken)}


def _spoken(spoken: dict[str, Any]) -> dict[str, Any]:
    renewed = dict(spoken)
    if isinstance(spoken.get("content"), str):
        renewed["content"] = [{"type": "text", "text": spoken["content"]}]
    if spoken.get("role") == "tool":
        renewed["role"] = "toolResult"
    return renewed


def _encoded(record: dict[str, Any]) -> bytes:
    try:
        return wire.encode(record)
    except ValueError:  # NaN and infinity, which are not JSON, but which others write and Python reads
        return json.dumps(record).encode()
