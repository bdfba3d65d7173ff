"""Changes to folders, told as they happen."""

import asyncio

import pytest

from localgpt_tui.memory.watch import watch


@pytest.mark.parametrize("polling", [False, True])
async def test_a_change_is_told_after_the_first_look(tmp_path, polling):
    stop = asyncio.Event()
    changes = watch([tmp_path], stop, polling=polling)
    async with asyncio.timeout(20):
        assert await anext(changes) == set()
        waiting = asyncio.ensure_future(anext(changes))
        while not waiting.done():
            (tmp_path / "note.md").write_text(f"{asyncio.get_running_loop().time()}")
            await asyncio.wait([waiting], timeout=0.3)
        assert tmp_path / "note.md" in waiting.result()
    stop.set()
    await changes.aclose()


async def test_watching_ends_when_it_is_told_to(tmp_path):
    stop = asyncio.Event()
    stop.set()

    assert [change async for change in watch([tmp_path], stop)] == []


async def test_a_folder_that_is_not_there_yet_is_waited_for(tmp_path):
    (tmp_path / "here").mkdir()
    stop = asyncio.Event()
    changes = watch([tmp_path / "here", tmp_path / "later"], stop)
    async with asyncio.timeout(20):
        assert await anext(changes) == set()
        (tmp_path / "later").mkdir()
        assert await anext(changes) == set()
    stop.set()
    await changes.aclose()
