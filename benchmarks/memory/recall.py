"""How much of what was asked for is found: this program beside the original's formula, on labelled conversations.

    python benchmarks/memory/recall.py DATA.json [--only NAME ...]

DATA.json is LoCoMo's, or a part of it, which is the reader's to fetch (its licence, CC BY-NC 4.0, lets anyone evaluate
with it, not ship it). Each conversation is written out as daily logs, a workspace of its own; the questions, without
the adversarial ones, are put to `localgpt-tui memory search --serve`, as it is installed, and to the formula, which has
the vectors of the same model. Found is counted by line:

    r@10   the share of a question's lines in the first ten hits
    r@8k   the same, reading hits from the best on until 8,000 characters of text were shown
    MRR    1 / the rank of the first hit that holds one of them, within ten
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Self

from conversations import Conversation, Question, written_out
from formula import Original

from localgpt_tui.config.models import Memory as MemoryConfig
from localgpt_tui.config.models import Providers
from localgpt_tui.memory.embeddings import embedder_for

HITS = 60
SHOWN = 8_000

Hit = tuple[str, int, int]
Scores = tuple[float, float, float]


def scores(hits: Sequence[Hit], question: Question, lengths: dict[tuple[str, int], int]) -> Scores:
    """r@10, r@8k and the reciprocal rank of one question."""
    wanted, found, rank = question.evidence, set[tuple[str, int]](), 0
    for place, (path, first, last) in enumerate(hits[:10], 1):
        here = {line for line in wanted if line[0] == path and first <= line[1] <= last}
        rank = rank or (place if here else 0)
        found |= here
    seen, read, room = set[tuple[str, int]](), set[tuple[str, int]](), SHOWN
    for line in ((path, number) for path, first, last in hits for number in range(first, last + 1)):
        if line not in seen:
            seen.add(line)
            room -= lengths.get(line, 0) + 1
            if room < 0:
                break
            read |= {line} & wanted
    return len(found) / len(wanted), len(read) / len(wanted), 1 / rank if rank else 0.0


class Served:
    """The program as it is installed, answering a line for a line."""

    def __init__(self, root: Path, home: Path) -> None:
        command = [sys.executable, "-m", "localgpt_tui", "memory", "search", "--serve", "--workspace", str(root)]
        environment = {**os.environ, "LOCALGPT_HOME": str(home)}
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._answer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def search(self, query: str) -> list[Hit]:
        """The hits for `query`."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"query": query, "k": HITS}) + "\n")
        self._process.stdin.flush()
        return [(path, first, last) for path, first, last, _score in self._answer()["hits"]]

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            sys.exit("The search process ended; its words are above.")
        answer: dict[str, Any] = json.loads(line)
        return answer


async def measured(conversation: Conversation, ask: Callable[[str], Awaitable[list[Hit]]]) -> list[Scores]:
    """The scores of every question."""
    return [scores(await ask(each.text), each, conversation.lengths) for each in conversation.questions]


async def compare(data: Path, only: Sequence[str], base: Path) -> None:
    """Ask both, and print a table."""
    ours, theirs = list[Scores](), list[Scores]()
    embedder = embedder_for(MemoryConfig(), Providers(), base / "models")
    assert embedder is not None
    for conversation in written_out(data, base / "workspaces"):
        if only and conversation.root.name not in only:
            continue
        began = time.monotonic()
        original = Original(conversation.root, embedder)
        await original.embed()
        theirs += await measured(conversation, lambda query, it=original: it.search(query, HITS))  # type: ignore[misc]
        with Served(conversation.root, base / "home") as served:
            ours += await measured(conversation, lambda query, it=served: asyncio.to_thread(it.search, query))  # type: ignore[misc]
        took = time.monotonic() - began
        print(f"{conversation.root.name}: {len(conversation.questions)} questions, {took:.0f} s", file=sys.stderr)
    await embedder.aclose()
    print(f"{len(ours)} questions\n\n| | r@10 | r@8k | MRR |\n|---|--:|--:|--:|")
    for name, rows in (("localgpt-tui", ours), ("the original's formula", theirs)):
        means = [100 * sum(column) / len(rows) for column in zip(*rows, strict=True)]
        print(f"| {name} | " + " | ".join(f"{mean:.1f}" for mean in means) + " |")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="LoCoMo's JSON file, or a part of it")
    parser.add_argument("--only", nargs="*", default=(), metavar="NAME", help="only these conversations")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(compare(wanted.data, wanted.only, Path(folder)))


if __name__ == "__main__":
    main()
