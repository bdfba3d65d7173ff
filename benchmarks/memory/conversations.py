"""Labelled conversations (LoCoMo) as a workspace of daily logs, with the lines in which each answer stands."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

_EVIDENCE = re.compile(r"D:?(\d+):0*(\d+)")
_ADVERSARIAL = 5  # questions whose answer is that there is none

Place = tuple[str, int]
"""A line: its file, relative to the workspace, and its number from 1."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the lines that answer it."""

    text: str
    evidence: frozenset[Place]


@dataclass(slots=True)
class Conversation:
    """A conversation of many days, written out.

    Attributes:
        lengths: how many characters each line has.
    """

    root: Path
    questions: list[Question] = field(default_factory=list)
    lengths: dict[Place, int] = field(default_factory=dict)


def written_out(data: Path, folder: Path) -> Iterator[Conversation]:
    """Each conversation of the file `data` as a workspace of its own in `folder`."""
    for sample in json.loads(data.read_text(encoding="utf-8")):
        yield _written(sample, folder / str(sample["sample_id"]))


def _written(sample: dict[str, Any], root: Path) -> Conversation:
    said = sample["conversation"]
    pair = f"{said['speaker_a']} and {said['speaker_b']}"
    files: dict[str, list[str]] = {}
    places: dict[str, Place] = {}
    for moment, turns in sorted(_sessions(said), key=lambda session: session[0]):
        path = f"memory/{moment:%Y-%m-%d}.md"
        lines = files.setdefault(path, [f"# {moment:%Y-%m-%d}", ""])
        lines += [f"## {moment:%H:%M} - {pair}", ""]
        for turn in turns:
            lines.append(_line(turn))
            places[turn["dia_id"]] = (path, len(lines))
        lines.append("")
    files["MEMORY.md"] = ["# Memory", "", f"- Daily logs hold the conversations of {pair}."]
    made = Conversation(root)
    for path, lines in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("\n".join(lines) + "\n", encoding="utf-8")
        made.lengths.update({(path, number): len(line) for number, line in enumerate(lines, 1)})
    for asked in sample["qa"]:
        names = [f"D{day}:{turn}" for each in asked.get("evidence") or () for day, turn in _EVIDENCE.findall(each)]
        evidence = frozenset(places[name] for name in names if name in places)
        if evidence and asked["category"] != _ADVERSARIAL:
            made.questions.append(Question(asked["question"], evidence))
    return made


def _sessions(said: dict[str, Any]) -> Iterator[tuple[datetime, list[dict[str, Any]]]]:
    for key, turns in said.items():
        if re.fullmatch(r"session_\d+", key) and turns:
            said_at = f"{said[f'{key}_date_time'].strip()} +0000"
            yield datetime.strptime(said_at, "%I:%M %p on %d %B, %Y %z"), turns


def _line(turn: dict[str, Any]) -> str:
    text = " ".join(turn.get("text", "").split())
    if shared := " ".join((turn.get("blip_caption") or "").split()):
        text = f"{text} [shared {shared}]".strip()
    return f"- **{turn['speaker']}**: {text}"
