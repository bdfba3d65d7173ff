"""The memory as a command needs it: opened by the configuration, closed again whatever happens."""

import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

from localgpt_tui.config import load_config
from localgpt_tui.memory.memory import Memory
from localgpt_tui.memory.opening import open_memory
from localgpt_tui.paths import Places
from localgpt_tui.sessions.shelf import Shelf


@contextlib.asynccontextmanager
async def opened(places: Places, workspace: Path | None, *, with_vectors: bool = True) -> AsyncIterator[Memory]:
    """The memory of `workspace`, by default of the one that is configured, with the past sessions.

    Raises:
        ConfigError: the configuration cannot be used.
    """
    config = load_config(places).config
    root = Path(os.path.abspath(workspace)) if workspace else None  # noqa: ASYNC240, PTH100 - no disk is read
    shelf = Shelf(places.sessions, places.cache) if workspace is None else None
    memory, embedder = open_memory(places, config, shelf=shelf, root=root, with_vectors=with_vectors)
    try:
        yield memory
    finally:
        await memory.aclose()
        if embedder is not None:
            await embedder.aclose()
