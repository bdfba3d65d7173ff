"""Reads pages in a process of their own, since a page can be made to cost any time and memory, or to break a parser."""

import asyncio
import json
import os
import sys
from contextlib import suppress

from localgpt_tui.core.errors import ToolError

SECONDS = 15.0

_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
_REFUSED = 3


async def text_apart(body: bytes, kind: str, charset: str, *, seconds: float = SECONDS) -> str:
    """The text of a page, as `readable.text_of` has it.

    Raises:
        ToolError: it cannot be read, or not within `seconds` and the memory of the process.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "localgpt_tui.tools.reading_worker"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(seconds):
            said, _ = await process.communicate(json.dumps([kind, charset]).encode() + b"\n" + body)
    except TimeoutError:
        raise ToolError("The page takes too long to be read.", "Try another page.") from None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode == 0:
        return said.decode("utf-8", "replace")
    if process.returncode == _REFUSED:
        raise ToolError(*json.loads(said))
    raise ToolError("The page cannot be read: taking it apart took too much time or memory.", "Try another page.")
