"""`localgpt-tui memory` on the command line."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner
from memory.remembering import write

from localgpt_tui.cli import cli
from localgpt_tui.cli.memory import memory
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.templates import TEMPLATES
from localgpt_tui.memory.workspace import Workspace
from localgpt_tui.paths import find_places


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    monkeypatch.setenv("LOCALGPT_HOME", str(tmp_path))
    (tmp_path / "config.toml").write_text('[memory]\nembedding_provider = "none"\n')
    write(tmp_path / "workspace")
    return find_places()


def run(*arguments):
    return CliRunner().invoke(cli, ["memory", *arguments], catch_exceptions=False)


def test_the_list_of_commands_says_of_each_what_it_says_of_itself():
    for name, deferred in memory.table.items():
        command = deferred.load()
        assert (command.name, command.get_short_help_str(limit=200)) == (name, deferred.help)


def test_without_a_command_the_help_is_shown():
    assert "search" in run().output


def test_search_shows_where_and_why():
    done = run("search", "canoe")

    assert done.stdout.startswith("memory/2026-01-31.md#L3-L4  ")
    assert "    - **Anna**: I bought a canoe." in done.stdout
    assert done.stderr == "(keywords only: no embedding model is configured)\n"


def test_search_as_json_has_a_stable_shape():
    found = json.loads(run("search", "canoe", "--json", "--limit", "1").stdout)

    assert found["freshness"] == "keywords only: no embedding model is configured"
    (record,) = found["results"]
    assert list(record) == ["path", "line_start", "line_end", "score", "heading", "day", "kind", "text", "parts"]
    assert (record["path"], record["line_start"], record["line_end"]) == ("memory/2026-01-31.md", 3, 4)


def test_search_says_where_nothing_was_found():
    done = run("search", "xylophone")
    assert (done.stdout, done.exit_code) == ("", 0)
    assert done.stderr.startswith("Nothing was found.")


def test_search_wants_a_query_or_to_serve():
    assert run("search").exit_code == 2
    assert run("search", "canoe", "--serve").exit_code == 2


def test_another_workspace_can_be_named(tmp_path):
    other = write(tmp_path / "other", {"MEMORY.md": "- Quokkas smile.\n"})

    found = json.loads(run("search", "quokka", "--json", "--workspace", str(other)).stdout)
    assert [record["path"] for record in found["results"]] == ["MEMORY.md"]
    assert json.loads(run("search", "quokka", "--json").stdout)["results"] == []


def test_serve_answers_line_by_line():
    asked = '{"query": "canoe", "k": 1}\n\nnonsense\n{"query": "wifi password"}\n'
    done = subprocess.run(
        [sys.executable, "-m", "localgpt_tui", "memory", "search", "--serve"],
        input=asked,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    ready, canoe, nonsense, wifi = [json.loads(line) for line in done.stdout.splitlines()]

    assert ready == {"ready": True}
    assert canoe["hits"][0][:3] == ["memory/2026-01-31.md", 3, 4]
    assert "error" in nonsense
    assert wifi["hits"][0][0] == "MEMORY.md"


def test_reindex_and_stats_count():
    assert run("reindex", "--force").stdout == "Indexed: 5 files, 6 chunks, 0 of them with a vector.\n"
    assert run("stats").stdout.startswith("Files      5\n")
    counted = json.loads(run("stats", "--json").stdout)
    assert (counted["files"], counted["chunks"], counted["embedded"]) == (5, 6, 0)


def test_show_prints_a_file_or_lines_of_it():
    assert run("show", "MEMORY.md#L4").stdout == "- The wifi password is swordfish.\n"
    assert run("show", "memory/2026-01-31.md#L3-L4").stdout.count("\n") == 2
    assert run("show", "MEMORY.md").stdout.startswith("# Memory\n")
    with pytest.raises(LocalGPTError, match=r"MEMORY.md has only 4 lines\."):
        run("show", "MEMORY.md#L7-L9")


def test_recent_shows_files():
    assert run("recent", "-c", "2").stdout.count(".md\n") == 2
    assert len(json.loads(run("recent", "--json").stdout)) == 5


def test_eval_measures_on_the_persons_own_notes(places):
    long = "- The amber lighthouse keeper polishes seventeen brass lanterns before every northern storm.\n"
    (places.workspace / "knowledge/light.md").write_text(long)
    scores = json.loads(run("eval", "--json").stdout)

    assert [score["mode"] for score in scores] == ["words", "meaning", "both"]
    assert scores[0]["r1"] == scores[0]["mrr"] == 100.0
    assert "MRR" in run("eval").stdout


def test_a_template_that_nobody_touched_is_no_note_to_measure_on(places):
    for path in places.workspace.rglob("*.md"):
        path.unlink()
    Workspace(places.workspace).prepare()
    (places.workspace / "AGENTS.md").write_text(TEMPLATES["AGENTS.md"])
    with pytest.raises(LocalGPTError, match="no notes to measure on yet"):
        run("eval")
