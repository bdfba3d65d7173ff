"""What is sent along with a message: a file by its path, or text that was pasted."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.messages import Attachment
from localgpt_tui.plaintext import UnreadableError, open_text, shown_name

LARGEST_TEXT = 16 * 1024 * 1024
"""Characters of a text; far more than any model reads, and little enough to be kept in a session."""

LARGEST_IMAGE = 5 * 1024 * 1024
"""Bytes of an image: what the vendors take."""

_TEXT = "text/plain"
_IMAGES: tuple[tuple[str, bytes, int, bytes], ...] = (
    ("image/png", b"\x89PNG\r\n\x1a\n", 0, b""),
    ("image/jpeg", b"\xff\xd8\xff", 0, b""),
    ("image/gif", b"GIF87a", 0, b""),
    ("image/gif", b"GIF89a", 0, b""),
    ("image/webp", b"RIFF", 8, b"WEBP"),
)
"""Media type, how such a file begins, and what stands further on at an offset."""

_MENTION = re.compile(r"""(?:^|(?<=\s))@(?:"([^"\n]+)"|([^\s"]\S*))""")
_AFTER_A_WORD = ".,;:!?)]}'\""


class AttachmentError(LocalGPTError):
    """Something cannot be sent along: what, why, and what to do instead."""


def attach(path: str, *, folder: Path) -> Attachment:
    """The file `path` as an attachment; blocks on the disk.

    Args:
        path: as a person writes it; relative to `folder`, or with `~` for their home.

    Raises:
        AttachmentError: it is missing, no ordinary file, too large, or neither text nor an image.
    """
    file = located(path, folder)
    name = shown_name(path)
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe must not hold anybody up
        with os.fdopen(handle, "rb") as opened:
            media_type = _image_type(opened.read(16))
            if media_type:
                opened.seek(0)
                return _image(name, media_type, opened.read(LARGEST_IMAGE + 1))
        with open_text(file.resolve()) as text:
            return attach_text(text.read(LARGEST_TEXT + 1), name)
    except UnreadableError as error:
        raise _refused(name, str(error)) from error
    except IsADirectoryError as error:
        raise AttachmentError(f"{name} is a folder.", "Name a file in it.") from error
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "it is not a possible file name"
        raise AttachmentError(f"{name} cannot be read: {why}.", "Look at the path.") from error


def attach_text(text: str, name: str) -> Attachment:
    """Text as an attachment called `name`.

    Raises:
        AttachmentError: it is too long, or holds characters that no text has.
    """
    if len(text) > LARGEST_TEXT:
        raise AttachmentError(f"{name} is longer than {size_words(LARGEST_TEXT)}.", "Send the part of it that matters.")
    if "\0" in text:
        raise AttachmentError(f"{name} is not text.", "Text and PNG, JPEG, GIF or WebP images can be sent along.")
    return Attachment(name, _TEXT, text.encode(errors="replace"))


def mentioned(text: str, *, folder: Path) -> list[str]:
    """The paths after an `@` in `text` that lead to ordinary files, each once, as they are written; asks the disk.

    A path with spaces stands in double quotes. What a sentence puts behind a path, such as a comma, is no part of it.
    """
    found: dict[str, None] = {}
    for quoted, bare in _MENTION.findall(text):
        for path in [quoted] if quoted else _without_stops(bare):
            if _is_file(located(path, folder)):
                found[path] = None
                break
    return list(found)


def mention(path: str) -> str:
    """How `path` is written after an `@`, so that `mentioned` finds it again."""
    return f'@"{path}"' if re.search(r"\s", path) else f"@{path}"


def paste_name(taken: Iterable[str]) -> str:
    """A name for a paste that is not among `taken`: `paste-1.txt`, `paste-2.txt` and so on."""
    names = set(taken)
    return next(name for number in range(1, len(names) + 2) if (name := f"paste-{number}.txt") not in names)


def located(path: str, folder: Path) -> Path:
    """Where the file is that a person calls `path`."""
    if path == "~" or path.startswith("~/"):
        return Path.home() / path[2:]
    return folder / path


def size_words(size: int) -> str:
    """A number of bytes for a person: `812 B`, `70 kB`, `1.5 MB`."""
    if size < 1024:
        return f"{size} B"
    if size < 1024 * 1024:
        return f"{size // 1024} kB"
    return f"{size / 1024 / 1024:.1f} MB"


def _image_type(start: bytes) -> str:
    for media_type, first, offset, later in _IMAGES:
        if start.startswith(first) and start[offset:].startswith(later):
            return media_type
    return ""


def _image(name: str, media_type: str, data: bytes) -> Attachment:
    if len(data) > LARGEST_IMAGE:
        raise AttachmentError(
            f"{name} is an image of more than {size_words(LARGEST_IMAGE)}.", "Send a smaller version of it."
        )
    return Attachment(name, media_type, data)


def _refused(name: str, why: str) -> AttachmentError:
    match why:
        case "not text":
            message = f"{name} cannot be sent along: it is neither text nor a PNG, JPEG, GIF or WebP image."
        case "not a regular file":
            message = f"{name} is not an ordinary file."
        case _:
            message = f"{name} cannot be read: {why}."
    return AttachmentError(message, "Name another file.")


def _without_stops(path: str) -> Iterable[str]:
    """`path`, then the same with fewer and fewer of the signs at its end that a sentence may have put there."""
    yield path
    while path and path[-1] in _AFTER_A_WORD:
        path = path[:-1]
        if path:
            yield path


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long a name, or one with a NUL
        return False
