"""The trash beside the sessions: what was deleted by mistake can be brought back."""

import re
from dataclasses import dataclass
from pathlib import Path

from localgpt_tui.core.errors import SessionError
from localgpt_tui.core.messages import now
from localgpt_tui.files import private_folder, sync_folder

FOLDER = "trash"


@dataclass(frozen=True, slots=True)
class Deleted:
    """A session that lies in the trash; its `id` brings it back."""

    id: str
    folder: Path


def put_away(folder: Path, name: str) -> Deleted:
    """Move the session `name` and the copies made of it out of `folder` into the trash.

    Raises:
        OSError: it stays, or a part of it does.
    """
    place = private_folder(folder / FOLDER / f"{now():%Y%m%dT%H%M%S.%f}-{name}")
    for file in belongings(folder, name):
        file.rename(place / file.name)
    sync_folder(folder)
    return Deleted(name, place)


def bring_back(folder: Path, name: str) -> Path:
    """Move the session `name`, as it was deleted last, back into `folder`, and return its file.

    Raises:
        SessionError: it is not in the trash, or its place is taken; OSError: it cannot be moved.
    """
    exactly = re.compile(rf"\d{{8}}T\d{{6}}\.\d{{6}}-{re.escape(name)}")
    places = sorted(place for place in (folder / FOLDER).glob(f"*-{name}") if exactly.fullmatch(place.name))
    if not places:
        raise SessionError(f"The session {name} is not in the trash.", f"Look into {folder / FOLDER}.")
    target = folder / f"{name}.jsonl"
    if target.exists():
        raise SessionError(f"A session {name} is there already.", "Delete or move that one first.")
    for file in places[-1].iterdir():
        file.rename(folder / file.name)
    places[-1].rmdir()
    sync_folder(folder)
    return target


def put_away_last(folder: Path) -> str:
    """The id of the session that was deleted last; empty where the trash is."""
    places = [place.name for place in (folder / FOLDER).glob("*T*-*")] if (folder / FOLDER).is_dir() else []
    return max(places).partition("-")[2] if places else ""


def belongings(folder: Path, name: str) -> list[Path]:
    """The file of the session `name`, and the copies that were made of it before it was brought up to date."""
    return [file for file in folder.iterdir() if file.name == f"{name}.jsonl" or file.name.startswith(f"{name}.jsonl.")]
