"""config.toml → a frozen configuration, or a message that names the place."""

import contextlib
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localgpt_tui.config import Config, load_config
from localgpt_tui.config.keys import leaves, written
from localgpt_tui.config.lines import lines_of, nearest_line
from localgpt_tui.config.show import as_toml, toml, value_of
from localgpt_tui.config.source import LIMIT
from localgpt_tui.config.values import DEFAULT_ALIASES
from localgpt_tui.core.errors import ConfigError
from localgpt_tui.paths import find_places
from localgpt_tui.providers import catalog


@pytest.fixture
def places(tmp_path):
    return find_places({"LOCALGPT_HOME": str(tmp_path)})


@pytest.fixture
def load(places):
    def load(text, environ=(), mode=0o600):
        places.config_file.write_bytes(text if isinstance(text, bytes) else text.encode())
        places.config_file.chmod(mode)
        return load_config(places, dict(environ))

    return load


def problem(load, text):
    with pytest.raises(ConfigError) as caught:
        load(text)
    return caught.value.message


def test_without_a_file_every_key_has_its_default(places):
    loaded = load_config(places, {})

    assert loaded.config == Config()
    assert loaded.warnings == ()
    assert not places.config_file.exists()


def test_a_file_that_was_named_and_is_not_there_is_told(places):
    warnings = load_config(places, {"LOCALGPT_CONFIG": str(places.config_file)}).warnings

    assert warnings == (f"{places.config_file} does not exist: every setting has its default.",)


@pytest.mark.parametrize("text", [b"", b"\n# nothing\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf[agent]\r\n", b"[ui]"])
def test_an_empty_file_a_byte_order_mark_and_windows_line_ends_are_fine(load, text):
    assert load(text).config == Config()
    assert load(text).warnings == ()


def test_values_are_taken_from_the_file(load):
    config = load(
        '[agent]\ndefault_model = "sonnet"\nfallback_models = ["gpt", "ollama/llama3.2"]\n'
        '[providers]\nidle_seconds = 30\nollama.endpoint = "http://box:11434/"\n'
        '[tools]\nallowed_directories = ["~/notes", "/srv/x/../y"]\n'
        '[logging]\nlevel = "WARN"\n[ui]\nmouse = false\n'
    ).config

    assert config.agent.default_model == "sonnet"
    assert config.agent.fallback_models == ("gpt", "ollama/llama3.2")
    assert config.providers.idle_seconds == 30.0
    assert config.providers.ollama.endpoint == "http://box:11434"
    assert [str(path) for path in config.tools.allowed_directories] == [str(Path("~/notes").expanduser()), "/srv/y"]
    assert config.logging.level == "warning"
    assert config.ui.mouse is False


def test_your_aliases_join_the_default_ones(load):
    aliases = load('[agent.aliases]\nopus = "ollama/big"\nmine = "gpt"\n').config.agent.aliases

    assert aliases == {**DEFAULT_ALIASES, "opus": "ollama/big", "mine": "gpt"}


def test_the_default_aliases_are_those_the_catalogue_knows():
    assert dict(DEFAULT_ALIASES) == dict(catalog.DEFAULT_ALIASES)


def test_the_configuration_cannot_be_changed_after_it_was_read():
    with pytest.raises(ValueError, match="frozen"):
        Config().agent.max_tokens = 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[agent]\n\ncontext_window = "many"',
            'line 3: agent.context_window: found "many" (text), expected a whole number of at least 1024.',
        ),
        ("agent.context_window = 12", "line 1: agent.context_window: found 12 (a whole number), expected a whole"),
        ("[agent]\nmax_tokens = true", "line 2: agent.max_tokens: found true, expected a whole number of at least 1."),
        ('[agent]\nmax_tokens = "4096"', 'found "4096" (text), expected a whole number'),
        ("[agent]\nmax_tokens = 1.5", "found 1.5 (a number), expected a whole number"),
        ("[agent]\nmax_tokens = 1979-05-27", "found 1979-05-27 (a date or time), expected a whole number"),
        ("[agent]\nmax_tokens = [1]", "found a list, expected a whole number"),
        ("agent = 5", "line 1: agent: found 5 (a whole number), expected a table."),
        ("[[agent]]\nmax_tokens = 4", "agent: found a list, expected a table."),
        ('[agent]\nfallback_models = "gpt"', 'found "gpt" (text), expected a list of texts'),
        ("[agent]\nfallback_models = [\n 'a',\n 3]", "line 2: agent.fallback_models, item 2: found 3"),
        ("[agent.aliases]\nx = 3", "line 2: agent.aliases.x: found 3 (a whole number), expected text."),
        ("[agent]\naliases = 3", "line 2: agent.aliases: found 3 (a whole number), expected a table of texts."),
        ('[agent]\ndefault_model = ""', 'found "" (text), expected text that is not empty.'),
        ('[ui]\n"mouse" = 1', "line 2: ui.mouse: found 1 (a whole number), expected true or false."),
        ('[logging]\nlevel = "loud"', 'expected "debug", "info", "warning" or "error".'),
        ("[logging]\nbackups = 101", "a whole number of at least 0 and of at most 100."),
        ("[providers]\nidle_seconds = 0", "expected a number greater than 0."),
        ('[providers.ollama]\nendpoint = "box"', 'found "box" (text), expected an address such as http://'),
        ('[providers.ollama]\nendpoint = "http://[box"', "expected an address such as http://"),
        ('[providers.ollama]\nendpoint = "http://box:99999"', "expected an address such as http://"),
        ('[tools]\nallowed_directories = ["x"]', "allowed_directories, item 1: found "),
        ('[ui]\ntheme = "a\\u001b[31m"\nmouse = "' + "x" * 500 + '"', "x…"),
    ],
)
def test_a_mistake_names_line_key_what_was_found_and_what_was_expected(load, places, text, message):
    said = problem(load, text)

    assert said.startswith(str(places.config_file))
    assert message in said


