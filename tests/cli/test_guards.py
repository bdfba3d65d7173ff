"""`audit`, `policy` and the waiting questions of `approvals`, without a screen."""

import json

import pytest
from click.testing import CliRunner

from localgpt_tui.approvals.inbox import Inbox
from localgpt_tui.cli import cli, status_of
from localgpt_tui.core.approvals import Act, Approval, Decision
from localgpt_tui.core.messages import ToolCall
from localgpt_tui.paths import find_places
from localgpt_tui.safety.audit import audit_of

ASKED = Approval(
    "abcdef123",
    ToolCall("c", "bash", "{}"),
    Act("run", "touch x", shown="touch x\x1b[2J"),
    why=("it writes",),
    session="s",
)


@pytest.fixture
def places():
    found = find_places()
    found.workspace.mkdir(parents=True)
    return found


def said(*arguments):
    result = CliRunner().invoke(cli, arguments, standalone_mode=False)
    assert result.exception is None
    return result


def test_what_waits_is_listed_in_full_and_answered(places):
    assert "Nothing waits" in said("approvals", "list").output
    inbox = Inbox(places.state / "approvals")
    inbox.add(ASKED)

    listed = said("approvals", "list").output
    assert "bash: touch x" in listed
    assert "why: it writes" in listed
    assert "\x1b" not in listed
    assert json.loads(said("approvals", "list", "--json").output)["act"]["shown"] == ASKED.act.shown

    assert "Answered no: touch x." in said("approvals", "answer", "abc", "no", "--reason", "not now").output
    assert inbox.answered(ASKED.id) == Decision("no", reason="not now")
    assert status_of(cli, ["approvals", "answer", "abc", "yes"]) == 1


def test_the_audit_log_is_shown_counted_and_verified(places):
    assert "Nothing was written down yet." in said("audit", "stats").output
    log = audit_of(places)
    log.record("refused", "tool:bash", "rm -rf /", session="s1")
    log.record("tool_call", "tool:read_file", "it only looks", session="s2")

    assert [line.split()[1] for line in said("audit", "show").output.splitlines()] == ["tool_call", "refused"]
    assert "rm -rf /" in said("audit", "show", "--session", "s1").output
    assert json.loads(said("audit", "stats", "--json").output) == {"refused": 1, "tool_call": 1}
    assert said("audit", "verify").return_value == 0

    log.file.write_text(log.file.read_text().replace("rm -rf /", "ls"))
    result = said("audit", "verify")
    assert result.return_value == 1
    assert "line 2 does not follow" in result.output


def test_the_policy_is_shown_as_it_is_used(places):
    assert "There is no policy" in said("policy", "status").output
    (places.workspace / "POLICY.md").write_text("# Mine\n\n- Ask before pushing.\n- Never delete anything.\n")
    told = said("policy", "status").output
    assert "asks    POLICY.md#L3: Ask before pushing" in told
    assert "refuses POLICY.md#L4: Never delete anything" in told
    assert "Reminder: what stands between" in told
