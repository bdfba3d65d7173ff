"""The profile that macOS's `sandbox-exec` holds a command to. Tested as text; nobody has tried it on a Mac yet."""

import json
from collections.abc import Iterable
from pathlib import Path

from localgpt_tui.safety.sandbox.reach import Reach

PROGRAM = "/usr/bin/sandbox-exec"

_BEGINNING = """\
(version 1)
(deny default)
(import "system.sb")
(allow process-fork)
(allow process-exec)
(allow process-info* (target same-sandbox))
(allow signal (target same-sandbox))
(allow sysctl-read)
(allow file-read-metadata)
"""
_END = """\
(deny network*)
(deny mach-lookup (global-name-regex #"^com\\.apple\\.(securityd|SecurityServer|coreservices\\.launchservicesd)"))
(deny appleevent-send)
"""


def profile(reach: Reach) -> str:
    """The profile that allows `reach` and no network; of several rules that match, the last one holds."""
    return "".join(
        (
            _BEGINNING,
            _rule("file-read*", "subpath", (*reach.readable, *reach.writable)),
            _rule("file-write*", "subpath", reach.writable),
            _rule("file-write-unlink", "literal", reach.fixed, allow=False),
            _rule("file-write*", "subpath", reach.closed, allow=False),
            _rule("file-read* file-write-data file-ioctl", "literal", reach.devices),
            _END,
        )
    )


def _rule(what: str, how: str, paths: Iterable[Path], *, allow: bool = True) -> str:
    places = "".join(f"\n    ({how} {_quoted(path)})" for path in paths)
    return f"({'allow' if allow else 'deny'} {what}{places})\n" if places else ""


def _quoted(path: Path) -> str:
    """A string of the profile's language, which is a Scheme."""
    return json.dumps(str(path), ensure_ascii=False)
