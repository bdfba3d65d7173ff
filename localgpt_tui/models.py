"""From a model's name and the configuration to the provider that talks to it."""

from collections.abc import Mapping

from localgpt_tui.config import Config
from localgpt_tui.core.ports import Provider
from localgpt_tui.providers.anthropic import Anthropic
from localgpt_tui.providers.catalog import resolve
from localgpt_tui.providers.claude_cli import ClaudeCLI
from localgpt_tui.providers.ollama import Ollama
from localgpt_tui.providers.openai import OpenAI
from localgpt_tui.providers.recall import Recall
from localgpt_tui.tools.searching.native import native_search
from localgpt_tui.tools.searching.service import Service
from localgpt_tui.tools.web_search import search_service


def server_addresses(config: Config) -> Mapping[str, str]:
    """Where each provider's server is, by the provider's name."""
    providers = config.providers
    return {
        "anthropic": providers.anthropic.base_url,
        "openai": providers.openai.base_url,
        "ollama": providers.ollama.endpoint,
    }


def provider_for(name: str, config: Config) -> Provider:
    """The provider that answers as `name`; nothing is loaded or opened before its first reply.

    Raises:
        ConfigError: the name means no model.
    """
    model, settings = resolve(name, config.agent.aliases), config.providers
    connect, idle = settings.connect_seconds, settings.idle_seconds
    match model.provider:
        case "recall":
            return Recall()
        case "claude-cli":
            program = settings.claude_cli
            return ClaudeCLI(
                model=model.model or program.model, command=program.command, effort=program.effort, idle_seconds=idle
            )
        case "anthropic":
            return Anthropic(
                model=model.model,
                api_key=settings.anthropic.api_key.get_secret_value(),
                base_url=settings.anthropic.base_url,
                connect_seconds=connect,
                idle_seconds=idle,
            )
        case "openai":
            return OpenAI(
                model=model.model,
                api_key=settings.openai.api_key.get_secret_value(),
                base_url=settings.openai.base_url,
                connect_seconds=connect,
                idle_seconds=idle,
            )
        case "ollama":
            return Ollama(
                model=model.model,
                base_url=settings.ollama.endpoint,
                num_ctx=settings.ollama.num_ctx,
                context_window=config.agent.context_window,
                connect_seconds=connect,
                idle_seconds=idle,
            )


def search_for(name: str, config: Config) -> Service | None:
    """Who searches the web while `name` answers: its own vendor where that is preferred and can, or who is configured.

    Raises:
        ConfigError: the name means no model.
    """
    settings, vendors = config.tools.web_search, config.providers
    if settings.prefer_native:
        model = resolve(name, config.agent.aliases)
        keys = {"anthropic": vendors.anthropic.api_key, "openai": vendors.openai.api_key}
        if model.provider in keys:
            key, address = keys[model.provider].get_secret_value(), server_addresses(config)[model.provider]
            if native := native_search(model.provider, model.model, key=key, address=address):
                return native
    return search_service(
        settings.provider,
        searxng_url=settings.searxng.base_url,
        brave_key=settings.brave.api_key.get_secret_value(),
        tavily_key=settings.tavily.api_key.get_secret_value(),
        perplexity_key=settings.perplexity.api_key.get_secret_value(),
    )
