"""Drafts on disk: what was not sent yet outlives a crash, a lost connection and the end of the program."""

import base64
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from localgpt_tui.core.messages import Attachment
from localgpt_tui.files import atomic_write, private_folder

_UNNAMED = re.compile(r"new-(\d+)")


@dataclass(frozen=True, slots=True)
class Draft:
    """What was written, and what was to be sent along."""

    text: str = ""
    attachments: tuple[Attachment, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text.strip() or self.attachments)


def joined(drafts: Iterable[Draft]) -> Draft:
    """All of `drafts` as one, a paragraph each."""
    every = tuple(drafts)
    texts = [draft.text for draft in every if draft.text]
    return Draft("\n\n".join(texts), tuple(attachment for draft in every for attachment in draft.attachments))


class Drafts:
    """The drafts in `folder`, a text file for each session.

    A session in which nothing was said yet has no name that lasts: its draft is kept under the number of the process,
    and is handed to the next new session once that process is gone.
    """

    def __init__(self, folder: Path, *, process: int | None = None) -> None:
        self.folder = folder
        self._unnamed = f"new-{os.getpid() if process is None else process}"

    def save(self, session: str, draft: Draft) -> None:
        """Keep `draft` for `session` (empty: one in which nothing was said yet); an empty draft removes it.

        Raises:
            OSError: it could not be written; the draft that was there still is.
        """
        name = session or self._unnamed
        if not draft:
            self._remove(name)
            return
        private_folder(self.folder)
        self._write(f"{name}.txt", draft.text.encode(errors="surrogatepass"))
        along = self.folder / f"{name}.json"
        if draft.attachments:
            self._write(along.name, json.dumps([_record(each) for each in draft.attachments]).encode())
        else:
            along.unlink(missing_ok=True)

    def load(self, session: str) -> Draft:
        """The draft for `session`; for a new one, that of a program that ended without sending it."""
        if session:
            return self._read(session)
        for name in [self._unnamed, *self._orphans()]:
            if draft := self._read(name):
                if name != self._unnamed:
                    self.save("", draft)
                    self._remove(name)
                return draft
        return Draft()

    def _orphans(self) -> list[str]:
        """New sessions' drafts whose programs are gone, the latest first."""
        files = [
            file
            for file in self.folder.glob("new-*.txt")
            if (found := _UNNAMED.fullmatch(file.stem)) and _gone(int(found[1]))
        ]
        return [file.stem for file in sorted(files, key=_age, reverse=True)]

    def _read(self, name: str) -> Draft:
        try:
            text = (self.folder / f"{name}.txt").read_bytes().decode(errors="replace")
        except OSError:
            return Draft()
        try:
            records = json.loads((self.folder / f"{name}.json").read_bytes())
            attachments = tuple(_restored(record) for record in records)
        except (OSError, ValueError, TypeError, KeyError):
            attachments = ()
        return Draft(text, attachments)

    def _write(self, name: str, content: bytes) -> None:
        file = self.folder / name
        try:
            if file.read_bytes() == content:
                return
        except OSError:
            pass  # there is none yet
        atomic_write(file, content)

    def _remove(self, name: str) -> None:
        for file in (self.folder / f"{name}.txt", self.folder / f"{name}.json"):
            file.unlink(missing_ok=True)


def _record(attachment: Attachment) -> dict[str, str]:
    data = base64.b64encode(attachment.data).decode()
    return {"name": attachment.name, "media_type": attachment.media_type, "data": data}


def _restored(record: dict[str, str]) -> Attachment:
    return Attachment(str(record["name"]), str(record["media_type"]), base64.b64decode(record["data"]))


def _gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def _age(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
