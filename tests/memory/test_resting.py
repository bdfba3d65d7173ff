"""Sessions that are being talked in wait; whoever searches gets what was said in the others all the same."""

import asyncio
import contextlib

from localgpt_tui.memory.resting import Resting


class Shelf:
    """Notes what was taken in, and what was left out of it."""

    def __init__(self):
        self.taken = []
        self.busy = False

    async def take_in(self, but):
        self.taken.append(set(but))


@contextlib.asynccontextmanager
async def running(shelf, seconds=0.0):
    resting = Resting(shelf.take_in)
    task = asyncio.create_task(resting.run(seconds, lambda: shelf.busy))
    try:
        yield resting
    finally:
        task.cancel()


async def turns(count=20):
    for _ in range(count):
        await asyncio.sleep(0.001)


async def test_nothing_is_taken_in_before_something_was_said():
    shelf = Shelf()
    async with running(shelf) as resting:
        resting.stir([])
        await resting.hurry([])
        await turns()
    assert shelf.taken == []


async def test_what_rests_is_taken_in_once():
    shelf = Shelf()
    async with running(shelf) as resting:
        resting.stir(["sessions/a"])
        resting.stir(["sessions/b"])
        await turns()
    assert shelf.taken == [set()]


async def test_a_session_is_left_alone_while_a_reply_is_being_written():
    shelf = Shelf()
    shelf.busy = True
    async with running(shelf) as resting:
        resting.stir(["sessions/a"])
        await turns()
        assert shelf.taken == []
        shelf.busy = False
        await turns()
    assert shelf.taken == [set()]


async def test_a_search_takes_in_the_other_sessions_and_not_the_one_it_is_made_in():
    shelf = Shelf()
    async with running(shelf, seconds=60) as resting:
        resting.stir(["sessions/own"])
        await resting.hurry(["sessions/own"])
        assert shelf.taken == []
        resting.stir(["sessions/other"])
        await resting.hurry(["sessions/own"])
        await resting.hurry(["sessions/own"])
        assert shelf.taken == [{"sessions/own"}]
        await resting.hurry([])
    assert shelf.taken == [{"sessions/own"}, set()]
