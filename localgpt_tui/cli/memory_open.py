"""The memory as a command needs it: opened by the configuration, closed again whatever happens."""

import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

from localgpt_tui.core.ports import Embedder
from localgpt_tui.memory.memory import ASKED_FOR, Memory
from localgpt_tui.memory.workspace import Workspace
from localgpt_tui.paths import Places


@contextlib.asynccontextmanager
async def opened(places: Places, workspace: Path | None, *, with_vectors: bool = True) -> AsyncIterator[Memory]:
    """The memory of `workspace`, by default of the one that is configured, with the past sessions.

    Raises:
        ConfigError: the configuration cannot be used.
    """
    root = Path(os.path.abspath(workspace)) if workspace else None  # noqa: ASYNC240, PTH100 - no disk is read
    memory, embedder = _memory(places, root, with_vectors=with_vectors)
    try:
        yield memory
    finally:
        await memory.aclose()
        if embedder is not None:
            await embedder.aclose()


def _memory(places: Places, root: Path | None, *, with_vectors: bool) -> tuple[Memory, Embedder | None]:
    """The memory, and its embedder; what takes longer to load than a search for words takes is loaded where needed."""
    if root is not None and not with_vectors and not places.config_file.exists():
        return Memory(Workspace(root), places.cache, without_vectors=ASKED_FOR), None
    from localgpt_tui.config import load_config  # noqa: PLC0415 - as above
    from localgpt_tui.memory.opening import open_memory  # noqa: PLC0415 - as above
    from localgpt_tui.sessions.shelf import Shelf  # noqa: PLC0415 - as above

    shelf = Shelf(places.sessions, places.cache) if root is None else None
    return open_memory(places, load_config(places).config, shelf=shelf, root=root, with_vectors=with_vectors)
