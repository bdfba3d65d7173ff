"""Secrets in config.toml: from the environment, and never shown."""

import traceback

import pytest

from localgpt_tui.config import load_config
from localgpt_tui.config.show import as_json, as_toml, value_of
from localgpt_tui.core.errors import ConfigError
from localgpt_tui.paths import find_places

SECRET = "sk-very-secret-0123456789"


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


@pytest.mark.parametrize("reference", ["${MY_KEY}", "$MY_KEY", " ${MY_KEY} "])
def test_a_secret_is_taken_from_the_environment(load, reference):
    loaded = load(f'[providers.openai]\napi_key = "{reference}"', {"MY_KEY": f" {SECRET}\n"})

    assert loaded.config.providers.openai.api_key.get_secret_value() == SECRET
    assert loaded.config.secrets() == (SECRET,)
    assert loaded.warnings == ()


@pytest.mark.parametrize("environ", [{}, {"MY_KEY": ""}])
def test_a_secret_whose_variable_is_not_set_counts_as_empty_and_is_told(load, environ):
    loaded = load('[providers.openai]\napi_key = "${MY_KEY}"', environ)

    assert loaded.config.secrets() == ()
    assert loaded.warnings[0].endswith("providers.openai.api_key is ${MY_KEY}, which is not set: it counts as empty.")


@pytest.mark.parametrize("value", ["a${MY_KEY}", "$MY-KEY", "${MY_KEY", "$1"])
def test_only_a_whole_value_is_a_reference(load, value):
    loaded = load(f'[providers.openai]\napi_key = "{value}"', {"MY_KEY": SECRET})

    assert loaded.config.secrets() == (value,)


def test_a_secret_is_nowhere_to_be_seen(load):
    config = load(f'[providers.openai]\napi_key = "{SECRET}"').config

    shown = [repr(config), str(config), as_toml(config), as_json(config), config.model_dump_json()]
    shown += [value_of(config, key) for key in ("providers", "providers.openai", "providers.openai.api_key")]
    assert SECRET not in "".join(shown)
    assert value_of(config, "providers.openai.api_key") == "***"
    assert value_of(config, "providers.anthropic.api_key") == ""


@pytest.mark.parametrize("value", [f'["{SECRET}"]', f'{{ a = "{SECRET}" }}', "4242424242"])
def test_a_mistake_with_a_secret_does_not_tell_it(load, value):
    with pytest.raises(ConfigError, match=r"api_key: found a .*, expected text") as caught:
        load(f"[providers.openai]\napi_key = {value}\n[agent]\nmax_tokens = 0")

    said = "".join(traceback.format_exception(caught.value))
    assert SECRET not in said
    assert "4242424242" not in said
    assert caught.value.__context__ is None


def test_a_secret_that_others_may_read_is_a_warning_and_the_file_is_left_alone(load, places):
    text = f'[providers.openai]\napi_key = "{SECRET}"'

    assert "chmod 600" in load(text, mode=0o644).warnings[0]
    assert "mode 0644" in load(text, mode=0o644).warnings[0]
    assert SECRET not in load(text, mode=0o644).warnings[0]
    assert places.config_file.stat().st_mode & 0o777 == 0o644
    assert load(text, mode=0o600).warnings == ()


@pytest.mark.parametrize("text", ['[providers.openai]\napi_key = "${K}"', "[agent]\nmax_tokens = 5", ""])
def test_a_file_without_a_secret_may_be_read_by_others(load, text):
    assert load(text, {"K": "x"}, mode=0o644).warnings == ()


def test_a_secret_under_a_key_that_is_not_used_here_is_no_less_secret(load):
    assert "others may read" in load('[server]\nauth_token = "abc"', mode=0o644).warnings[-1]
