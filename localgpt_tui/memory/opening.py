"""The memory as the configuration wants it: folders, past sessions, and what turns texts into vectors."""

from pathlib import Path
from typing import TYPE_CHECKING

from localgpt_tui.consent import Consent
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.ports import Embedder
from localgpt_tui.memory.listing import ExtraFolder
from localgpt_tui.memory.memory import ASKED_FOR, SWITCHED_OFF, Memory
from localgpt_tui.memory.workspace import Workspace
from localgpt_tui.paths import Places

if TYPE_CHECKING:  # pydantic takes longer than a search for words
    from localgpt_tui.config import Config
    from localgpt_tui.sessions.shelf import Shelf


def open_memory(
    places: Places, config: "Config", *, shelf: "Shelf | None", root: Path | None = None, with_vectors: bool = True
) -> tuple[Memory, Embedder | None]:
    """The memory of the workspace in `root`, by default the configured one; nothing is read or started yet.

    Returns:
        the memory, and its embedder, which is the caller's to close.
    """
    extra = [ExtraFolder(folder) for folder in config.memory.paths]
    embedder, why = _embedder(places, config) if with_vectors else (None, ASKED_FOR)
    workspace = Workspace(root or places.workspace, extra)
    memory = Memory(
        workspace,
        places.cache,
        shelf=shelf,
        embedder=embedder,
        without_vectors=why,
        half_life=config.memory.half_life_days,
    )
    return memory, embedder


def _embedder(places: Places, config: "Config") -> tuple[Embedder | None, str]:
    if config.memory.embedding_provider == "none":
        return None, SWITCHED_OFF
    from localgpt_tui.memory.embeddings import destination, embedder_for  # noqa: PLC0415 - not where it is off

    place = destination(config.memory, config.providers)
    if place and not Consent(places.state / "consent.json").allowed(place):
        return None, f"sending notes to {place} was not allowed yet"
    try:
        return embedder_for(config.memory, config.providers, places.data / "models"), SWITCHED_OFF
    except LocalGPTError as error:
        return None, error.message.rstrip(".")
