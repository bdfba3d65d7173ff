"""Bounds that can be held, and what of the file system lies within them."""

from pathlib import Path

import pytest

from localgpt_tui.paths import find_places
from localgpt_tui.safety.sandbox import Bounds, SandboxError, hidden_places, too_wide
from localgpt_tui.safety.sandbox.bounds import check
from localgpt_tui.safety.sandbox.bubblewrap import command
from localgpt_tui.safety.sandbox.environment import environment
from localgpt_tui.safety.sandbox.hiding import own_secrets
from localgpt_tui.safety.sandbox.limits import limited
from localgpt_tui.safety.sandbox.programs import program_folders
from localgpt_tui.safety.sandbox.reach import Reach, reach
from localgpt_tui.safety.sandbox.seatbelt import profile


@pytest.fixture
def home():
    return Path.home().resolve()


@pytest.fixture
def reached(home, tmp_path):
    (tmp_path / "private").mkdir()

    def reached(bounds, path="/usr/bin:/bin"):
        return reach(bounds, home=home, private=tmp_path / "private", path=path)

    return reached


@pytest.mark.parametrize(
    ("folder", "why"),
    [
        ("/", "the root of everything"),
        ("~", "your home folder, or holds it"),
        ("~/..", "your home folder, or holds it"),
        ("~/link-to-home", "your home folder, or holds it"),
        ("/usr", "belongs to the system"),
        ("/etc", "belongs to the system"),
        ("/proc/self", "belongs to the system"),
        ("~/.ssh", "inside"),
        ("~/.ssh/deeper", "inside"),
        ("~/project", "holds"),
    ],
)
def test_too_wide_a_folder_is_refused_with_the_reason(home, folder, why):
    (home / "link-to-home").symlink_to(".")
    (home / "project").mkdir()
    place = Path(folder.replace("~", str(home)))
    hidden = (home / ".ssh", home / "project/keys")

    assert why in too_wide(place, home=home, hidden=hidden)
    with pytest.raises(SandboxError, match="cannot be given"):
        check(Bounds(home, (place,), hidden=hidden), home)


def test_a_folder_of_its_own_is_not_too_wide(home):
    assert too_wide(home / "project", home=home, hidden=(home / ".ssh",)) == ""
    assert too_wide(home / ".sshd", home=home, hidden=(home / ".ssh",)) == ""


