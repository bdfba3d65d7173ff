"""What the index is made of: the workspace's files, added folders, and what was said in past sessions."""

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.messages import AssistantMessage, UserMessage
from localgpt_tui.core.passages import Kind
from localgpt_tui.memory.document import shown
from localgpt_tui.memory.listing import LARGEST
from localgpt_tui.memory.templates import TEMPLATES
from localgpt_tui.memory.workspace import Workspace
from localgpt_tui.plaintext import shown_name

if TYPE_CHECKING:  # reading sessions needs pydantic, which a search for words in notes does not
    from localgpt_tui.sessions.journal import Journal
    from localgpt_tui.sessions.shelf import Shelf, Summary

_AS_LISTED = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
_COPY = re.compile(r"conflict", re.IGNORECASE)
_QUOTING = "recall"  # it has no words of its own: its replies are what was found here before
_UNATTENDED = re.compile(r"heartbeat|\bcron\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """A text that can be indexed.

    Attributes:
        path: how it is cited.
        size, modified: in bytes, and in nanoseconds since 1970; another pair means another content.
        read: its text now; raises `LocalGPTError` where it cannot be read.
        demoted: nobody was there when it was said; others go first.
    """

    path: str
    kind: Kind
    size: int
    modified: int
    read: Callable[[], str]
    demoted: bool = False


@dataclass(frozen=True, slots=True)
class Sources:
    """All there is of some kinds, and in a sentence each what was passed over."""

    all: tuple[Source, ...]
    passed_over: tuple[str, ...] = ()
    kinds: frozenset[Kind] = frozenset({"memory", "extra"})


def of_workspace(workspace: Workspace) -> Sources:
    """The files of `workspace` and of its extra folders."""
    listing = workspace.files()
    return Sources(
        tuple(
            Source(file.path, file.kind, file.size, file.modified, partial(_noted, file.path, file.real))
            for file in listing.files
        ),
        listing.passed_over,
    )


def of_sessions(shelf: "Shelf") -> Sources:
    """What the person and the models said in the sessions of `shelf`, in the state each has now."""
    try:
        summaries = shelf.list()
    except LocalGPTError as error:
        return Sources((), (str(error),), frozenset())
    sessions = tuple(_of_session(shelf, summary) for summary in summaries)
    return Sources(sessions, (), frozenset({"session"}))


def together(parts: Sequence[Sources]) -> Sources:
    """Several sources as one."""
    return Sources(
        tuple(source for part in parts for source in part.all),
        tuple(sentence for part in parts for sentence in part.passed_over),
        frozenset[Kind]().union(*(part.kinds for part in parts)),
    )


def of_changes(workspace: Workspace, changed: Iterable[Path]) -> tuple[list[Source], list[str]] | None:
    """The files among what `changed`, and the names of those that are gone; None where only a look at all can tell."""
    home = Path(os.path.realpath(workspace.root))
    sources, gone = list[Source](), list[str]()
    for path in changed:
        root = next((root for root in (home, workspace.root) if path.is_relative_to(root)), None)
        if root is None:
            return None
        inner = path.relative_to(root)
        if any(part.startswith(".") for part in inner.parts):
            continue
        if inner.suffix.casefold() != ".md":
            if path.is_dir() or not inner.suffix:  # a folder, or what may have been one
                return None
            continue
        name = inner.as_posix()
        try:
            status = path.lstat()
        except OSError:
            gone.append(name)
            continue
        if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1 or _COPY.search(inner.name):
            return None
        read = partial(_noted, name, path)
        sources.append(Source(name, "memory", status.st_size, status.st_mtime_ns, read))
    return sources, gone


def transcript(journal: "Journal") -> str:
    """What was said in `journal` as Markdown, one item a message, under headings that say the days."""
    return "\n".join(_said(journal)) + "\n"


def _noted(name: str, real: Path) -> str:
    """The text of a file; nothing while it still is the template it was laid out from."""
    text = _text(real)
    return "" if text == TEMPLATES.get(name) else text


def _text(real: Path) -> str:
    """The text of a file that was listed; what took its place since then is not followed nor waited for."""
    try:
        with os.fdopen(os.open(real, _AS_LISTED), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise LocalGPTError(f"{shown_name(real.name)}: not a regular file")
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise LocalGPTError(f"{shown_name(real.name)}: {(error.strerror or 'unreadable').lower()}") from error
    if len(content) > LARGEST:
        raise LocalGPTError(f"{shown_name(real.name)}: larger than {LARGEST // 1_000_000} MB")
    return shown(content)


def _of_session(shelf: "Shelf", summary: "Summary") -> Source:
    return Source(
        f"sessions/{summary.id}",
        "session",
        summary.size,
        int(summary.updated.timestamp() * 1e9),
        partial(_read_session, shelf, summary.id),
        demoted=bool(_UNATTENDED.search(summary.title)),
    )


def _read_session(shelf: "Shelf", name: str) -> str:
    with shelf.open(name, writable=False) as journal:
        return transcript(journal)


def _said(journal: "Journal") -> Iterator[str]:
    yield f"# {journal.title or 'Session'}"
    day = ""
    for message in journal.history():
        if not isinstance(message, UserMessage | AssistantMessage) or not message.text.strip():
            continue
        if isinstance(message, AssistantMessage) and message.model == _QUOTING:
            continue
        on = message.time.astimezone().date().isoformat()
        if on != day:
            day = on
            yield f"\n## {day}\n"
        who = "User" if isinstance(message, UserMessage) else "Assistant"
        text = message.text.encode("utf-8", "replace").decode().replace("\r", "")
        yield f"- **{who}**: " + " ".join(text.split())
