"""What every test gets: a home of its own, no keys, one time zone, and pictures in the top-level `snapshots`."""

import os
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


settings.register_profile("busy", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")  # machines that run these tests are slow at times: nothing is timed here

pytest_textual_snapshot.SVGImageExtension.dirname = classmethod(_beside_the_tests)


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
