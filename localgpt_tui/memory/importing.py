"""Bringing in a workspace of OpenClaw or LocalGPT, or any folder of notes: what would be done, then doing it."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.files import PRIVATE_FILE, atomic_write, folder_locked, private_folder
from localgpt_tui.memory.document import Written
from localgpt_tui.memory.listing import LARGEST
from localgpt_tui.memory.templates import TEMPLATES
from localgpt_tui.memory.workspace import FOLDERS
from localgpt_tui.plaintext import shown_name

Kind = Literal["new", "same", "kept beside", "replaces an empty template"]
_DEEPEST = 40
_WORKSPACES = (".", "workspace")
_BESIDE = ".imported"


@dataclass(frozen=True, slots=True)
class Step:
    """One file: where it comes from, what would become of it, and the path in the workspace where it ends up."""

    source: Path
    target: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do.

    Attributes:
        source: the folder that was recognised as the workspace, or the file.
        steps: one for every file, by name.
        passed_over: what is not brought in, in a sentence each.
    """

    source: Path
    steps: tuple[Step, ...]
    passed_over: tuple[str, ...]

    @property
    def copies(self) -> tuple[Step, ...]:
        """The steps that change anything."""
        return tuple(step for step in self.steps if step.kind != "same")


def plan(source: Path, root: Path) -> Plan:
    """What bringing `source` into the workspace `root` would do; changes nothing.

    `source` is a workspace, a folder with one in it (`~/.openclaw`, `~/.localgpt`), a folder of notes, which goes into
    knowledge/ under its name, or one Markdown file. Nothing that is there is overwritten: where two files of one name
    differ, both are kept.

    Raises:
        LocalGPTError: there is nothing to bring in, or it is the workspace itself.
    """
    source = Path(os.path.realpath(source.expanduser()))
    home = Path(os.path.realpath(root))
    if not source.exists():
        raise LocalGPTError(f"There is no file or folder {shown_name(str(source))}.", "Give another path.")
    found = next((source / name for name in _WORKSPACES if _is_workspace(source / name)), source)
    found = Path(os.path.realpath(found))
    if found.is_relative_to(home) or home.is_relative_to(found):
        raise LocalGPTError(
            f"{shown_name(str(found))} and the workspace {shown_name(str(home))} hold each other.",
            "Give a folder beside it.",
        )
    passed_over: list[str] = []
    steps = [_step(file, target, home) for file, target in _files(found, passed_over)]
    if not steps:
        raise LocalGPTError(f"There is no Markdown in {shown_name(str(found))}.", "Give another path.")
    return Plan(found, tuple(steps), tuple(passed_over))


def carry_out(planned: Plan, root: Path) -> tuple[Written, ...]:
    """Copy what the plan says; returns what was written, and never overwrites a file with something in it.

    Raises:
        LocalGPTError: a file cannot be copied; those before it were.
    """
    written: list[Written] = []
    private_folder(root)
    for step in planned.copies:
        target = root / step.target
        try:
            content = _content(step.source)
            with folder_locked(root):
                private_folder(target.parent)
                before = _content(target) if _is_template(target, step.target) else None
                if before is None:
                    target = _free(target)
                atomic_write(target, content, mode=PRIVATE_FILE)
        except OSError as error:
            raise LocalGPTError(
                f"{shown_name(str(step.source))} cannot be copied: {(error.strerror or str(error)).lower()}.",
                f"{len(written)} files were copied before it; run the import again when that is put right.",
            ) from error
        written.append(Written(target.relative_to(root).as_posix(), before, content))
    return tuple(written)


def _is_workspace(folder: Path) -> bool:
    return any((folder / name).is_file() for name in TEMPLATES) or (folder / "memory").is_dir()


def _files(found: Path, passed_over: list[str]) -> Iterator[tuple[Path, str]]:
    if found.is_file():
        yield found, f"knowledge/{found.name}"
        return
    start = "" if _is_workspace(found) else f"knowledge/{found.name}/"
    for path in _walk(found, passed_over, _DEEPEST):
        inner = path.relative_to(found).as_posix()
        if not inner.casefold().endswith(".md") and (start or not inner.startswith("skills/")):
            passed_over.append(f"{shown_name(str(path))}: not Markdown")
            continue
        if start or inner in TEMPLATES or inner.partition("/")[0] in FOLDERS:
            yield path, start + inner
        else:
            yield path, f"knowledge/{inner}"


def _walk(folder: Path, passed_over: list[str], depth: int) -> Iterator[Path]:
    """The regular files that are not hidden; links are not followed."""
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except OSError as error:
        passed_over.append(f"{shown_name(str(folder))}: {(error.strerror or 'unreadable').lower()}")
        return
    for entry in entries:
        path = Path(entry.path)
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            if depth > 1:
                yield from _walk(path, passed_over, depth - 1)
        elif why := _unfit(entry):
            passed_over.append(f"{shown_name(str(path))}: {why}")
        else:
            yield path


def _unfit(entry: "os.DirEntry[str]") -> str:
    if entry.is_symlink():
        return "a link; copy what it names"
    status = entry.stat(follow_symlinks=False)
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file"
    return f"larger than {LARGEST // 1_000_000} MB" if status.st_size > LARGEST else ""


def _step(source: Path, target: str, home: Path) -> Step:
    there = home / target
    if not os.path.lexists(there):
        return Step(source, target, "new")
    try:
        if there.is_file() and there.read_bytes() == _content(source):
            return Step(source, target, "same")
        if _is_template(there, target):
            return Step(source, target, "replaces an empty template")
        beside = _free(there)
        if _already_beside(there, _content(source)):
            return Step(source, target, "same")
    except OSError:
        beside = _free(there)
    return Step(source, beside.relative_to(home).as_posix(), "kept beside")


def _is_template(there: Path, target: str) -> bool:
    template = TEMPLATES.get(target)
    return template is not None and there.is_file() and there.read_bytes() == template.encode()


def _already_beside(there: Path, content: bytes) -> bool:
    """True where an earlier import kept the same content beside the file."""
    beside = there.parent.glob(f"{there.stem}{_BESIDE}*{there.suffix}")
    return any(path.is_file() and path.read_bytes() == content for path in beside)


def _free(path: Path) -> Path:
    """`path`, or the first name like it that is not taken."""
    name, number, found = PurePosixPath(path.name), 1, path
    while os.path.lexists(found):
        found = path.with_name(f"{name.stem}{_BESIDE}{'' if number == 1 else f'-{number}'}{name.suffix}")
        number += 1
    return found


def _content(path: Path) -> bytes:
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "not a regular file")
        return file.read()
