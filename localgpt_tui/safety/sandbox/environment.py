"""The environment of a command: what is known to be harmless, by name, and nothing else."""

import os
from collections.abc import Mapping
from pathlib import Path

MARK = "LOCALGPT_COMMAND"
"""Names the command that a process belongs to."""

_ALLOWED = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "COLORTERM", "NO_COLOR", "TZ", "LANG", "LANGUAGE"}
)
_ALLOWED_BEGINNING = "LC_"
_SET = {
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",  # nobody is there to answer
    "HISTFILE": "/dev/null",
}
_USUAL_PATH = "/usr/local/bin:/usr/bin:/bin"


def environment(
    own: Mapping[str, str], *, private: Path, mark: str, git_settings: bool, more: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What a command sees.

    Args:
        own: this program's own environment, from which the allowed ones are taken.
        private: the command's folder for temporary files and caches.
        git_settings: whether the person's own settings of git can be read; git ends where they cannot.
        more: variables that the caller adds.
    """
    kept = {name: text for name, text in own.items() if name in _ALLOWED or name.startswith(_ALLOWED_BEGINNING)}
    kept["PATH"] = _absolute(own.get("PATH", "")) or _USUAL_PATH
    folders = {"TMPDIR": str(private), "XDG_CACHE_HOME": str(private / "cache")}
    git = {} if git_settings else {"GIT_CONFIG_GLOBAL": os.devnull}
    return {**kept, **_SET, **folders, **git, **(more or {}), MARK: mark}


def _absolute(path: str) -> str:
    """Programs are never found by where a command happens to stand."""
    return ":".join(part for part in path.split(":") if part.startswith("/"))
