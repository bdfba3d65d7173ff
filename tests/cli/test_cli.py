"""The program's front door: options, exit statuses, and what it costs to ask for help."""

import json
import os
import subprocess
import sys
from importlib import import_module
from pkgutil import iter_modules

import click
import pytest

import localgpt_tui.cli
from localgpt_tui import __version__
from localgpt_tui.cli import cli, main, status_of
from localgpt_tui.cli.lazy import Deferred, DeferredGroup
from localgpt_tui.cli.quiet import switch_telemetry_off
from localgpt_tui.core.errors import ConfigError, LocalGPTError, ProviderError, SessionError
from localgpt_tui.paths import find_places

HEAVY = ("textual", "rich", "anthropic", "openai", "ollama", "fastembed", "pydantic", "httpx", "tomlkit", "asyncio")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    for variable in list(os.environ):
        if variable.startswith("LOCALGPT_"):
            monkeypatch.delenv(variable)
    monkeypatch.setenv("LOCALGPT_HOME", str(tmp_path))
    environ = dict(os.environ)
    yield tmp_path
    os.environ.clear()
    os.environ.update(environ)


@pytest.fixture
def run(capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            main(arguments)
        out, err = capsys.readouterr()
        return left.value.code, out, err

    return run


@pytest.fixture
def run_command(capsys):
    def run_command(callback, *arguments):
        status = status_of(click.Command("doing", callback=callback), arguments)
        return status, *capsys.readouterr()

    return run_command


def raising(error):
    def callback():
        raise error

    return callback


@pytest.mark.parametrize("option", ["--help", "-h", "--version", "-V"])
def test_help_and_version_import_nothing_heavy(option):
    script = (
        "import json, sys\nfrom localgpt_tui.cli import main\n"
        "try: main([sys.argv[1]])\n"
        "except SystemExit as left: print(); print(json.dumps([left.code, sorted(sys.modules)]))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, option], capture_output=True, text=True, check=True)

    status, loaded = json.loads(done.stdout.splitlines()[-1])
    assert status == 0
    assert [name for name in HEAVY if name in loaded] == []
    assert "platformdirs" not in loaded


def test_the_version_is_told(run):
    assert run("--version") == (0, f"localgpt-tui {__version__}\n", "")


def test_the_help_names_every_command_and_the_exit_statuses(run):
    status, out, _ = run("--help")

    assert status == 0
    assert all(f"  {name} " in out for name in cli.table)
    assert "2 bad usage or configuration" in out


@pytest.mark.parametrize("name", cli.table)
def test_the_list_of_commands_says_of_each_what_it_says_of_itself(name):
    command = cli.table[name].load()

    assert command.name == name
    assert command.get_short_help_str(limit=200) == cli.table[name].help


def test_every_command_can_be_reached():
    modules = [import_module(module.name) for module in iter_modules(localgpt_tui.cli.__path__, "localgpt_tui.cli.")]
    written = [found for module in modules for found in vars(module).values() if isinstance(found, click.Command)]

    assert [command.name for command in written if command not in reached(cli)] == []


def reached(group):
    """The commands below `group`."""
    below = [group.get_command(click.Context(group), name) for name in group.list_commands(click.Context(group))]
    return [*below, *(command for inner in below if isinstance(inner, click.Group) for command in reached(inner))]


@pytest.mark.parametrize("name", cli.table)
def test_every_command_has_help(run, name):
    status, out, err = run(name, "-h")

    assert (status, err) == (0, "")
    assert out.startswith(f"Usage: localgpt-tui {name}")


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (ConfigError("It is wrong.", "Mend it."), 2, "It is wrong.\nMend it.\n"),
        (ProviderError("No answer.", "Wait."), 3, "No answer.\nWait.\n"),
        (SessionError("Not found."), 1, "Not found.\n"),
        (LocalGPTError("No \x1b[31mway."), 1, "No way.\n"),
        (KeyboardInterrupt(), 130, "\n"),
        (click.Abort(), 130, ""),
        (click.ClickException("Not so."), 1, "Error: Not so.\n"),
    ],
)
def test_each_kind_of_error_has_its_exit_status_and_is_told_on_stderr(run_command, error, status, said):
    assert run_command(raising(error)) == (status, "", said)


@pytest.mark.parametrize(("outcome", "status"), [(None, 0), (0, 0), (3, 3)])
def test_a_command_may_return_its_exit_status(run_command, outcome, status):
    assert run_command(lambda: outcome) == (status, "", "")


def test_an_error_nobody_expected_is_kept_in_a_crash_file(run_command, home):
    status, out, err = run_command(raising(ZeroDivisionError()))

    assert (status, out) == (1, "")
    assert "Something went wrong inside localgpt-tui: ZeroDivisionError." in err
    assert str(next((home / "crashes").iterdir())) in err


