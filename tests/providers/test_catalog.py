"""Which provider a name means."""

import pytest

from localgpt_tui.core.errors import ConfigError
from localgpt_tui.providers.catalog import DEFAULT_ALIASES, ModelName, facts, resolve


@pytest.mark.parametrize(
    ("name", "provider", "model"),
    [
        ("opus", "anthropic", "claude-opus-5-5"),
        ("sonnet", "anthropic", "claude-sonnet-5-5"),
        ("haiku", "anthropic", "claude-haiku-5-5"),
        ("gpt", "openai", "gpt-6.1-sol"),
        ("gpt-mini", "openai", "gpt-6-luna"),
        ("anthropic/claude-opus-5-5", "anthropic", "claude-opus-5-5"),
        ("claude-haiku-4-5", "anthropic", "claude-haiku-4-5"),
        ("claude-cli/opus", "claude-cli", "opus"),
        ("claude-cli", "claude-cli", ""),
        ("openai/meta/llama-4:free", "openai", "meta/llama-4:free"),
        ("gpt-4o", "openai", "gpt-4o"),
        ("o1", "openai", "o1"),
        ("o3-mini", "openai", "o3-mini"),
        ("o4-mini-2025-04-16", "openai", "o4-mini-2025-04-16"),
        ("gpt-oss:20b", "ollama", "gpt-oss:20b"),
        ("llama3.2", "ollama", "llama3.2"),
        ("olmo-2", "ollama", "olmo-2"),
        ("ollama/llama3.2:1b", "ollama", "llama3.2:1b"),
        ("ollama/hf.co/bartowski/x:Q4", "ollama", "hf.co/bartowski/x:Q4"),
        ("library/llama3", "ollama", "library/llama3"),
        ("hf.co/claude-like/gpt-x", "ollama", "hf.co/claude-like/gpt-x"),
        ("recall", "recall", ""),
        ("  sonnet ", "anthropic", "claude-sonnet-5-5"),
    ],
)
def test_a_name_means_one_model(name, provider, model):
    assert resolve(name, DEFAULT_ALIASES) == ModelName(provider, model)


def test_a_full_name_means_itself():
    for name in ("opus", "gpt-mini", "claude-cli/opus", "recall", "library/llama3", "claude-cli"):
        full = resolve(name)
        assert resolve(str(full), {}) == full


def test_aliases_come_first_and_may_lead_to_aliases():
    aliases = {**DEFAULT_ALIASES, "fast": "haiku", "gpt-4o": "openai/other", "llama": "llama"}
    assert str(resolve("fast", aliases)) == "anthropic/claude-haiku-5-5"
    assert str(resolve("gpt-4o", aliases)) == "openai/other"
    assert str(resolve("llama", aliases)) == "ollama/llama"


@pytest.mark.parametrize("name", ["", "  ", "openai/", "ollama", "a"])
def test_a_name_that_means_nothing_is_explained(name):
    with pytest.raises(ConfigError) as caught:
        resolve(name, {"a": "b", "b": "a"})
    assert caught.value.advice


def test_facts_are_known_of_the_vendors_own_models_only():
    assert facts(resolve("opus")).context_window == 1_000_000
    assert facts(resolve("claude-cli/opus")) == facts(resolve("opus"))
    assert facts(resolve("openai/gpt-6-luna-2026-09-22")) == facts(resolve("gpt-mini"))
    assert facts(resolve("ollama/claude-opus-5-5")).context_window is None
    assert facts(resolve("gpt-99")).input_price is None
