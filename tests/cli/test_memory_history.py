"""`localgpt-tui memory log | diff | blame | undo | restore`."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from localgpt_tui.cli import cli
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.history import History
from localgpt_tui.memory.workspace import Workspace
from localgpt_tui.paths import Places, find_places


@pytest.fixture(autouse=True)
def places() -> Places:
    found = find_places(os.environ)
    workspace = Workspace(found.workspace)
    workspace.prepare()
    history = History(workspace)
    for word in ("tea", "milk"):
        history.record(
            [workspace.append(f"- {word} \x1b[2J", "MEMORY.md")], author="agent", session="s1", why=f"Note {word}"
        )
    history.close()
    return found


def run(name: str, *arguments: str, **rest: object) -> Result:
    return CliRunner().invoke(cli, ["memory", name, *arguments], **rest)


def memory(places: Places) -> str:
    return (places.workspace / "MEMORY.md").read_text()


def test_the_log_says_when_who_why_and_what():
    lines = run("log").stdout.splitlines()
    assert lines[0].split(None, 3)[3] == "agent      Note milk"
    assert lines[1].strip() == "MEMORY.md  (session s1)"
    assert len(run("log", "-n", "1").stdout.splitlines()) == 2
    newest, before, first = json.loads(run("log", "memory.md", "--json").stdout)
    assert (newest["why"], newest["author"], newest["paths"]) == ("Note milk", "agent", ["MEMORY.md"])
    assert first["author"] == "person"
    assert before["why"] == "Note tea"


def test_a_diff_shows_a_change_without_control_sequences():
    (_, tea, *_) = json.loads(run("log", "--json").stdout)
    assert "+- milk" in run("diff").stdout
    shown = run("diff", tea["id"][:8]).stdout
    assert "+- tea" in shown
    assert "\x1b" not in shown


def test_each_line_is_shown_with_its_change(places: Places):
    with (places.workspace / "MEMORY.md").open("a") as file:
        file.write("- typed\n")
    *_, milk, typed = run("blame", "MEMORY.md").stdout.splitlines()
    assert "agent" in milk
    assert typed.startswith("not recorded yet")
    assert json.loads(run("blame", "MEMORY.md", "--json").stdout)[-1]["change"] is None


def test_undo_asks_and_takes_back_and_can_be_undone(places: Places):
    assert run("undo", input="n\n").exit_code == 1
    assert "- milk" in memory(places)
    assert run("undo", input="y\n").stdout.splitlines()[-1] == "Changed: MEMORY.md"
    assert "- milk" not in memory(places)
    assert run("undo", "--yes").exit_code == 0
    assert "- milk" in memory(places)


def test_restore_brings_a_file_or_some_lines_back(places: Places):
    (_, tea, *_) = json.loads(run("log", "--json").stdout)
    assert run("restore", "MEMORY.md", tea["id"][:8]).exit_code == 0
    assert "- milk" not in memory(places)
    (places.workspace / "MEMORY.md").write_text("# Memory\n")
    assert run("restore", "MEMORY.md", tea["id"][:8], "--lines", "5-5").exit_code == 0
    assert memory(places).startswith("# Memory\n- tea")
    assert run("restore", "MEMORY.md", tea["id"], "--lines", "x").exit_code == 2


def test_another_workspace_may_be_named_and_may_have_no_history(tmp_path: Path):
    (tmp_path / "other").mkdir()
    outcome = run("log", "--workspace", str(tmp_path / "other"))
    assert "There is no history yet" in outcome.stderr
    assert isinstance(run("diff", "--workspace", str(tmp_path / "other")).exception, LocalGPTError)
    assert not (tmp_path / "other" / ".git").exists()
