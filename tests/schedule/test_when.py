"""When beats are due: a grid in UTC, active hours of a place, and clocks that jump."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localgpt_tui.config.times import duration, in_words, interval, time_of_day, zone
from localgpt_tui.schedule.when import Hours, Rhythm, believable

BERLIN = ZoneInfo("Europe/Berlin")
HALF_HOUR = Rhythm(timedelta(minutes=30), None, BERLIN)
DAY = Rhythm(timedelta(minutes=30), Hours(time(8), time(22)), BERLIN)
NIGHT = Rhythm(timedelta(minutes=30), Hours(time(22), time(6)), BERLIN)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"), [("30m", 1800), ("2h30m", 9000), ("1d", 86400), ("90s", 90), ("1h1m1s", 3661)]
)
def test_lengths_of_time_are_read_and_said_again(text, seconds):
    assert duration(text).total_seconds() == seconds
    assert duration(in_words(duration(text))) == duration(text)


@pytest.mark.parametrize("text", ["", "0m", "30", "m", "30 m", "2h 30m", "-5m", "9999999d", "5w", "1.5h"])
def test_what_is_no_length_of_time_is_refused(text):
    with pytest.raises(ValueError, match="expected"):
        duration(text)


def test_an_interval_has_at_least_a_minute():
    with pytest.raises(ValueError, match="1m"):
        interval("59s")


def test_times_of_day_and_zones_are_checked():
    assert time_of_day("24:00") == time(0)
    for wrong in ("24:30", "8", "08:60", "25:00"):
        with pytest.raises(ValueError, match="08:30"):
            time_of_day(wrong)
    with pytest.raises(ValueError, match="Europe/Berlin"):
        zone("Mars/Olympus")
    assert zone("").utcoffset(datetime.now(UTC)) is not None


def test_beats_keep_half_an_interval_of_distance_after_a_late_one():
    assert HALF_HOUR.after(at("2026-06-01 10:00")) == at("2026-06-01 10:30")
    assert HALF_HOUR.after(at("2026-06-01 10:29")) == at("2026-06-01 11:00")
    assert HALF_HOUR.after(at("2026-06-01 10:00"), slower=4) == at("2026-06-01 12:00")


def test_hours_over_midnight_hold_on_both_sides_of_it():
    assert NIGHT.active(at("2026-01-10 23:00"))
    assert NIGHT.active(at("2026-01-10 04:59"))
    assert not NIGHT.active(at("2026-01-10 05:00")), "06:00 in Berlin"
    assert NIGHT.first(at("2026-01-10 12:00")) == at("2026-01-10 21:00")


def test_an_interval_longer_than_the_hours_beats_when_they_begin():
    rare = Rhythm(timedelta(days=3), Hours(time(8), time(8, 30)), BERLIN)
    began = rare.first(at("2026-01-10 12:00"))
    assert began.astimezone(BERLIN).time() == time(8)
    assert rare.after(began) == began + timedelta(days=3)


def test_missed_beats_are_counted_and_the_count_is_bounded():
    assert HALF_HOUR.missed(at("2026-06-01 10:00"), at("2026-06-01 10:10")) == 0
    assert HALF_HOUR.missed(at("2026-06-01 10:00"), at("2026-06-01 12:10")) == 4
    assert HALF_HOUR.missed(at("2020-06-01 10:00"), at("2026-06-01 12:10")) == 1000
    assert DAY.missed(at("2026-01-10 20:30"), at("2026-01-11 07:10")) == 1, "the night does not count"


def test_a_moment_far_ahead_was_written_by_a_wrong_clock():
    now = at("2026-06-01 10:00")
    assert believable(now + timedelta(hours=1), now)
    assert not believable(at("2038-01-19 03:14"), now)
    assert not believable(None, now)


@given(
    minutes=st.integers(1, 3 * 1440),
    moment=st.integers(40_000_000, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    begin=st.times(),
    end=st.times(),
    place=st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
@settings(deadline=None, max_examples=150)
def test_the_next_beat_is_never_early_always_in_its_hours_and_there_is_one(minutes, moment, begin, end, place):
    rhythm = Rhythm(timedelta(minutes=minutes), Hours(begin, end), ZoneInfo(place))
    following = rhythm.first(moment)

    assert following >= moment
    assert following - moment <= max(timedelta(days=2), rhythm.every)
    assert rhythm.active(following)
    assert rhythm.first(following) == following == rhythm.slot(following)
