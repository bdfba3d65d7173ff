"""Two machines: one with things worth keeping, one empty."""

import pytest

from localgpt_tui.paths import find_places, make_folders


@pytest.fixture
def places(tmp_path):
    """A home in the platform's layout, with a little of everything in it."""
    home = tmp_path / "one"
    places = find_places(
        {"HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "XDG_DATA_HOME": str(home / "data")}
    )
    assert make_folders(places) == ""
    places.config_file.parent.mkdir(parents=True)
    places.config_file.write_text('[agent]\ndefault_model = "recall"\n')
    (places.workspace / "memory").mkdir()
    (places.workspace / "MEMORY.md").write_text("# Memory\n")
    (places.workspace / "memory/2026-03-01.md").write_text("a day\n")
    (places.sessions / "abc.jsonl").write_text('{"kind":"session"}\n{"kind":"message"}\n')
    (places.sessions / "abc.lock").touch()
    (places.sessions / ".tmp-leftover").write_text("half")
    (places.state / "consent.json").write_text("{}")
    (places.logs / "agent.log").write_text("log")
    (places.cache / "index.sqlite").write_text("cache")
    return places


@pytest.fixture
def empty_places(tmp_path):
    """A fresh machine, in one folder."""
    return find_places({"LOCALGPT_HOME": str(tmp_path / "two")})
