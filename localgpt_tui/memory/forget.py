"""Forgetting: lines taken out of the files, and the places elsewhere that still say the same."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.passages import Passage
from localgpt_tui.memory.document import Author, ChangedError, Document, Written, byte_lines
from localgpt_tui.memory.workspace import Workspace
from localgpt_tui.plaintext import shown_name

_RUN = 5
_SHORTEST = 8
_COMMENT = re.compile(r"<!--.*?-->")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was forgotten.

    Attributes:
        written: the changes to the files, one each; recorded together they are one undo.
        lines: the lines that were removed: what a purge of the history removes from past versions.
        quoted: where else in the workspace the same is said, for the person to choose from.
        unread: files that could not be looked through, in a sentence each.
    """

    written: tuple[Written, ...]
    lines: tuple[str, ...]
    quoted: tuple[Passage, ...]
    unread: tuple[str, ...] = ()


def places(workspace: Workspace, text: str) -> tuple[Passage, ...]:
    """The lines of the workspace that hold `text`, whatever the case and the spaces; to be shown before forgetting.

    Raises:
        LocalGPTError: `text` says nothing.
    """
    wanted = _folded(text)
    if not wanted:
        raise LocalGPTError("There is nothing to look for.", "Give the words of what is to be forgotten.")
    documents, _ = _documents(workspace)
    return tuple(hit for document in documents for hit in _lines(document, lambda line: wanted in _folded(line)))


def lines_of(workspace: Workspace, path: str, first: int, last: int) -> Passage:
    """The lines `first` to `last` of `path` as a passage to forget.

    Raises:
        LocalGPTError: it cannot be read, or has no such lines.
    """
    document = workspace.read(path)
    passage = document.passage(first, last)
    if (passage.first_line, passage.last_line) != (first, last):
        raise LocalGPTError(f"{shown_name(path)} has no lines {first} to {last}; its last one is {passage.last_line}.")
    return passage


def forget(workspace: Workspace, passages: Sequence[Passage], *, author: Author = "person") -> Forgotten:
    """Take the lines of `passages` out of their files.

    Nothing is removed anywhere unless all of them still read as they did when they were found.

    Raises:
        ChangedError: one of them reads differently now.
        LocalGPTError: a file cannot be read or written; files before it in the alphabet were changed.
    """
    chosen: dict[str, set[int]] = {}
    documents: dict[str, Document] = {}
    for passage in passages:
        document = documents.setdefault(passage.path, workspace.read(passage.path))
        if document.passage(passage.first_line, passage.last_line).text != passage.text:
            raise ChangedError(f"{shown_name(passage.source)} reads differently now.", "Look for it again.")
        chosen.setdefault(passage.path, set()).update(range(passage.first_line, passage.last_line + 1))
    removed: list[str] = []
    written: list[Written] = []
    for path in sorted(chosen):
        shown = documents[path].text.split("\n")
        removed += [shown[number - 1] for number in sorted(chosen[path])]
        written.append(_remove(workspace, documents[path], chosen[path], author))
    told = tuple(line for line in removed if line.strip())
    found, unread = quotes(workspace, told)
    return Forgotten(tuple(written), told, found, unread)


def quotes(workspace: Workspace, lines: Sequence[str]) -> tuple[tuple[Passage, ...], tuple[str, ...]]:
    """Where the workspace still says what `lines` say: the same text, or five words of it in a row.

    Returns the places, and what could not be looked through, in a sentence each.
    """
    whole = [folded for line in lines if len(folded := _folded(line)) >= _SHORTEST]
    runs = {run for line in lines for run in _runs(line)}

    def says_it(line: str) -> bool:
        folded = _folded(line)
        return any(one in folded for one in whole) or not runs.isdisjoint(_runs(line))

    documents, unread = _documents(workspace)
    return tuple(hit for document in documents for hit in _lines(document, says_it)), unread


def _remove(workspace: Workspace, document: Document, numbers: set[int], author: Author) -> Written:
    lines = byte_lines(document.content)
    kept = b"".join(line for number, line in enumerate(lines, 1) if number not in numbers)
    return workspace.write(document.path, kept, seen=document.fingerprint, author=author)


def _documents(workspace: Workspace) -> tuple[list[Document], tuple[str, ...]]:
    listing = workspace.files()
    documents: list[Document] = []
    unread = list(listing.passed_over)
    for file in listing.files:
        if file.kind != "memory":
            continue
        try:
            documents.append(workspace.read(file.path))
        except LocalGPTError as error:
            unread.append(error.message)
    return documents, tuple(unread)


def _lines(document: Document, wanted: Callable[[str], bool]) -> Iterator[Passage]:
    for number, line in enumerate(document.text.split("\n"), 1):
        if wanted(line):
            yield Passage(document.path, number, number, line)


def _folded(line: str) -> str:
    plain = _COMMENT.sub("", line)
    return " ".join(plain.split()).lstrip("-*+> ").removeprefix("[ ] ").removeprefix("[x] ").casefold()


def _runs(line: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(_COMMENT.sub("", line).casefold())
    return (tuple(words[start : start + _RUN]) for start in range(len(words) - _RUN + 1))