def test_every_mistake_is_named_in_the_order_of_the_file(load):
    said = problem(load, "[ui]\nmouse = 1\n[agent]\nmax_tokens = 0\n").splitlines()

    assert [line.partition("line ")[2][:1] for line in said] == ["2", "4"]


def test_a_thousand_mistakes_do_not_fill_the_screen(load):
    said = problem(load, f"[agent]\nfallback_models = [{'1, ' * 1000}]").splitlines()

    assert len(said) == 21
    assert said[-1] == "… and 980 more mistakes."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[agent]\nmax_tokens 3", "line 2, column 12: not valid TOML: expected '=' after a key in a key/value pair."),
        ("[agent]\nx = 'a\n", "line 2: not valid TOML"),
        ('x = """a\n\n', "line 1: not valid TOML: unterminated string."),
        ("[agent]\n[agent]", "line 2, column 7: not valid TOML: cannot declare"),
        (b"\xff\xfe[\x00", "line 1: this is not UTF-8 text."),
        (b"[ui]\n# \xe9\n", "line 2: this is not UTF-8 text."),
        pytest.param("a = " + "[" * 100_000, "tables or lists are nested too deeply.", id="deep"),
        ("a = 1\x00", "line 1, column 6: not valid TOML"),
        ("a = 2026-13-01", "line 1, column 9: not valid TOML"),
        pytest.param(b"#" * 10_000_000, "has 10.0 MB; a configuration has at most 1 MB.", id="ten-megabytes"),
    ],
)
def test_what_is_no_configuration_is_told_and_left_alone(load, places, text, message):
    assert message in problem(load, text)
    assert places.config_file.stat().st_size == len(text)


def test_a_file_of_just_the_limit_is_read(load):
    assert load(b"#" * LIMIT).config == Config()


def test_a_folder_in_the_files_place_is_told(places):
    places.config_file.mkdir()

    with pytest.raises(ConfigError, match="is a folder, where a file was expected"):
        load_config(places, {})


def test_a_file_that_cannot_be_read_is_told(places):
    places.config_file.symlink_to(places.config_file)

    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(places, {})


def test_an_unknown_key_is_a_warning_with_the_nearest_known_one(load, places):
    warnings = load('[agent]\ncontxt_window = 3\nzzz = 1\n[iu]\nx = 1\n["a b"]\n').warnings

    assert warnings[0] == (
        f"{places.config_file}, line 2: there is no key agent.contxt_window; did you mean agent.context_window?"
    )
    assert warnings[1].endswith("line 3: there is no key agent.zzz: it does nothing.")
    assert "line 4: there is no key iu" in warnings[2]
    assert 'line 6: there is no key "a b"' in warnings[3]


def test_thousands_of_unknown_keys_are_told_in_a_few_lines(load):
    warnings = load("".join(f"k{number} = 1\n" for number in range(5_000))).warnings

    assert len(warnings) == 21
    assert warnings[-1] == "… and 4980 more unknown keys."


def test_keys_of_localgpt_that_are_not_used_here_are_named_in_one_warning(load, places):
    loaded = load(
        '[agent]\ndefault_model = "opus"\nmax_spawn_depth = 1\n[telegram]\nenabled = true\n[server]\nport = 1\n'
        '[[hooks.hooks]]\nname = "x"\n[providers.glm]\napi_key = "${GLM}"\n[tools.web_search]\nprovider = "none"\n'
    )

    unused = "agent.max_spawn_depth, telegram, server, hooks, providers.glm"
    assert loaded.warnings == (f"{places.config_file}: known to LocalGPT, not used by this version: {unused}.",)


