"""The log: one rotating file without secrets, which never disturbs the screen and never ends the program."""

import contextlib
import logging
import logging.handlers
import os
import stat
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path

from localgpt_tui.files import PRIVATE_FILE, locked, private_folder
from localgpt_tui.paths import Places
from localgpt_tui.safety.redact import Redactor, environment_secrets
from localgpt_tui.safety.terminal import printable

LOG_NAME = "agent.log"

_OURS = "localgpt_tui"


def log_file(places: Places) -> Path:
    """Where the log is written."""
    return places.logs / LOG_NAME


def start_logging(
    places: Places,
    level: str = "info",
    secrets: Iterable[str] = (),
    *,
    max_bytes: int = 5_000_000,
    backups: int = 3,
    tell: Callable[[str], object] | None = None,
) -> Path:
    """Write what the program notes to a rotating file from here on, and return where.

    Starting again replaces what was started before. The libraries we use may log warnings only: at finer levels some of
    them write down what was said.

    Args:
        level: of our own notes: debug, info, warning, error or critical.
        secrets: values to mask, beside those of the environment and of well-known forms.
        max_bytes: size at which a new file is begun; backups: how many old ones stay.
        tell: takes one sentence if the log cannot be written; by default it goes to stderr.
    """
    stop_logging()
    path = log_file(places)
    handler = _RotatingFile(path, max_bytes=max_bytes, backups=backups, tell=tell or _tell_stderr)
    handler.setFormatter(_Redacted(Redactor((*secrets, *environment_secrets()))))
    handler.prepare()
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger(_OURS).setLevel(_level(level))
    logging.captureWarnings(capture=True)
    return path


def stop_logging() -> None:
    """Close the log; what is noted afterwards goes where Python sends it."""
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _RotatingFile)]:
        root.removeHandler(handler)
        handler.close()
        logging.captureWarnings(capture=False)


class _RotatingFile(logging.handlers.RotatingFileHandler):
    """A log file that several of our programs may write at once.

    One of them rotates, the others notice that their file has another name now and open the new one.
    """

    def __init__(self, path: Path, *, max_bytes: int, backups: int, tell: Callable[[str], object]) -> None:
        super().__init__(path, maxBytes=max_bytes, backupCount=backups, encoding="utf-8", delay=True)
        self._path = path
        self._tell: Callable[[str], object] | None = tell

    def prepare(self) -> None:
        """Make the folder and open the file, or say that it cannot be done."""
        try:
            private_folder(self._path.parent)
            self.stream = self._open()
        except OSError as error:
            self._give_up(error)

    def _open(self) -> TextIOWrapper:
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
        if stat.S_ISREG(os.fstat(handle).st_mode):
            os.fchmod(handle, PRIVATE_FILE)
        return os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace")

    def emit(self, record: logging.LogRecord) -> None:
        if self._tell is None:
            return  # it was said once that nothing can be written
        if self.stream is not None and not self._is_current():
            self._let_go()
        super().emit(record)

    def close(self) -> None:
        self._let_go()
        super().close()

    def doRollover(self) -> None:  # noqa: N802 - the stdlib's name
        with locked(self._path.with_name(f".{self._path.name}.lock")) as mine:
            if mine and self._is_current():  # else another program rotates, or has rotated, just now
                super().doRollover()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - the stdlib's name
        error = sys.exception()
        self._give_up(error if isinstance(error, OSError) else None)

    def _is_current(self) -> bool:
        with contextlib.suppress(OSError):
            return self.stream is not None and os.path.samestat(os.fstat(self.stream.fileno()), self._path.stat())
        return False

    def _let_go(self) -> None:
        """Close the file; the next note opens it again."""
        stream, self.stream = self.stream, None
        with contextlib.suppress(OSError):  # a full disk was said when it was met
            if stream is not None:
                stream.close()

    def _give_up(self, error: OSError | None) -> None:
        reason = os.strerror(error.errno) if error and error.errno else "a note could not be put into words"
        if self._tell is not None:
            self._tell(f"No log is kept: {self._path} cannot be written ({reason}).")
        self._tell = None


class _Redacted(logging.Formatter):
    """Time with its offset, level, module and words: no secret, no control character, one unindented line a note."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        return printable(self._redactor.clean(super().format(record))).replace("\n", "\n    ")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802
        return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")


def _level(name: str) -> int:
    return logging.getLevelNamesMapping().get(name.upper(), logging.INFO)


def _tell_stderr(text: str) -> None:
    sys.stderr.write(text + "\n")
