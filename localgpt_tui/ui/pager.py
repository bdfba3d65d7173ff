"""Text in the person's own pager."""

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.safety.terminal import printable

_USUAL = ("less", "more")


def pager_command(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The pager the person chose (`PAGER`), or one that is usual here, as a list of words.

    Raises:
        LocalGPTError: the choice cannot be started, or there is no pager.
    """
    if chosen := environ.get("PAGER", "").strip():
        try:
            words = shlex.split(chosen)
        except ValueError:
            words = []
        if not words or shutil.which(words[0], path=environ.get("PATH")) is None:
            raise LocalGPTError(
                f"PAGER is “{chosen}”, which is no program here.", "Set PAGER to a pager, such as less."
            )
        return words
    for program in _USUAL:
        if shutil.which(program, path=environ.get("PATH")):
            return [program]
    raise LocalGPTError("No pager was found.", "Set PAGER to the name of yours.")


def page(text: str, *, command: list[str]) -> None:
    """Let the person read `text`, made printable; waits for the pager, which has the terminal meanwhile.

    Raises:
        LocalGPTError: the pager could not be started, or failed.
    """
    before = signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl+C is the pager's; ignoring it would reach the child
    try:
        done = subprocess.run(command, input=printable(text).encode(errors="replace"), check=False)
    except OSError as error:
        raise LocalGPTError(
            f"{command[0]} could not be started: {error.strerror or error}.", "Set PAGER to another one."
        ) from error
    finally:
        signal.signal(signal.SIGINT, before)
    if done.returncode not in (0, -signal.SIGINT, -signal.SIGPIPE):
        raise LocalGPTError(f"{command[0]} ended with status {done.returncode}.", "Set PAGER to another one.")
