"""Beats that are killed at any point, each in a process of its own, and the account of them afterwards.

account = crash_through(tmp_path, beats=200, seed=1)
assert account.wrong == []
"""

import asyncio
import itertools
import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from beating import Beating

POINTS = ("", "", "", "looking", "choosing", "asking", "asked", "at random", "at random")


@dataclass
class Account:
    """What became of the beats: rows by outcome, how many died, and what is wrong, which is nothing."""

    beats: int = 0
    killed: int = 0
    outcomes: Counter = field(default_factory=Counter)
    wrong: list = field(default_factory=list)


def crash_through(folder: Path, *, beats: int, seed: int) -> Account:
    """Make `beats` beats, one task each; many die on the way, and are tried again as a restarted program would."""
    chance = random.Random(seed)
    heart = Beating(folder)
    heart.ledger.begin_keeping(heart.now)
    heart.outside.effects = folder / "effects"
    account = Account(beats)
    for number in range(beats):
        heart.say(f"- [ ] Task of beat {number}\n")
        heart.outside.answers = [] if number % 8 == 0 else ["OPEN 1: later\nHEARTBEAT_OK"]
        due = heart.schedule().coming(heart.now)[0]
        heart.now = max(heart.now, due.due)
        for _ in range(20):  # a restarted program looks again at once
            due = heart.schedule().coming(heart.now)[0]
            if due.due > heart.now:
                break
            account.killed += _in_a_process(heart, due, chance)
        with heart.runs.alone():
            pass  # what the next beat does first
    return _checked(heart, account)


def _in_a_process(heart: Beating, due, chance: random.Random) -> bool:
    """Make a beat in a process of its own; True where it was killed."""
    point, delay = chance.choice(POINTS), chance.uniform(0, 0.012)
    pid = os.fork()
    if pid == 0:
        heart.outside.dies = point
        try:
            asyncio.run(heart.heart.beat(due))
        finally:
            os._exit(0)
    if point == "at random":
        time.sleep(delay)
        os.kill(pid, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def _checked(heart: Beating, account: Account) -> Account:
    """Each slot has one row, none is missing, every row has ended, and nothing was done twice."""
    rows = [row for row in heart.rows if row.job == "heartbeat"]
    account.outcomes = Counter(row.outcome for row in rows)
    slots = Counter(row.slot for row in rows)
    effects = Counter((heart.outside.effects).read_text().splitlines())
    account.wrong += [f"{slot} has {count} rows" for slot, count in slots.items() if count > 1]
    account.wrong += [f"{task} was done {count} times" for task, count in effects.items() if count > 1]
    account.wrong += [f"{row.slot} never ended" for row in rows if row.outcome == "running"]
    account.wrong += [
        f"{row.slot} is silent, but asked nobody" for row in rows if row.outcome == "silent" and not row.session
    ]
    if len(rows) != account.beats:
        account.wrong.append(f"{len(rows)} rows for {account.beats} beats")
    step = timedelta(minutes=30)
    account.wrong += [
        f"nothing between {one.due} and {two.due}" for one, two in itertools.pairwise(rows) if two.due - one.due != step
    ]
    return account
