"""The audit log: chained, healed, verified."""

import json
import threading

import pytest

from localgpt_tui.safety.audit import GENESIS, Audit
from localgpt_tui.safety.redact import Redactor


@pytest.fixture
def audit(tmp_path):
    return Audit(tmp_path / "state" / "audit.jsonl", tmp_path / "data" / "audit-head")


def three(audit):
    for number in range(3):
        audit.record("tool_call", "tool:bash", f"call {number}", content="x", session="s")


def test_each_line_follows_the_one_before(audit):
    three(audit)
    lines = audit.file.read_text().splitlines()
    assert json.loads(lines[0])["prev_entry_sha256"] == GENESIS
    assert audit.verify().entries == 3
    assert audit.verify().breaks == ()
    assert audit.counts() == {"tool_call": 3}


@pytest.mark.parametrize("change", ["edit", "drop", "swap", "cut"])
def test_a_changed_log_is_noticed(audit, change):
    three(audit)
    lines = audit.file.read_text().splitlines(keepends=True)
    changed = {
        "edit": [lines[0], lines[1].replace("call 1", "call 9"), lines[2]],
        "drop": [lines[0], lines[2]],
        "swap": [lines[1], lines[0], lines[2]],
        "cut": lines[:2],
    }[change]
    audit.file.write_text("".join(changed))
    assert audit.verify().breaks


def test_a_torn_end_is_closed_off_and_said_at_every_byte(audit):
    three(audit)
    whole = audit.file.read_bytes()
    last = whole.rstrip(b"\n").rindex(b"\n") + 1
    for end in range(last + 1, len(whole) - 1, 40):
        audit.file.write_bytes(whole[:end])
        audit.record("tool_call", "tool:bash", "after the crash")
        actions = [entry.action for entry in audit.entries()]
        assert actions == ["tool_call", "tool_call", "chain_recovery", "tool_call"]
        assert audit.verify().breaks in (("line 3 cannot be read",), ())


def test_secrets_never_appear(tmp_path):
    audit = Audit(tmp_path / "a.jsonl", tmp_path / "head", redact=Redactor(["hunter2hunter2"]).clean)
    audit.record(
        "tool_call", "tool:bash", "export X=hunter2hunter2 KEY=sk-abcdefghijklmnopqrstu", content="hunter2hunter2"
    )
    said = audit.file.read_text()
    assert "hunter2" not in said
    assert "sk-abc" not in said


def test_many_writers_keep_one_chain(audit):
    threads = [threading.Thread(target=three, args=(audit,)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert audit.verify().entries == 15
    assert audit.verify().breaks == ()
