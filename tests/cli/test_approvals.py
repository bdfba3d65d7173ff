"""`approvals check`: anyone can ask what would happen."""

import json
import os
import subprocess
import sys

import pytest


@pytest.fixture
def check(tmp_path):
    (tmp_path / "here").mkdir()
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LOCALGPT_HOME": str(tmp_path / "kept")}

    def check(text, *options, cwd=tmp_path / "here"):
        program = [sys.executable, "-m", "localgpt_tui", "approvals", "check", *options]
        return subprocess.run(program, input=text, capture_output=True, text=True, cwd=cwd, env=environ, check=False)

    return check


def verdicts(done):
    assert done.stderr == ""
    return [json.loads(line)["verdict"] for line in done.stdout.splitlines()]


def test_each_plain_line_gets_a_verdict_with_reasons(check):
    done = check("ls -la\ntouch x\n\nrm -rf /\n")

    assert verdicts(done) == ["safe", "approve", "deny"]
    assert all(json.loads(line)["reasons"] for line in done.stdout.splitlines())


def test_a_command_of_several_lines_goes_through_json(check):
    lines = [{"command": "ls\npwd"}, {"command": "ls\nsudo ls"}, {"command": "ls \u200b"}, {"command": "\ud800"}]

    assert verdicts(check("".join(json.dumps(line) + "\n" for line in lines), "--json")) == [
        "safe",
        "deny",
        "approve",
        "approve",
    ]


@pytest.mark.parametrize("line", ["ls", "[]", '{"line": "ls"}', '{"command": 1}', "{"])
def test_a_line_that_is_no_such_json_is_told_by_its_number(check, line):
    done = check(f'{{"command": "ls"}}\n{line}\n', "--json")

    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 1
    assert "Line 2 is not what was expected." in done.stderr


def test_in_a_home_folder_the_workspace_is_judged(check, tmp_path):
    (tmp_path / "secret.md").write_text("x", encoding="utf-8")

    assert verdicts(check("ls\ncat ../../secret.md\n", cwd=tmp_path)) == ["safe", "approve"]


def test_a_folder_can_be_named(check, tmp_path):
    assert verdicts(check("grep -r x .\n", "--folder", str(tmp_path / "here"), cwd="/")) == ["safe"]
    assert verdicts(check("grep -r x .\n", "--folder", "/", cwd=tmp_path)) == ["approve"]
