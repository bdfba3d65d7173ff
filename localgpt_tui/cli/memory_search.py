"""`localgpt-tui memory search | show | recent`: what is remembered, on stdout."""

import asyncio
import json
import re
import sys
from pathlib import Path

import click

from localgpt_tui.cli.memory_open import opened
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.passages import Found, Passage
from localgpt_tui.memory.memory import Memory
from localgpt_tui.paths import Places
from localgpt_tui.safety.terminal import printable_json, visible

WORKSPACE = click.option(
    "--workspace", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), help="Another workspace."
)
_MOST = 100
_LINES = re.compile(r"#L(\d+)(?:-L?(\d+))?$")


@click.command()
@click.argument("query", required=False)
@click.option("-n", "--limit", type=click.IntRange(1, _MOST), default=10, show_default=True, help="The most passages.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--keywords", is_flag=True, help="Search for words only, without the embedding model.")
@click.option("--serve", is_flag=True, help="Answer queries from stdin, a JSON object a line, until it ends.")
@WORKSPACE
@click.pass_obj
def search(  # noqa: PLR0917 - click hands its parameters over by name
    places: Places, query: str | None, limit: int, as_json: bool, keywords: bool, serve: bool, workspace: Path | None
) -> None:
    """Find what is remembered about QUERY, best first.

    `in:knowledge`, `after:2026-01`, `before:2026-02-15` and `kind:session` in QUERY narrow the search. With --serve,
    each line of stdin such as {"query": "birthday", "k": 5} is answered by {"hits": [[path, first line, last line,
    score], …]} on a line; {"ready": true} comes first.
    """
    if serve == (query is not None):
        raise click.UsageError("Give a QUERY, or --serve.")
    if query is None:
        asyncio.run(_serve(places, workspace, with_vectors=not keywords))
        return
    found = asyncio.run(_found(places, workspace, query, limit, with_vectors=not keywords))
    if as_json:
        record = {"results": [record_of(passage) for passage in found.passages], "freshness": found.freshness}
        click.echo(printable_json(record, indent=2))
        return
    for passage in found.passages:
        click.echo(visible(_shown(passage)) + "\n")
    if not found.passages:
        click.echo("Nothing was found.", err=True)
    if found.freshness != "fresh":
        click.echo(visible(f"({found.freshness})"), err=True)


@click.command()
@click.argument("path")
@WORKSPACE
@click.pass_obj
def show(places: Places, path: str, workspace: Path | None) -> None:
    """Print a file of the memory, or lines of it: PATH#L3-L7."""
    place = _LINES.search(path)
    first, last = (int(place[1]), int(place[2] or place[1])) if place else (1, 0)

    async def read() -> Passage:
        async with opened(places, workspace, with_vectors=False) as memory:
            return await memory.get(path[: place.start()] if place else path, first, last)

    passage = asyncio.run(read())
    if passage.first_line < first:
        lines = "1 line" if passage.first_line == 1 else f"{passage.first_line} lines"
        raise LocalGPTError(f"{passage.path} has only {lines}.", "Leave the lines out to see all of it.")
    click.echo(visible(passage.text))


@click.command()
@click.option("-c", "--count", type=click.IntRange(1, _MOST), default=10, show_default=True, help="How many files.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@WORKSPACE
@click.pass_obj
def recent(places: Places, count: int, as_json: bool, workspace: Path | None) -> None:
    """Show what changed last, newest first."""

    async def read() -> tuple[Passage, ...]:
        async with opened(places, workspace, with_vectors=False) as memory:
            return await memory.recent(count)

    passages = asyncio.run(read())
    if as_json:
        click.echo(printable_json([record_of(passage) for passage in passages], indent=2))
        return
    for passage in passages:
        click.echo(visible(f"{passage.path}\n{_indented(passage.text)}") + "\n")


def record_of(passage: Passage) -> dict[str, object]:
    """A passage as it stands in the JSON that commands print."""
    return {
        "path": passage.path,
        "line_start": passage.first_line,
        "line_end": passage.last_line,
        "score": passage.score,
        "heading": passage.heading,
        "day": passage.day,
        "kind": passage.kind,
        "text": passage.text,
        "parts": dict(passage.parts),
    }


async def _found(places: Places, workspace: Path | None, query: str, limit: int, *, with_vectors: bool) -> Found:
    async with opened(places, workspace, with_vectors=with_vectors) as memory:
        await _caught_up(memory)
        return await memory.search(query, limit)


async def _caught_up(memory: Memory) -> None:
    """Take in what changed; where the index cannot be written, what is in it still answers."""
    try:
        await memory.catch_up()
    except LocalGPTError as error:
        click.echo(visible(str(error)), err=True)


async def _serve(places: Places, workspace: Path | None, *, with_vectors: bool) -> None:
    async with opened(places, workspace, with_vectors=with_vectors) as memory:
        await _caught_up(memory)
        try:
            await memory.embed()
        except LocalGPTError as error:
            click.echo(visible(str(error)), err=True)
        await memory.search("ready", 1)
        memory.start(settle_seconds=0)
        _answer({"ready": True})
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.strip():
                _answer(await _hits(memory, line))


async def _hits(memory: Memory, line: str) -> dict[str, object]:
    try:
        asked = json.loads(line)
        query, count = str(asked["query"]), int(asked.get("k", 10))
    except (ValueError, TypeError, KeyError, AttributeError):
        return {"error": 'Each line is to be an object such as {"query": "birthday", "k": 5}.', "hits": []}
    found = await memory.search(query, count)
    hits = [[passage.path, passage.first_line, passage.last_line, passage.score] for passage in found.passages]
    return {"hits": hits, "freshness": found.freshness}


def _answer(record: dict[str, object]) -> None:
    click.echo(printable_json(record))
    sys.stdout.flush()


def _shown(passage: Passage) -> str:
    parts = ", ".join(f"{name} {part:.2f}" for name, part in passage.parts.items() if part)
    heading = f"  {passage.heading}" if passage.heading else ""
    return f"{passage.source}  {passage.score:.2f} ({parts}){heading}\n{_indented(passage.text)}"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))
