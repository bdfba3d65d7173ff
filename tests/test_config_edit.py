"""Changing config.toml without hurting it."""

import functools
import operator
import subprocess
import sys
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localgpt_tui.config import Config, load_config
from localgpt_tui.config.edit import set_value, write_template
from localgpt_tui.config.keys import leaves, written
from localgpt_tui.config.rewrite import rewritten, with_value
from localgpt_tui.config.show import plain, value_of
from localgpt_tui.config.template import template
from localgpt_tui.core.errors import ConfigError
from localgpt_tui.files import Lock
from localgpt_tui.paths import find_places

FULL = """\
# my file
ui.mouse = true   # I like it

[agent] # the agent
default_model = 'sonnet'  # the best
fallback_models = [ # in order
  "gpt", # first
]

# who is reached how
[providers.openai]
base_url = "http://localhost:8080/v1"
[logging]
"""


@pytest.fixture
def places(tmp_path):
    return find_places({"LOCALGPT_HOME": str(tmp_path / "home")})


@pytest.fixture
def file(places):
    places.config_file.parent.mkdir()
    return places.config_file


def config_of(places):
    return load_config(places, {}).config


def values_of(places):
    """What is in force, by key."""
    shown = plain(config_of(places))
    return {written(path): functools.reduce(operator.getitem, path, shown) for path, _ in leaves()}


NEW_VALUES = {
    "agent.default_model": "ollama/llama3.2",
    "agent.fallback_models": '["gpt", "ollama/x"]',
    "agent.context_window": "200_000",
    "agent.aliases": '{ opus = "gpt", "my.own" = "sonnet" }',
    "providers.connect_seconds": "2.5",
    "providers.anthropic.api_key": "sk-one",
    "providers.openai.api_key": '"sk-two"',
    "providers.openai.base_url": "http://localhost:9090/v1",
    "providers.anthropic.base_url": "https://proxy.example",
    "providers.ollama.endpoint": "http://box:11434",
    "providers.ollama.model": "123",
    "providers.claude_cli.effort": "high",
    "providers.claude_cli.command": "/opt/bin/claude",
    "providers.claude_cli.model": "sonnet",
    "tools.allowed_directories": "['/srv/notes']",
    "tools.web_search.provider": "searxng",
    "tools.web_search.prefer_native": "false",
    "tools.web_search.max_results": "7",
    "tools.web_search.searxng.base_url": "http://box:8888",
    "tools.web_search.brave.api_key": "sk-four",
    "tools.web_search.tavily.api_key": "sk-five",
    "tools.web_search.perplexity.api_key": "sk-six",
    "tools.web_private_hosts": "['box:8080']",
    "approvals.mode": "read-only",
    "approvals.allow": "['git status']",
    "sandbox.level": "standard",
    "sandbox.allow_paths.read": "['/srv/books']",
    "sandbox.allow_paths.write": "['/srv/work']",
    "logging.level": "error",
    "logging.backups": "7",
    "agent.active_recall": "false",
    "memory.paths": "['/srv/notes']",
    "memory.embedding_provider": "none",
    "memory.embedding_model": "nomic-embed-text",
    "memory.embedding_base_url": "http://box:11434",
    "memory.embedding_api_key": "sk-three",
    "heartbeat.enabled": "false",
    "heartbeat.interval": "45m",
    "heartbeat.overdue_delay": "2m",
    "heartbeat.grace": "10m",
    "heartbeat.timeout": "20m",
    "heartbeat.timezone": "Europe/Berlin",
    "heartbeat.model": "haiku",
    "heartbeat.active_hours.start": "08:00",
    "heartbeat.active_hours.end": "22:30",
    "cron.jobs": '[{ name = "news", schedule = "every 2h", prompt = "What is new?" }]',
    "ui.theme": "nord",
    "ui.mouse": "false",
    "ui.bell": "false",
    "ui.ascii": "always",
    "ui.keys": '{ copy = "ctrl+y" }',
}


DEFAULTS = Config()


def a_new_value(key):
    old = value_of(DEFAULTS, key)
    return NEW_VALUES.get(key) or ("true" if old == "false" else str(int(float(old)) + 20_000))


@pytest.mark.parametrize("start", ["", FULL, template()], ids=["empty", "full", "template"])
def test_every_key_can_be_set_wherever_it_stands(places, file, start):
    file.write_text(start)
    before = values_of(places)
    comments = [line for line in start.splitlines() if line.lstrip().startswith("#")]
    wrong = []
    for key in before:
        file.write_text(start)
        set_value(places, key, a_new_value(key))
        after = values_of(places)
        if [name for name in before if after[name] != before[name]] != [key]:
            wrong.append(f"{key}: another key has changed, or it has not")
        lines = iter(file.read_text().splitlines())
        if not all(any(line == comment for line in lines) for comment in comments):
            wrong.append(f"{key}: a comment is gone or stands elsewhere")
    assert wrong == []


