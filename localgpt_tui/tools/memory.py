"""Searching and reading what is remembered, noting things down, and putting notes right."""

from pathlib import PurePosixPath
from typing import Annotated, Protocol, runtime_checkable

from pydantic import Field

from localgpt_tui.core.approvals import Act
from localgpt_tui.core.passages import Passage
from localgpt_tui.core.ports import Memory, Tool
from localgpt_tui.memory.origin import marked
from localgpt_tui.plaintext import shown_name
from localgpt_tui.tools.schema import tool

_LONGEST_PASSAGE = 1500
_LONGEST_LINE = 2000


@runtime_checkable
class MemoryFiles(Protocol):
    """A memory whose files can be read by lines and edited."""

    async def get(self, path: str, first: int = 1, last: int = 0) -> Passage:
        """Lines `first` to `last` of `path` (0: to its end), as far as there are such lines."""
        ...

    async def edit(self, path: str, old: str, new: str) -> Passage:
        """Let the one place of `path` that reads `old` read `new`, and say where that is."""
        ...


def memory_tools(memory: Memory) -> tuple[Tool, ...]:
    """The tools `memory_search` and `memory_append`, and where files can be edited, `memory_get` and `memory_edit`."""

    @tool
    async def memory_search(query: str, limit: Annotated[int, Field(ge=1, le=100)] = 5) -> str:
        """Search what is remembered about the person, their projects and past days.

        Finds passages that share words with the query; each comes with a number, to be cited as [1], and its source.

        Args:
            query: a few telling words, or the person's own question.
            limit: the most passages to return, 1 to 100.
        """
        found = await memory.search(query, limit)
        remark = "" if found.freshness == "fresh" else f"(The search is {found.freshness}.)"
        more = "memory_get" if isinstance(memory, MemoryFiles) else "read_file"
        passages = [_shown(passage.number or place, passage, more) for place, passage in enumerate(found.passages, 1)]
        return "\n\n".join([*(passages or ["Nothing found."]), *([remark] if remark else [])])

    def append_foreseen(text: str, file: str = "", origin: str = "") -> Act:
        where = file or "today's log"
        return _noting(f"note in {where}", marked(text, origin), file or "memory/")

    @tool(foresee=append_foreseen)
    async def memory_append(text: str, file: str = "", origin: str = "") -> str:
        """Note something down so that it is remembered; nothing that is there already is changed.

        Args:
            text: what to note, as Markdown, best as one list item a fact: `- …`.
            file: MEMORY.md for lasting facts, or a .md file under memory/; left out, it goes into today's log.
            origin: the address or file it was read in, if the person did not say it themselves.
        """
        passage = await memory.append(marked(text, origin), file)
        return f"Noted in {shown_name(passage.source)}."

    tools = (memory_search, memory_append)
    return (*tools, *_file_tools(memory)) if isinstance(memory, MemoryFiles) else tools


def _file_tools(files: MemoryFiles) -> tuple[Tool, ...]:
    @tool
    async def memory_get(
        path: str, first_line: Annotated[int, Field(ge=1)] = 1, lines: Annotated[int, Field(ge=1, le=10_000)] = 50
    ) -> str:
        """Read lines of a file of the memory, such as those around a passage that was found.

        Args:
            path: as the search names it, such as MEMORY.md or memory/2026-01-31.md.
            first_line: the first line to read, from 1.
            lines: how many lines, 1 to 10000.
        """
        passage = await files.get(path, first_line, first_line + lines - 1)
        shown = passage.text.split("\n")
        numbered = [f"{number:>4}  {_line(line)}" for number, line in enumerate(shown, passage.first_line)]
        more = [f"(There may be more from line {passage.last_line + 1}.)"] if len(shown) == lines else []
        cited = f"[{passage.number}] " if passage.number else ""
        return "\n".join([cited + shown_name(passage.source), *numbered, *more])

    def edit_foreseen(path: str, old: str, new: str) -> Act:
        removed = "".join(f"-{line}\n" for line in old.splitlines())
        added = "".join(f"+{line}\n" for line in new.splitlines())
        return _noting(f"change {path}", f"--- {path}\n+++ {path}\n{removed}{added}", path)

    @tool(foresee=edit_foreseen)
    async def memory_edit(path: str, old: str, new: str) -> str:
        """Correct or remove something in a file of the memory: one exact text becomes another.

        Every change can be undone by the person. IDENTITY.md and the policy are theirs alone.

        Args:
            path: as the search names it, such as MEMORY.md.
            old: the text as it stands there, without line numbers, with enough around it that it is there once only.
            new: what is to stand there instead; empty removes it.
        """
        passage = await files.edit(path, old, new)
        return f"Changed {shown_name(passage.source)}."

    return memory_get, memory_edit


def _noting(title: str, shown: str, path: str) -> Act:
    """A change of the memory: it is signed and can be undone, so that it needs no question by itself."""
    plain = str(PurePosixPath(path.strip()))
    reasons = ("every change of the memory can be undone",)
    return Act("remember", title, shown=shown, writes=(plain,), verdict="safe", reasons=reasons)


def _shown(number: int, passage: Passage, more: str) -> str:
    text = passage.text
    if len(text) > _LONGEST_PASSAGE:
        text = text[:_LONGEST_PASSAGE] + f" … [cut; {more} shows all]"
    quoted = "\n".join(f"> {line}" for line in text.split("\n"))
    return f"[{number}] {shown_name(passage.source)} (score {passage.score:.2f})\n{quoted}"


def _line(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]} … [line cut]"
