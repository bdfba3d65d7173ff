"""Where things live."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from localgpt_tui.core.errors import ConfigError
from localgpt_tui.paths import expanded, find_places, make_folders


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def environ(home, monkeypatch):
    for variable in list(os.environ):
        if variable.startswith(("XDG_", "LOCALGPT_")):
            monkeypatch.delenv(variable)
    monkeypatch.setenv("HOME", str(home))
    return {"HOME": str(home)}


def with_all_folders(folder):
    kinds = ("CONFIG", "DATA", "STATE", "CACHE")
    return {f"LOCALGPT_{kind}_DIR": str(folder / kind.lower()) for kind in kinds}


@pytest.mark.skipif(sys.platform != "linux", reason="these are the places of Linux")
def test_by_default_everything_is_where_the_platform_keeps_such_things(environ, home):
    places = find_places(environ)

    assert places.config_file == home / ".config/localgpt/config.toml"
    assert places.workspace == home / ".local/share/localgpt/workspace"
    assert places.sessions == home / ".local/state/localgpt/agents/main/sessions"
    assert places.logs == home / ".local/state/localgpt/logs"
    assert places.cache == home / ".cache/localgpt"
    assert list(home.iterdir()) == []


def test_the_xdg_variables_are_followed_unless_they_are_relative(environ, home):
    places = find_places({**environ, "XDG_STATE_HOME": "/state", "XDG_DATA_HOME": "relative"})

    assert places.state == Path("/state/localgpt")
    assert places.data.is_relative_to(home)


def test_localgpt_home_puts_everything_in_one_folder(environ, tmp_path):
    home = tmp_path / "all"
    places = find_places({**environ, "LOCALGPT_HOME": str(home)})

    assert places.config_file == home / "config.toml"
    assert places.workspace == home / "workspace"
    assert places.logs == home / "logs"
    assert places.state == home
    everything = [places.cache, places.data, places.sessions, places.backups, places.crashes]
    assert all(place.is_relative_to(home) for place in everything)
    assert "LOCALGPT_HOME" in places.reason


def test_a_tilde_means_the_home_folder(environ, home):
    assert find_places({**environ, "LOCALGPT_HOME": "~/mine/../gpt"}).data == home / "gpt"
    assert find_places({**environ, "LOCALGPT_WORKSPACE": "~"}).workspace == home


def test_an_existing_dot_localgpt_is_found_and_used(environ, home):
    (home / ".localgpt").mkdir()
    places = find_places(environ)

    assert places.config_file == home / ".localgpt/config.toml"
    assert places.workspace == home / ".localgpt/workspace"
    assert "was found" in places.reason


def test_dot_localgpt_steps_back_where_the_platforms_place_has_a_config(environ, home):
    (home / ".localgpt").mkdir()
    usual = home / "xdg/localgpt/config.toml"
    usual.parent.mkdir(parents=True)
    usual.touch()

    assert find_places({**environ, "XDG_CONFIG_HOME": str(home / "xdg")}).config_file == usual


def test_a_file_named_dot_localgpt_is_not_a_home(environ, home):
    (home / ".localgpt").touch()

    assert not find_places(environ).data.is_relative_to(home / ".localgpt")


def test_config_and_workspace_replace_one_place_each(environ, tmp_path):
    chosen = {"LOCALGPT_HOME": "/all", "LOCALGPT_CONFIG": "/etc/my.toml", "LOCALGPT_WORKSPACE": "/notes"}
    places = find_places({**environ, **chosen, "LOCALGPT_PROFILE": "work"})

    assert places.config_file == Path("/etc/my.toml")
    assert places.workspace == Path("/notes")
    assert places.state == Path("/all-work")
    assert "LOCALGPT_CONFIG" in places.reason
    assert "LOCALGPT_WORKSPACE" in places.reason


def test_a_profile_is_a_suffix_on_every_folder(environ, tmp_path):
    places = find_places({**environ, **with_all_folders(tmp_path), "LOCALGPT_PROFILE": " Work "})

    assert places.config_file == tmp_path / "config-work/config.toml"
    assert places.workspace == tmp_path / "data-work/workspace"
    assert places.logs == tmp_path / "state-work/logs"
    assert places.cache == tmp_path / "cache-work"
    assert places.profile == "work"


@pytest.mark.parametrize("profile", ["", "  ", "default", "DEFAULT"])
def test_an_empty_or_default_profile_is_none(environ, profile):
    assert find_places({**environ, "LOCALGPT_PROFILE": profile}) == find_places(environ)


def test_a_profile_has_its_own_dot_localgpt(environ, home):
    (home / ".localgpt").mkdir()
    (home / ".localgpt-work").mkdir()

    assert find_places({**environ, "LOCALGPT_PROFILE": "work"}).data == home / ".localgpt-work"


def test_each_agent_has_conversations_of_its_own(environ):
    named = find_places({**environ, "LOCALGPT_AGENT": "Ada"})

    assert named.sessions.parts[-3:] == ("agents", "Ada", "sessions")
    assert find_places({**environ, "LOCALGPT_AGENT": "Ada"}, agent="bob").agent == "bob"
    assert named.workspace == find_places(environ).workspace


@pytest.mark.parametrize("name", ["../up", "a/b", "é", "x" * 65, "a b", "."])
@pytest.mark.parametrize("variable", ["LOCALGPT_AGENT", "LOCALGPT_PROFILE"])
def test_a_name_that_could_leave_its_folder_is_refused(environ, variable, name):
    with pytest.raises(ConfigError, match=variable):
        find_places({**environ, variable: name})


@pytest.mark.parametrize("variable", ["LOCALGPT_HOME", "LOCALGPT_CONFIG", "LOCALGPT_WORKSPACE", "LOCALGPT_STATE_DIR"])
@pytest.mark.parametrize("path", ["relative", "./here", "~other/x", "a\0b"])
def test_a_path_that_is_not_full_is_refused(environ, variable, path):
    with pytest.raises(ConfigError, match=variable):
        find_places({**environ, variable: path})


def test_a_relative_home_is_refused_with_what_to_do(environ):
    with pytest.raises(ConfigError, match=r"HOME is “here”.*Set HOME, or LOCALGPT_HOME"):
        find_places({"HOME": "here"})


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}])
def test_without_home_the_systems_entry_for_the_user_is_used(environ):
    script = "from localgpt_tui.paths import find_places; print(find_places().state)"
    done = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=True)

    assert done.stdout.startswith("/")
    assert done.stdout.rstrip().endswith("localgpt")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become a user that does not exist")
def test_without_home_or_an_entry_it_says_why_it_cannot_go_on(tmp_path):
    script = (
        "import os; os.setuid(54321)\n"
        "from localgpt_tui.core.errors import ConfigError\n"
        "from localgpt_tui.paths import find_places\n"
        "try: find_places({})\n"
        "except ConfigError as error: print(error)\n"
        "print(find_places({'LOCALGPT_HOME': '/all'}).state)\n"
    )
    # imported beforehand: the user that does not exist may not read what is installed
    script = "import localgpt_tui.paths, localgpt_tui.core.errors\n" + script
    done = subprocess.run([sys.executable, "-c", script], env={}, capture_output=True, text=True, check=True)

    assert "Your home folder cannot be found" in done.stdout
    assert done.stdout.endswith("/all\n")


def test_folders_are_made_for_their_owner_only(environ, tmp_path):
    places = find_places({**environ, "LOCALGPT_HOME": str(tmp_path / "a/b")})

    assert make_folders(places) == ""
    assert make_folders(places) == ""
    made = [tmp_path / "a", tmp_path / "a/b", places.workspace, places.sessions, places.logs, places.cache]
    assert {folder.stat().st_mode & 0o777 for folder in made} == {0o700}


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence_and_not_raised(environ, tmp_path):
    (tmp_path / "file").touch()
    problem = make_folders(find_places({**environ, "LOCALGPT_HOME": str(tmp_path / "file/gpt")}))

    assert "cannot be made (not a directory)" in problem
    assert "nothing said here will be kept" in problem


def test_a_file_in_a_folders_place_is_told(environ, tmp_path):
    (tmp_path / "logs").touch()

    assert "logs cannot be made" in make_folders(find_places({**environ, "LOCALGPT_HOME": str(tmp_path)}))


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_read_only_home_is_told(environ, tmp_path):
    places = find_places({**environ, "LOCALGPT_HOME": str(tmp_path)})
    make_folders(places)
    places.workspace.chmod(0o500)

    assert "cannot be written to" in make_folders(places)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/a/../b/", "/b"),
        ("/", "/"),
        ("~", "/home/me"),
        ("~/x", "/home/me/x"),
        ("x", None),
        ("~me/x", None),
        ("", None),
    ],
)
def test_only_full_paths_are_expanded(text, path):
    assert expanded(text, Path("/home/me")) == (path and Path(path))