def test_where_a_key_of_localgpt_has_another_name_here_it_is_said(load):
    warnings = load('[memory]\nworkspace = "~/x"\n[security]\nallowed_directories = []\n').warnings

    assert "LOCALGPT_WORKSPACE names the workspace" in warnings[1]
    assert "tools.allowed_directories" in warnings[2]


@pytest.mark.parametrize("provider", ["gemini", "gguf"])
def test_a_way_to_embed_that_is_not_known_here_is_told_and_the_usual_one_is_used(load, provider):
    loaded = load(f'[memory]\nembedding_provider = "{provider}"\nembedding_model = "x-001"\nhalf_life_days = 30\n')
    memory = loaded.config.memory
    assert (memory.embedding_provider, memory.embedding_model, memory.half_life_days) == ("local", "", 30)
    assert any(
        f"is “{provider}”, which is not known here: the model that is installed" in each for each in loaded.warnings
    )


def test_the_sandbox_of_localgpt_is_understood_and_never_switched_off_by_its_old_key(load):
    loaded = load('[sandbox]\nenabled = false\nlevel = "minimal"\ntimeout_secs = 5\n')

    assert loaded.config.sandbox.level == "limited"
    assert any("sandbox.level is the key here, and `none` switches it off" in warning for warning in loaded.warnings)
    assert any("tools.bash_timeout_ms is the key here" in warning for warning in loaded.warnings)


def test_the_environment_may_set_the_log_level(load):
    assert load('[logging]\nlevel = "error"', {"LOCALGPT_LOG_LEVEL": "Debug"}).config.logging.level == "debug"

    loaded = load("", {"LOCALGPT_LOG_LEVEL": "loud"})
    assert loaded.config.logging.level == "info"
    assert "it is ignored" in loaded.warnings[0]


def test_every_key_can_be_got():
    all_of_it = as_toml(Config())

    assert [
        key for key in map(written, (path for path, _ in leaves())) if value_of(Config(), key) not in all_of_it
    ] == []


def test_what_is_shown_is_toml_that_means_the_same(load):
    text = (
        '[agent]\ndefault_model = "a\\"b\\u0007\\u007f"\nfallback_models = ["ä", "\\n"]\n[agent.aliases]\n"x.y" = "z"\n'
    )
    config = load(text).config

    assert load(as_toml(config)).config == config
    assert load(as_toml(Config())).config == Config()


@pytest.mark.parametrize(
    ("key", "near"),
    [("agent.max_tokn", "agent.max_tokens"), ("defaultmodel", "agent.default_model"), ("mouse", "ui.mouse")],
)
def test_getting_an_unknown_key_names_the_nearest(key, near):
    with pytest.raises(ConfigError, match=f"There is no key {key}.*{near}"):
        value_of(Config(), key)


@pytest.mark.parametrize("key", ["", "a b", "agent.", "a = 1\nb", "a]", ".", "[agent]"])
def test_what_cannot_be_a_key_is_told(key):
    with pytest.raises(ConfigError, match="is not a key"):
        value_of(Config(), key)


def test_the_line_of_a_key_is_found_in_any_layout():
    text = (
        "a.b = 1 # one\n\n[t]\nx = '''\n[no]\ny = 1\n'''\ny = [\n  # ]\n  1,\n]\n"
        "\"q.r\" = {z = 1,\n  w = 2}\n[[l]]\nm = 1\n[[l]]\nn = 1\n[t.u]\nk = ']'\n"
    ).replace(",\n  w", ", w")
    found = lines_of(text)

    assert found["a", "b"] == 1
    assert found["t",] == 3
    assert found["t", "x"] == 4
    assert found["t", "y"] == 8
    assert found["t", "q.r"] == 12
    assert found["t", "q.r", "w"] == 12
    assert found["l", "n"] == 16
    assert found["t", "u", "k"] == 18
    assert nearest_line(found, ("t", "u", "none")) == 17
    assert nearest_line(found, ("none",)) == 0


texts = st.text(st.characters(exclude_categories=["Cs"]))


@settings(max_examples=20)
@given(
    st.dictionaries(
        texts,
        st.recursive(texts | st.integers(-(2**63), 2**63 - 1) | st.booleans(), st.lists, max_leaves=8),
        max_size=6,
    )
)
def test_whatever_is_written_as_toml_reads_back_the_same(table):
    text = "".join(f"{written((name,))} = {toml(value)}\n" for name, value in table.items())

    assert tomllib.loads(text) == table
    assert set(lines_of(text)) == {(name,) for name in table}


@given(st.binary())
def test_no_bytes_end_in_anything_but_a_configuration_or_a_clear_error(tmp_path_factory, content):
    file = tmp_path_factory.mktemp("any") / "config.toml"
    file.write_bytes(content)
    with contextlib.suppress(ConfigError):
        load_config(find_places({"LOCALGPT_HOME": str(file.parent)}), {})
    assert file.read_bytes() == content