def test_an_error_nobody_expected_is_told_even_where_there_is_no_place_for_a_file(run_command, monkeypatch):
    monkeypatch.setenv("LOCALGPT_HOME", "relative")

    assert "LOCALGPT_HOME is “relative”" in run_command(raising(ZeroDivisionError()))[2]


class Table(DeferredGroup):
    table = {  # noqa: RUF012 - a constant
        "paths": cli.table["paths"],
        "nowhere": Deferred("localgpt_tui.no_such_module:command", "Is never imported."),
    }


@pytest.mark.parametrize("arguments", [[], ["paths"]])
def test_without_a_command_the_first_of_the_table_is_started(capsys, home, arguments):
    group = Table("group", invoke_without_command=True, context_settings=cli.context_settings)

    @click.pass_context
    def find(ctx):
        ctx.obj = find_places()

    group.callback = find
    assert status_of(group, arguments) == 0
    assert str(home / "workspace") in capsys.readouterr().out


def test_help_imports_no_command(capsys):
    assert status_of(Table("group"), ["--help"]) == 0
    assert "nowhere  Is never imported." in capsys.readouterr().out


def test_the_first_of_the_table_is_the_app():
    assert next(iter(cli.table)) == "chat"


def test_options_choose_places_whichever_way_the_paths_are_written(run, home, monkeypatch):
    monkeypatch.chdir(home)
    status, out, _ = run("-c", "my.toml", "-p", "Work", "-a", "ada", "-v", "paths", "--json")

    places = json.loads(out)
    assert status == 0
    assert places["config_file"] == str(home / "my.toml")
    assert places["state"] == f"{home}-work"
    assert places["sessions"].endswith("agents/ada/sessions")
    assert os.environ["LOCALGPT_LOG_LEVEL"] == "debug"


@pytest.mark.parametrize("arguments", [["-a", "../up", "paths"], ["-p", "a/b", "paths"]])
def test_a_name_that_cannot_be_used_ends_with_status_2(run, arguments):
    status, out, err = run(*arguments)

    assert (status, out) == (2, "")
    assert "cannot be part of a folder's name" in err


@pytest.mark.parametrize("arguments", [["nonsense"], ["--nonsense"], ["paths", "extra"]])
def test_bad_usage_ends_with_status_2(run, arguments):
    status, out, err = run(*arguments)

    assert (status, out) == (2, "")
    assert "Usage: localgpt-tui" in err


def test_a_reader_that_goes_away_is_no_error_worth_a_word():
    script = 'set -o pipefail; "$0" -m localgpt_tui config show | head -c 1; echo "${PIPESTATUS[0]}"'
    many = subprocess.run(["bash", "-c", script, sys.executable], capture_output=True, text=True, check=False)
    closed = 'exec 3>&1; "$0" -m localgpt_tui paths | true; echo "${PIPESTATUS[0]}"'
    none = subprocess.run(["bash", "-c", closed, sys.executable], capture_output=True, text=True, check=False)

    assert many.stderr == ""
    assert none.stderr == ""
    assert none.stdout in {"1\n", "0\n"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_the_shell(run, shell):
    status, out, _ = run("completion", shell)

    assert status == 0
    assert f"_LOCALGPT_TUI_COMPLETE={shell}_complete" in out


def test_commands_are_completed_without_importing_them():
    asked = {"_LOCALGPT_TUI_COMPLETE": "bash_complete", "COMP_WORDS": "localgpt-tui co", "COMP_CWORD": "1"}
    script = (
        "import sys\nfrom localgpt_tui.cli import main\ntry: main()\n"
        "except SystemExit: print([name for name in sys.modules if name.startswith('localgpt_tui.cli.')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, **asked}, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines() == [
        "plain,config",
        "plain,completion",
        "['localgpt_tui.cli.lazy', 'localgpt_tui.cli.quiet']",
    ]


def test_telemetry_is_switched_off_unless_the_person_said_otherwise():
    environ = {"DO_NOT_TRACK": "0"}
    switch_telemetry_off(environ)

    assert environ["DO_NOT_TRACK"] == "0"
    assert environ["HF_HUB_DISABLE_TELEMETRY"] == "1"
    assert environ["OTEL_SDK_DISABLED"] == "true"


def test_every_command_starts_with_telemetry_off(run, monkeypatch):
    monkeypatch.delenv("HF_HUB_DISABLE_TELEMETRY", raising=False)
    run("paths")

    assert os.environ["HF_HUB_DISABLE_TELEMETRY"] == "1"
