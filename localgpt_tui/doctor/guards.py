"""What stands around the tools: the policy, the audit log, the questions that wait."""

from collections.abc import Iterator

from localgpt_tui.approvals.inbox import Inbox
from localgpt_tui.doctor.check import Check
from localgpt_tui.paths import Places
from localgpt_tui.safety.audit import audit_of
from localgpt_tui.safety.policy import FILES, read_policy


def policy(places: Places) -> Check:
    """Whether there is a policy, and whether all of it counts."""
    found = read_policy(places.workspace)
    if found.problem:
        return Check("policy", "warn", found.problem, f"Edit {found.file}.")
    said = (
        f"{found.file}, {len(found.text):,} characters" if found.file else f"none; {FILES[0]} in the workspace is one"
    )
    return Check("policy", "ok", said)


def audit(places: Places) -> Check:
    """Whether the audit log is as it was written."""
    found = audit_of(places).verify()
    if found.breaks:
        return Check("audit", "warn", found.breaks[0], "`localgpt-tui audit verify` lists what does not fit.")
    return Check("audit", "ok", f"{found.entries:,} entries, whole")


def waiting(places: Places) -> Iterator[Check]:
    """Questions that nobody has answered."""
    questions = Inbox(places.state / "approvals").list()
    if questions:
        yield Check(
            "approvals", "warn", f"{len(questions)} questions wait for you", "`localgpt-tui approvals list` shows them."
        )
