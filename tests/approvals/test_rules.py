"""The person's own rules, in their words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.approvals.rules import read_rules, stem
from localgpt_tui.core.approvals import Act

PUSH = Act("run", "git push origin main", shown="git push origin main")
STATUS = Act("run", "git status", shown="git status")
REMOVE = Act("run", "rm old.txt", shown="rm old.txt", deletes=("old.txt",))
WRITE = Act("write", "write notes.md", writes=("notes.md",))
FETCH = Act("fetch", "fetch https://example.com/", hosts=("example.com",))


def rules(text, *, may_forbid=True):
    return read_rules(text, "POLICY.md", may_forbid=may_forbid)


@pytest.mark.parametrize(
    ("line", "tool", "act", "applies"),
    [
        ("- Ask before pushing.", "bash", PUSH, True),
        ("- Ask before pushing.", "bash", STATUS, False),
        ("Always ask me first before you push to main", "bash", PUSH, True),
        ("* ask before deleting or renaming files", "bash", REMOVE, True),
        ("* ask before deleting or renaming files", "write_file", WRITE, False),
        ("1. Confirm with me before writing anything", "write_file", WRITE, True),
        ("ask before `git push*`", "bash", PUSH, True),
        ("ask before `git push*`", "bash", STATUS, False),
        ("ask before `git commit`, or pushing", "bash", PUSH, True),
        ("Ask before changing notes.md", "write_file", WRITE, True),
        ("Ask before changing other.md", "write_file", WRITE, False),
        ("Ask before running git", "bash", STATUS, True),
        ("Ask before running commands", "bash", STATUS, True),
        ("Ask before visiting example.com", "web_fetch", FETCH, True),
        ("Ask before visiting other.org", "web_fetch", FETCH, False),
        ("Never push", "bash", PUSH, True),
        ("don’t delete anything", "bash", REMOVE, True),
    ],
)
def test_a_line_is_matched_with_what_a_call_would_do(line, tool, act, applies):
    (rule,) = rules(line)
    assert rule.applies(tool, act) is applies


def test_other_lines_are_no_rules():
    assert rules("# Policy\n\nI like tea.\nBefore lunch, ask how I am.\n- my sister pushes a pram") == ()


def test_a_rule_is_quoted_with_its_place():
    (rule,) = rules("# Policy\n\n- **Ask before pushing.**")
    assert rule.quoted == "POLICY.md#L3 says “Ask before pushing”"


def test_only_the_policy_can_forbid():
    assert rules("Never push")[0].verdict == "deny"
    assert rules("Never push", may_forbid=False)[0].verdict == "approve"
    assert rules("Never ask before reading")[0].verdict == "approve"


@given(st.text())
def test_any_text_can_be_read_for_rules(text):
    for rule in rules(text):
        rule.applies("bash", PUSH)


@pytest.mark.parametrize(
    ("word", "root"),
    [
        ("pushing", "push"),
        ("pushes", "push"),
        ("delete", "delet"),
        ("deleting", "delet"),
        ("running", "run"),
        ("us", "us"),
    ],
)
def test_the_forms_of_a_word_have_one_stem(word, root):
    assert stem(word) == root
