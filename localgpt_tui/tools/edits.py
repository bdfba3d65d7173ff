"""One exact text in a file becomes another, every other byte stays; pure."""

import codecs
import difflib
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from localgpt_tui.core.errors import ToolError
from localgpt_tui.plaintext import shown_name
from localgpt_tui.tools.differences import WIDE

_MOST_NAMED = 20
_LINES_COMPARED = 2_000
_LONGEST_COMPARED = 200
_LONGEST_SHOWN = 1_200


@dataclass(frozen=True, slots=True)
class Edit:
    """A new content.

    Attributes:
        lines: where the changed places begin in it, from 1.
    """

    content: bytes
    lines: tuple[int, ...]


def replaced(content: bytes, old: str, new: str, *, everywhere: bool, name: str) -> Edit:
    """`content` with the one place that reads `old`, or every such place, reading `new` instead.

    Line ends count as equal, whichever the file has; what is new takes those of the file.

    Args:
        name: what the file is called in errors.

    Raises:
        ToolError: `old` stands there not at all, or more than once, or the file is no text.
    """
    _see_that_it_is_text(content, name)
    wanted, wished = _plain(old), _plain(new)
    if not wanted:
        raise ToolError("old_string is empty.", "Give the text as it stands in the file; write_file writes a new file.")
    if wanted == wished:
        raise ToolError("old_string and new_string are the same.", "Nothing would change.")
    raw = content.decode("utf-8", "surrogateescape")
    flat = raw.replace("\r\n", "\n")
    starts = [found.start() for found in re.finditer(re.escape(wanted), flat)]
    if not starts:
        raise ToolError(f"{name} does not hold that text.", _nearest(flat, wanted))
    numbers = list(_line_numbers(flat, starts))
    if len(starts) > 1 and not everywhere:
        lines = list(dict.fromkeys(map(str, numbers)))
        more = ", …" if len(lines) > _MOST_NAMED else ""
        raise ToolError(
            f"{name} holds that text {len(starts)} times, in lines {', '.join(lines[:_MOST_NAMED])}{more}.",
            "Give more of what stands around it so that one place is meant, or set replace_all.",
        )
    pairs = [place.start() - number for number, place in enumerate(re.finditer("\r\n", raw))]
    replacement = wished.replace("\n", line_end(content))
    pieces, done = [], 0
    for start in starts:
        begin, end = (place + bisect_left(pairs, place) for place in (start, start + len(wanted)))
        pieces += [raw[done:begin], replacement]
        done = end
    pieces.append(raw[done:])
    grown = wished.count("\n") - wanted.count("\n")
    lines_at = tuple(number + place * grown for place, number in enumerate(numbers))
    return Edit("".join(pieces).encode("utf-8", "surrogateescape"), lines_at)


def rewritten(before: bytes | None, text: str) -> bytes:
    """`text` as the whole content of a file that held `before`: with its line ends and its byte order mark."""
    plain = _plain(text)
    if before is None or before.startswith(WIDE) or b"\0" in before:
        return text.encode("utf-8", "replace")
    mark = codecs.BOM_UTF8 if before.startswith(codecs.BOM_UTF8) and not plain.startswith("\ufeff") else b""
    keeps_own_ends = "\r\n" in text
    return mark + (text if keeps_own_ends else plain.replace("\n", line_end(before))).encode("utf-8", "replace")


def line_end(content: bytes) -> str:
    """The line end that most lines have."""
    return "\r\n" if 2 * content.count(b"\r\n") > content.count(b"\n") else "\n"


def _see_that_it_is_text(content: bytes, name: str) -> None:
    if content.startswith(WIDE):
        raise ToolError(f"{name} is UTF-16 or UTF-32.", "Only files in UTF-8 or something close to it are edited.")
    if b"\0" in content:
        raise ToolError(f"{name} is not text.", "It was left as it is.")


def _line_numbers(text: str, places: list[int]) -> Iterator[int]:
    number, seen = 1, 0
    for place in places:
        number += text.count("\n", seen, place)
        seen = place
        yield number


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").encode("utf-8", "replace").decode()


def _nearest(text: str, wanted: str) -> str:
    """What the model most likely meant, exactly as it stands in the file."""
    lines = text.encode("utf-8", "replace").decode().split("\n")[:_LINES_COMPARED]
    sought = wanted.strip("\n").split("\n")
    place = _loosely(lines, sought)
    if place is not None:
        reason = "It differs in spaces or indentation only"
    else:
        first = next((line for line in sought if line.strip()), "")
        near = difflib.get_close_matches(first, [line for line in lines if len(line) < _LONGEST_COMPARED], n=1)
        if len(first) > _LONGEST_COMPARED or not near:
            return "Read the file again and give the text exactly as it stands there."
        place, reason = lines.index(near[0]), "The nearest"
    stands = "\n".join(lines[place : place + len(sought)])[:_LONGEST_SHOWN]
    last = place + len(sought)
    return f"{reason}: lines {place + 1} to {min(last, len(lines))} read\n{_printing(stands)}"


def _loosely(lines: list[str], sought: list[str]) -> int | None:
    """Where `sought` stands in `lines` if spaces count for nothing."""
    bare = ["".join(line.split()) for line in lines]
    wanted = ["".join(line.split()) for line in sought]
    if not any(wanted):
        return None
    return next(
        (place for place in range(len(bare) - len(wanted) + 1) if bare[place : place + len(wanted)] == wanted), None
    )


def _printing(text: str) -> str:
    return "\n".join(
        shown_name(line.replace("\t", "\N{SYMBOL FOR HORIZONTAL TABULATION}")) for line in text.split("\n")
    )
