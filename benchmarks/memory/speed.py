"""How fast the memory is: searching, taking in one changed file, indexing from nothing, the command from cold.

    python benchmarks/memory/speed.py [search] [large] [change] [index] [cold]

The notes are made up of words as common as words are (Zipf's law); the vectors of the chunks are random, those of the
queries come from the default model. Each figure is of repeated runs in one process.
"""

import asyncio
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np

from localgpt_tui.config.models import Memory as MemoryConfig
from localgpt_tui.config.models import Providers
from localgpt_tui.memory import vectors
from localgpt_tui.memory.embeddings import embedder_for
from localgpt_tui.memory.memory import Memory
from localgpt_tui.memory.workspace import Workspace

DICE = random.Random(7)
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
WORDS = ["".join(DICE.choices(SYLLABLES, k=DICE.randint(2, 4))) for _ in range(30_000)]
WEIGHTS = np.cumsum([1 / (rank + 2.7) for rank in range(len(WORDS))])


def workspace(folder: Path, files: int, items: int) -> Workspace:
    """`files` daily logs of `items` list items of about 150 characters."""
    cumulated = WEIGHTS.tolist()
    (folder / "memory").mkdir(parents=True)
    first = date(1995, 1, 1).toordinal()
    for number in range(files):
        day = date.fromordinal(first + number).isoformat()
        words = DICE.choices(WORDS, cum_weights=cumulated, k=22 * items)
        lines = [f"- {' '.join(words[start : start + 22])}." for start in range(0, len(words), 22)]
        (folder / "memory" / f"{day}.md").write_text(f"# {day}\n\n" + "\n".join(lines) + "\n")
    return Workspace(folder)


async def filled(base: Path, files: int, items: int, *, embedder=None) -> Memory:
    memory = Memory(workspace(base / "workspace", files, items), base / "cache", embedder=embedder)
    began = time.perf_counter()
    await memory.catch_up()
    print(f"  {files} files indexed for keywords in {time.perf_counter() - began:.1f} s", flush=True)
    if embedder is not None:
        dice = np.random.default_rng(7)

        def fill() -> None:
            connection = memory.database.connection()
            vectors.use_model(connection, embedder.model)
            while texts := vectors.backlog(connection, 5000).texts:
                made = dice.standard_normal((len(texts), 384), dtype=np.float32)
                made /= np.linalg.norm(made, axis=1, keepdims=True)
                pairs = [(digest, vector.tobytes()) for (digest, _), vector in zip(texts, made, strict=True)]
                vectors.keep(connection, embedder.model, pairs)

        await memory.keeper.run(fill)
    return memory


def queries(count: int, *, common: bool) -> list[str]:
    low, high = (0, 8) if common else (100, 5000)
    return ["what about " + " ".join(WORDS[DICE.randint(low, high)] for _ in range(5)) for _ in range(count)]


async def timed(memory: Memory, asked: list[str], runs: int = 3) -> tuple[float, float]:
    """The best p50 and p95 of some runs, in milliseconds."""
    best = (1e9, 1e9)
    for _ in range(runs):
        took = []
        for query in asked:
            began = time.perf_counter()
            await memory.search(query)
            took.append(1000 * (time.perf_counter() - began))
        took.sort()
        best = min(best[0], took[len(took) // 2]), min(best[1], took[int(len(took) * 0.95)])
    return best


async def search(base: Path, files: int, label: str) -> None:
    embedder = embedder_for(MemoryConfig(), Providers(), base / "models")
    memory = await filled(base, files, 40, embedder=embedder)
    chunks = (await memory.statistics()).chunks
    await memory.search("warm up")
    for common in (False, True):
        p50, p95 = await timed(memory, queries(100, common=common))
        words = "the commonest words" if common else "ordinary words"
        print(f"{label}: {chunks} chunks, {words}: p50 {p50:.1f} ms, p95 {p95:.1f} ms", flush=True)
    await memory.aclose()
    await embedder.aclose()


async def change(base: Path) -> None:
    memory = await filled(base, 10_000, 9)
    took = []
    for number in range(20):
        path = memory.workspace.root / "memory" / f"{date.fromordinal(date(1995, 1, 1).toordinal() + number)}.md"
        path.write_text(path.read_text() + f"- A kestrel{number}x was seen.\n")
        began = time.perf_counter()
        await memory._changed({path})  # noqa: SLF001 - what the watcher calls
        found = await memory.search(f"kestrel{number}x", 1)
        took.append(1000 * (time.perf_counter() - began))
        assert found.passages
    took.sort()
    print(
        f"one changed file of 10,000, from the event to found: best {took[0]:.1f}, median {took[10]:.1f} ms", flush=True
    )
    await memory.aclose()


async def index(base: Path) -> None:
    memory = Memory(workspace(base / "workspace", 10_000, 9), base / "cache")
    best = 1e9
    for _ in range(3):
        began = time.perf_counter()
        await memory.catch_up(anew=True)
        best = min(best, time.perf_counter() - began)
    size = sum(path.stat().st_size for path in memory.workspace.root.rglob("*.md")) / 10_000
    print(f"10,000 files of {size:.0f} bytes indexed for keywords from nothing: {best:.1f} s", flush=True)
    await memory.aclose()


def cold(base: Path) -> None:
    folder = workspace(base / "workspace", 200, 9).root
    environment = {**os.environ, "LOCALGPT_HOME": str(base / "home")}
    command = [sys.executable, "-m", "localgpt_tui", "memory", "search", "--keywords", "--workspace", str(folder)]
    subprocess.run([*command, WORDS[300]], env=environment, check=True, capture_output=True)
    best = 1e9
    for _ in range(7):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*command, WORDS[300]], env=environment, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    print(f"`memory search` from cold, keywords only: {best:.2f} s CPU", flush=True)


def main() -> None:
    wanted = sys.argv[1:] or ["search", "large", "change", "index", "cold"]
    for what in wanted:
        with tempfile.TemporaryDirectory() as folder:
            base = Path(folder)
            match what:
                case "search":
                    asyncio.run(search(base, 1000, "search"))
                case "large":
                    asyncio.run(search(base, 10_000, "search"))
                case "change":
                    asyncio.run(change(base))
                case "index":
                    asyncio.run(index(base))
                case "cold":
                    cold(base)
                case _:
                    sys.exit(f"No such measurement: {what}.\n{__doc__}")


if __name__ == "__main__":
    main()
