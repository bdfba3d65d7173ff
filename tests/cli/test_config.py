"""`localgpt-tui config` and `paths`, as a person uses them."""

import json
import os
import subprocess
import sys
import tomllib

import pytest

from localgpt_tui.cli import main

SECRET = "sk-very-secret-0123456789"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    for variable in list(os.environ):
        if variable.startswith("LOCALGPT_"):
            monkeypatch.delenv(variable)
    monkeypatch.setenv("LOCALGPT_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def run(capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            main(arguments)
        out, err = capsys.readouterr()
        return left.value.code, out, err

    return run


def test_a_file_is_written_changed_read_and_tested(run, home):
    assert run("config", "init")[0] == 0
    assert run("config", "set", "agent.fallback_models", '["gpt"]') == (0, "", "")
    assert run("config", "get", "agent.fallback_models") == (0, '["gpt"]\n', "")
    assert run("config", "path") == (0, f"{home / 'config.toml'}\n", "")
    assert run("config", "check") == (0, f"{home / 'config.toml'} can be used.\n", "")


def test_init_leaves_a_file_alone_unless_it_is_forced(run, home):
    (home / "config.toml").write_text("[ui]\n")

    status, out, err = run("config", "init")
    assert (status, out) == (2, "")
    assert "exists already" in err
    assert (home / "config.toml").read_text() == "[ui]\n"
    assert "The file that was there is now " in run("config", "init", "-f")[1]


def test_show_prints_toml_or_json_without_secrets(run, home):
    (home / "config.toml").write_text(f"[providers.openai]\napi_key = '{SECRET}'\n")
    (home / "config.toml").chmod(0o600)

    status, out, _ = run("config", "show")
    assert status == 0
    assert out.startswith(f"# {home / 'config.toml'}\n")
    shown = tomllib.loads(out)
    assert shown["providers"]["openai"]["api_key"] == "***"
    assert json.loads(run("config", "show", "--format", "json")[1]) == shown
    assert SECRET not in out


def test_show_says_where_there_is_no_file(run):
    assert "not there: every key has its default" in run("config", "show")[1]
    assert "not there: every key has its default" in run("config", "check")[1].replace("is not", "not")


def test_get_of_a_secret_prints_stars(run):
    assert run("config", "set", "providers.openai.api_key", SECRET)[0] == 0
    assert run("config", "get", "providers.openai.api_key") == (0, "***\n", "")


def test_a_value_is_read_from_standard_input(home):
    program = [sys.executable, "-m", "localgpt_tui", "config", "set", "providers.openai.api_key", "-"]
    done = subprocess.run(program, input=f"{SECRET}\n", text=True, capture_output=True, check=True)

    assert SECRET not in done.stdout + done.stderr
    assert tomllib.loads((home / "config.toml").read_text())["providers"]["openai"]["api_key"] == SECRET


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["set", "agent.max_tokns", "3"], "Did you mean agent.max_tokens?"),
        (["get", "agent.max_tokns"], "Did you mean agent.max_tokens?"),
        (["set", "agent.max_tokens", "-5"], "found -5 (a whole number), expected a whole number of at least 1"),
        (["set", "agent.max_tokens"], "Missing argument"),
        (["show", "-f", "xml"], "'xml' is not one of"),
        (["nothing"], "No such command"),
    ],
)
def test_what_cannot_be_done_is_told_with_status_2(run, arguments, message):
    status, out, err = run("config", *arguments)

    assert (status, out) == (2, "")
    assert message in err


@pytest.mark.parametrize("command", [["show"], ["get", "ui"], ["check"], ["set", "ui.mouse", "true"]])
@pytest.mark.parametrize("text", ["[agent", "[agent]\nmax_tokens = 'x'\n"])
def test_a_wrong_file_ends_every_command_with_status_2_and_its_line(run, home, command, text):
    (home / "config.toml").write_text(text)

    status, _, err = run("config", *command)
    assert status == 2
    assert "config.toml, line " in err
    assert (home / "config.toml").read_text() == text


def test_warnings_are_told_beside_the_answer(run, home):
    (home / "config.toml").write_text("[agent]\nmax_tokns = 5\n")

    status, out, err = run("config", "get", "agent.max_tokens")
    assert (status, out) == (0, "4096\n")
    assert err.startswith("Warning: ")
    assert "did you mean agent.max_tokens?" in run("config", "check")[1]


def test_what_a_file_says_cannot_reach_the_terminal(run, home):
    (home / "config.toml").write_text('[ui]\ntheme = "a\\u001b]0;b\\u009b1m"\n"\\u009b2Jmouze" = 1\n', "utf-8")

    said = "".join(map(str, [*run("config", "get", "ui.theme"), *run("config", "show"), *run("config", "check")]))
    assert "\x1b" not in said
    assert "\x9b" not in said


def test_paths_prints_every_place_and_why(run, home):
    status, out, _ = run("paths")

    assert status == 0
    for place in ("config.toml", "workspace", "agents/main/sessions", "cache", "logs", "backups", "crashes"):
        assert str(home / place) in out
    assert "LOCALGPT_HOME is set" in out
    assert json.loads(run("paths", "--json")[1])["workspace"] == str(home / "workspace")


def test_keys_that_get_in_each_others_way_are_reported(run, home):
    (home / "config.toml").write_text('[ui.keys]\ndraft-stash = "ctrl+r"\n')
    code, out, _ = run("config", "check")
    assert "Ctrl+R is the key of both draft-history and draft-stash" in out
    assert code == 0