def test_around_what_is_hidden_the_rest_stays_readable(home, reached):
    for name in ("notes/a/secret", "notes/a/open", "notes/b/open"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("x")
    (home / "notes/link").symlink_to(home / "elsewhere")
    found = reached(Bounds(home, readable=(home / "notes",), hidden=(home / "notes/a/secret",)))

    assert [root for root in found.readable if root.is_relative_to(home)] == [home / "notes/a/open", home / "notes/b"]
    assert not found.reads(home / "notes/a/secret")
    assert not found.reads(home / "notes/link")


def test_what_is_hidden_through_a_link_is_hidden(home, reached):
    (home / "notes").mkdir()
    (home / "notes/key").write_text("x")
    (home / ".key").symlink_to("notes/key")

    assert not reached(Bounds(home, readable=(home / "notes",), hidden=(home / ".key",))).reads(home / "notes/key")


def test_the_folder_is_readable_unless_it_is_too_wide(home, reached):
    (home / "project").mkdir()
    assert reached(Bounds(home / "project")).reads(home / "project")
    assert not reached(Bounds(home)).reads(home / "letter")


def test_a_link_that_a_command_left_in_its_folder_opens_nothing(home, reached):
    work = home / "work"
    (home / "letters").mkdir()
    work.mkdir()
    (work / "bin").symlink_to(home / "letters")
    bounds = Bounds(work, (work,), readable=(work / "bin",))

    assert not reached(bounds, path=f"{work}/bin").reads(home / "letters")


def test_programs_in_a_home_are_readable_and_their_keys_are_not(home, reached):
    for name in (".cargo/bin", ".pyenv/shims", ".local/bin", ".local/share/keyrings", "tools/bin", "tools/lib"):
        (home / name).mkdir(parents=True)
    (home / ".cargo/credentials.toml").write_text("token")
    path = f"{home}/.cargo/bin:{home}/tools/bin:{home}/.local/bin:relative:"
    found = reached(Bounds(home, hidden=hidden_places(home, find_places())), path)

    for name in (".cargo/bin/cargo", ".pyenv/shims/python", ".local/bin/x", "tools/lib/x"):
        assert found.reads(home / name), name
    for name in (".cargo/credentials.toml", ".local/share/keyrings/x", "letter", ".ssh/id"):
        assert not found.reads(home / name), name


def test_a_bin_right_in_a_home_does_not_open_the_home(home):
    for name in ("bin", "lib", "../other/bin", "../other/lib"):
        (home / name).mkdir(parents=True)
    found = program_folders(f"{home}/bin:/bin:{home.parent}/other/bin:{home}/.local/bin", home=home)

    assert not {home, home.parent, home.parent / "other", home / ".local", Path("/")} & set(found)


def test_of_the_system_no_passwords_are_reached(home, reached):
    found = reached(Bounds(home))
    assert found.reads(Path("/usr/bin/env"))
    assert not any(
        found.reads(Path(name)) for name in ("/etc/shadow", "/etc/sudoers", "/root/x", "/var/log/x", "/run/x")
    )


def test_all_of_ours_is_hidden_but_the_workspace(monkeypatch, tmp_path):
    monkeypatch.setenv("LOCALGPT_HOME", str(tmp_path / "kept"))
    places = find_places()
    for folder in (places.workspace, places.sessions, places.cache):
        folder.mkdir(parents=True)
    for name in ("config.toml", "audit.jsonl"):
        (tmp_path / "kept" / name).write_text("x")
    hidden = own_secrets(places)

    assert set(hidden) >= {places.config_file, tmp_path / "kept/audit.jsonl", tmp_path / "kept/agents", places.cache}
    assert not any(places.workspace.is_relative_to(place) for place in hidden)


def test_with_the_platforms_folders_each_is_hidden(monkeypatch, home):
    monkeypatch.delenv("LOCALGPT_HOME")
    places = find_places()
    places.workspace.mkdir(parents=True)

    hidden = hidden_places(home, places)
    assert {places.state, places.cache, places.config_file.parent, home / ".ssh", home / ".aws"} <= set(hidden)
    assert not any(places.workspace.is_relative_to(place) for place in hidden)


def test_the_environment_is_made_of_known_names():
    own = {
        "PATH": ".:/bin::rel:/usr/bin",
        "LC_ALL": "C",
        "AWS_SECRET_ACCESS_KEY": "s",
        "LD_PRELOAD": "x",
        "BASH_ENV": "x",
        "SSH_AUTH_SOCK": "x",
        "HOME": "/home/a",
    }
    seen = environment(own, private=Path("/private"), mark="m", git_settings=False, more={"CI": "1"})

    assert seen["PATH"] == "/bin:/usr/bin"
    assert {seen[name] for name in ("CI", "LC_ALL", "HOME")} == {"1", "C", "/home/a"}
    assert seen["TMPDIR"] == "/private"
    assert seen["GIT_CONFIG_GLOBAL"] == "/dev/null"
    assert not {"AWS_SECRET_ACCESS_KEY", "LD_PRELOAD", "BASH_ENV", "SSH_AUTH_SOCK"} & set(seen)


def test_words_are_never_read_by_the_shell_that_sets_the_limits():
    argv = ["echo", "$(touch /x)", "; rm -rf /"]
    assert limited(argv, Bounds(Path("/")))[-3:] == argv


def test_outer_places_are_bound_before_inner_ones():
    inside = Reach((Path("/data/notes"), Path("/usr"), Path("/data/work/deep")), (Path("/data/work"),), Path("/tmp/p"))
    words = command("bwrap", ["true"], inside, folder=Path("/data/work"), home=Path("/data"), filter_handle=9)

    at = {place: words.index(place) for place in ("/data", "/data/work", "/data/work/deep", "/data/notes")}
    assert at["/data"] < at["/data/work"] < at["/data/work/deep"]
    assert words[at["/data/work"] - 1] == "--bind-try"
    assert words[at["/data/notes"] - 1] == "--ro-bind-try"
    assert words[-3:] == ["9", "--", "true"]
    assert {"--unshare-all", "--die-with-parent", "--new-session"} <= set(words)


def test_the_profile_for_macos_denies_first_and_quotes_what_it_names():
    odd = Path('/Users/a/with "quotes" (and) \\ more')
    text = profile(Reach((Path("/usr"), odd), (Path("/Users/a/work"),), Path("/private/tmp/p")))

    assert text.startswith("(version 1)\n(deny default)\n")
    assert '(subpath "/Users/a/with \\"quotes\\" (and) \\\\ more")' in text
    assert text.index("(allow file-read*") < text.index("(allow file-write*") < text.index("(deny network*)")
    writing = text[text.index("(allow file-write*") : text.index("(allow file-read* file-write-data")]
    assert "/Users/a/work" in writing
    assert "/usr" not in writing
    assert text.count("(") - text.count("(and") == text.count(")") - text.count("and)")


def test_of_a_repository_in_a_writable_folder_what_runs_programs_is_closed(home, reached):
    git, linked = home / "work/.git", home / "linked"
    (git / "hooks").mkdir(parents=True)
    (git / "config").write_text("")
    (git / "index").write_text("")
    linked.mkdir()
    (linked / ".git").symlink_to(git)
    found = reached(Bounds(home / "work", (home / "work", linked)))
    assert (found.fixed, found.closed) == ((git,), (git / "hooks", git / "config"))

    words = command("bwrap", ["true"], found, folder=home / "work", home=home, filter_handle=9)
    at = {place: words.index(str(place)) for place in (home / "work", git, git / "hooks", git / "config")}
    assert list(at.values()) == sorted(at.values()), "the inner ones are laid over the outer ones"
    assert [words[place - 1] for place in at.values()] == ["--bind-try"] * 2 + ["--ro-bind-try"] * 2

    text = profile(found)
    denied = text.index(f'(deny file-write*\n    (subpath "{git}/hooks")\n    (subpath "{git}/config"))')
    assert text.index("(allow file-write*") < denied, "of several rules that match, the last one holds"
    assert f'(deny file-write-unlink\n    (literal "{git}"))' in text
