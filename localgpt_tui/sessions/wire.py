"""The file format of a session: pydantic models of its lines, and their translation to the words of the core."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import AliasGenerator, BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from localgpt_tui.core.messages import Message, now
from localgpt_tui.sessions.entries import DAMAGED, MESSAGE, PREVIOUS, Entry
from localgpt_tui.sessions.lines import Line
from localgpt_tui.sessions.speech import WireMessage, moment, unwrap, wrap

VERSION = 2

_UNSAFE = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
_NAMES = re.compile(rb'"id": ?"([^"\\]{1,128})", ?"parentId": ?"([^"\\]{0,128})"')
_BLANK = b"\0 \t\r\x1e"


class UnreadableLineError(ValueError):
    """A line is not an entry; the text says why, in words for a person."""


class Header(BaseModel):
    """The first line of a session."""

    model_config = ConfigDict(extra="allow", alias_generator=AliasGenerator(alias=to_camel), populate_by_name=True)

    type: str = "session"
    version: int = VERSION
    id: str = ""
    timestamp: str = ""
    cwd: str = ""
    app: str = ""


class WireEntry(BaseModel):
    """Any other line: a message, or a mark with values of its own."""

    model_config = ConfigDict(extra="allow", alias_generator=AliasGenerator(alias=to_camel), populate_by_name=True)

    type: str
    id: str = ""
    parent_id: str | None = None
    time: str = ""
    message: WireMessage | None = None


def encode(record: Mapping[str, object], *, indent: int | None = None) -> bytes:
    """One line, without its newline: compact JSON in UTF-8; several lines with an `indent`.

    Lone surrogates are joined or replaced; what could steer a terminal, or is not seen, is escaped: `cat` is harmless.

    Raises:
        ValueError: a value is not JSON (NaN, infinity); TypeError: not of a type that JSON has.
    """
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(record, ensure_ascii=False, separators=separators, indent=indent, allow_nan=False)
    text = _UNSAFE.sub(lambda found: json.dumps(found[0])[1:-1], text)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return join_surrogates(text).encode()


def join_surrogates(text: str) -> str:
    """`text` with halves of a surrogate pair joined and lone halves replaced by U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def decode(content: bytes) -> dict[str, Any]:
    """The JSON object on a line.

    Raises:
        UnreadableLineError: there is none.
    """
    try:
        record = json.loads(content.strip(_BLANK))
    except UnicodeDecodeError as error:
        raise UnreadableLineError("it is not UTF-8 text") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableLineError("it is not JSON") from error
    if not isinstance(record, dict):
        raise UnreadableLineError("it is not a JSON object")
    if _SURROGATE_ESCAPE.search(content):
        return _joined(record)
    return record


def message_record(message: Message, id: str, parent: str) -> dict[str, object]:  # noqa: A002 - the field's name
    """The line of a message; its time is the message's own."""
    return {
        "type": MESSAGE,
        "id": id,
        "parentId": parent,
        "time": _aware(message.time).isoformat(),
        "message": wrap(message),
    }


def mark_record(kind: str, id: str, parent: str, values: Mapping[str, object]) -> dict[str, object]:  # noqa: A002
    """The line of a mark."""
    return {"type": kind, "id": id, "parentId": parent, "time": now().isoformat(), **values}


def entry(record: Mapping[str, Any], offset: int) -> Entry:
    """What a line means.

    Raises:
        UnreadableLineError: the object is not an entry.
    """
    try:
        wire = WireEntry.model_validate(record)
    except ValidationError as error:
        wire = _without_bad_fields(record, error)
    spoken = wire.message if wire.type == MESSAGE else None
    time = moment(wire.time, spoken.timestamp if spoken else None)
    return Entry(
        id=wire.id or f"line-{offset}",
        parent=PREVIOUS if wire.parent_id is None else wire.parent_id,
        kind=wire.type,
        message=unwrap(spoken, time) if spoken else None,
        mark={} if spoken else _values(wire),
        time=time,
        offset=offset,
    )


def damaged(line: Line) -> Entry | None:
    """What the beginning of an unreadable line still tells: its place in the tree, if that."""
    if found := _NAMES.search(line.content[:1024]):
        name, parent = found[1].decode(errors="replace"), found[2].decode(errors="replace")
        return Entry(name, parent, DAMAGED, None, {}, now(), line.offset)
    return None


def header(record: Mapping[str, Any]) -> Header:
    """The header on a file's first line.

    Raises:
        UnreadableLineError: it is not one.
    """
    if record.get("type") != "session":
        raise UnreadableLineError("it is not a session's header")
    try:
        return Header.model_validate(record)
    except ValidationError as error:
        raise UnreadableLineError("its fields are of the wrong type") from error


def _joined(record: dict[str, Any]) -> dict[str, Any]:
    mended: dict[str, Any] = json.loads(join_surrogates(json.dumps(record, ensure_ascii=False)))
    return mended


def _without_bad_fields(record: Mapping[str, Any], error: ValidationError) -> WireEntry:
    """A message is worth more than, say, the usage that another program wrote beside it in a way of its own."""
    places = [problem["loc"] for problem in error.errors(include_url=False)]
    bad = {place[1] for place in places if place[0] == "message" and len(place) > 1}
    spoken = record.get("message")
    try:
        if not (bad and isinstance(spoken, dict)):
            raise error
        kept = {name: value for name, value in spoken.items() if name not in bad}
        return WireEntry.model_validate({**record, "message": kept})
    except ValidationError as problem:
        where = ".".join(map(str, places[0]))
        raise UnreadableLineError(f"its field {where} is missing or of the wrong type") from problem


def _values(wire: WireEntry) -> dict[str, object]:
    values = dict(wire.model_extra or {})
    if wire.message is not None:
        values["message"] = wire.message.model_dump(by_alias=True, exclude_unset=True)
    return values


def _aware(time: datetime) -> datetime:
    return time if time.tzinfo else time.astimezone()
