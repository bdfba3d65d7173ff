"""Commands with nobody watching: free checks change nothing, and a job's words reach only the person's command."""

import json
import sys

import pytest

from localgpt_tui.heartbeat.commands import ConfinedCommands, give, without_secrets
from localgpt_tui.paths import find_places, make_folders
from localgpt_tui.safety.sandbox import Sandbox, hidden_places
from localgpt_tui.safety.shell import Protected

confined = pytest.mark.skipif(not Sandbox.probe().confines, reason="nothing holds commands in here")


@pytest.fixture
def commands(tmp_path):
    places = find_places({"LOCALGPT_HOME": str(tmp_path / "home"), "HOME": str(tmp_path)})
    make_folders(places)
    (places.workspace / "note.md").write_text("a\nb\n")
    places.config_file.write_text("secret")
    return lambda level: ConfinedCommands(
        Sandbox.probe(level), places.workspace, Protected.of(places), (), lambda: hidden_places(tmp_path, places)
    )


@confined
async def test_a_free_check_reads_the_workspace_and_changes_reaches_and_learns_nothing(commands, tmp_path):
    held = commands("auto")
    assert held.refusal("wc -l note.md") == ""
    assert await held.run("wc -l < note.md", 10) == (0, b"2\n")
    assert (await held.run("exit 7", 10))[0] == 7
    assert (await held.run("echo x >> note.md", 10))[0] != 0
    assert (await held.run(f"cat {tmp_path}/home/config.toml", 10))[0] != 0
    reach = "import socket; socket.socket(); socket.create_connection(('127.0.0.1', 9), 1)"
    assert (await held.run(f'{sys.executable} -c "{reach}"', 10))[0] != 0
    assert (held.workspace / "note.md").read_text() == "a\nb\n"


@confined
async def test_a_free_check_that_takes_too_long_is_ended_with_all_it_has_started(commands):
    status, output = await commands("auto").run("echo begun; (sleep 50 &) ; sleep 50", 1)
    assert (status, output) == (None, b"begun\n")


async def test_what_is_not_known_to_be_harmless_and_what_nothing_holds_in_is_not_run(commands):
    assert "touch" in commands("auto").refusal("touch x")
    why = commands("none").refusal("wc -l note.md")
    assert "nobody attends" in why
    assert "“none”" in why


async def test_the_persons_own_command_gets_the_words_on_its_input_and_none_of_the_keys(tmp_path, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret")
    monkeypatch.setenv("DISPLAY", ":7")
    told = "import json, os, sys; json.dump([sys.stdin.read(), dict(os.environ)], open('told', 'w'))"
    assert await give(f'{sys.executable} -c "{told}"', "$(touch x)\nWörter", tmp_path) == 0
    text, environ = json.loads((tmp_path / "told").read_text())
    assert text == "$(touch x)\nWörter"
    assert environ["DISPLAY"] == ":7"
    assert "ANTHROPIC_API_KEY" not in environ
    assert await give("exit 3", "", tmp_path) == 3
    assert await give("exec sleep 50", "x" * 1_000_000, tmp_path, seconds=0.2) is None
    assert without_secrets({"GITHUB_TOKEN": "x", "PATH": "/bin"}) == {"PATH": "/bin"}
    assert not (tmp_path / "x").exists()
