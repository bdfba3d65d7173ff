"""Text files that others write: opened without surprises, decoded, read by lines, their names shown safely."""

import codecs
import contextlib
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from localgpt_tui.core.errors import LocalGPTError

_LOOKED_AT = 8192
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class UnreadableError(LocalGPTError):
    """A file cannot be read as text; the message is a clause such as `not a regular file`."""


def open_text(path: Path) -> TextIO:
    """Open `path`, which may not be a link, for reading as text: UTF-8, or what its byte order mark says.

    Lines end at a line feed; bytes that do not fit the encoding become U+FFFD. A pipe, device or socket is never
    opened, so that reading never waits.

    Raises:
        UnreadableError: it is missing, forbidden, no regular file, or not text.
    """
    with _translated(), contextlib.ExitStack() as until_handed_over:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise UnreadableError("not a regular file")
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        stream = until_handed_over.enter_context(os.fdopen(handle, "rb", buffering=1 << 16))
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise UnreadableError("not a regular file")  # it was replaced since it was looked at
        encoding = _encoding(os.pread(handle, _LOOKED_AT, 0))
        until_handed_over.pop_all()
    return io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="\n")


def numbered_lines(text: TextIO, *, longest: int = 2000) -> Iterator[tuple[int, str]]:
    """Each line with its number from 1, without its end; a longer one than `longest` characters is cut and marked."""
    number = 0
    while line := text.readline(longest + 1):
        number += 1
        if line.endswith("\n") or len(line) <= longest:
            yield number, line.rstrip("\r\n").replace("\0", "\N{REPLACEMENT CHARACTER}")
            continue
        while (rest := text.readline(1 << 16)) and not rest.endswith("\n"):
            pass
        yield number, line[:longest].replace("\0", "\N{REPLACEMENT CHARACTER}") + " … [line cut]"


def shown_name(name: str) -> str:
    """A file's name or path with everything that does not print (ESC, line ends, bidi marks, stray bytes) escaped."""
    if name.isprintable():
        return name
    return "".join(character if character.isprintable() else _escaped(character) for character in name)


def from_home(path: Path | str) -> str:
    """`path` as a person writes it: from `~` on, where it lies below their home."""
    whole, home = str(path), str(Path.home())
    return f"~{whole[len(home) :]}" if whole == home or whole.startswith(f"{home}/") else whole


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnreadableError((error.strerror or "unreadable").lower()) from error
    except ValueError as error:  # a NUL or a lone surrogate in the name
        raise UnreadableError("not a possible file name") from error


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8, as the operating system hands it over
        return f"\\x{code - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")


def _encoding(start: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if start.startswith(mark):
            return encoding
    if b"\0" in start:
        raise UnreadableError("not text")
    return "utf-8"
