"""One program in a pseudo-terminal: what it is typed, what it writes and when, what it costs."""

import contextlib
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from emulator import Emulator

CLOCK_TICK = os.sysconf("SC_CLK_TCK")
BURST_GAP = 0.003  # reads closer together than this belong to one flush
SYNC = b"\x1b[?2026h"


@dataclass
class Link:
    """An SSH connection: bytes per second, one-way delay, bytes it buffers."""

    bandwidth: float = 32_000
    delay: float = 0.05
    buffer: int = 64_000


@dataclass
class Chunk:
    time: float  # when a person would have seen it
    size: int
    data: bytes | None


@dataclass
class Terminal:
    """One program in a pty, and the recording of what it wrote."""

    argv: list[str]
    env: dict[str, str]
    cwd: str
    cols: int = 120
    rows: int = 36
    link: Link | None = None
    sync: bool = True  # says that it supports synchronised output (mode 2026)
    chunks: list[Chunk] = field(default_factory=list)

    def start(self) -> None:
        self.master, slave = os.openpty()
        self._winsize(self.cols, self.rows)
        self.emulator = Emulator(self.cols, self.rows)
        self.fed = 0
        self.frames = 0
        self._queries = b""
        self._link_free_at = 0.0
        self._outbox: list[tuple[float, bytes]] = []
        self._lock = threading.Lock()
        self._wake_r, self._wake_w = os.pipe()
        self.closed = False

        def child() -> None:
            signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup may have it ignored
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.argv,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=self.cwd,
            env=self.env,
            preexec_fn=child,  # noqa: PLW1509 - no thread of ours runs before the first program
            close_fds=True,
        )
        os.close(slave)
        self.thread = threading.Thread(target=self._read_loop, daemon=True)
        self.thread.start()

    # -- input and output -----------------------------------------------------
    def _winsize(self, cols: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def resize(self, cols: int, rows: int) -> None:
        self.pump()
        self._winsize(cols, rows)
        self.emulator.screen.resize(rows, cols)
        self.cols, self.rows = cols, rows

    def send(self, text: str | bytes) -> float:
        """Types; returns the moment at which the keys went down."""
        data = text.encode() if isinstance(text, str) else text
        now = time.monotonic()
        if self.link is None:
            os.write(self.master, data)
        else:
            with self._lock:
                self._outbox.append((now + self.link.delay, data))
            os.write(self._wake_w, b"x")
        return now

    def _read_loop(self) -> None:
        link = self.link
        while not self.closed:
            now = time.monotonic()
            timeout, reads = 0.2, [self.master, self._wake_r]
            if link:
                with self._lock:
                    due = [data for when, data in self._outbox if when <= now]
                    self._outbox = [item for item in self._outbox if item[0] > now]
                    if self._outbox:
                        timeout = self._outbox[0][0] - now
                for data in due:
                    os.write(self.master, data)
                backlog = (self._link_free_at - now) * link.bandwidth
                if backlog > link.buffer:  # full: leave the program's output in its pty
                    reads = [self._wake_r]
                    timeout = min(timeout, (backlog - link.buffer + 512) / link.bandwidth)
            try:
                ready, _, _ = select.select(reads, [], [], max(0.0, timeout))
                if self._wake_r in ready:
                    os.read(self._wake_r, 4096)
                if self.master not in ready:
                    continue
                data = os.read(self.master, 1024 if link else 65536)
            except (OSError, ValueError):
                break
            if not data:
                break
            now = time.monotonic()
            if link:
                self._link_free_at = max(now, self._link_free_at) + len(data) / link.bandwidth
                now = self._link_free_at + link.delay
            self.chunks.append(Chunk(now, len(data), data))
            self.frames += data.count(SYNC)
            self._answer(data)
        self.closed = True

    QUERY = re.compile(
        rb"\x1b\[(?P<da>0?c)|\x1b\[>(?P<da2>0?c)|\x1b\[(?P<dsr>\??[56])n|\x1b\[\?(?P<mode>\d+)\$p"
        rb"|\x1b\](?P<osc>1[012]);\?(?:\x07|\x1b\\)|\x1b\[>(?P<version>0?)q|\x1bP\+q(?P<cap>[0-9A-Fa-f;]*)\x1b\\"
        rb"|\x1b\[(?P<size>1[468])t"
    )

    def _answer(self, data: bytes) -> None:
        data = self._queries + data
        end = 0
        for match in self.QUERY.finditer(data):
            end = match.end()
            kind, value = match.lastgroup, match.group(match.lastgroup)
            reply = b""
            if kind == "da":
                reply = b"\x1b[?62;22c"
            elif kind == "da2":
                reply = b"\x1b[>1;10;0c"
            elif kind == "dsr":
                reply = b"\x1b[0n" if value == b"5" else b"\x1b[1;1R"
            elif kind == "mode":
                state = 2 if value == b"2026" and self.sync else 0
                reply = b"\x1b[?%s;%d$y" % (value, state)
            elif kind == "osc":
                colour = b"1e1e/1e1e/1e1e" if value == b"11" else b"dddd/dddd/dddd"
                reply = b"\x1b]%s;rgb:%s\x1b\\" % (value, colour)
            elif kind == "version":
                reply = b"\x1bP>|benchmark(1)\x1b\\"
            elif kind == "cap":
                reply = b"\x1bP0+r\x1b\\"
            elif kind == "size":
                reply = {
                    b"18": b"\x1b[8;%d;%dt" % (self.rows, self.cols),
                    b"14": b"\x1b[4;%d;%dt" % (self.rows * 20, self.cols * 10),
                    b"16": b"\x1b[6;20;10t",
                }[value]
            self.send(reply)
        self._queries = data[max(end, len(data) - 32) :]

    # -- reading the screen ---------------------------------------------------
    def pump(self, seen=None, until: float | None = None) -> None:
        """Feeds what has arrived to the emulator; calls seen(chunk) after each chunk."""
        now = time.monotonic() if until is None else until
        while self.fed < len(self.chunks) and self.chunks[self.fed].time <= now:
            chunk = self.chunks[self.fed]
            self.fed += 1
            self.emulator.feed(chunk.data)
            chunk.data = None
            if seen:
                seen(chunk)

    def text(self) -> str:
        self.pump()
        return self.emulator.text()

    def wait_for(self, pattern: str, timeout: float = 20.0, seen=None) -> bool:
        end = time.monotonic() + timeout
        expression = re.compile(pattern)
        looked = -1
        while time.monotonic() < end:
            self.pump(seen)
            if self.fed != looked and expression.search(self.emulator.text()):
                return True
            looked = self.fed
            if self.closed and self.fed == len(self.chunks):
                return False
            time.sleep(0.004)
        return bool(expression.search(self.text()))

    def wait_quiet(self, quiet: float = 1.0, timeout: float = 10.0, allow: int = 0) -> bool:
        """Waits until no more than `allow` bytes came for `quiet` seconds."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            now = time.monotonic()
            recent = 0
            for chunk in reversed(self.chunks):
                if chunk.time < now - quiet:
                    break
                recent += chunk.size
            if recent <= allow:
                return True
            time.sleep(0.05)
        return False

    def steps(self, steps) -> None:
        """Plays a recipe's steps: text, ("wait", regex), ("sleep", seconds)."""
        for step in steps:
            if isinstance(step, (str, bytes)):
                self.send(step)
            elif step[0] == "wait":
                self.wait_for(step[1], 15)
            elif step[0] == "sleep":
                time.sleep(step[1])
            elif step[0] == "if" and self.wait_for(step[1], 3):  # ("if", regex, keys)
                self.send(step[2])

    # -- the process ----------------------------------------------------------
    def pids(self) -> list[int]:
        found, todo = [], [self.process.pid]
        while todo:
            pid = todo.pop()
            found.append(pid)
            try:
                for task in Path(f"/proc/{pid}/task").iterdir():
                    todo += map(int, (task / "children").read_text().split())
            except OSError:
                pass
        return found

    def cpu(self) -> float:
        """CPU seconds of the process and its descendants, reaped ones included."""
        ticks = 0
        for pid in self.pids():
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += sum(map(int, fields[11:15]))
            except (OSError, ValueError):
                pass
        return ticks / CLOCK_TICK

    def memory(self) -> dict[str, float]:
        """Resident and proportional set size in MiB, whole tree."""
        rss = pss = 0
        for pid in self.pids():
            try:
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Rss:"):
                        rss += int(line.split()[1])
                    elif line.startswith("Pss:"):
                        pss += int(line.split()[1])
            except OSError:
                pass
        return {"rss": round(rss / 1024, 1), "pss": round(pss / 1024, 1)}

    def alive(self) -> bool:
        return self.process.poll() is None

    def hang_up(self, wait: float = 4.0) -> dict:
        """Closes the terminal as a lost SSH connection does; does the program go?"""
        before, start = self.cpu(), time.monotonic()
        self.closed = True
        os.write(self._wake_w, b"x")
        self.thread.join(1)
        os.close(self.master)
        while time.monotonic() < start + wait:
            if not self.alive():
                return {"exits": True, "after": round(time.monotonic() - start, 2)}
            time.sleep(0.02)
        return {"exits": False, "cpu": round(self.cpu() - before, 2)}

    def stop(self) -> None:
        pids = self.pids()
        for number in (signal.SIGTERM, signal.SIGKILL):
            for pid in pids:
                with contextlib.suppress(OSError):
                    os.kill(pid, number)
            try:
                self.process.wait(1.5)
            except subprocess.TimeoutExpired:
                continue
        self.closed = True
        try:
            os.write(self._wake_w, b"x")
            os.close(self.master)
        except OSError:
            pass
        self.thread.join(1)
        for descriptor in (self._wake_r, self._wake_w):
            os.close(descriptor)

    # -- sums over a phase ----------------------------------------------------
    def traffic(self, start: float, end: float) -> dict:
        size = bursts = 0
        last = 0.0
        for chunk in self.chunks:
            if start <= chunk.time <= end:
                size += chunk.size
                bursts += chunk.time - last > BURST_GAP
                last = chunk.time
        return {"bytes": size, "flushes": bursts}
