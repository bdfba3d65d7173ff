"""Which provider a model's name means, and what is known of that model."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from localgpt_tui.core.errors import ConfigError
from localgpt_tui.providers.known import Facts, facts_about

ProviderName = Literal["claude-cli", "anthropic", "openai", "ollama", "recall"]

DEFAULT_ALIASES: Mapping[str, str] = {
    "opus": "anthropic/claude-opus-5-5",
    "sonnet": "anthropic/claude-sonnet-5-5",
    "haiku": "anthropic/claude-haiku-5-5",
    "fable": "anthropic/claude-fable-5-2",
    "gpt": "openai/gpt-6.1-sol",
    "gpt-mini": "openai/gpt-6-luna",
}
"""The short names a fresh configuration knows, and what they mean today."""

_PROVIDERS: tuple[ProviderName, ...] = get_args(ProviderName)
_MODEL_OPTIONAL = ("claude-cli", "recall")
_OPENAI = re.compile(r"gpt-.+|o\d+(-.+)?|chatgpt-.+|codex-.+")
_OPEN_WEIGHTS = ("gpt-oss",)


@dataclass(frozen=True, slots=True)
class ModelName:
    """A provider and the name that provider knows the model by; empty where the provider has only one."""

    provider: ProviderName
    model: str

    def __str__(self) -> str:
        return f"{self.provider}/{self.model}" if self.model else self.provider


def resolve(name: str, aliases: Mapping[str, str] = DEFAULT_ALIASES) -> ModelName:
    """The model that `name` means: an alias, `provider/model`, a vendor's own name, or else a model of Ollama.

    Raises:
        ConfigError: the name is empty, names a provider without a model, or its aliases lead in a circle.
    """
    full = _follow(name.strip(), aliases)
    provider, slash, model = full.partition("/")
    for known in _PROVIDERS:
        if provider == known:
            return _with_model(known, model.strip(), name)
    if not slash and full.startswith("claude-"):
        return ModelName("anthropic", full)
    if not slash and _OPENAI.fullmatch(full) and not full.startswith(_OPEN_WEIGHTS):
        return ModelName("openai", full)
    return ModelName("ollama", full)


def facts(model: ModelName) -> Facts:
    """What is known of the vendors' own models; nothing is assumed of any other."""
    if model.provider == "claude-cli":
        meant = DEFAULT_ALIASES.get(model.model, "").removeprefix("anthropic/")
        return facts_about("anthropic", meant or model.model)
    return facts_about(model.provider, model.model)


def _follow(name: str, aliases: Mapping[str, str]) -> str:
    seen = [name]
    while (target := aliases.get(seen[-1], "").strip()) and target != seen[-1]:
        if target in seen:
            circle = " → ".join([*seen, target])
            raise ConfigError(f"The model aliases lead in a circle: {circle}.", "Change one of them in config.toml.")
        seen.append(target)
    if not seen[-1]:
        raise ConfigError("No model is named.", "Name one, such as “sonnet” or “ollama/llama3.2”.")
    return seen[-1]


def _with_model(provider: ProviderName, model: str, name: str) -> ModelName:
    if not model and provider not in _MODEL_OPTIONAL:
        raise ConfigError(
            f"“{name}” names a provider but no model.",
            f"Add the model: {provider}/NAME. `localgpt-tui doctor` lists them.",
        )
    return ModelName(provider, model)
