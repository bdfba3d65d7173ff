"""Schedules as people write them, through both changes of the clock."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest

from localgpt_tui.schedule.recurring import recurrence
from localgpt_tui.schedule.timing import timing

BERLIN = ZoneInfo("Europe/Berlin")


def at(text, place=BERLIN):
    return datetime.fromisoformat(text).replace(tzinfo=place).astimezone(UTC)


def walk(schedule, moment):
    while (moment := schedule.after(moment)) is not None:
        yield moment


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("0 9 * * 1-5", "2026-06-01 09:00"),
        ("*/15 * * * *", "2026-05-31 12:15"),
        ("every 2h", "2026-05-31 14:00"),
        ("at 2026-12-01 09:00", "2026-12-01 09:00"),
        ("@daily", "2026-06-01 09:00"),
        ("30 8 1 * *", "2026-06-01 08:30"),
    ],
)
def test_a_schedule_says_when_it_is_next(text, first):
    found = timing(text, BERLIN)
    assert found.after(at("2026-05-31 12:00")) == at(first)
    assert found.words


@pytest.mark.parametrize("text", ["", "soon", "61 * * * *", "* * * *", "every", "every 5", "at noon", "0 0 30 2 *"])
def test_what_is_no_schedule_is_refused_with_what_was_expected(text):
    with pytest.raises(ValueError, match=r"expected|never"):
        timing(text, BERLIN)


def test_a_time_that_the_spring_leaves_out_comes_right_after_the_gap_and_once():
    found = list(islice(walk(timing("30 2 * * *", BERLIN), at("2026-03-28 00:00")), 3))
    assert found == [at("2026-03-28 02:30"), at("2026-03-29 03:00"), at("2026-03-30 02:30")]


def test_a_time_that_the_autumn_repeats_comes_once_and_hourly_jobs_do_not_pause():
    daily = list(islice(walk(timing("30 2 * * *", BERLIN), at("2026-10-24 12:00")), 2))
    assert daily[1] - daily[0] == timedelta(hours=25)
    assert daily[0] == at("2026-10-25 02:30"), "the first of the two"
    hourly = list(islice(walk(timing("0 * * * *", BERLIN), at("2026-10-25 00:30")), 5))
    assert {after - before for before, after in pairwise(hourly)} == {timedelta(hours=1)}


def test_the_latest_time_is_the_one_that_was_missed():
    jobs = timing("0 9 * * *", BERLIN)
    assert jobs.latest(at("2026-06-05 08:00")) == at("2026-06-04 09:00")
    assert jobs.latest(at("2026-06-05 09:00")) == at("2026-06-05 09:00")
    once = timing("at 2026-06-05 09:00", BERLIN)
    assert once.latest(at("2026-06-05 08:00")) is None
    assert once.after(at("2026-06-05 09:00")) is None
    assert timing("every 2h", BERLIN).latest(at("2026-06-05 09:30")) == at("2026-06-05 08:00")


@pytest.mark.parametrize(
    ("text", "due", "then"),
    [
        ("daily", "2026-03-28 08:00", "2026-03-29 08:00"),
        ("every 3 days", "2026-03-01 08:00", "2026-03-31 08:00"),
        ("weekly", "2026-03-02 08:00", "2026-03-30 08:00"),
        ("monthly", "2026-01-31 08:00", "2026-03-31 08:00"),
        ("weekdays at 07:30", "2026-03-27 07:30", "2026-03-30 07:30"),
        ("every monday at 09:00", "2026-03-01 00:00", "2026-03-30 09:00"),
        ("every 2h", "2026-03-28 09:00", "2026-03-28 21:00"),
        ("0 6 * * 0", "2026-03-01 00:00", "2026-03-29 06:00"),
        ("yearly", "2024-02-29 08:00", "2027-02-28 08:00"),
    ],
)
def test_what_comes_again_keeps_its_time_of_day_through_a_change_of_the_clock(text, due, then):
    now = at("2026-03-28 20:30") if text != "yearly" else at("2026-03-01 00:00")
    assert recurrence(text, BERLIN).after(at(due), now, BERLIN) == at(then)


@pytest.mark.parametrize("text", ["sometimes", "every", "every blue moon", "daily at noon", "0 9 * * * at 09:00"])
def test_what_does_not_come_again_is_refused(text):
    with pytest.raises(ValueError, match="expected"):
        recurrence(text, BERLIN)
