"""Typing like a person, and finding when each typed letter became visible."""

import random
import time

from terminal import Chunk, Terminal


def percentile(values, share: float) -> float | None:
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def milliseconds(values) -> dict:
    return {
        "n": len(values),
        **{
            name: None if value is None else round(value * 1000, 1)
            for name, value in (
                ("p50", percentile(values, 0.50)),
                ("p95", percentile(values, 0.95)),
                ("max", max(values, default=None)),
            )
        },
    }


def typist(count: int, seed: int = 1) -> str:
    """Letters that no prose repeats: no four in a row occur twice."""
    source, text, seen = random.Random(seed), "", set()
    while len(text) < count:
        letter = source.choice("qzxjkvwy")
        window = (text + letter)[-3:]
        if window in seen or (text and text[-1] == letter):
            continue
        seen.add(window)
        text += letter
    return text


class EchoWatch:
    """Finds, chunk by chunk, when each typed glyph became visible."""

    def __init__(self, terminal: Terminal, tail: int = 4) -> None:
        self.terminal, self.tail = terminal, tail
        self.pending: list[tuple[float, str]] = []
        self.latencies: list[float] = []
        self.typed = ""
        self.lost = 0

    def key(self, letter: str) -> None:
        self.typed += letter
        when = self.terminal.send(letter)
        self.pending.append((when, self.typed[-self.tail :]))

    def seen(self, chunk: Chunk) -> None:
        screen = self.terminal.emulator.screen
        dirty = [screen.row(y) for y in screen.dirty if y < screen.lines]
        screen.dirty.clear()
        for index in range(len(self.pending) - 1, -1, -1):
            if self.pending[index][0] > chunk.time:
                continue
            if any(self.pending[index][1] in row for row in dirty):
                for when, tail in self.pending[: index + 1]:
                    if len(tail) == self.tail:  # the first few are ambiguous
                        self.latencies.append(chunk.time - when)
                del self.pending[: index + 1]
                break


def press_keys(watch: EchoWatch, text: str, rate: float = 10.0) -> None:
    """Types at a steady pace; what comes back is only recorded."""
    start = time.monotonic()
    for index, letter in enumerate(text):
        delay = start + index / rate - time.monotonic()
        if delay > 0:
            time.sleep(delay)
        watch.key(letter)


def type_keys(terminal: Terminal, text: str, rate: float = 10.0) -> EchoWatch:
    """Types, then replays the recording to time the echoes."""
    terminal.pump()
    terminal.emulator.screen.dirty.clear()
    watch = EchoWatch(terminal)
    press_keys(watch, text, rate)
    deadline = time.monotonic() + (1.0 if terminal.link is None else 8.0)
    time.sleep(0.5)
    while time.monotonic() < deadline:
        terminal.pump(watch.seen)
        if not watch.pending:
            break
        time.sleep(0.02)
    watch.lost = len(watch.pending)
    return watch
