"""What becomes of an act."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.approvals.rules import read_rules
from localgpt_tui.approvals.ruling import MODES, Situation, rule_on, stands
from localgpt_tui.core.approvals import Act

LOOK = Act("read", "read notes.md", verdict="safe")
LIST = Act("run", "ls", shown="ls", verdict="safe")
TOUCH = Act("run", "touch x", shown="touch x", pattern="touch")
WRITE = Act("write", "write a.txt", writes=("a.txt",), pattern="a.txt")
HOOK = Act("write", "write .git/hooks/x", writes=(".git/hooks/x",))
NOTE = Act("remember", "note in MEMORY.md", writes=("MEMORY.md",), verdict="safe")
FETCH = Act("fetch", "fetch https://example.com/", hosts=("example.com:443",))
HARM = Act("run", "rm -rf /", shown="rm -rf /", verdict="deny", reasons=("it deletes the system",))
WEB = ("https://evil.example/page",)


def verdict(act, tool="tool", **situation):
    return rule_on(tool, act, Situation(**situation)).verdict


@pytest.mark.parametrize(
    ("act", "ask", "writes", "read_only"),
    [
        (LOOK, "safe", "safe", "safe"),
        (LIST, "safe", "safe", "safe"),
        (TOUCH, "approve", "approve", "deny"),
        (WRITE, "approve", "approve", "deny"),
        (NOTE, "safe", "safe", "deny"),
        (FETCH, "approve", "safe", "approve"),
        (HARM, "deny", "deny", "deny"),
    ],
)
def test_each_mode_asks_about_more_or_less(act, ask, writes, read_only):
    assert [verdict(act, mode=mode) for mode in MODES] == [ask, writes, read_only]


@pytest.mark.parametrize(
    ("act", "expected"),
    [(LOOK, "safe"), (LIST, "safe"), (TOUCH, "approve"), (WRITE, "approve"), (NOTE, "approve"), (FETCH, "approve")],
)
def test_a_session_that_read_untrusted_text_asks_in_the_mode_that_asks_least(act, expected):
    assert verdict(act, mode="writes", origins=WEB) == expected


def test_what_was_allowed_beforehand_counts_no_longer_once_untrusted_text_was_read():
    granted = frozenset({("tool", "touch")})
    assert verdict(TOUCH, granted=granted) == "safe"
    assert verdict(TOUCH, granted=granted, origins=WEB) == "approve"
    assert verdict(TOUCH, standing=("touch",), origins=WEB) == "approve"


def test_a_host_that_the_person_named_may_be_reached_even_then():
    named = frozenset({"example.com"})
    assert verdict(FETCH, named=named) == "safe"
    assert verdict(FETCH, named=named, origins=WEB) == "safe"
    assert verdict(FETCH, named=frozenset({"other.com"}), origins=WEB) == "approve"


def test_an_address_that_carries_something_away_asks_even_there():
    carrying = Act("fetch", "fetch", hosts=("example.com:443",), reasons=("It carries 200 characters of text.",))
    assert verdict(carrying, named=frozenset({"example.com"}), origins=WEB) == "approve"


@pytest.mark.parametrize("path", ["HEARTBEAT.md", "skills/x/SKILL.md", "AGENTS.md"])
def test_what_steers_later_turns_asks_always(path):
    ruling = rule_on("memory_edit", Act("remember", "edit", writes=(path,), verdict="safe"), Situation(mode="writes"))
    assert ruling.verdict == "approve"
    assert path in ruling.why[0]


def test_the_persons_rules_ask_and_refuse_before_anything_allows():
    rules = read_rules("Ask before touching things\nNever write", "POLICY.md", may_forbid=True)
    asked = rule_on("tool", TOUCH, Situation(rules=rules, standing=("touch",)))
    assert asked.verdict == "approve"
    assert asked.why[0] == "POLICY.md#L1 says “Ask before touching things”"
    assert verdict(WRITE, rules=rules) == "deny"


@pytest.mark.parametrize(
    ("pattern", "tool", "act", "fits"),
    [
        ("touch", "bash", TOUCH, True),
        ("touch x", "bash", TOUCH, False),
        ("bash", "bash", TOUCH, False),
        ("*", "bash", TOUCH, False),
        ("write_file *.txt", "write_file", WRITE, True),
        ("write_file *.md", "write_file", WRITE, False),
        ("write_file *", "write_file", HOOK, False),
        ("edit_file *.txt", "write_file", WRITE, False),
        ("write_file", "write_file", WRITE, False),
        ("write_file a/*", "write_file", Act("write", "w", writes=("a/../../b",), pattern="p"), False),
        ("write_file a/*", "write_file", Act("write", "w", writes=("a/b", "c"), pattern="p"), False),
        ("web_fetch example.com", "web_fetch", FETCH, True),
        ("web_fetch *.com", "web_fetch", FETCH, True),
    ],
)
def test_a_standing_answer_fits_exactly_what_it_names(pattern, tool, act, fits):
    assert stands(pattern, tool, act) is fits


ACTS = st.builds(
    Act,
    kind=st.sampled_from(["read", "remember", "write", "run", "fetch"]),
    title=st.text(),
    shown=st.text(),
    writes=st.tuples(st.text()),
    hosts=st.tuples(st.text()),
    verdict=st.sampled_from(["safe", "approve", "deny"]),
    pattern=st.text(),
)


@given(ACTS, st.sampled_from(MODES), st.lists(st.text()), st.lists(st.text()))
def test_no_mode_and_no_standing_answer_lets_a_refused_act_run(act, mode, standing, named):
    ruling = rule_on("tool", act, Situation(mode=mode, standing=tuple(standing), named=frozenset(named)))
    if act.verdict == "deny" or (mode == "read-only" and act.kind in {"write", "remember"}):
        assert ruling.verdict == "deny"
    assert ruling.why


@given(ACTS, st.sampled_from(MODES), st.lists(st.text()))
def test_untrusted_text_never_makes_anything_freer(act, mode, standing):
    order = ["safe", "approve", "deny"]
    before = rule_on("tool", act, Situation(mode=mode, standing=tuple(standing)))
    after = rule_on("tool", act, Situation(mode=mode, standing=tuple(standing), origins=WEB))
    assert order.index(after.verdict) >= order.index(before.verdict)
    if act.kind in {"write", "remember"}:
        assert after.verdict != "safe"
