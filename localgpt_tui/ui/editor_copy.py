"""A file in the person's own editor: it gets a copy, so that nothing is written over unseen and nothing is lost."""

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.files import private_folder


@dataclass(frozen=True, slots=True)
class Copy:
    """What the editor left: its text, and the file it is still in."""

    text: str
    file: Path


def edit_copy(text: str, *, name: str, command: list[str], folder: Path) -> Copy:
    """Let the person change `text` in a copy; waits for the editor, which has the terminal meanwhile.

    Args:
        name: what the copy is called after, so that the editor knows what it is.
        folder: where the copy is, readable by its owner only; the caller removes it.

    Raises:
        LocalGPTError: the editor failed, or what it left cannot be read.
    """
    stem = "".join(letter for letter in PurePosixPath(name).stem if letter.isalnum() or letter in "-_")[:40]
    try:
        handle, path = tempfile.mkstemp(prefix=f"{stem}-", suffix=".md", dir=private_folder(folder))
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as opened:
            opened.write(text)
        status = subprocess.run([*command, path], check=False).returncode
        if status:
            raise LocalGPTError(f"{command[0]} ended with status {status}.", f"What it left is in {path}.")
        left = Path(path).read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
    except OSError as error:
        raise LocalGPTError(f"The file could not be edited: {error.strerror or error}.", "It is as it was.") from error
    return Copy(left, Path(path))
