"""The sandbox: how much holds in the commands that the assistant runs."""

from localgpt_tui.doctor.check import Check
from localgpt_tui.safety.sandbox import Level, Sandbox

_SEE = "`localgpt-tui sandbox test` shows what fails. On Linux, 6.2 or newer suffices, and so does bubblewrap."


def sandbox(level: Level) -> Check:
    """Which tier holds when it is tried.

    Args:
        level: the strongest that is wanted.
    """
    found = Sandbox.probe(level)
    if found.confines:
        return Check("sandbox", "ok", found.describe())
    if level in {"limited", "none"}:
        words = f"{found.describe()}, as sandbox.level says: every command will be asked about"
        return Check("sandbox", "warn", words, "localgpt-tui config set sandbox.level auto")
    why = "; ".join(f"{tier}: {reason}" for tier, reason in found.passed_over.items())
    return Check("sandbox", "warn", f"{found.describe()} ({why}): every command will be asked about", _SEE)
