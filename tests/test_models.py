"""From names and the configuration to who answers, and to who searches."""

import pytest

from localgpt_tui.config import Config
from localgpt_tui.models import search_for


def configured(**web_search):
    return Config.model_validate({"tools": {"web_search": web_search}})


@pytest.fixture(autouse=True)
def _keys(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a-key")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def test_a_models_own_vendor_searches_where_it_can():
    search = search_for("anthropic/claude-x", configured(provider="brave"))

    assert (search.name, search.model, search.key) == ("Anthropic", "claude-x", "a-key")


@pytest.mark.parametrize("model", ["recall", "ollama/llama3", "openai/gpt-x", "claude-cli/opus"])
def test_else_the_configured_service_searches(model):
    config = configured(provider="searxng", searxng={"base_url": "http://box:8888"})

    assert (search_for(model, config).name, search_for(model, config).address) == ("SearXNG", "http://box:8888")
    assert search_for(model, configured()) is None


def test_a_vendor_does_not_search_where_that_is_not_wanted():
    assert search_for("anthropic/claude-x", configured(prefer_native=False)) is None
    assert search_for("anthropic/claude-x", configured(prefer_native=False, provider="tavily")).name == "Tavily"
