"""What a typed key waits for while 10,000 chunks are embedded, beside the same app that has nothing to embed.

    python benchmarks/memory/keys.py [--rounds 3] [--keys 200] [--chunks 10000]

The app runs in a pseudo-terminal of 120×36 on a workspace whose words are indexed already. In one home the
configuration says that nothing is embedded, in the other the default model embeds from the tenth second on. Rounds
alternate; a key's wait is the time from writing it to the terminal until its letter stands on the screen. The lowest
p95 of each counts.
"""

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from speed import workspace

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "terminal"))
from terminal import Terminal
from typing_watch import milliseconds, type_keys, typist

IN_A_LINE = 60
CHUNKS_IN_A_FILE = 10
CTRL_U = "\x15"


def home_of(base: Path, name: str, chunks: int, provider: str) -> Path:
    """A home whose workspace is indexed by its words."""
    home = base / name
    home.mkdir()
    (home / "config.toml").write_text(
        f'[agent]\ndefault_model = "recall"\n[heartbeat]\nenabled = false\n'
        f'[memory]\nembedding_provider = "{provider}"\n'
    )
    workspace(home / "workspace", chunks // CHUNKS_IN_A_FILE, 4 * CHUNKS_IN_A_FILE)
    search = [sys.executable, "-m", "localgpt_tui", "memory", "search", "--keywords", "canoe"]
    subprocess.run(search, env=surroundings(home), check=True, capture_output=True)
    return home


def surroundings(home: Path) -> dict[str, str]:
    return {
        "HOME": str(home),
        "LOCALGPT_HOME": str(home),
        "PATH": os.environ["PATH"],
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
    }


def embedded(home: Path) -> tuple[int, int]:
    """How many chunks have their vectors, and how many there are."""
    (link,) = home.rglob("memory.sqlite")
    with sqlite3.connect(f"file:{link.resolve()}?mode=ro", uri=True) as connection:
        return connection.execute("SELECT coalesce(sum(embedded <> 0), 0), count(*) FROM chunks").fetchone()


def typed(home: Path, keys: int, *, embedding: bool) -> list[float]:
    """The waits of so many keys, in seconds."""
    program = [sys.executable, "-m", "localgpt_tui"]
    terminal = Terminal(program, surroundings(home), str(home))
    terminal.start()
    waits: list[float] = []
    try:
        if not terminal.wait_for("recall", 60):
            sys.exit(f"The app did not start:\n{terminal.text()}")
        before, total = embedded(home)
        began = time.monotonic()
        while time.monotonic() < began + 20 or (embedding and embedded(home)[0] == before):
            time.sleep(0.5)
        start, _ = embedded(home)
        clock = time.monotonic()
        lost = 0
        for seed in range(-(-keys // IN_A_LINE)):
            watch = type_keys(terminal, typist(IN_A_LINE, seed))
            waits += watch.latencies
            lost += watch.lost
            terminal.send(CTRL_U)
            time.sleep(0.3)
        end, _ = embedded(home)
        rate = (end - start) / (time.monotonic() - clock)
        name = "embedding" if embedding else "idle"
        print(f"{name}: {milliseconds(waits)}, {lost} lost; {end} of {total} embedded, {rate:.0f} a second", flush=True)
        if embedding and end in (start, total):
            sys.exit("Nothing was embedded while keys were typed: this measured nothing.")
    finally:
        terminal.stop()
    return waits


def main(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        idle = home_of(Path(folder), "idle", options.chunks, "none")
        busy = home_of(Path(folder), "busy", options.chunks, "local")
        best = {"idle": 1e9, "while embedding": 1e9}
        for _ in range(options.rounds):
            for name, home in (("idle", idle), ("while embedding", busy)):
                p95 = milliseconds(typed(home, options.keys, embedding=home is busy))["p95"]
                best[name] = min(best[name], p95)
    ratio = best["while embedding"] / best["idle"]
    print(f"p95: idle {best['idle']} ms, while embedding {best['while embedding']} ms: {ratio:.2f} ×")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--keys", type=int, default=200)
    arguments.add_argument("--chunks", type=int, default=10_000)
    main(arguments.parse_args())
