"""What every test gets: a home of its own, no keys, one time zone, and pictures in the top-level `snapshots`."""

import gc
import os
import sys
import time
from pathlib import Path

import pytest
import pytest_textual_snapshot
from hypothesis import HealthCheck, settings

_SNAPSHOTS = Path(__file__).resolve().parent.parent / "snapshots"
_FORGOTTEN = ("LOCALGPT_", "XDG_", "ANTHROPIC_", "OPENAI_", "OLLAMA_", "CLAUDE_", "SSH_", "TMUX")
_FORGOTTEN_NAMES = (
    "NO_COLOR",
    "COLUMNS",
    "LINES",
    "COLORFGBG",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
)


def _beside_the_tests(_extension: type, *, test_location: object) -> str:
    return str(_SNAPSHOTS / Path(test_location.filepath).stem)


# Bytecode is kept: else every worker rewrites every test anew, and every program that a test starts compiles the rest.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

settings.register_profile("busy", deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")  # machines that run these tests are slow at times: nothing is timed here

pytest_textual_snapshot.SVGImageExtension.dirname = classmethod(_beside_the_tests)


def pytest_collection_finish():
    """What was collected stays to the end: the garbage collector need not go through it after every few tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 25)


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    """No test sees the machine's own files, keys or settings."""
    for name in list(os.environ):
        if name.startswith(_FORGOTTEN) or name in _FORGOTTEN_NAMES:
            monkeypatch.delenv(name)
    home = tmp_path / "person"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("LOCALGPT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
