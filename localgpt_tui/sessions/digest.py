"""The gist of a session: what a list shows of it, read in one quick pass that can be continued later."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from localgpt_tui.sessions import wire
from localgpt_tui.sessions.entries import Entry
from localgpt_tui.sessions.lines import Line, Tape
from localgpt_tui.sessions.titles import clean_title

_OURS = re.compile(
    rb'\{"type":"message","id":"[^"\\]*","parentId":"[^"\\]*","time":"([^"\\]*)","message":\{"role":"(\w+)"'
)
_FINGERPRINT = 64


@dataclass(frozen=True, slots=True)
class Gist:
    """What the first `read_to` bytes of a session say.

    Attributes:
        header_id: the id that the first line gives, normally the file's name.
        created, updated: when it was begun, and when something was last said: RFC 3339 text, or empty.
        title: what the person called it; `opening` is made of what they said first.
        messages: how many were said by the person and by models, on all branches.
        last_bytes: the end of what was read, in hexadecimal, to notice that a file was rewritten.
    """

    header_id: str = ""
    created: str = ""
    updated: str = ""
    title: str = ""
    opening: str = ""
    messages: int = 0
    pinned: bool = False
    read_to: int = 0
    last_bytes: str = ""


def read_gist(path: Path, known: Gist | None = None) -> Gist:
    """The gist of the session in `path`; reads only what was added where `known` is still true of the rest.

    Raises:
        OSError: the file cannot be read.
    """
    with Tape(path) as tape:
        gist = known if known and _still_true(tape, known) else Gist()
        for line in tape.forwards(gist.read_to):
            gist = _with_line(gist, line)
            if line.finished:
                gist = replace(gist, read_to=line.offset + line.size + 1)
        return replace(gist, last_bytes=_fingerprint(tape, gist.read_to))


def _still_true(tape: Tape, known: Gist) -> bool:
    return 0 < known.read_to <= tape.size and _fingerprint(tape, known.read_to) == known.last_bytes


def _fingerprint(tape: Tape, end: int) -> str:
    begin = max(0, end - _FINGERPRINT)
    return tape.read(begin, end - begin).hex()


def _with_line(gist: Gist, line: Line) -> Gist:
    known = _OURS.match(line.content)
    if known and (gist.opening or known[2] != b"user"):  # no need to understand the whole line
        spoken = known[2] in (b"user", b"assistant")
        return replace(gist, updated=known[1].decode(), messages=gist.messages + spoken)
    try:
        record = wire.decode(line.content)
        if record.get("type") == "session":
            header = wire.header(record)
            return replace(gist, header_id=header.id, created=header.timestamp)
        return _with_entry(gist, wire.entry(record, line.offset))
    except wire.UnreadableLineError:
        return gist  # reported when the session is opened


def _with_entry(gist: Gist, entry: Entry) -> Gist:
    if entry.message and entry.time.timestamp() > 0:
        gist = replace(gist, updated=entry.time.isoformat())
    match entry.kind:
        case "title":
            return replace(gist, title=clean_title(str(entry.mark.get("title", ""))))
        case "pin":
            return replace(gist, pinned=bool(entry.mark.get("pinned", True)))
        case "message" if entry.message and entry.message.kind != "tool":
            opening = clean_title(entry.message.text) if entry.message.kind == "user" else ""
            return replace(gist, messages=gist.messages + 1, opening=gist.opening or opening)
    return gist
