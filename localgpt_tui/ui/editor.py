"""The draft in the person's own editor."""

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.files import private_folder
from localgpt_tui.safety.terminal import printable

_USUAL = ("sensible-editor", "nano", "vim", "vi", "micro")


def editor_command(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The editor the person chose (`VISUAL`, then `EDITOR`), or one that is usual here, as a list of words.

    Raises:
        LocalGPTError: the choice cannot be started, or there is no editor.
    """
    for name in ("VISUAL", "EDITOR"):
        if chosen := environ.get(name, "").strip():
            try:
                words = shlex.split(chosen)
            except ValueError:
                words = []
            if not words or shutil.which(words[0], path=environ.get("PATH")) is None:
                raise LocalGPTError(f"{name} is “{chosen}”, which is no program here.", f"Set {name} to an editor.")
            return words
    for program in _USUAL:
        if shutil.which(program, path=environ.get("PATH")):
            return [program]
    raise LocalGPTError("No editor was found.", "Set EDITOR to the name of yours.")


def edit(text: str, *, command: list[str], folder: Path) -> str:
    """Let the person change `text` in a file of their own; waits for the editor, which has the terminal meanwhile.

    Args:
        folder: where the file is for so long, readable by its owner only.

    Raises:
        LocalGPTError: the editor failed, or what it left cannot be read; the text is as it was.
    """
    file: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix="draft-", suffix=".md", dir=private_folder(folder))
        file = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as opened:
            opened.write(text)
        status = subprocess.run([*command, name], check=False).returncode
        if status:
            raise LocalGPTError(f"{command[0]} ended with status {status}.", "The draft is as it was.")
        return printable(file.read_text("utf-8", errors="replace")).rstrip("\n")
    except OSError as error:
        raise LocalGPTError(
            f"The draft could not be edited: {error.strerror or error}.", "The draft is as it was."
        ) from error
    finally:
        if file is not None:
            file.unlink(missing_ok=True)
