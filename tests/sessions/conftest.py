"""A folder for sessions, and sessions of any length written without a journal."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "sessions"
    place.mkdir()
    return place


@pytest.fixture
def write(folder: Path) -> Write:
    """Write a session of `count` messages, person and model in turn, and return its file."""

    def written(count: int, name: str = "long", *, text: str = "The quick brown fox jumps. " * 12) -> Path:
        path = folder / f"{name}.jsonl"
        lines = [header(name)]
        lines += [spoken(number, text) for number in range(count)]
        path.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
        return path

    return written


def header(name: str, version: int = 2) -> dict[str, object]:
    return {"type": "session", "version": version, "id": name, "timestamp": "2026-01-05T08:00:00+01:00", "cwd": "/home"}


def spoken(number: int, text: str = "words") -> dict[str, object]:
    role = "assistant" if number % 2 else "user"
    return {
        "type": "message",
        "id": f"m{number}",
        "parentId": f"m{number - 1}" if number else "",
        "time": f"2026-01-05T09:{number // 60 % 60:02}:{number % 60:02}+01:00",
        "message": {"role": role, "content": [{"type": "text", "text": f"{number}: {text}"}]},
    }
