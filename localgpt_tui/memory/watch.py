"""Changes to folders as they happen, from the system where it tells, by looking where it does not."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

_DEBOUNCE_MILLISECONDS = 200
_STEP_MILLISECONDS = 100  # each step wakes the program, also where nothing changes
_LOOK_MILLISECONDS = 2000
_MISSING_SECONDS = 2.0


async def watch(
    folders: Sequence[Path], stop: asyncio.Event, *, polling: bool = False
) -> AsyncGenerator[set[Path], None]:
    """What changed under `folders`, several changes at once where they come together, until `stop` is set.

    Yields an empty set where nobody can tell what changed, and everything has to be looked at: when watching begins,
    and when a folder comes or goes.

    Args:
        polling: look at the files every two seconds instead of waiting to be told; for file systems of other machines.
    """
    while not stop.is_set():
        present = [folder for folder in folders if folder.is_dir()]
        if not present:
            yield set()
            await _wait(stop, _MISSING_SECONDS)
            continue
        changes = _changes(present, stop, polling=polling, looking_up=len(present) < len(folders))
        first = asyncio.ensure_future(anext(changes, None))
        await asyncio.sleep(0)  # watching begins before the look at everything, so that nothing falls between them
        try:
            yield set()
            changed = await first
            while changed is not None:
                if changed:
                    yield changed
                if any(folder.is_dir() != (folder in present) for folder in folders):
                    break
                changed = await anext(changes, None)
        except OSError:  # the system's watches are used up, or this file system has none
            if polling:
                await _wait(stop, _MISSING_SECONDS)
            polling = True
        finally:
            first.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await first
            await changes.aclose()


async def _changes(
    folders: Sequence[Path], stop: asyncio.Event, *, polling: bool, looking_up: bool
) -> AsyncGenerator[set[Path], None]:
    """What changed; with `looking_up` also an empty set every few seconds, to see whether what is missing has come."""
    from watchfiles import awatch  # noqa: PLC0415 - only what stays open watches

    async for found in awatch(
        *folders,
        watch_filter=None,
        debounce=_DEBOUNCE_MILLISECONDS,
        step=_STEP_MILLISECONDS,
        stop_event=stop,
        force_polling=polling or None,
        poll_delay_ms=_LOOK_MILLISECONDS,
        recursive=True,
        ignore_permission_denied=True,
        rust_timeout=int(_MISSING_SECONDS * 1000) if looking_up else None,
        yield_on_timeout=looking_up,
    ):
        yield {Path(path) for _, path in found}


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
