"""Who may write a session: one program holds it, another can ask for it."""

import contextlib
import json
import os
import time
from pathlib import Path

from localgpt_tui.core.errors import SessionError
from localgpt_tui.files import PRIVATE_FILE, Holder, Lock
from localgpt_tui.sessions.partial import path_of
from localgpt_tui.sessions.speech import moment
from localgpt_tui.sessions.titles import clean_title


class Hold:
    """The right to write one session, kept as a lock beside its file; a note next to that asks for it.

    Attributes:
        problem: why the lock could not even be tried, in words for a person.
    """

    def __init__(self, session: Path) -> None:
        self.problem = ""
        self._session = session
        self._lock = Lock(session.with_suffix(".lock"))
        self._note = session.with_suffix(".handover")
        self._asked = False

    @property
    def held(self) -> bool:
        """True while we hold the session."""
        return self._lock.held

    @property
    def holder(self) -> Holder | None:
        """Who has it, as they said themselves; None where nobody did."""
        return self._lock.holder()

    def acquire(self) -> bool:
        """Take the session without waiting; a request for it, and what a holder left half written, goes with that."""
        try:
            taken = self._lock.acquire()
            self.problem = ""
        except OSError as error:
            self.problem = f"Nothing can be written here: {error.strerror or error}."
            return False
        if taken:
            self._remove_note()
            with contextlib.suppress(OSError):
                path_of(self._session).unlink(missing_ok=True)
        return taken

    def announce(self, program: str) -> None:
        """Say to others who has it."""
        self._lock.announce(program)

    def release(self) -> None:
        """Let go."""
        self._lock.release()

    def ask(self) -> None:
        """Ask the holder to let go.

        Raises:
            SessionError: the request cannot be written.
        """
        try:
            handle = os.open(self._note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, PRIVATE_FILE)
            with os.fdopen(handle, "w") as note:
                json.dump({"pid": os.getpid(), "since": time.time()}, note)
        except OSError as error:
            raise SessionError(
                f"The session cannot be asked for: {error.strerror or error}.", "Close it in the other program."
            ) from error
        self._asked = True

    def wanted(self) -> bool:
        """True where we hold the session and another program asks for it; one look at the folder."""
        return self.held and self._note.exists()

    def close(self) -> None:
        """Let go, and take back what we asked for."""
        self.release()
        if self._asked:
            self._remove_note()

    def remove(self) -> None:
        """Remove the lock's file while we hold it, for a session that is no more.

        Raises:
            OSError: it stays.
        """
        self._lock.path.unlink(missing_ok=True)

    def sentence(self) -> str:
        """Why we may not write, in words for a person."""
        if self.problem:
            return self.problem
        if holder := self.holder:
            since = moment("", holder.since * 1000)
            program = clean_title(holder.program) or "another program"
            return f"It is open in {program} (process {holder.pid}, since {since:%Y-%m-%d %H:%M})."
        return "It is open in another program."

    def _remove_note(self) -> None:
        with contextlib.suppress(OSError):  # a note that stays behind costs the next holder one look
            self._note.unlink(missing_ok=True)
        self._asked = False
