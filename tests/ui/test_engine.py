import asyncio
import threading

import pytest

from localgpt_tui.ui.engine import Engine


@pytest.fixture
def engine():
    engine = Engine()
    yield engine
    engine.stop()


async def test_work_runs_in_another_thread_and_its_result_comes_back(engine):
    async def work():
        return threading.current_thread().name

    assert await engine.run(work()) == "engine"


async def test_an_error_comes_back_as_itself(engine):
    async def work():
        raise ValueError("oops")

    with pytest.raises(ValueError, match="oops"):
        await engine.run(work())


async def test_cancelling_the_wait_cancels_the_work_and_waits_for_its_farewell(engine):
    started, said = threading.Event(), []

    async def work():
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0.01)
            said.append("goodbye")
            raise

    waiting = asyncio.create_task(engine.run(work()))
    await asyncio.to_thread(started.wait)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert said == ["goodbye"]


async def test_stopping_lets_what_still_runs_say_goodbye():
    engine, started, said = Engine(), threading.Event(), []

    async def work():
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            said.append("goodbye")

    waiting = asyncio.create_task(engine.run(work()))
    await asyncio.to_thread(started.wait)
    await asyncio.to_thread(engine.stop)
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert said == ["goodbye"]
    engine.stop()
