"""A year with a clock that runs fast: both changes of the hour, sleep, jumps; never two beats in one slot."""

import asyncio
import itertools
import random
from datetime import UTC, datetime, timedelta

import pytest
from beating import BERLIN, Beating
from hypothesis import given, settings
from hypothesis import strategies as st

from localgpt_tui.config.schedule import ActiveHours, Job
from localgpt_tui.ledger import HEARTBEAT, Row


def brief(heart, made):
    """Runs that only leave a row: what the schedule itself does is looked at."""

    async def run(due):
        row = Row.begun(due.job, due.slot, due.due, heart.now, trigger=due.trigger, missed=due.missed)
        if heart.ledger.claim(row.ended_with("quiet", heart.now)):
            made.append(row)
        return ""

    return run


async def walk(heart, schedule, until, look_again=600.0):
    """Let the schedule run until the clock has reached `until`."""
    schedule.look_again = look_again
    task = asyncio.ensure_future(schedule.start())
    while heart.now < until and not task.done():
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


class Rows(list):
    """A ledger in memory, for a year of rows without a disk."""

    since = None

    def begin_keeping(self, moment):
        self.since = moment

    def rows(self, limit=0):
        return self[-limit:]

    def taken(self, job, slot):
        return any(row.slot == slot and row.job == job for row in self[-50:])

    def scheduled(self, job):
        return None

    def claim(self, row, *, twice=False):
        if self.taken(row.job, row.slot):
            return False
        self.append(row)
        return True


async def test_a_year_has_a_beat_every_half_hour_within_the_hours_and_drifts_by_nothing(tmp_path):
    heart = Beating(tmp_path, heartbeat={"interval": "2h", "active_hours": ActiveHours(start="08:00", end="22:00")})
    heart.ledger, made = Rows(), []
    heart.now = datetime(2026, 1, 1, tzinfo=UTC)
    schedule = heart.schedule(brief(heart, made))
    await walk(heart, schedule, datetime(2027, 1, 1, tzinfo=UTC), look_again=7200.0)

    drift = max(abs((row.started - row.due).total_seconds()) for row in made)
    assert drift <= 1
    assert len({row.slot for row in made}) == len(made)
    per_day = {}
    for row in made:
        wall = row.started.astimezone(BERLIN)
        assert 8 <= wall.hour < 22
        per_day[wall.date()] = per_day.get(wall.date(), 0) + 1
    assert len(per_day) == 365
    assert set(per_day.values()) <= {7, 8}
    assert all(row.trigger == "schedule" and not row.missed for row in made)


@given(seed=st.integers(0, 10_000))
@settings(deadline=None, max_examples=12)
def test_sleep_and_jumps_of_the_clock_give_one_late_beat_and_never_two(tmp_path_factory, seed):
    chance = random.Random(seed)
    heart = Beating(tmp_path_factory.mktemp("beats"))
    heart.ledger, made, real = Rows(), [], []

    async def sleep(seconds):
        shift = chance.choice([0] * 12 + [-3600, 3600, 86_400, -60, 7200, 40_000])
        real.append(seconds)
        heart.now += timedelta(seconds=seconds + shift)
        await asyncio.sleep(0)

    schedule = heart.schedule(brief(heart, made))
    schedule.sleep = sleep
    schedule.look_again = 600.0

    async def story():
        task = asyncio.ensure_future(schedule.start())
        while len(real) < 300 and not task.done():
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(story())
    assert len({row.slot for row in made}) == len(made)
    for before, after in itertools.pairwise(made):
        assert abs(after.started - before.started) >= timedelta(minutes=14), "no storm"


async def test_a_night_of_sleep_is_one_late_beat_that_waits_a_little_after_opening(tmp_path):
    heart = Beating(tmp_path)
    made = []
    await walk(heart, heart.schedule(brief(heart, made)), heart.now + timedelta(hours=1))
    heart.now += timedelta(hours=9)
    opened = heart.now
    await walk(heart, heart.schedule(brief(heart, made)), heart.now + timedelta(hours=1))

    late = [row for row in made if row.trigger == "late"]
    assert [row.missed for row in late] == [18]
    assert late[0].started == opened + timedelta(minutes=1)


async def test_two_programs_make_each_beat_once_and_one_that_watches_makes_none(tmp_path):
    one, two, watching = (Beating(tmp_path) for _ in range(3))
    made, none = [], []
    for _ in range(4):
        for heart in (one, two):
            heart.now = max(one.now, two.now)
            due = heart.schedule().coming(heart.now + timedelta(hours=1))[0]
            await brief(heart, made)(due)
        one.now = two.now = one.now + timedelta(minutes=30)
    assert len(one.rows) == len({row.slot for row in one.rows}) == len(made)
    await walk(watching, watching.schedule(brief(watching, none), elsewhere=lambda: True), one.now + timedelta(hours=9))
    assert none == []


