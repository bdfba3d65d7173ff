"""Write a long session, as a benchmark opens it: long_session.py FOLDER [MESSAGES]."""

import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from localgpt_tui.core.messages import AssistantMessage, Usage, UserMessage
from localgpt_tui.sessions import wire
from localgpt_tui.sessions.entries import new_id

ANSWER = (Path(__file__).parent / "terminal/answer.md").read_text()
START = datetime(2026, 1, 5, 9, 0, tzinfo=timezone(timedelta(hours=1)))
NAME = "0e5a0000-0000-4000-8000-000000000000"


def write_session(home: Path, *, messages: int = 5000) -> Path:
    """A session of questions and Markdown answers in the sessions folder of `home`, which is a LOCALGPT_HOME."""
    folder = home / "agents/main/sessions"
    folder.mkdir(parents=True)
    parts = ANSWER.split("\n\n")
    header = wire.Header(version=wire.VERSION, id=NAME, timestamp=START.isoformat(), cwd="/", app="benchmark")
    lines, parent = [wire.encode(header.model_dump(by_alias=True))], ""
    for number in range(messages):
        time = START + timedelta(minutes=number)
        if number % 2:
            text = "\n\n".join(parts[: 1 + number % len(parts)]).replace("{n}", str(number))
            message = AssistantMessage(text, model="ollama/bench-model", usage=Usage(10, 100), time=time)
        else:
            message = UserMessage(f"Question {number}: what about caches?", time=time)
        entry = new_id()
        lines.append(wire.encode(wire.message_record(message, entry, parent)))
        parent = entry
    path = folder / f"{NAME}.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


if __name__ == "__main__":
    print(write_session(Path(sys.argv[1]), messages=int((sys.argv[2:] or ["5000"])[0])))
