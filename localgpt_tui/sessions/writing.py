"""Writing a line of a session: on the disk, or an error that says so."""

from pathlib import Path

from localgpt_tui.core.errors import SessionError
from localgpt_tui.files import append_line, private_folder
from localgpt_tui.sessions.lines import LONGEST_LINE


def write_line(path: Path, line: bytes, *, header: bytes = b"", alone: bool = True) -> int:
    """Append `line` to a session and wait until it is on the disk; returns the offset at which it begins.

    Args:
        header: the first line of a session that has no file yet; both are written at once.
        alone: we hold the session, so that what a failing write left can be cut off again.

    Raises:
        SessionError: it was not saved, and why; the caller still has it, and a later try may work.
    """
    if len(line) > LONGEST_LINE:
        raise SessionError(
            f"not saved: {len(line) // 1_000_000} MB are more than a session takes at once "
            f"({LONGEST_LINE // 1_000_000} MB).",
            "Send less, or a smaller attachment.",
        )
    if not header and not path.exists():
        raise SessionError(
            f"not saved: the file of this session is gone ({path}).", "Put it back, or start a new session."
        )
    try:
        if header:
            return append_line(path, header + b"\n" + line, take_back=alone) + len(header) + 1
        return append_line(path, line, take_back=alone)
    except OSError as error:
        raise not_saved(error) from error


def make_room(path: Path) -> None:
    """Make the folder for a session's file.

    Raises:
        SessionError: it cannot be made.
    """
    try:
        private_folder(path.parent)
    except OSError as error:
        raise not_saved(error) from error


def not_saved(error: OSError) -> SessionError:
    """What to tell a person whose message could not be written."""
    return SessionError(
        f"not saved: {error.strerror or error}.", "What you wrote is still here: make room on the disk, then try again."
    )
