"""What another program pipes in beside the question."""

import os
import select
import stat
import time

from localgpt_tui.core.errors import ConfigError

LARGEST = 10_000_000
"""Bytes; more is hardly meant to be read by a model."""


def whole_question(words: str, stdin: int, *, patience: float = 3.0) -> str:
    """The question in `words`, followed by what is piped into the descriptor `stdin`; `-` or nothing: only the latter.

    Args:
        patience: seconds to wait for a pipe that nobody writes to, where there are words as well; such pipes are left
            open by schedulers and remote shells, and would be waited for without end.

    Raises:
        ConfigError: there is nothing to ask, or what is piped in is no text.
    """
    words = "" if words.strip() == "-" else words.strip()
    piped = "" if os.isatty(stdin) else _text(_read(stdin, patience if words else None))
    question = "\n\n".join(part for part in (words, piped) if part)
    if not question:
        raise ConfigError("There is nothing to ask.", "Write the question in quotes, or pipe it in.")
    return question


def _read(stdin: int, patience: float | None) -> bytes:
    """Everything up to the end, or nothing if the first byte does not come in time."""
    waits = stat.S_ISFIFO(os.fstat(stdin).st_mode) or stat.S_ISSOCK(os.fstat(stdin).st_mode)
    if waits and patience is not None and not select.select([stdin], [], [], patience)[0]:
        return b""
    content = bytearray()
    while chunk := _chunk(stdin):
        content += chunk
        if len(content) > LARGEST:
            raise ConfigError(
                f"More than {LARGEST // 1_000_000} MB were piped in.", "Put them into a file and ask about the file."
            )
    return bytes(content)


def _chunk(stdin: int) -> bytes:
    while True:
        try:
            return os.read(stdin, 65536)
        except BlockingIOError:  # another program left the descriptor in non-blocking mode
            time.sleep(0.05)


def _text(content: bytes) -> str:
    if b"\0" in content:
        raise ConfigError("What was piped in is not text.", "Convert it first.")
    return content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").strip("\r\n")
