"""Which embedding model the configuration means."""

import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from localgpt_tui.core.ports import Embedder
from localgpt_tui.memory.embedding_local import LocalEmbedder
from localgpt_tui.memory.embedding_process import worker_command
from localgpt_tui.memory.embedding_remote import RemoteEmbedder
from localgpt_tui.memory.model_files import DEFAULT_DIMENSIONS, DEFAULT_IDENTITY, DEFAULT_MODEL, model_file

if TYPE_CHECKING:
    from localgpt_tui.config.models import Memory, Providers

_USUAL = {"openai": "text-embedding-3-small", "ollama": "nomic-embed-text"}
_DOWNLOAD_SECONDS = 3600.0


def embedder_for(
    memory: "Memory", providers: "Providers", models: Path, *, environ: Mapping[str, str] = os.environ
) -> Embedder | None:
    """The embedder that the configuration names, with nothing started or sent yet; None for `none`.

    Args:
        models: the folder that models are kept in, made when it is needed.

    Raises:
        LocalGPTError: it names a folder that holds no model.
    """
    match memory.embedding_provider:
        case "none":
            return None
        case "local":
            return _local(memory.embedding_model, models, memory.embedding_idle_seconds)
        case provider:
            return RemoteEmbedder(
                provider,
                memory.embedding_model or _USUAL[provider],
                _url(memory, providers),
                key=_key(memory, providers, environ),
                connect_seconds=providers.connect_seconds,
                seconds=providers.idle_seconds,
            )


def destination(memory: "Memory", providers: "Providers") -> str:
    """Where the texts go, as host and port; empty where they stay in this program and the process it starts."""
    if memory.embedding_provider in {"none", "local"}:
        return ""
    return urlsplit(_url(memory, providers)).netloc.rpartition("@")[2]


def _local(name: str, models: Path, idle_seconds: float) -> Embedder:
    if name in {"", DEFAULT_MODEL}:
        command = worker_command("default", DEFAULT_MODEL, str(models), idle_seconds)
        return LocalEmbedder(DEFAULT_IDENTITY, command, dimensions=DEFAULT_DIMENSIONS)
    if name.startswith(("/", "~", ".")):
        folder = Path(name).expanduser().absolute()
        return LocalEmbedder(_identity(folder), worker_command("folder", str(folder), str(models), idle_seconds))
    command = worker_command("fastembed", name, str(models), idle_seconds)
    return LocalEmbedder(f"fastembed/{name}", command, start_seconds=_DOWNLOAD_SECONDS)


def _identity(folder: Path) -> str:
    file = model_file(folder)
    state = file.stat()
    which = sha256(f"{file}\0{state.st_size}\0{state.st_mtime_ns}".encode()).hexdigest()[:12]
    return f"folder/{folder.name}-{which}"


def _url(memory: "Memory", providers: "Providers") -> str:
    own = providers.openai.base_url if memory.embedding_provider == "openai" else providers.ollama.endpoint
    return memory.embedding_base_url or own


def _key(memory: "Memory", providers: "Providers", environ: Mapping[str, str]) -> str:
    if own := memory.embedding_api_key.get_secret_value():
        return own
    if memory.embedding_provider != "openai" or _url(memory, providers) != providers.openai.base_url:
        return ""  # the key for one place is not for another
    return providers.openai.api_key.get_secret_value() or environ.get("OPENAI_API_KEY", "")
