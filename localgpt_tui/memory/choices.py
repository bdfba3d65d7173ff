"""What the person pinned, and what they never want recalled again: two lists in a file they can read and edit."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from hashlib import sha256
from pathlib import Path
from typing import Literal

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.passages import Passage
from localgpt_tui.files import atomic_write
from localgpt_tui.plaintext import shown_name

FILE = ".recall.md"
"""In the workspace; hidden, so that it is no note itself."""

Choice = Literal["pinned", "never"]

_TITLES: dict[Choice, str] = {
    "pinned": "Pinned: recalled whenever they bear on a message at all",
    "never": "Never recalled: only a search finds them",
}
_INTRODUCTION = """\
What you chose for passages of your memory. To take a choice back, delete its line here, or open it in the memory
browser. A passage is known by what it says, so it may move or change a little.
"""
_LINE = re.compile(r"- (?P<where>.+?): (?P<opening>.*) <!-- (?P<marks>[0-9a-f]{12}(?: [0-9a-f]{12})*) -->")
_COMMENT = re.compile(r"<!--.*?-->")
_SIGNS = re.compile(r"^(?:[-*+>]|\d+[.)]|#+|\[[ xX]\])\s+")
_OPENING = 80
_MOST_MARKS = 40
_ALIKE = 0.75


@dataclass(frozen=True, slots=True)
class Chosen:
    """A passage that something was chosen for.

    Attributes:
        path: its file when it was chosen.
        opening: how it begins, without signs of Markdown.
        marks: one for each of its lines that says something.
    """

    path: str
    opening: str
    marks: tuple[str, ...]

    def fits(self, passage: Passage) -> bool:
        """True where `passage` has a line of it, or one of the same file that reads nearly the same."""
        return any(self.is_line(line, passage.path) for line in passage.text.split("\n"))

    def is_line(self, line: str, path: str) -> bool:
        """True where `line`, in the file `path`, is one of its lines, or its first one changed a little."""
        said = _said(line)
        if not said:
            return False
        return _mark(said) in self.marks or (path == self.path and _alike(said[:_OPENING], self.opening))


@dataclass(frozen=True, slots=True)
class Chosens:
    """Both lists, the latest choices last."""

    pinned: tuple[Chosen, ...] = ()
    never: tuple[Chosen, ...] = ()

    def of(self, passage: Passage) -> Choice | None:
        """What was chosen for `passage`."""
        if any(chosen.fits(passage) for chosen in self.never):
            return "never"
        return "pinned" if any(chosen.fits(passage) for chosen in self.pinned) else None


@dataclass(slots=True)
class Choices:
    """The choices for the workspace in `root`; every method blocks on the disk."""

    root: Path
    file: Path = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is read yet."""
        self.file = self.root / FILE

    def load(self) -> Chosens:
        """What was chosen so far; what cannot be read of it counts as not chosen."""
        try:
            text = self.file.read_bytes().decode(errors="replace")
        except OSError:
            return Chosens()
        lists: dict[str, list[Chosen]] = {title: [] for title in _TITLES.values()}
        current: list[Chosen] = []
        for line in text.splitlines():
            if line.startswith("# "):
                current = lists.get(line[2:].strip(), [])
            elif found := _LINE.fullmatch(line.strip()):
                current.append(Chosen(found["where"], found["opening"], tuple(found["marks"].split())))
        return Chosens(*(tuple(lists[title]) for title in _TITLES.values()))

    def choose(self, passage: Passage, choice: Choice | None) -> None:
        """Let `choice` hold for `passage` from now on; None: nothing in particular.

        Raises:
            LocalGPTError: it says nothing that it could be known by, or the file cannot be written.
        """
        marks = tuple(_marks(passage.text))
        if not marks:
            raise LocalGPTError("There is nothing in these lines to know them by.", "Choose lines with words in them.")
        known = self.load()
        lists = {
            "pinned": [each for each in known.pinned if not each.fits(passage)],
            "never": [each for each in known.never if not each.fits(passage)],
        }
        if choice is not None:
            opening = next(filter(None, map(_said, passage.text.split("\n"))))[:_OPENING].strip()
            lists[choice].append(Chosen(passage.path, opening, marks))
        self.write(Chosens(tuple(lists["pinned"]), tuple(lists["never"])))

    def forget(self, lines: Iterable[str]) -> None:
        """Keep nothing of passages whose `lines` were forgotten.

        Raises:
            LocalGPTError: the file cannot be written.
        """
        gone = set(_marks("\n".join(lines)))
        known = self.load()
        left = Chosens(_without(known.pinned, gone), _without(known.never, gone))
        if left != known:
            self.write(left)

    def write(self, chosens: Chosens) -> None:
        """Put `chosens` on the disk; with nothing chosen there is no file.

        Raises:
            LocalGPTError: it cannot be written.
        """
        try:
            if chosens == Chosens():
                self.file.unlink(missing_ok=True)
            else:
                atomic_write(self.file, _as_text(chosens).encode(errors="replace"))
        except OSError as error:
            raise LocalGPTError(
                f"{shown_name(str(self.file))} cannot be written: {error.strerror or error}.",
                "Look at the folder's permissions and the room on the disk.",
            ) from error


def _as_text(chosens: Chosens) -> str:
    lists: dict[Choice, Sequence[Chosen]] = {"pinned": chosens.pinned, "never": chosens.never}
    parts = [_INTRODUCTION]
    for choice, title in _TITLES.items():
        lines = [f"- {each.path}: {each.opening} <!-- {' '.join(each.marks)} -->" for each in lists[choice]]
        parts.append("\n".join([f"# {title}", "", *lines, ""]))
    return "\n".join(parts)


def _without(chosens: Sequence[Chosen], gone: set[str]) -> tuple[Chosen, ...]:
    """`chosens` without the marks in `gone`; one whose beginning is among them goes whole, for it quotes that."""
    kept = (
        replace(each, marks=tuple(mark for mark in each.marks if mark not in gone))
        for each in chosens
        if each.marks[0] not in gone
    )
    return tuple(each for each in kept if each.marks)


def _marks(text: str) -> Iterator[str]:
    """A mark for each line of `text` that says something; headings only count where there is nothing else."""
    lines = [line for line in text.split("\n") if _said(line)]
    telling = [line for line in lines if not line.lstrip().startswith("#")] or lines
    yield from dict.fromkeys(_mark(_said(line)) for line in telling[:_MOST_MARKS])


def _mark(said: str) -> str:
    return sha256(said.casefold().encode(errors="replace")).hexdigest()[:12]


def _said(line: str) -> str:
    """A line without signs of Markdown and comments, on which its meaning does not depend."""
    plain, before = " ".join(_COMMENT.sub("", line).split()), ""
    while plain != before:
        plain, before = _SIGNS.sub("", plain), plain
    return plain if any(letter.isalnum() for letter in plain) else ""


def _alike(said: str, opening: str) -> bool:
    match = SequenceMatcher(None, said.casefold(), opening.casefold(), autojunk=False)
    return bool(opening) and match.quick_ratio() >= _ALIKE and match.ratio() >= _ALIKE