async def test_jobs_run_at_their_times_once_and_a_missed_one_runs_late(tmp_path):
    jobs = [
        Job(name="morning", schedule="0 9 * * *", prompt="x"),
        Job(name="once", schedule="at 2026-11-22 15:00", prompt="x"),
        Job(name="off", schedule="every 2m", prompt="x", enabled=False),
    ]
    heart = Beating(tmp_path, heartbeat={"enabled": False}, jobs=jobs)
    made = []
    schedule = heart.schedule(brief(heart, made))
    await walk(heart, schedule, heart.now + timedelta(days=2))
    heart.now += timedelta(days=3)
    await walk(heart, heart.schedule(brief(heart, made)), heart.now + timedelta(minutes=5))

    told = [(row.job, f"{row.started.astimezone(BERLIN):%d %H:%M}", row.trigger) for row in made]
    assert told[:3] == [
        ("once", "22 15:00", "schedule"),
        ("morning", "23 09:00", "schedule"),
        ("morning", "24 09:00", "schedule"),
    ]
    assert [(job, trigger) for job, _, trigger in told[3:]] == [("morning", "late")]


async def test_a_beat_that_meets_a_turn_is_made_soon_after_it_and_the_one_row_says_why_it_was_late(tmp_path):
    heart = Beating(tmp_path, jobs=[Job(name="news", schedule="every 30m", prompt="x")])
    heart.say("- [ ] Look\n")
    heart.ledger.begin_keeping(heart.now)
    heart.bookmarks.jobs_since({"news": "every 30m"}, heart.now)
    schedule = heart.schedule()
    await walk(heart, schedule, heart.now + timedelta(minutes=29, seconds=50), look_again=30.0)
    heart.outside.is_busy = True
    began = len(heart.rows)
    await walk(heart, schedule, heart.now + timedelta(minutes=12), look_again=30.0)
    assert len(heart.rows) == began, "it looks again, and writes nothing"
    assert (heart.state.mood, heart.state.words) == ("ok", "A beat waits until your turn is over.")

    heart.outside.is_busy = False
    over = heart.now
    await walk(heart, schedule, heart.now + timedelta(minutes=15), look_again=30.0)
    late = heart.rows[began:]
    assert sorted((row.job, row.trigger, row.put_off) for row in late) == [
        ("heartbeat", "late", "You were in the middle of a turn."),
        ("news", "late", "You were in the middle of a turn."),
    ]
    assert all(over <= row.started <= over + timedelta(minutes=1) for row in late)
    assert len({(row.job, row.slot) for row in heart.rows}) == len(heart.rows)


async def test_what_was_put_off_until_the_next_one_is_skipped_in_one_row_and_the_next_is_made(tmp_path):
    heart = Beating(tmp_path)
    heart.say("- [ ] Look\n")
    heart.ledger.begin_keeping(heart.now)
    heart.now += timedelta(minutes=29)
    heart.outside.is_busy = True
    schedule = heart.schedule()
    await walk(heart, schedule, heart.now + timedelta(minutes=32), look_again=30.0)
    heart.outside.is_busy = False
    await walk(heart, schedule, heart.now + timedelta(minutes=2), look_again=30.0)
    skipped, made = heart.rows
    assert (skipped.outcome, skipped.reason) == (
        "skipped",
        "You were in the middle of a turn. It was put off until its time was over.",
    )
    assert (made.outcome, made.put_off, made.missed) == ("silent", "You were in the middle of a turn.", 0)
    assert made.due - skipped.due == timedelta(minutes=30)
    assert len(heart.outside.errands) == 1


async def test_a_turn_without_an_end_does_not_hide_that_nobody_makes_the_beats(tmp_path):
    heart = Beating(tmp_path)
    heart.ledger.begin_keeping(heart.now)
    heart.outside.is_busy = True
    heart.now += timedelta(hours=3)
    assert heart.state.mood == "late"


async def test_a_pause_holds_beats_and_jobs_and_ends_by_itself(tmp_path):
    heart = Beating(tmp_path, jobs=[Job(name="often", schedule="every 10m", prompt="x")])
    made = []
    heart.ledger.begin_keeping(heart.now)
    heart.bookmarks.pause(heart.now + timedelta(hours=2))
    assert heart.state.mood == "paused"
    until = heart.now + timedelta(hours=2)
    await walk(heart, heart.schedule(brief(heart, made)), heart.now + timedelta(hours=3))
    assert made
    assert min(row.started for row in made) >= until


async def test_a_run_that_leaves_no_row_is_not_tried_at_once_again(tmp_path):
    heart = Beating(tmp_path)
    tries = []

    async def broken(due):
        tries.append(heart.now)

    await walk(heart, heart.schedule(broken), heart.now + timedelta(hours=2))
    assert 2 <= len(tries) < 12
    assert heart.state.mood == "late"


@pytest.mark.parametrize("minutes", [29, 34, 36])
async def test_the_dead_mans_line_is_crossed_after_the_interval_and_its_grace(tmp_path, minutes):
    heart = Beating(tmp_path)
    heart.ledger.begin_keeping(heart.now)
    await heart.beat(seconds=1)
    heart.now += timedelta(minutes=minutes)
    assert heart.state.mood == ("late" if minutes > 35 else "ok")
    assert heart.ledger.last(HEARTBEAT).outcome == "quiet"


async def test_outside_of_its_hours_nothing_is_late(tmp_path):
    heart = Beating(tmp_path, heartbeat={"active_hours": ActiveHours(start="08:00", end="13:00")})
    heart.ledger.begin_keeping(heart.now - timedelta(hours=5))
    assert heart.state.mood == "ok"
    heart.now += timedelta(hours=18, minutes=1)
    assert heart.state.mood == "ok", "07:01"
    heart.now += timedelta(hours=1, minutes=10)
    assert heart.state.mood == "late"
