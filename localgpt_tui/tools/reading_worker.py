"""The process that takes one page apart: kind and encoding on the first line of its input, then the page; text out."""

import json
import resource
import sys
from contextlib import suppress

from localgpt_tui.core.errors import ToolError
from localgpt_tui.tools.readable import text_of

_MOST_MEMORY = 1 << 30
_MOST_SECONDS = 12


def main() -> int:
    """Read one page; 3 where it is refused, with the words for that as JSON in the place of the text."""
    for limit, most in (
        (resource.RLIMIT_AS, _MOST_MEMORY),
        (resource.RLIMIT_CPU, _MOST_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # macOS has no limit of memory
            resource.setrlimit(limit, (most, most))
    kind, charset = json.loads(sys.stdin.buffer.readline())
    try:
        said, status = text_of(sys.stdin.buffer.read(), kind, charset), 0
    except ToolError as error:
        said, status = json.dumps([error.message, error.advice]), 3
    sys.stdout.buffer.write(said.encode("utf-8", "replace"))
    return status


if __name__ == "__main__":
    sys.exit(main())
