"""What this machine offers to talk to, and which of it to use."""

import asyncio
import importlib
import os
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from localgpt_tui.providers.addresses import direct_mounts, host_of, is_loopback, place_of
from localgpt_tui.providers.catalog import DEFAULT_ALIASES, ModelName, resolve
from localgpt_tui.providers.nearby import fetch_json

OLLAMA_URL = "http://localhost:11434"
"""Where Ollama listens unless told otherwise."""

_CONNECT_SECONDS = 1.0
_ANSWER_SECONDS = 3.0
_VENDOR_HOSTS = {"anthropic": "api.anthropic.com", "openai": "api.openai.com"}
_NOT_OLLAMA = (ValueError, KeyError, TypeError)  # what comes of reading anything else
_KEYS = {"ANTHROPIC_API_KEY": "sonnet", "OPENAI_API_KEY": "gpt"}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What was found.

    Attributes:
        ollama_models: models that can talk, in Ollama's order; embedding models are left out.
        ollama_problem: why there is none, in words for a person; empty where there are some.
        claude_path: the `claude` program, or empty.
        keys: environment names of the API keys that are there, never their values.
    """

    ollama_url: str = OLLAMA_URL
    ollama_models: tuple[str, ...] = ()
    ollama_problem: str = ""
    claude_path: str = ""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """The model that will be used, and why.

    Attributes:
        model: its full name.
        leaves_machine: True where what the person says goes to another machine.
        destination: the host it goes to; empty where it stays here.
    """

    model: str
    reason: str
    leaves_machine: bool
    destination: str


async def look_around(
    *,
    ollama_url: str = OLLAMA_URL,
    claude_command: str = "claude",
    environ: Mapping[str, str] | None = None,
    keys: Collection[str] = (),
) -> Surroundings:
    """See what is there; takes about as long as a connection to Ollama, at most three seconds.

    Args:
        keys: environment names of the keys that the configuration already holds.
    """
    environ = os.environ if environ is None else environ
    claude = await asyncio.to_thread(shutil.which, claude_command, path=environ.get("PATH"))
    models, problem = await _ollama_models(ollama_url or OLLAMA_URL)
    present = tuple(name for name in _KEYS if name in keys or environ.get(name, "").strip())
    return Surroundings(ollama_url or OLLAMA_URL, models, problem, claude or "", present)


def choose(
    config_model: str,
    surroundings: Surroundings,
    *,
    aliases: Mapping[str, str] = DEFAULT_ALIASES,
    ollama_model: str = "",
    claude_model: str = "sonnet",
    base_urls: Mapping[str, str] | None = None,
) -> Choice:
    """The configured model, else a running Ollama, else `claude`, else an API key, else `recall`.

    Args:
        config_model: a model's name, or `auto`.
        ollama_model: the model of Ollama to prefer, if it is installed.
        claude_model: what the `claude` program is asked for, if it is chosen.
        base_urls: the configured address of each provider (`anthropic`, `openai`), where it is not the vendor's.

    Raises:
        ConfigError: the configured name means no model.
    """
    urls = {"ollama": surroundings.ollama_url, **(base_urls or {})}
    if config_model.strip() not in {"", "auto"}:
        model = resolve(config_model, aliases)
        return _choice(model, f"{model} is set in the configuration", urls)
    model, reason = _best(surroundings, aliases, ollama_model, claude_model)
    return _choice(model, reason, urls)


def destination(model: ModelName, base_urls: Mapping[str, str] | None = None) -> str:
    """The host that text for `model` is sent to; empty where it stays on this machine."""
    url = (base_urls or {}).get(model.provider, "")
    if model.provider == "recall":
        return ""
    if model.provider == "claude-cli":
        return _VENDOR_HOSTS["anthropic"]
    if model.provider == "ollama" and _is_cloud(model.model):
        return "ollama.com"
    if url:
        return "" if is_loopback(url) else host_of(url)
    return _VENDOR_HOSTS.get(model.provider, "")


def _best(
    surroundings: Surroundings, aliases: Mapping[str, str], ollama_model: str, claude_model: str
) -> tuple[ModelName, str]:
    if surroundings.ollama_models:
        name = _preferred(surroundings.ollama_models, ollama_model)
        where = "here" if is_loopback(surroundings.ollama_url) else f"at {place_of(surroundings.ollama_url)}"
        return ModelName("ollama", name), f"Ollama is running {where} with {name}"
    if surroundings.claude_path:
        return ModelName("claude-cli", claude_model), "No local model was found, and the claude program is installed"
    for key in surroundings.keys:
        alias = _KEYS[key]
        return resolve(alias, {**DEFAULT_ALIASES, **aliases}), f"No local model was found, and {key} is set"
    return ModelName("recall", ""), "No language model was found, so recall searches and quotes what is stored"


def _choice(model: ModelName, reason: str, urls: Mapping[str, str]) -> Choice:
    host = destination(model, urls)
    ending = f"what you write is sent to {host}" if host else "nothing leaves this machine"
    return Choice(
        str(model), f"{reason}: {ending}.".replace(": recall searches", "; recall searches"), bool(host), host
    )


def _preferred(installed: tuple[str, ...], wanted: str) -> str:
    """The wanted model, if it is installed, else the first that runs where Ollama runs."""
    if wanted:
        for name in installed:
            if name in {wanted, f"{wanted}:latest"}:
                return name
    return next((name for name in installed if not _is_cloud(name)), installed[0])


def _is_cloud(model: str) -> bool:
    """Ollama passes models with these tags on to its own servers."""
    return model.endswith(("-cloud", ":cloud"))


async def _ollama_models(url: str) -> tuple[tuple[str, ...], str]:
    address = (url if "://" in url else f"http://{url}").rstrip("/")
    if not (is_loopback(url) and address.startswith("http://")) or "@" in address:
        return await _distant_models(url, address)
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            return _told(await fetch_json(f"{address}/api/tags", connect_seconds=_CONNECT_SECONDS))
    except OSError:
        return (), f"Ollama does not answer at {place_of(url)}."
    except _NOT_OLLAMA:
        return (), f"What answers at {place_of(url)} is not Ollama."


async def _distant_models(url: str, address: str) -> tuple[tuple[str, ...], str]:
    """Certificates, passwords and proxies want a library, which takes a while to load."""
    httpx = await asyncio.to_thread(importlib.import_module, "httpx")
    timeout = httpx.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS)
    try:
        async with (
            asyncio.timeout(_ANSWER_SECONDS),
            httpx.AsyncClient(timeout=timeout, mounts=direct_mounts(url)) as client,
        ):
            answer = await client.get(f"{address}/api/tags")
            answer.raise_for_status()
            return _told(answer.json())
    except (httpx.TransportError, TimeoutError):
        return (), f"Ollama does not answer at {place_of(url)}."
    except (httpx.HTTPError, httpx.InvalidURL, *_NOT_OLLAMA):
        return (), f"What answers at {place_of(url)} is not Ollama."


def _told(answer: Any) -> tuple[tuple[str, ...], str]:  # noqa: ANN401 - whatever the server says
    """The models in an answer of Ollama's, and what is to be said where there is none."""
    found = [entry["model"] for entry in answer["models"] if _talks(entry)]
    if not found:
        return (), "Ollama is running but has no model that can talk: `ollama pull llama3.2` fetches one."
    return tuple(found), ""


def _talks(entry: Mapping[str, object]) -> bool:
    """False for embedding models: they cannot answer, and are often the first to be installed."""
    details = entry.get("details")
    family = str(details.get("family", "")) if isinstance(details, Mapping) else ""
    return "bert" not in family and "embed" not in str(entry["model"])
