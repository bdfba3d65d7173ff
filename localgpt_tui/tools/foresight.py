"""What a command would do, told before it runs: the judgement, the files, the scripts, and what holds it in."""

import hashlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

from localgpt_tui.core.approvals import Act
from localgpt_tui.safety.sandbox.bounds import Tier
from localgpt_tui.safety.shell import judge
from localgpt_tui.safety.shell.calls import Call
from localgpt_tui.safety.shell.ground import path_of
from localgpt_tui.safety.shell.reading import read
from localgpt_tui.safety.shell.unwrap import is_shell, runs_code
from localgpt_tui.safety.shell.words import PRINTED, UNKNOWN
from localgpt_tui.safety.terminal import printable
from localgpt_tui.tools.grounds import Grounds
from localgpt_tui.tools.patterns import pattern_of
from localgpt_tui.tools.touching import Touched, amount, touched

_LONGEST = 20_000
_LARGEST_SCRIPT = 5_000_000
_LONGEST_TITLE = 80
_COUNTED_SECONDS = 0.3
_RECIPES = {
    **dict.fromkeys(("make", "gmake"), ("Makefile", "makefile", "GNUmakefile")),
    **dict.fromkeys(("npm", "pnpm", "yarn", "npx", "bun"), ("package.json",)),
    "just": ("justfile", "Justfile"),
    "task": ("Taskfile.yml",),
    "cargo": ("Cargo.toml", "build.rs"),
}
_ADDRESS = re.compile(r"\b(?:https?|ftp|ssh|git)://(?:[^\s/@'\"]*@)?([\w.-]+(?::\d+)?)")

CONFINED_ENOUGH: frozenset[Tier] = frozenset({"full", "standard"})
"""The tiers that hold a command in well enough to run it unasked, or where nobody attends."""


def act_of(command: str, grounds: Grounds, *, tier: Tier, confined: str, unattended: bool, origin: str) -> Act:
    """What running `command` would do.

    Args:
        tier, confined: what holds it in, and that in words.
        unattended: whether nobody is there to see what it does.
        origin: what its result is to be called.
    """
    verdict = judge(command, workspace=grounds.workspace, folder=grounds.start, protected=grounds.protected)
    judged, reasons = verdict.verdict, verdict.reasons
    touches = touched(command, folder=grounds.start, home=grounds.protected.home)
    if judged != "deny" and (weak := too_weak(tier, unattended=unattended)):
        judged, reasons = "deny", (weak,)
    elif judged == "safe" and tier not in CONFINED_ENOUGH:
        judged, reasons = "approve", (f"nothing reliable holds commands in here ({tier})", *reasons)
    return Act(
        "run",
        f"run {_in_one_line(command)}",
        shown=command,
        folder=str(grounds.start),
        writes=tuple(grounds.show(path) for path in touches.writes),
        deletes=tuple(grounds.show(path) for path in touches.deletes),
        hosts=tuple(dict.fromkeys(_ADDRESS.findall(command))) if tier == "none" else (),
        verdict=judged,
        reasons=reasons if judged == "deny" else (*reasons, *_losses(touches, grounds)),
        pattern=pattern_of(command) if judged == "approve" and tier in CONFINED_ENOUGH else "",
        binding=_binding(command, grounds),
        confined=confined,
        network="on" if tier == "none" else "off",
        origin=origin,
        near=tier in CONFINED_ENOUGH,
    )


def too_weak(tier: Tier, *, unattended: bool) -> str:
    """Why no command may run at all; empty where one may."""
    if unattended and tier not in CONFINED_ENOUGH:
        return f"nobody attends, and the sandbox is only “{tier}” here: commands need “standard” then"
    return ""


def _losses(touches: Touched, grounds: Grounds) -> Iterator[str]:
    until = time.monotonic() + _COUNTED_SECONDS
    for path in touches.deletes:
        lost = amount(path, until)
        if lost.files and path not in touches.writes:
            kept = "" if lost.can_be_kept else "; it is too much for /undo files to bring back"
            yield f"{grounds.show(path)} goes: {lost}{kept}"


def _binding(command: str, grounds: Grounds) -> str:
    """A hash over the folder and all scripts that the line names: what was agreed to is what runs."""
    stamp = hashlib.sha256(str(grounds.start).encode("utf-8", "replace"))
    for path in dict.fromkeys(_scripts(command, grounds)):
        stamp.update(f"\0{path}\0".encode("utf-8", "replace"))
        stamp.update(_content(path))
    return stamp.hexdigest()


def _scripts(command: str, grounds: Grounds) -> Iterator[Path]:
    """Files whose content is run: programs given by a path, what interpreters are given, and recipes."""
    if len(command) > _LONGEST:
        return
    home = str(grounds.protected.home)
    for call in read(command, home=home, folder=str(grounds.start)).calls:
        words = [word for word in call.argv if word and UNKNOWN not in word and PRINTED not in word]
        named = words if _runs_what_it_is_given(call) else words[:1] if "/" in (words or [""])[0] else []
        for word in (*named, *(redirect.target for redirect in call.redirects if redirect.sign == "<")):
            yield Path(path_of(word.partition("=")[2] or word, call.folder, home))
        yield from (Path(call.folder) / name for name in _RECIPES.get(call.program, ()))


def _runs_what_it_is_given(call: Call) -> bool:
    known = {"source", ".", "sed", "awk", "make", "gmake", "just", "env", "xargs", "nohup", "timeout", "nice", "time"}
    return is_shell(call.program) or runs_code(call.program) or call.program in known


def _content(path: Path) -> bytes:
    try:
        if path.is_file() and path.stat().st_size <= _LARGEST_SCRIPT:
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return b"?"
    return b""


def _in_one_line(command: str) -> str:
    text = " ".join(printable(command).split())
    return text if len(text) <= _LONGEST_TITLE else f"{text[: _LONGEST_TITLE - 1]}…"
