"""What is being written in a session just now, in a file beside it, for whoever reads along."""

import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from localgpt_tui.core.events import Event, Said, TextDelta, ThinkingDelta
from localgpt_tui.files import atomic_write

UNATTENDED = "localgpt-tui without a screen"
"""How the lock of a session names a program whose terminal is gone and that finishes a reply."""

_EVERY = 1.0  # seconds between two writings, at least


@dataclass(frozen=True, slots=True)
class Glimpse:
    """The beginning of a message that is still being written.

    Attributes:
        after: the id of the entry it will follow.
    """

    after: str
    thinking: str = ""
    text: str = ""


class Partial:
    """Collects what arrives of a reply and, once it is shared, lets others read it before it is finished.

    Nothing rests on the file: a disk that refuses it is no trouble, and what a crash leaves goes with the next holder.
    """

    def __init__(self, session: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing was written yet in the session whose file is `session`."""
        self._path = path_of(session)
        self._clock = clock
        self._after = ""
        self._thinking: list[str] = []
        self._text: list[str] = []
        self._shared = False
        self._written = -_EVERY

    def take(self, event: Event) -> None:
        """Note what happened; while it is shared, the file is written at most once a second."""
        match event:
            case TextDelta(text=text):
                self._text.append(text)
            case ThinkingDelta(text=text):
                self._thinking.append(text)
            case Said(id=entry):
                self._after = entry
                self._thinking.clear()
                self._text.clear()
                self._written = -_EVERY
            case _:
                return
        if self._shared and self._clock() - self._written >= _EVERY:
            self._write()

    def share(self) -> None:
        """Let others read along from now on."""
        self._shared = True
        self._write()

    def remove(self) -> None:
        """Nothing is being written any more."""
        self._shared = False
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _write(self) -> None:
        self._written = self._clock()
        glimpse = {"after": self._after, "thinking": "".join(self._thinking), "text": "".join(self._text)}
        with contextlib.suppress(OSError):
            atomic_write(self._path, json.dumps(glimpse).encode())


def path_of(session: Path) -> Path:
    """Where the unfinished message of the session in the file `session` stands."""
    return session.with_suffix(".partial")


def glimpse(session: Path) -> Glimpse | None:
    """What is being written in the session just now; None where nothing is, or nobody shares it."""
    with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
        said = json.loads(path_of(session).read_bytes())
        return Glimpse(str(said["after"]), str(said.get("thinking", "")), str(said.get("text", "")))
    return None
