"""Trying what a confined command must not be able to do; what it says is not believed where it can be seen."""

import contextlib
import os
import secrets
import select
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from localgpt_tui.safety.sandbox.bounds import Bounds, SandboxError
from localgpt_tui.safety.sandbox.mechanisms import Mechanism
from localgpt_tui.safety.sandbox.starting import start

_SECONDS = 5.0
_OUTPUT_LIMIT = 20_000

_SCRIPT = r"""
echo here >"$1/work/written"; cat "$1/notes/open"; echo gone >/dev/null && echo "null works"
echo "temporary" >"$TMPDIR/file" && cat "$TMPDIR/file"
cat "$1/notes/hidden/secret" "$1/person/secret"; echo "$LOCALGPT_PROBE"
echo x >"$1/notes/written"; echo x >"$1/person/written"; echo x >>"$1/person/kept"
mv "$1/person/kept" "$1/work/moved"; ln "$1/person/secret" "$1/work/linked" && cat "$1/work/linked"
(exec 3<>"/dev/tcp/127.0.0.1/$2" && echo x >&3); (echo x >"/dev/udp/127.0.0.1/$3")
kill -0 "$4" && echo "signals arrive"
[ -t 0 ] && echo "terminal"; read -r line && echo "input"
(setsid sleep 60 || sleep 60) &
echo "the end"
"""


@dataclass(frozen=True, slots=True)
class Probe:
    """What was tried, and what came of it.

    Attributes:
        name: in a word or two.
        passed: whether it is as it should be.
        detail: what was seen, in words for a person.
        needed: whether a tier counts as working only if this passes.
    """

    name: str
    passed: bool
    detail: str
    needed: bool = True


def examine(mechanism: Mechanism) -> tuple[Probe, ...]:
    """Start one command by `mechanism` that tries everything; takes some milliseconds, at most 5 seconds."""
    if why := mechanism.missing():
        return (Probe("there", passed=False, detail=why),)
    try:
        with _scene() as scene:
            output, alive = _run(mechanism, scene)
            return tuple(_findings(scene, output, alive=alive))
    except (SandboxError, OSError) as error:
        return (Probe("starts", passed=False, detail=str(error)),)


class _Scene:
    """Folders with something to protect, and two doors at which nobody must knock."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.secret, self.open, self.canary = (secrets.token_hex(12) for _ in range(3))
        for name in ("work", "notes/hidden", "person"):
            (root / name).mkdir(parents=True)
        for name in ("notes/hidden/secret", "person/secret"):
            (root / name).write_text(self.secret + "\n", encoding="utf-8")
        (root / "person/kept").write_text("kept", encoding="utf-8")
        (root / "notes/open").write_text(self.open + "\n", encoding="utf-8")
        self.stream = socket.create_server(("127.0.0.1", 0))
        self.packets = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.packets.bind(("127.0.0.1", 0))

    def close(self) -> None:
        """Close the doors."""
        self.stream.close()
        self.packets.close()

    def knocked(self) -> bool:
        """Whether anything came through the network."""
        return bool(select.select([self.stream, self.packets], [], [], 0)[0])


@contextlib.contextmanager
def _scene() -> Iterator[_Scene]:
    root = Path(tempfile.mkdtemp(prefix="localgpt-probe-")).resolve()
    scene: _Scene | None = None
    try:
        scene = _Scene(root)
        yield scene
    finally:
        if scene:
            scene.close()
        shutil.rmtree(root, ignore_errors=True)


def _run(mechanism: Mechanism, scene: _Scene) -> tuple[str, bool]:
    """What the command said, and whether anything of it was alive after its end."""
    root = scene.root
    bounds = Bounds(root / "work", (root / "work",), (root / "notes",), (root / "notes/hidden",))
    ports = [str(door.getsockname()[1]) for door in (scene.stream, scene.packets)]
    shell = shutil.which("bash") or "/bin/bash"
    argv = [shell, "--norc", "--noprofile", "-c", _SCRIPT, shell, str(root), *ports, str(os.getpid())]
    reading, writing = os.pipe()
    try:
        own = {**os.environ, "LOCALGPT_PROBE": scene.canary}
        command = start(mechanism, argv, bounds, stdout=writing, stderr=writing, own=own)
    finally:
        os.close(writing)
    try:
        deadline = time.monotonic() + _SECONDS
        while command.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        command.stop()
        return _said(reading)
    finally:
        command.stop()
        os.close(reading)


def _said(reading: int) -> tuple[str, bool]:
    """All that is in the pipe; as long as anybody could still write to it, it has no end."""
    os.set_blocking(reading, False)
    said = b""
    while len(said) < _OUTPUT_LIMIT:
        try:
            part = os.read(reading, _OUTPUT_LIMIT)
        except BlockingIOError:
            return said.decode("utf-8", "replace"), True
        if not part:
            break
        said += part
    return said.decode("utf-8", "replace"), False


def _findings(scene: _Scene, output: str, *, alive: bool) -> Iterator[Probe]:
    root = scene.root
    lines = output.splitlines()
    works = all(line in lines for line in ("null works", "temporary", scene.open, "the end"))
    works = works and (root / "work/written").is_file()
    yield _probe("work", works, "reads and writes what it may", f"cannot do its work: {_last(lines)}")
    written = (root / "person/written").exists() or (root / "notes/written").exists()
    kept = root / "person/kept"
    written = written or not kept.is_file() or kept.read_text(encoding="utf-8") != "kept"
    yield _probe("writing", not written, "changes nothing outside of its folder", "changed files outside of its folder")
    yield _probe("reading", scene.secret not in output, "cannot read what is hidden", "read what is hidden")
    yield _probe("network", not scene.knocked(), "reaches nobody", "reached a port of this machine")
    yield _probe(
        "environment", scene.canary not in output, "sees known variables only", "sees this program's variables"
    )
    closed = "terminal" not in lines and "input" not in lines
    yield _probe("input", closed, "has no terminal and no input", "can read from the terminal or its input")
    yield _probe("descendants", not alive, "leaves nothing running", "left a process running")
    silent = "signals arrive" not in lines
    yield _probe("signals", silent, "cannot signal other programs", "can signal your other programs", needed=False)


def _probe(name: str, passed: bool, good: str, bad: str, *, needed: bool = True) -> Probe:  # noqa: FBT001 - a finding
    return Probe(name, passed=passed, detail=good if passed else bad, needed=needed)


def _last(lines: list[str]) -> str:
    return lines[-1][:200] if lines else "it said nothing"
