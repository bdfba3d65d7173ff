"""Two hundred beats, many of them killed at any point: each is accounted for exactly once."""

import tempfile
from pathlib import Path

import pytest
from crashing import crash_through

_IN_MEMORY = Path(
    "/dev/shm"
)  # what a killed process wrote is kept there as well, and waiting for a disk proves nothing


@pytest.fixture
def folder(tmp_path):
    if not _IN_MEMORY.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=_IN_MEMORY) as found:
        yield Path(found)


def test_each_beat_has_one_row_and_none_is_done_twice_whenever_it_is_killed(folder):
    account = crash_through(folder, beats=200, seed=7)
    assert account.wrong == []
    assert account.killed > 40
    assert account.outcomes["unknown"] > 20
    assert account.outcomes["silent"] > 40
