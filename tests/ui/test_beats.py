"""Beats in words and signs: pure, and the same on every terminal."""

from dataclasses import replace
from datetime import timedelta

import pytest
from beating import START, Beating
from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.ledger import Row, Tried
from localgpt_tui.schedule.spending import Spent
from localgpt_tui.schedule.state import State
from localgpt_tui.ui.asciiset import plain
from localgpt_tui.ui.rendering.beats import MOODS, OUTCOMES, coarse, countdown, day, heart, last_tried, task_words, told
from localgpt_tui.ui.rendering.ledger_rows import row_words

NEXT = START + timedelta(minutes=12)


def state(mood, **rest):
    known = {
        "words": "",
        "next": NEXT,
        "late_by": timedelta(),
        "last": None,
        "failures": 0,
        "today": Spent(),
        "needs": (),
    }
    return State(mood, **{**known, **rest})


def row(minutes, outcome, **rest):
    began = Row.begun("heartbeat", f"{minutes}", START - timedelta(minutes=minutes), START - timedelta(minutes=minutes))
    ended = None if outcome == "running" else began.started
    return Row(
        **{**{name: getattr(began, name) for name in began.__slots__}, "outcome": outcome, "ended": ended, **rest}
    )


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (state("ok"), "♥ 12m ok"),
        (state("ok", next=START), "♥ now ok"),
        (state("paused"), "♡ paused 12m"),
        (state("late", next=START - timedelta(minutes=7)), "! late 7m"),
        (state("failing", failures=4), "✗ failing, 4 in a row"),
        (state("over budget"), "$ over budget"),
        (state("needs you"), "? needs you"),
        (state("running"), "● beats now"),
        (state("off"), ""),
    ],
)
def test_the_header_says_in_a_word_how_the_heart_is(seen, words):
    assert heart(seen, START)[0] == words


def test_every_mood_differs_in_shape_in_word_and_in_plain_signs():
    shown = [sign for mood, sign in MOODS.items() if mood != "off"]
    assert len({sign.word for sign in shown}) == len({plain(sign.sign) for sign in shown}) == len(shown)
    by_look = {}
    for sign in OUTCOMES.values():
        by_look.setdefault(plain(sign.sign), set()).add(sign.look in {"$success", "$muted", "$text-muted", "$primary"})
    assert all(len(kinds) == 1 for kinds in by_look.values())


def test_a_countdown_goes_by_the_second_once_it_is_near():
    assert countdown(NEXT, START) == "in 12m"
    assert countdown(START + timedelta(seconds=59), START) == "in 59s"
    assert countdown(START, START) == "now"
    assert countdown(START - timedelta(minutes=3), START) == "overdue"


@given(st.integers(0, 10**7))
def test_a_length_is_never_longer_than_six_cells(seconds):
    assert len(coarse(timedelta(seconds=seconds))) <= 6


def test_a_day_shows_the_gravest_of_an_hour_and_what_it_cost():
    rows = [row(30, "silent", tokens=10), row(40, "failed", tokens=80), row(90, "quiet"), row(60 * 30, "failed")]
    signs, bars = day(rows, START)
    assert "".join(sign for sign, _ in signs) == " " * 22 + ".✗"
    assert bars == " " * 23 + "█"


def test_a_row_and_a_task_say_all_that_is_known_of_them(tmp_path):
    heart_ = Beating(tmp_path)
    heart_.say("- [ ] Read the inbox\n  - When: file inbox changed\n  - Recurring: daily at 07:00\n  - Due: tomorrow\n")
    task = heart_.file.plan().tasks[0]
    done = row(
        5, "sent", tasks=(Tried(task.key, task.title, "verified"),), claims="Two\nmails.", memories=("MEMORY.md",)
    )
    last = last_tried([done], START, heart_.settings.zone)
    words = task_words(task, START, heart_.settings.zone, last[task.key])
    assert words[0] == "again daily at 07:00"
    assert "only when file inbox changed" in words
    assert any(word.startswith("✗ “Due: tomorrow”") for word in words)
    assert words[-1] == "last 12:55 verified"
    assert told(done) == "wrote MEMORY.md · Two mails."
    late = replace(done, trigger="late", put_off="You were in the middle of a turn.")
    shown = row_words(late, START, heart_.settings.zone).plain
    assert "- Read the inbox: verified" in shown
    assert "late · " in shown
    assert "put off: You were in the middle of a turn." in shown
