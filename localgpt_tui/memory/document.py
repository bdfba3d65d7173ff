"""One Markdown file as bytes: what an edit touches changes, every other byte stays as it was; pure."""

import codecs
import difflib
import hashlib
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.passages import Passage
from localgpt_tui.plaintext import shown_name

Author = Literal["agent", "heartbeat", "person"]
"""Who changes a file."""

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")


class ChangedError(LocalGPTError):
    """A file is no longer what it was when it was read; nothing was written."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a file was when it was read: its size in bytes, when it was changed (nanoseconds), a hash of its content."""

    size: int
    modified: int
    sha256: str

    def matches(self, content: bytes) -> bool:
        """True where `content` is what was read; a new date alone is no change."""
        return len(content) == self.size and digest(content) == self.sha256


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it was read.

    Attributes:
        path: relative to the workspace, or absolute in a folder outside.
    """

    path: str
    content: bytes
    fingerprint: Fingerprint

    @property
    def text(self) -> str:
        """The content for people and the index: decoded, line ends as a line feed, impossible bytes as U+FFFD."""
        return shown(self.content)

    def passage(self, first: int = 1, last: int = 0) -> Passage:
        """Lines `first` to `last` (0: the last one), as far as there are such lines."""
        lines = self.text.removesuffix("\n").split("\n")
        first = min(max(first, 1), len(lines))
        last = max(first, min(last or len(lines), len(lines)))
        return Passage(self.path, first, last, "\n".join(lines[first - 1 : last]))


@dataclass(frozen=True, slots=True)
class Written:
    """A change to one file that is on the disk.

    Attributes:
        before, after: the whole content; None where there was or is no file.
        first_line, last_line: where what was written stands now; both 0 where lines were only taken away.
    """

    path: str
    before: bytes | None
    after: bytes | None
    first_line: int = 0
    last_line: int = 0

    @property
    def passage(self) -> Passage:
        """What was written, with its place."""
        lines = shown(self.after or b"").split("\n")[max(0, self.first_line - 1) : self.last_line]
        return Passage(self.path, max(1, self.first_line), max(1, self.last_line), "\n".join(lines))


@dataclass(frozen=True, slots=True)
class Edited:
    """A new content, and the lines (from 1) that are new in it; 0 and 0 where lines were only taken away."""

    content: bytes
    first_line: int = 0
    last_line: int = 0


def digest(content: bytes) -> str:
    """The SHA-256 of `content`, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def shown(content: bytes) -> str:
    """`content` as text: by its byte order mark, else UTF-8; line ends as a line feed, impossible bytes as U+FFFD."""
    encoding = "utf-16" if content.startswith(_WIDE[:2]) else "utf-8-sig"
    return content.decode(encoding, "replace").replace("\r\n", "\n")


