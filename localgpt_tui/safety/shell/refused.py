"""The refusals: every call that a line would make, held against what is never done."""

import re
from pathlib import Path

from localgpt_tui.safety.shell.damage import damages
from localgpt_tui.safety.shell.ground import Ground, Protected
from localgpt_tui.safety.shell.leaks import fetched_by, leaks, runs_foreign
from localgpt_tui.safety.shell.power import empowers
from localgpt_tui.safety.shell.reading import read

_SEPARATING = re.compile(r"[\0\x01-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029]|\r(?!\n)")


def refusals(command: str, *, workspace: Path, folder: Path, protected: Protected) -> tuple[str, ...]:
    """Why `command` is refused, each reason once; empty where it is not."""
    pid = max(protected.pids, default=0)
    text = _SEPARATING.sub(" ", command.replace("\r\n", "\n"))
    reading = read(text, home=str(protected.home), folder=str(folder), pid=pid)
    ground = Ground(protected, str(folder), str(workspace))
    reasons: dict[str, None] = {}
    if reading.bombs:
        reasons["it multiplies without end"] = None
    fetched: set[str] = set()
    for call in reading.calls:
        for rule in (damages, leaks, empowers):
            reasons.update(dict.fromkeys(rule(call, ground)))
        reasons.update(dict.fromkeys(runs_foreign(call, fetched)))
        fetched.update(fetched_by(call))
    return tuple(reasons)
