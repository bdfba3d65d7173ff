"""Crash files: what is kept of an error nobody expected, without secrets and without a word of any conversation."""

import os
import platform
import re
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from types import TracebackType

from localgpt_tui import __version__
from localgpt_tui.core.messages import now
from localgpt_tui.files import atomic_write, private_folder
from localgpt_tui.paths import Places
from localgpt_tui.safety.redact import Redactor, environment_secrets
from localgpt_tui.safety.terminal import printable

KEPT = 20
"""How many crash files stay; the oldest go first."""

_LIBRARIES = ("anthropic", "apsw", "fastembed", "httpx", "ollama", "openai", "pydantic", "rich", "textual")
_TERMINAL = ("TERM", "COLORTERM", "TERM_PROGRAM", "TMUX", "SSH_TTY", "LANG", "LC_ALL")
_LONGEST_MESSAGE = 300
# What an error quotes may be what somebody wrote: only quotations as short as a name stay.
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'?|\"(?:[^\"\\]|\\.)*\"?|`[^`]*`?|“[^”]*”?")
_NAME = re.compile(r"[\w.:/-]{0,40}")
_INPUT = re.compile(r"\b(input_value=|value:|got:)[^\n]*", re.IGNORECASE)


def write_crash(places: Places, error: BaseException, secrets: Iterable[str] = ()) -> Path:
    """Keep what is needed to find the defect behind `error`, and return the file.

    It holds versions, the platform and the traceback, but no local variables, and of the error's own text nothing that
    it quotes: that may be what somebody wrote.

    Raises:
        OSError: it could not be written.
    """
    redactor = Redactor((*secrets, *environment_secrets()))
    text = printable(redactor.clean("\n".join((*_circumstances(), "", *_story(error))))) + "\n"
    private_folder(places.crashes)
    path = places.crashes / f"crash-{now():%Y%m%d-%H%M%S-%f}-{os.getpid()}.txt"
    atomic_write(path, text.encode("utf-8", "backslashreplace"))
    for old in sorted(places.crashes.glob("crash-*.txt"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


def keep_crash(places: Places, error: BaseException, secrets: Iterable[str] = ()) -> str:
    """Write a crash file and say, in one sentence for the person, where it is or why there is none; never raises."""
    try:
        path = write_crash(places, error, secrets)
    except OSError as problem:
        return f"No report of it could be kept in {places.crashes} ({os.strerror(problem.errno or 0)})."
    return f"A report without secrets and without your messages is in {path}."


def install_crash_hook(places: Places, secrets: Iterable[str] = ()) -> None:
    """Let an error nobody caught, in any thread, end in a crash file and two calm lines on stderr.

    Only for programs without a screen of their own: the app reports its errors itself.
    """
    known = tuple(secrets)

    def report(kind: type[BaseException], error: BaseException | None) -> None:
        if error is None or not isinstance(error, Exception):
            return
        where = keep_crash(places, error, known)
        sys.stderr.write(f"\nSomething went wrong inside localgpt-tui: {kind.__name__}.\n{where}\n")

    def last_resort(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        if isinstance(error, Exception):
            report(kind, error)
        else:
            sys.__excepthook__(kind, error, _trace)

    sys.excepthook = last_resort
    threading.excepthook = lambda args: report(args.exc_type, args.exc_value)


def _circumstances() -> Iterator[str]:
    yield f"localgpt-tui {__version__}, {now().isoformat(timespec='seconds')}"
    yield f"Python {platform.python_version()} on {platform.platform()}"
    yield ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES)
    yield ", ".join(f"{name}={os.environ[name]}" for name in _TERMINAL if name in os.environ)


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "missing"


def _story(error: BaseException) -> Iterator[str]:
    """The traceback of `error` and of the errors behind it, first cause first."""
    home = str(Path.home())
    seen: set[int] = set()

    def tell(problem: BaseException, margin: str) -> Iterator[str]:
        if id(problem) in seen:
            return
        seen.add(id(problem))
        behind = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
        if behind is not None:
            yield from tell(behind, margin)
            yield f"{margin}which led to:"
        frames = traceback.StackSummary.extract(traceback.walk_tb(problem.__traceback__), capture_locals=False)
        for line in "".join(frames.format()).splitlines():
            yield margin + line.replace(home, "~")
        yield f"{margin}{type(problem).__module__}.{type(problem).__qualname__}: {_words(problem)}"
        if isinstance(problem, BaseExceptionGroup):
            for part in problem.exceptions:
                yield from tell(part, margin + "  | ")

    return tell(error, "")


def _words(error: BaseException) -> str:
    """The error's own text as far as it can hold nobody's words: one line, quotations and inputs left out."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - a defect in an error's own text must not hide the error
        return "(its text cannot be read)"
    if isinstance(error, KeyError) or not text.strip():
        return "" if not text.strip() else _unquoted(text)
    line = text.strip().splitlines()[0]
    return _unquoted(_INPUT.sub(r"\1…", line))[:_LONGEST_MESSAGE]


def _unquoted(text: str) -> str:
    return _QUOTED.sub(lambda found: found[0] if _NAME.fullmatch(found[0][1:-1]) else "'…'", text)