def byte_lines(content: bytes) -> list[bytes]:
    """The lines of `content` with their ends; only a line feed ends one."""
    lines = [line + b"\n" for line in content.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def editable(content: bytes, path: str) -> bytes:
    """`content` itself, if it is text in UTF-8 or something close to it.

    Raises:
        LocalGPTError: it is UTF-16, UTF-32 or no text at all.
    """
    if content.startswith(_WIDE):
        raise LocalGPTError(f"{shown_name(path)} is UTF-16 or UTF-32, and is changed by an editor only.")
    if b"\0" in content:
        raise LocalGPTError(f"{shown_name(path)} is not text.", "It was left as it is.")
    return content


def appended(content: bytes, text: str, *, title: str = "") -> Edited:
    """`content` with `text` as its new end, in the file's own line ends.

    A blank line comes between paragraphs, none between two items of a list. `title` begins an empty file.
    """
    noted = plain(text).strip("\n").rstrip()
    closed = content if not content or content.endswith(b"\n") else content + _end(content)
    lead = title if not content else "\n" if _needs_gap(closed, noted) else ""
    first = closed.count(b"\n") + lead.count("\n") + 1
    added = f"{lead}{noted}\n".replace("\n", _end(content).decode())
    return Edited(closed + added.encode(), first, first + noted.count("\n"))


def edited(content: bytes, old: str, new: str, *, path: str) -> Edited:
    """`content` with the one place that reads `old` reading `new` instead.

    Line ends count as equal, whichever the file has; what is new takes those of the file.

    Raises:
        LocalGPTError: `old` stands there not at all, or more than once.
    """
    wanted = old.replace("\r\n", "\n")
    raw = content.decode("utf-8", "surrogateescape")
    pairs = [place.start() - number for number, place in enumerate(re.finditer("\r\n", raw))]
    flat = raw.replace("\r\n", "\n")
    start = _only_place(flat, wanted, path)
    begin, end = (place + bisect_left(pairs, place) for place in (start, start + len(wanted)))
    replacement = plain(new).replace("\n", _end(content).decode())
    changed = raw[:begin] + replacement + raw[end:]
    first = flat.count("\n", 0, start) + 1
    last = first + plain(new).removesuffix("\n").count("\n")
    return Edited(changed.encode("utf-8", "surrogateescape"), *((first, last) if new.strip() else (0, 0)))


def without(content: bytes, first: int, last: int) -> bytes:
    """`content` less the lines `first` to `last`, from 1, both included."""
    lines = byte_lines(content)
    return b"".join(lines[: first - 1] + lines[last:])


def retyped(content: bytes, text: str) -> bytes:
    """`content` as a person left it in an editor that showed `shown(content)`.

    Lines that they did not change keep their bytes, also those that could not be shown.
    """
    before, lines = byte_lines(content), byte_lines(text.encode("utf-8", "replace"))
    end, mark = _end(content), codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    seen = byte_lines(shown(content).encode())
    kept: list[bytes] = []
    for kind, old_first, old_last, first, last in matching(seen, lines):
        kept += before[old_first:old_last] if kind == "equal" else _with_ends(lines[first:last], end)
    joined = b"".join(kept)
    return joined if joined.startswith(mark) else mark + joined


def matching(old: Sequence[bytes], new: Sequence[bytes]) -> list[tuple[str, int, int, int, int]]:
    """The steps from `old` to `new`, as difflib's opcodes; what both begin and end with is not compared again."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    inner = difflib.SequenceMatcher(None, old[head : len(old) - tail], new[head : len(new) - tail], autojunk=False)
    steps = [("equal", 0, head, 0, head)] if head else []
    steps += [(kind, i + head, j + head, k + head, m + head) for kind, i, j, k, m in inner.get_opcodes()]
    if tail:
        steps.append(("equal", len(old) - tail, len(old), len(new) - tail, len(new)))
    return steps


def plain(text: str) -> str:
    """`text` as it may be written: line feeds only, no NUL, no lone surrogates."""
    return text.replace("\r\n", "\n").replace("\0", "").encode("utf-8", "replace").decode()


def _end(content: bytes) -> bytes:
    """The line end that most lines have."""
    return b"\r\n" if 2 * content.count(b"\r\n") > content.count(b"\n") else b"\n"


def _with_ends(lines: Sequence[bytes], end: bytes) -> list[bytes]:
    return [line if not line.endswith(b"\n") else line.rstrip(b"\r\n") + end for line in lines]


def _needs_gap(before: bytes, noted: str) -> bool:
    if not before.strip() or before.endswith((b"\n\n", b"\n\r\n")):
        return False
    last = before.rstrip(b"\r\n").rsplit(b"\n", 1)[-1].decode("utf-8", "replace")
    return not (_ITEM.match(noted) and (_ITEM.match(last) or last.startswith("  ")))


def _only_place(text: str, wanted: str, path: str) -> int:
    name = shown_name(path)
    if not wanted:
        raise LocalGPTError("The text to be replaced is empty.", "Give it exactly as it stands in the file.")
    places: list[int] = []
    place = text.find(wanted)
    while place >= 0 and len(places) < 100:
        places.append(place)
        place = text.find(wanted, place + 1)
    if not places:
        raise LocalGPTError(f"{name} does not hold that text.", _near(text, wanted))
    if len(places) > 1:
        lines = ", ".join(dict.fromkeys(str(text.count("\n", 0, place) + 1) for place in places))
        raise LocalGPTError(
            f"{name} holds that text {len(places)} times, in line {lines}.",
            "Give more of what stands around it, so that one place is meant.",
        )
    return places[0]


def _near(text: str, wanted: str) -> str:
    lines = text.split("\n")[:5000]
    first = next((line for line in wanted.split("\n") if line.strip()), "")
    near = difflib.get_close_matches(first, lines, n=1) if len(first) < 500 else []
    if not near:
        return "Read the file again and give the text exactly as it stands there."
    return f"The nearest is line {lines.index(near[0]) + 1}: {shown_name(near[0])[:200]}"
