"""The phases of a measurement: start, idle, typing, resizing, hanging up, streaming, a slow link."""

import json
import os
import random
import re
import sys
import time
import urllib.request
from pathlib import Path

from terminal import Chunk, Link, Terminal
from typing_watch import EchoWatch, milliseconds, press_keys, type_keys, typist

HERE = Path(__file__).resolve().parent
ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P_^X].*?(?:\x07|\x1b\\)|[@-Z\\^_a-z=>])", re.DOTALL)


class Bench:
    def __init__(self, name: str, recipe: dict, home: Path, port: int, options) -> None:
        self.name, self.recipe, self.home, self.port, self.options = name, recipe, home, port, options
        self.result: dict = {}
        self.shots: dict[str, str] = {}
        self.idle_rate = 0.0  # bytes per second that it writes when nothing happens

    # -- starting -------------------------------------------------------------
    def terminal(self, link: Link | None = None, cols: int = 120, rows: int = 36) -> Terminal:
        values = {
            "home": str(self.home),
            "port": str(self.port),
            "python": sys.executable,
            "here": str(HERE),
        }
        fill = lambda text: re.sub(r"\{(\w+)\}", lambda m: values.get(m[1], m[0]), text)  # noqa: E731
        env = {
            "HOME": str(self.home),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "PATH": os.environ["PATH"],
            "TMPDIR": str(self.home / "tmp"),
            "NO_PROXY": "127.0.0.1,localhost",
        }
        env |= {key: fill(value) for key, value in self.recipe.get("env", {}).items()}
        (self.home / "tmp").mkdir(exist_ok=True)
        cwd = self.home / "project"
        cwd.mkdir(exist_ok=True)
        terminal = Terminal(
            [fill(part) for part in self.recipe["cmd"]], env, str(cwd), cols, rows, link, sync=not self.options.no_sync
        )
        terminal.start()
        return terminal

    def setup(self) -> None:
        if "setup" in self.recipe:
            self.recipe["setup"](self.home, self.port)

    def make_ready(self, terminal: Terminal, timeout: float = 40) -> tuple[float | None, float | None]:
        """Waits for the ready screen and focuses the input."""
        painted: list[float] = []

        def seen(chunk: Chunk) -> None:
            if not painted and terminal.emulator.text().strip():
                painted.append(chunk.time - terminal.started)

        ready = terminal.wait_for(self.recipe["ready"], timeout, seen)
        when = time.monotonic() - terminal.started if ready else None
        terminal.steps(self.recipe.get("focus", []))
        return (painted[0] if painted else None), when

    def clear(self, terminal: Terminal, count: int) -> None:
        keys = self.recipe.get("clear", "\x7f")
        terminal.send(keys * count if keys == "\x7f" else keys)
        time.sleep(0.4)
        terminal.pump()

    def shot(self, label: str, terminal: Terminal) -> None:
        self.shots[label] = terminal.text()

    # -- phases ---------------------------------------------------------------
    def startup(self) -> dict:
        """First paint, ready screen, first echo of a typed letter."""
        terminal = self.terminal()
        try:
            painted, ready = self.make_ready(terminal)
            echo = None
            end = time.monotonic() + 12
            terminal.pump()
            count = terminal.emulator.text().count("z")
            while ready and echo is None and time.monotonic() < end:
                hits: list[float] = []
                terminal.send("z")
                pause = time.monotonic() + 0.1

                def seen(chunk: Chunk, hits: list[float] = hits) -> None:
                    if not hits and terminal.emulator.text().count("z") > count:
                        hits.append(chunk.time)

                while time.monotonic() < pause and not hits:
                    terminal.pump(seen)
                    time.sleep(0.002)
                echo = hits[0] - terminal.started if hits else None
            terminal.wait_quiet(0.7, 6)
            self.shot("startup", terminal)
            rounded = lambda value: None if value is None else round(value * 1000)  # noqa: E731
            return {
                "paint_ms": rounded(painted),
                "ready_ms": rounded(ready),
                "echo_ms": rounded(echo),
                "cpu_s": terminal.cpu(),
                "bytes": sum(c.size for c in terminal.chunks),
                **terminal.memory(),
            }
        finally:
            terminal.stop()

    def session(self) -> None:
        """Idle, typing, resize storm and hang-up, in one run of the program."""
        terminal = self.terminal()
        try:
            self.make_ready(terminal)
            terminal.wait_quiet(1.0, 8)
            self.result["memory_start"] = terminal.memory()
            self.result["idle"] = self.idle(terminal)
            self.result["typing"] = self.typing(terminal)
            self.shot("typing", terminal)
            self.result["resize"] = self.resize_storm(terminal)
            self.shot("resized", terminal)
            self.result["hangup"] = terminal.hang_up()
        finally:
            terminal.stop()

    def idle(self, terminal: Terminal) -> dict:
        seconds = self.options.idle
        cpu, start = terminal.cpu(), time.monotonic()
        time.sleep(seconds)
        end = time.monotonic()
        traffic = terminal.traffic(start, end)
        used = round(terminal.cpu() - cpu, 3)
        terminal.pump()
        self.idle_rate = traffic["bytes"] / seconds
        return {"seconds": seconds, "cpu_s": used, **traffic}

    def typing(self, terminal: Terminal) -> dict:
        latencies, size, keys, lost, cpu = [], 0, 0, 0, 0.0
        for number in range(self.options.typing_rounds):
            text = typist(40, seed=number + 1)
            start, before = time.monotonic(), terminal.cpu()
            watch = type_keys(terminal, text)
            cpu += terminal.cpu() - before
            size += terminal.traffic(start, time.monotonic())["bytes"]
            keys += len(text)
            lost += watch.lost
            latencies += watch.latencies
            if number == 0:
                self.shot("typed", terminal)
            self.clear(terminal, len(text) + 4)
        return {
            **milliseconds(latencies),
            "lost": lost,
            "bytes_per_key": round(size / keys, 1),
            "cpu_ms_per_key": round(1000 * cpu / keys, 2),
        }

    def resize_storm(self, terminal: Terminal) -> dict:
        source = random.Random(7)
        cols, rows = terminal.cols, terminal.rows
        allow = round(self.idle_rate * 1.5 + 600)
        terminal.wait_quiet(0.5, 5, allow)
        start, cpu = time.monotonic(), terminal.cpu()
        for _ in range(40):
            terminal.resize(source.randint(30, 220), source.randint(8, 60))
            time.sleep(0.03)
        terminal.resize(cols, rows)
        end = time.monotonic()
        terminal.wait_quiet(0.5, 10, allow)
        quiet_from = time.monotonic() - 0.5
        settled = max([c.time for c in terminal.chunks if end < c.time <= quiet_from], default=end) - end
        result = {
            "cpu_s": round(terminal.cpu() - cpu, 2),
            "settle_ms": round(1000 * settled),
            "bytes": terminal.traffic(start, time.monotonic())["bytes"],
        }
        watch = type_keys(terminal, typist(12, seed=9))
        result["survives"] = terminal.alive() and len(watch.latencies) >= 6
        return result

    # -- streaming ------------------------------------------------------------
    def mock(self, path: str, value=None):
        data = None if value is None else json.dumps(value).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/_bench/{path}", data)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def ask(self, terminal: Terminal, tokens: int, rate: float, typing: bool) -> dict | None:
        """One question, one streamed answer."""
        self.mock("config", {"tokens": tokens, "rate": rate})
        before = len(self.mock("stats"))
        terminal.steps(self.recipe.get("before_ask", []))
        for letter in "tell me about caches":
            terminal.send(letter)
            time.sleep(0.03)
        time.sleep(0.4)
        terminal.pump()
        cpu = terminal.cpu()
        frames = terminal.frames
        start = terminal.send(self.recipe.get("send", "\r"))
        deadline = start + 45  # some import their client library only now
        while len(self.mock("stats")) == before:
            if time.monotonic() > deadline:
                self.shot("stream_failed", terminal)
                return None
            time.sleep(0.02)
        result: dict = {}
        watch = None
        if typing:
            time.sleep(0.5)
            terminal.steps(self.recipe.get("focus_while_streaming", []))
            wanted = int(10 * (tokens / rate - 1.0))
            watch = EchoWatch(terminal)
            press_keys(watch, typist(max(10, min(wanted, 45)), seed=before + 1))
        end = start + tokens / rate + self.options.stream_grace
        marks: dict[str, tuple[float, int]] = {}

        def seen(chunk: Chunk) -> None:
            if watch:
                watch.seen(chunk)
            if len(marks) == 2:
                return
            text = terminal.emulator.text()
            for label in ("BEGIN", "FINISH"):
                for match in re.finditer(label + r"(\d{3})", text) if label not in marks else ():
                    if int(match[1]) > before:  # some ask twice: for a title, say
                        marks[label] = chunk.time, int(match[1])

        # While it streams, only look at the raw bytes: replaying costs CPU.
        looked = terminal.fed
        tail = ""
        hit = False
        while time.monotonic() < end and not hit and terminal.alive():
            time.sleep(0.1)
            while looked < len(terminal.chunks) and terminal.chunks[looked].time <= time.monotonic():
                data = terminal.chunks[looked].data or b""
                tail = ANSI.sub("", tail + data.decode("utf-8", "replace"))[-400:]
                hit = hit or any(int(n) > before for n in re.findall(r"FINISH(\d{3})", tail))
                looked += 1
            answers = self.mock("stats")[before:]
            # Shown in pieces, or still catching up? Give up only once it has gone quiet.
            if (
                terminal.link is None
                and all(a.get("done") for a in answers)
                and time.monotonic() > max(a["last"] for a in answers) + 3
                and terminal.wait_quiet(1.5, 0.1, round(2 * self.idle_rate + 600))
            ):
                break
        terminal.wait_quiet(0.6, 5 if terminal.link is None else 20, round(self.idle_rate + 600))
        stop = time.monotonic()
        result["cpu_s"] = round(terminal.cpu() - cpu, 3)
        traffic = terminal.traffic(start, stop)
        result["frames"] = terminal.frames - frames
        terminal.pump(seen)
        answers = self.mock("stats")
        number = (
            marks["BEGIN"][1]
            if "BEGIN" in marks
            else max(range(before + 1, len(answers) + 1), key=lambda n: answers[n - 1].get("tokens", 0))
        )
        record = answers[number - 1]
        result |= {
            "tokens": record["tokens"],
            "rate": rate,
            **traffic,
            "seconds": round(record["last"] - record["first"], 2),
            "finished": bool(record.get("done")),
        }
        if "BEGIN" in marks:
            result["first_lag_ms"] = round(1000 * (marks["BEGIN"][0] - record["first"]))
        if "FINISH" in marks:
            result["last_lag_ms"] = round(1000 * (marks["FINISH"][0] - record["last"]))
        result["bytes_per_1k"] = round(1000 * traffic["bytes"] / record["tokens"])
        result["cpu_per_1k"] = round(1000 * result["cpu_s"] / record["tokens"], 3)
        result["flushes_per_s"] = round(traffic["flushes"] / max(0.1, result["seconds"]), 1)
        result["frames_per_s"] = round(result["frames"] / max(0.1, result["seconds"]), 1)
        if watch:
            result["typing"] = {**milliseconds(watch.latencies), "lost": len(watch.pending)}
            self.clear(terminal, len(watch.typed) + 4)
        return result

    def streaming(self) -> None:
        options = self.options
        terminal = self.terminal()
        try:
            self.make_ready(terminal)
            terminal.wait_quiet(1.0, 8)
            asked = len(self.mock("stats"))
            warm = self.ask(terminal, 60, options.rate, False)
            if not warm:
                self.result["stream"] = None
                return
            self.shot("stream_warm", terminal)
            self.result["stream"] = self.ask(terminal, options.tokens, options.rate, False)
            self.shot("stream", terminal)
            self.result["stream_typing"] = self.ask(terminal, options.tokens, options.rate, True)
            self.shot("stream_typing", terminal)
            for _ in range(options.long_chat):
                self.ask(terminal, options.tokens, 2000, False)
            self.result["memory_long"] = terminal.memory()
            if options.long_chat:
                self.result["stream_long"] = self.ask(terminal, options.tokens, options.rate, True)
            self.result["chat_tokens"] = sum(a.get("tokens", 0) for a in self.mock("stats")[asked:])
        finally:
            terminal.stop()

    def slow_link(self) -> None:
        options = self.options
        terminal = self.terminal(Link(options.link_bandwidth, options.link_delay, options.link_buffer))
        try:
            self.make_ready(terminal, 60)
            terminal.wait_quiet(1.0, 15, allow=200)
            result: dict = {"bandwidth": options.link_bandwidth, "delay": options.link_delay}
            if self.recipe.get("stream") and self.result.get("stream", True):
                result["stream"] = self.ask(terminal, options.tokens, options.rate, True)
                terminal.wait_quiet(1.0, 15, allow=round(self.idle_rate + 600))
            result["typing"] = self.typing(terminal)  # the answer fills the screen by now
            self.shot("slow", terminal)
            self.result["slow"] = result
        finally:
            terminal.stop()
