"""What a message names after an @: files, and sessions, whose text goes along with it."""

import re
from collections.abc import Iterator
from pathlib import Path

from localgpt_tui import attachments
from localgpt_tui.core.messages import Attachment
from localgpt_tui.sessions.export import to_markdown
from localgpt_tui.sessions.shelf import Shelf

SESSIONS = "sessions/"
"""How the name of a session begins: `@sessions/1a2b3c4d`."""

_SESSION = re.compile(rf"(?:^|(?<=\s))@{SESSIONS}([0-9a-f]{{8}}[0-9a-f-]*)(?![\w/.]*\w)")


def mentioned(text: str, known: set[str], *, folder: Path, shelf: Shelf | None) -> tuple[Attachment, ...]:
    """Everything that `text` names and that is not among the names `known`; blocks on the disk.

    A file that is called like a session goes first. Of a session, the open branch goes along as it would be exported.

    Raises:
        LocalGPTError: there is no such session, or something cannot be read.
    """
    paths = attachments.mentioned(text, folder=folder)
    files = tuple(attachments.attach(path, folder=folder) for path in paths if path not in known)
    return (*files, *_sessions(text, known | set(paths), shelf)) if shelf is not None else files


def _sessions(text: str, known: set[str], shelf: Shelf) -> Iterator[Attachment]:
    for prefix in dict.fromkeys(_SESSION.findall(text)):
        name = f"{SESSIONS}{prefix[:8]}.md"
        if not known.isdisjoint({name, f"{SESSIONS}{prefix}"}):
            continue
        with shelf.open(prefix, writable=False) as journal:
            yield attachments.attach_text(to_markdown(journal), name)