def test_a_value_is_replaced_in_its_place_and_its_comment_stays(places, file):
    file.write_text(FULL)
    set_value(places, "agent.default_model", "opus")
    set_value(places, "ui.mouse", "false")

    assert file.read_text() == FULL.replace("'sonnet'", '"opus"').replace("true ", "false ")


def test_a_new_key_stands_in_its_table_and_not_below_the_comment_of_the_next(places, file):
    file.write_text(FULL)
    set_value(places, "agent.max_tokens", "100")

    assert '"gpt", # first\n]\nmax_tokens = 100\n\n# who is reached how\n[providers.openai]' in file.read_text()


def test_a_key_of_the_template_is_set_beneath_its_default(places):
    write_template(places)
    set_value(places, "ui.mouse", "false")

    assert "#mouse = true\nmouse = false\n" in places.config_file.read_text()


def test_windows_line_ends_stay(places, file):
    file.write_bytes(b"[ui]\r\nmouse = true\r\n\r\n[agent]\r\n")
    set_value(places, "ui.theme", "nord")

    assert file.read_bytes() == b'[ui]\r\nmouse = true\r\ntheme = "nord"\r\n\r\n[agent]\r\n'


def test_a_whole_table_is_set_and_its_comments_stay(places, file):
    file.write_text("[agent.aliases]\n# mine\na = 'gpt' # one\nb = 'gpt' # two\n\n[ui]\n")
    set_value(places, "agent.aliases", "{ b = 'opus', c = 'gpt' }")

    text = file.read_text()
    assert tomllib.loads(text)["agent"]["aliases"] == {"b": "opus", "c": "gpt"}
    assert "# mine\n" in text
    assert 'b = "opus" # two\n' in text


def test_an_entry_of_a_table_is_set_by_its_name(places, file):
    file.write_text(FULL)
    set_value(places, "agent.aliases.opus", "ollama/big")
    set_value(places, 'agent.aliases."my.model"', "gpt")

    aliases = config_of(places).agent.aliases
    assert (aliases["opus"], aliases["my.model"]) == ("ollama/big", "gpt")
    assert value_of(config_of(places), 'agent.aliases."my.model"') == "gpt"


def test_the_file_and_its_folder_are_made_where_there_are_none(places):
    set_value(places, "ui.theme", "nord")

    assert places.config_file.read_text() == '[ui]\ntheme = "nord"\n'
    assert places.config_file.stat().st_mode & 0o777 == 0o600
    assert places.config_file.parent.stat().st_mode & 0o777 == 0o700


def test_a_file_that_others_could_read_is_private_afterwards(places, file):
    file.write_text("")
    file.chmod(0o644)
    set_value(places, "providers.openai.api_key", "sk-one")

    assert file.stat().st_mode & 0o777 == 0o600


