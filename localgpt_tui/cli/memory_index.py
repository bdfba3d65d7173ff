"""`localgpt-tui memory stats | reindex | eval`: the index, looked after and measured."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path

import click

from localgpt_tui.cli.memory_open import opened
from localgpt_tui.cli.memory_search import WORKSPACE
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.evaluation import Score, measure
from localgpt_tui.memory.memory import Statistics
from localgpt_tui.paths import Places
from localgpt_tui.safety.terminal import printable_json, visible


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@WORKSPACE
@click.pass_obj
def stats(places: Places, as_json: bool, workspace: Path | None) -> None:
    """Count what is remembered and say how fresh the index is."""

    async def count() -> Statistics:
        async with opened(places, workspace) as memory:
            await memory.catch_up()
            return await memory.statistics()

    counted = asyncio.run(count())
    if as_json:
        click.echo(printable_json(asdict(counted), indent=2))
        return
    click.echo(f"Files      {counted.files}")
    click.echo(f"Sessions   {counted.sessions}")
    click.echo(f"Chunks     {counted.chunks}, {counted.embedded} with a vector")
    click.echo(visible(f"Model      {counted.model or '(none yet)'}"))
    click.echo(f"Size       {counted.size / 1e6:.1f} MB")
    click.echo(visible(f"Freshness  {counted.freshness}"))
    for sentence in counted.unread:
        click.echo(visible(f"Not read: {sentence}"), err=True)


@click.command()
@click.option("--force", is_flag=True, help="Make the whole index anew; the old one answers until it is done.")
@WORKSPACE
@click.pass_obj
def reindex(places: Places, force: bool, workspace: Path | None) -> None:
    """Bring the index up to date, vectors included."""

    async def work() -> Statistics:
        async with opened(places, workspace) as memory:
            if not await memory.catch_up(anew=force):
                raise LocalGPTError(
                    "Another localgpt-tui keeps this index fresh.", "It takes every change in by itself."
                )
            memory.keeper.embedding = _tell_progress
            try:
                await memory.embed()
            except LocalGPTError as error:
                click.echo(visible(f"There are no vectors: {error}"), err=True)
            return await memory.statistics()

    counted = asyncio.run(work())
    for sentence in counted.unread:
        click.echo(visible(f"Not read: {sentence}"), err=True)
    sessions = f" and {counted.sessions} sessions" if counted.sessions else ""
    click.echo(
        f"Indexed: {counted.files} files{sessions}, {counted.chunks} chunks, {counted.embedded} of them with a vector."
    )


@click.command("eval")
@click.option("-n", "--queries", type=click.IntRange(1, 1000), default=100, show_default=True, help="How many to ask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@WORKSPACE
@click.pass_obj
def evaluate(places: Places, queries: int, as_json: bool, workspace: Path | None) -> None:
    """Measure on your own notes how well and how fast they are found.

    Every query is made of some of the words of one of your notes, and ought to find it. The words are chosen in the
    same way every time.
    """

    async def work() -> list[Score]:
        async with opened(places, workspace) as memory:
            await memory.catch_up()
            await memory.embed()
            return await measure(memory, queries)

    scores = asyncio.run(work())
    if as_json:
        click.echo(json.dumps([asdict(score) for score in scores], indent=2))
        return
    if not any(score.queries for score in scores):
        raise LocalGPTError(
            "There are no notes to measure on yet.", "A note of at least six telling words is asked for."
        )
    click.echo("           queries   r@1   r@3   r@5   MRR   p50 ms  p95 ms")
    for score in scores:
        click.echo(
            f"{score.mode:<10} {score.queries:>7} {score.r1:>5.1f} {score.r3:>5.1f} {score.r5:>5.1f} {score.mrr:>5.1f} "
            f"{score.p50_ms:>8.1f} {score.p95_ms:>7.1f}"
        )


def _tell_progress(done: int, total: int) -> None:
    click.echo(f"\rEmbedding {done} of {total} ", nl=done >= total, err=True)
