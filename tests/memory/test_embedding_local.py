"""The process that embeds, as its user sees it; a worker without a model stands in for the real one."""

import asyncio
import itertools
import os
import signal
import struct
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.embedding_local import LocalEmbedder, _in_batches

WORKER = Path(__file__).with_name("fake_worker.py")


@pytest.fixture
async def fake(tmp_path):
    """Makes embedders over the fake worker; `fake.log()` is what it was asked, in order."""
    made = []

    def make(mode="", **settings):
        made.append(LocalEmbedder("fake", [sys.executable, str(WORKER), str(tmp_path / "log"), mode], **settings))
        return made[-1]

    make.log = lambda: (tmp_path / "log").read_text().splitlines()
    yield make
    for embedder in made:
        await embedder.aclose()


def first(vector: bytes) -> float:
    return struct.unpack("<2f", vector)[0]


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


async def test_every_text_gets_its_vector_in_order(fake):
    texts = ["a" * n for n in range(1, 60)]

    vectors = await fake().embed(texts)

    assert [first(vector) for vector in vectors] == list(range(1, 60))


async def test_nothing_is_started_before_the_first_text(fake, tmp_path):
    embedder = fake()

    assert await embedder.embed([]) == []
    assert not (tmp_path / "log").exists()
    assert embedder.process_id == 0


async def test_the_dimensions_are_known_after_the_first_vector(fake):
    embedder = fake()
    assert embedder.dimensions == 0

    await embedder.embed(["a"])

    assert embedder.dimensions == 2


async def test_a_query_overtakes_what_is_in_the_background(fake, tmp_path):
    embedder = fake()
    gate = tmp_path / "gate"
    background = asyncio.create_task(embedder.embed([f"wait for {gate}", *(f"{n} {'x' * 1990}" for n in range(5))]))
    await until(lambda: (tmp_path / "log").exists() and len(fake.log()) == 2)

    query = asyncio.create_task(embedder.embed(["the query"], query=True))
    await asyncio.sleep(0)
    gate.touch()
    await query
    await background

    assert fake.log()[2] == "the query"


async def test_a_cancelled_caller_takes_what_was_not_begun_with_it(fake, tmp_path):
    embedder = fake()
    gate = tmp_path / "gate"
    given_up = asyncio.create_task(embedder.embed([f"wait for {gate}", *["y" * 1999] * 5]))
    await until(lambda: (tmp_path / "log").exists() and len(fake.log()) == 2)

    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    gate.touch()

    assert [first(vector) for vector in await embedder.embed(["abc"])] == [3]
    assert fake.log()[2:] == ["abc"]


async def test_several_callers_share_one_process(fake):
    embedder = fake()

    answers = await asyncio.gather(*(embedder.embed(["a" * n]) for n in range(1, 20)))

    assert [first(answer[0]) for answer in answers] == list(range(1, 20))
    assert fake.log().count("started") == 1


async def test_a_process_that_ended_while_idle_is_started_again(fake):
    embedder = fake()
    for _ in range(3):
        await embedder.embed(["idle"])
        await until(lambda: embedder.process_id == 0)

    assert [first(vector) for vector in await embedder.embed(["abc"])] == [3]
    assert fake.log().count("started") == 4


async def test_a_process_killed_at_work_is_replaced_and_nothing_is_lost(fake, tmp_path):
    embedder = fake()
    gate = tmp_path / "gate"
    work = asyncio.create_task(embedder.embed(["a", f"wait for {gate}", "abc"]))
    await until(lambda: (tmp_path / "log").exists() and len(fake.log()) == 2)

    os.kill(embedder.process_id, signal.SIGKILL)
    gate.touch()

    assert [first(vector) for vector in await work] == [1, len(f"wait for {gate}"), 3]


async def test_a_text_that_ends_the_process_has_no_vector_and_is_not_tried_for_ever(fake):
    embedder = fake()

    vectors = await embedder.embed(["a", "deadly", "abc"])
    starts = fake.log().count("started")

    assert vectors[1] == b""
    assert [first(vectors[0]), first(vectors[2])] == [1, 3]
    assert await embedder.embed(["deadly"]) == [b""]
    assert fake.log().count("started") == starts


async def test_a_query_that_ends_the_process_says_so(fake):
    with pytest.raises(LocalGPTError, match="cannot take this query"):
        await fake().embed(["deadly"], query=True)


async def test_a_process_that_keeps_ending_is_not_blamed_on_the_texts(fake):
    embedder = fake()

    assert await embedder.embed(["deadly one", "deadly two"]) == [b"", b""]
    with pytest.raises(LocalGPTError, match="keeps ending"):
        await embedder.embed(["deadly three"])


async def test_a_process_that_cannot_start_says_its_last_words(fake):
    with pytest.raises(LocalGPTError, match="it broke") as raised:
        await fake("die").embed(["a"])

    assert raised.value.advice


async def test_after_a_failed_start_none_is_tried_for_a_while(fake):
    now = [0.0]
    embedder = fake("refuse", clock=lambda: now[0], pause_seconds=60)

    for _ in range(3):
        with pytest.raises(LocalGPTError, match=r"No model\. Get one\."):
            await embedder.embed(["a"])
    assert fake.log() == ["started"]

    now[0] = 61
    with pytest.raises(LocalGPTError):
        await embedder.embed(["a"])
    assert fake.log() == ["started", "started"]


async def test_a_query_does_not_wait_for_ever_for_a_model_that_is_loading(fake):
    with pytest.raises(LocalGPTError, match="not ready yet"):
        await fake("hang", query_seconds=0.05).embed(["a"], query=True)


async def test_a_text_over_which_the_process_hangs_is_given_up(fake):
    embedder = fake(answer_seconds=0.05)

    assert await embedder.embed(["hang"]) == [b""]


async def test_what_the_model_refuses_is_an_error_and_the_process_lives_on(fake):
    embedder = fake()

    with pytest.raises(LocalGPTError, match="wrong"):
        await embedder.embed(["wrong"])

    assert await embedder.embed(["a"])
    assert fake.log().count("started") == 1


async def test_a_program_that_is_not_there_is_said():
    embedder = LocalEmbedder("fake", ["/nowhere/python"])
    with pytest.raises(LocalGPTError, match="could not be started"):
        await embedder.embed(["a"])
    await embedder.aclose()


@pytest.mark.parametrize("mode", ["", "hang"])
async def test_closing_ends_the_process_at_once_and_for_good(fake, tmp_path, mode):
    embedder = fake(mode)
    work = asyncio.create_task(embedder.embed([f"wait for {tmp_path / 'never'}"] * 40))
    await until(lambda: embedder.process_id)
    pid = embedder.process_id

    await embedder.aclose()

    with pytest.raises(LocalGPTError, match="stopping"):
        await work
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(LocalGPTError, match="stopping"):
        await embedder.embed(["a"])


async def test_the_process_has_a_group_of_its_own(fake):
    embedder = fake()
    await embedder.embed(["a"])

    assert os.getpgid(embedder.process_id) == embedder.process_id


@given(st.lists(st.text(max_size=40).map(lambda text: text * 60), max_size=60))
def test_batches_hold_every_text_once_in_order_and_are_small(texts):
    batches = list(_in_batches(texts))

    assert list(itertools.chain.from_iterable(batches)) == texts
    assert all(0 < len(batch) <= 16 for batch in batches)
    assert all(len(batch) == 1 or sum(map(len, batch)) <= 2_000 for batch in batches)
