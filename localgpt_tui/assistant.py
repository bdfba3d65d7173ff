"""Where the parts meet: configuration in, an assistant that can hold conversations out."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from localgpt_tui.agent.loop import Limits
from localgpt_tui.agent.prompt import system_prompt, tail
from localgpt_tui.config import Config, load_config
from localgpt_tui.consent import Consent
from localgpt_tui.conversation import Conversation
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.messages import now
from localgpt_tui.core.ports import Provider, Tool
from localgpt_tui.memory.notes import Notes
from localgpt_tui.models import provider_for, server_addresses
from localgpt_tui.paths import Places
from localgpt_tui.providers.catalog import resolve
from localgpt_tui.providers.discovery import Choice, Surroundings, choose, destination, look_around
from localgpt_tui.providers.persistence import PatientProvider
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.sessions.shelf import Shelf
from localgpt_tui.tools.files import file_tools
from localgpt_tui.tools.memory import memory_tools

_UNLIMITED = sys.maxsize


class Assistant:
    """Configuration, memory, sessions and models under one roof."""

    def __init__(self, places: Places, config: Config, warnings: tuple[str, ...] = ()) -> None:
        self.places = places
        self.config = config
        self.warnings = warnings
        self.on_crash: Callable[[Exception], str] | None = None
        self.memory = Notes(places.workspace)
        self.shelf = Shelf(places.sessions, places.cache)
        self._consent = Consent(places.state / "consent.json")
        self._tools: tuple[Tool, ...] = (
            *memory_tools(self.memory),
            *file_tools([places.workspace, *config.tools.allowed_directories]),
        )

    @classmethod
    def open(cls, places: Places) -> "Assistant":
        """Read the configuration; what is missing in the workspace is laid out, what exists is not touched.

        Raises:
            ConfigError: the configuration cannot be used.
        """
        loaded = load_config(places)
        try:
            Notes(places.workspace).prepare()
        except LocalGPTError as error:  # a read-only disk: what is there can still be read
            return cls(places, loaded.config, (*loaded.warnings, str(error)))
        return cls(places, loaded.config, loaded.warnings)

    async def look_around(self) -> Surroundings:
        """See which models there are; takes as long as asking Ollama, at most three seconds."""
        providers = self.config.providers
        keys = {
            "ANTHROPIC_API_KEY": providers.anthropic.api_key.get_secret_value(),
            "OPENAI_API_KEY": providers.openai.api_key.get_secret_value(),
        }
        return await look_around(
            ollama_url=providers.ollama.endpoint,
            claude_command=providers.claude_cli.command,
            keys=[name for name, value in keys.items() if value],
        )

    def choose(self, surroundings: Surroundings, *, attended: bool) -> Choice:
        """The model that answers, and why.

        Where nobody attends, a model that `auto` found off this machine is taken only if that was allowed before;
        with a person at hand, `needs_consent` says whether to ask first.

        Raises:
            ConfigError: the configured name means no model.
        """
        chosen = choose(
            self.config.agent.default_model,
            surroundings,
            aliases=self.config.agent.aliases,
            ollama_model=self.config.providers.ollama.model,
            claude_model=self.config.providers.claude_cli.model,
            base_urls=server_addresses(self.config),
        )
        if attended or not self.needs_consent(chosen):
            return chosen
        return replace(
            chosen,
            model="recall",
            reason=f"{chosen.model} would send what you write to {chosen.destination}, which was not allowed yet. "
            "Open the app once to allow it, or name the model with --model; recall answers.",
            leaves_machine=False,
            destination="",
        )

    def needs_consent(self, choice: Choice) -> bool:
        """True where `auto` chose a model off this machine and the person has not said yes to it yet."""
        by_itself = self.config.agent.default_model.strip() in {"", "auto"}
        return by_itself and choice.leaves_machine and not self._consent.allowed(choice.destination)

    def allow(self, choice: Choice) -> None:
        """Remember the person's yes.

        Raises:
            OSError: it could not be written down.
        """
        self._consent.allow(choice.destination)

    def destination(self, model: str) -> str:
        """The host that text for `model` goes to; empty where it stays on this machine.

        Raises:
            ConfigError: the name means no model.
        """
        return destination(resolve(model, self.config.agent.aliases), server_addresses(self.config))

    def provider(self, model: str) -> Provider:
        """The model called `model`, asked again where that helps, then the configured fallbacks in their order.

        Raises:
            ConfigError: a name means no model.
        """
        names = dict.fromkeys(
            str(resolve(name, self.config.agent.aliases)) for name in (model, *self.config.agent.fallback_models)
        )
        return PatientProvider([provider_for(name, self.config) for name in names])

    def converse(self, journal: Journal, model: str) -> Conversation:
        """A conversation in `journal`, answered by `model`.

        Raises:
            ConfigError: the name means no model.
        """
        agent = self.config.agent
        return Conversation(
            journal,
            self.provider(model),
            tools=self._tools,
            system=lambda: system_prompt(self._tools),
            tail=lambda: tail(moment=now(), folder=str(Path.cwd()), workspace=str(self.places.workspace)),
            limits=Limits(
                rounds=agent.max_rounds,
                repeats=agent.max_tool_repeats or _UNLIMITED,
                result_chars=self.config.tools.tool_output_max_chars or _UNLIMITED,
            ),
            max_tokens=agent.max_tokens,
            on_crash=self.on_crash,
        )
