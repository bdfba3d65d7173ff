"""Two hundred beats, many of them killed at any point: each is accounted for exactly once."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

# In a small process of its own: each beat is a fork, and forking all that the tests have loaded costs ten times more.
PROGRAM = """
import json, sys
from pathlib import Path
from crashing import crash_through
account = crash_through(Path(sys.argv[1]), beats=200, seed=7)
print(json.dumps({"wrong": account.wrong, "killed": account.killed, **account.outcomes}))
"""

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
    environ = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
    assert done.returncode == 0, done.stderr
    account = json.loads(done.stdout)
    assert account["wrong"] == []
    assert account["killed"] > 40
    assert account["unknown"] > 20
    assert account["silent"] > 40
