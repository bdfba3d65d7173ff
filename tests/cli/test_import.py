"""`localgpt-tui import`: what another program kept is shown first and then copied."""

import pytest
from click.testing import CliRunner

from localgpt_tui.cli import cli
from localgpt_tui.paths import find_places


@pytest.fixture
def theirs(tmp_path):
    folder = tmp_path / "theirs"
    (folder / "memory").mkdir(parents=True)
    (folder / "MEMORY.md").write_text("They like tea.\n")
    (folder / "memory/2026-01-01.md").write_text("Tea was bought.\n")
    (folder / "x.png").write_bytes(b"")
    return folder


def run(*arguments):
    return CliRunner().invoke(cli, ["import", *map(str, arguments)], catch_exceptions=False)


def test_the_command_says_first_what_it_would_do(theirs):
    workspace = find_places().workspace
    shown = run(theirs)
    assert shown.exit_code == 0
    assert [line.split() for line in shown.stdout.splitlines()[1:3]] == [
        ["new", "MEMORY.md"],
        ["new", "memory/2026-01-01.md"],
    ]
    assert "--yes" in shown.stdout
    assert not workspace.exists()

    assert "2 files were copied" in run(theirs, "--yes").stdout
    assert (workspace / "MEMORY.md").read_text() == "They like tea.\n"
    assert "nothing to do" in run(theirs, "--yes").stdout
