"""What a shell line would do: harmless here (`safe`), never to be done (`deny`), or for a person to judge."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from localgpt_tui.safety.shell.ground import Protected

__all__ = ["Protected", "Verdict", "judge"]

_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be done with a line, and why.

    Attributes:
        verdict: `safe` runs unasked, `approve` asks, `deny` is refused in every mode.
        reasons: in words for a person; never empty.
    """

    verdict: Literal["safe", "approve", "deny"]
    reasons: tuple[str, ...]


def judge(command: str, *, workspace: Path, folder: Path, protected: Protected) -> Verdict:
    """Say what would come of running `command` in `folder`.

    `safe` needs every word, flag and path to be known as harmless inside `workspace` and `folder`, by two readings that
    agree; a refusal is made wherever harm can be seen, also behind wrappers, variables and quotes. Nothing is run.
    """
    from localgpt_tui.safety.shell.refused import refusals  # noqa: PLC0415 - the parser is loaded with the first line
    from localgpt_tui.safety.shell.safe import doubts  # noqa: PLC0415

    if len(command) > _LONGEST:
        return Verdict("approve", (f"the line is longer than {_LONGEST:,} characters",))
    if not command.strip():
        return Verdict("approve", ("there is nothing to run",))
    try:
        refused = refusals(command, workspace=workspace, folder=folder, protected=protected)
        if refused:
            return Verdict("deny", refused)
        unsure = doubts(command, workspace=workspace, folder=folder, protected=protected)
    except RecursionError:
        return Verdict("approve", ("it is nested too deeply to be read",))
    return Verdict("approve", unsure) if unsure else Verdict("safe", ("it only reads, and only here",))