def test_a_symbolic_link_stays_one(places, file, tmp_path):
    real = tmp_path / "dotfiles.toml"
    real.write_text("[ui]\n# mine\n")
    file.symlink_to(real)
    set_value(places, "ui.mouse", "false")

    assert file.is_symlink()
    assert real.read_text() == "[ui]\n# mine\nmouse = false\n"


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("agent.max_tokns", "3", "There is no key agent.max_tokns. Did you mean agent.max_tokens?"),
        ("agent.aliases.a.b", "3", "There is no key agent.aliases.a.b."),
        ("agent", "3", "agent is a section. Set one of its keys, such as agent.default_model."),
        ("agent.max_tokens", "many", 'agent.max_tokens: found "many" (text), expected a whole number of at least 1.'),
        ("agent.max_tokens", "3\nmax_rounds = 9", "expected a whole number"),
        ("agent.max_tokens", "", 'found "" (text)'),
        ("agent.fallback_models", "gpt", "expected a list of texts"),
        ("agent.fallback_models", "[1]", "agent.fallback_models, item 1: found 1"),
        ("agent.aliases", "{ a = 1 }", "agent.aliases.a: found 1"),
        ("ui.mouse", "yes", "expected true or false"),
        ("logging.level", "loud", 'expected "debug"'),
        ("providers.ollama.endpoint", "box", "expected an address"),
        ("tools.allowed_directories", "['x']", "beginning with / or ~/"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(places, file, key, value, message):
    file.write_text(FULL)

    with pytest.raises(ConfigError) as caught:
        set_value(places, key, value)
    assert message in str(caught.value)
    assert file.read_text() == FULL


@pytest.mark.parametrize("broken", ["[agent\n", "[agent]\nmax_tokens = 'x'\n", "agent = 3\n[ui]\nmouse = 4\n"])
def test_a_file_that_is_wrong_elsewhere_is_not_touched(places, file, broken):
    file.write_text(broken)

    with pytest.raises(ConfigError, match=r"line \d"):
        set_value(places, "ui.theme", "nord")
    assert file.read_text() == broken


def test_a_wrong_value_can_be_mended_by_setting_it(places, file):
    file.write_text('[agent]\nmax_tokens = "x" # oops\n')
    set_value(places, "agent.max_tokens", "9")

    assert file.read_text() == "[agent]\nmax_tokens = 9 # oops\n"


def test_a_secret_reference_stays_a_reference(places, file):
    file.write_text('[providers.openai]\napi_key = "${NOT_SET_ANYWHERE}"\n')
    set_value(places, "providers.anthropic.api_key", "${NOT_SET_EITHER}")

    text = file.read_text()
    assert '"${NOT_SET_ANYWHERE}"' in text
    assert '"${NOT_SET_EITHER}"' in text


def test_a_folder_in_the_files_place_is_told(places):
    places.config_file.mkdir(parents=True)

    with pytest.raises(ConfigError, match="is a folder"):
        set_value(places, "ui.mouse", "false")


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").touch()
    places = find_places({"LOCALGPT_HOME": str(tmp_path), "LOCALGPT_CONFIG": str(tmp_path / "file/config.toml")})

    with pytest.raises(ConfigError, match=r"cannot be (read|written)"):
        write_template(places)
    with pytest.raises(ConfigError, match=r"cannot be (read|written)"):
        set_value(places, "ui.mouse", "false")


def test_changes_at_the_same_time_are_all_kept(places):
    script = "import sys\nfrom localgpt_tui.cli import main\nmain(['config', 'set', sys.argv[1], sys.argv[2]])"
    environ = {"LOCALGPT_HOME": str(places.state)}
    changes = [("ui.mouse", "false"), ("ui.theme", "nord"), ("agent.max_tokens", "9"), ("agent.aliases.x", "gpt")]
    started = [subprocess.Popen([sys.executable, "-c", script, *change], env=environ) for change in changes]

    assert [process.wait(60) for process in started] == [0, 0, 0, 0]
    config = config_of(places)
    assert (config.ui.mouse, config.ui.theme, config.agent.max_tokens) == (False, "nord", 9)
    assert config.agent.aliases["x"] == "gpt"


def test_where_no_lock_can_be_made_the_file_is_changed_all_the_same(tmp_path):
    (tmp_path / "file").touch()
    places = find_places({"LOCALGPT_HOME": str(tmp_path), "LOCALGPT_STATE_DIR": str(tmp_path / "file/state")})
    set_value(places, "ui.mouse", "false")

    assert config_of(places).ui.mouse is False
    assert Lock(tmp_path / "config.lock").holder() is None


def test_the_template_changes_nothing(places):
    assert write_template(places) is None

    loaded = load_config(places, {})
    assert loaded.config == Config()
    assert loaded.warnings == ()
    assert places.config_file.stat().st_mode & 0o777 == 0o600


def test_the_template_has_every_key_with_its_default(places, file):
    active = "".join(f"{line.removeprefix('#')}\n" for line in template().splitlines() if line[1:2] != " ")
    file.write_text(active)

    assert config_of(places) == Config()
    content = tomllib.loads(active)
    for path, _ in leaves():
        held = content
        for part in path:
            held = held[part]


def test_the_template_leaves_a_file_alone_unless_it_is_forced_and_then_keeps_it(places, file):
    file.write_text("[ui]\nmouse = false\n")
    with pytest.raises(ConfigError, match="exists already; it was left as it is"):
        write_template(places)
    kept = write_template(places, force=True)

    assert kept.read_text() == "[ui]\nmouse = false\n"
    assert file.read_text() == template()


names = st.text("ab.# \"'[]=\\\n", max_size=4)
scalars = st.sampled_from(["1", "'x # y'", '"""\n[no]\n"""', "[\n '[ui]', # c\n]", "{ a = 1 }", "true"])
statement = st.one_of(
    st.builds(lambda table: f"[{table}]", st.sampled_from(["agent", "ui", "agent.aliases", "odd.one", "providers"])),
    st.builds(lambda key, value: f"{key} = {value}", st.sampled_from(["mouse", "x", "ui.z", '"q.r"']), scalars),
    st.sampled_from(["# a comment", "", "#mouse = true", "   # [agent]"]),
)


@settings(max_examples=150)
@given(
    st.lists(statement, max_size=8),
    st.sampled_from([("ui", "mouse"), ("agent", "aliases", "x"), ("providers", "ollama", "model")]),
    st.one_of(names, st.booleans(), st.lists(names, max_size=2)),
)
def test_a_change_alters_one_value_and_no_comment_or_says_that_it_cannot(tmp_path_factory, statements, path, new):
    old = "\n".join(statements)
    try:
        content = tomllib.loads(old)
        text = rewritten(old, path, new, tmp_path_factory.getbasetemp())
    except (tomllib.TOMLDecodeError, ConfigError):
        return
    assert tomllib.loads(text) == with_value(content, path, new)
    assert all(text.count(line) >= old.count(line) for line in ("# a comment", "#mouse = true"))
