"""The folders of programs outside of the system's own: what is on the PATH, and what installers put into a home."""

import os
from collections.abc import Iterable
from pathlib import Path

_OF_INSTALLERS = (
    *(".local/bin", ".local/lib", ".local/pipx", ".local/share/pipx", ".local/share/uv", ".local/share/mise"),
    *(".local/share/fnm", ".local/share/pnpm", ".local/share/man", ".local/share/rtx", ".pyenv", ".rbenv", ".nodenv"),
    *(".asdf", ".nvm", ".fnm", ".volta", ".bun", ".deno", ".cargo", ".rustup", ".sdkman", ".ghcup", ".opam", ".rvm"),
    *(
        ".juliaup",
        ".julia",
        ".dotnet",
        ".poetry",
        ".npm-global",
        ".nix-profile",
        ".linuxbrew",
        "miniconda3",
        "miniforge3",
    ),
    *("anaconda3", "mambaforge", "go/bin", "go/pkg", "sdk", "bin"),
)
_HOMES = (Path("/home"), Path("/Users"))
_LIBRARIES = ("lib", "lib64", "libexec", "share", "versions", "pyvenv.cfg")
_BESIDE_THEIR_LIBRARIES = frozenset({"bin", "sbin", "shims", "condabin", "Scripts"})


def program_folders(path: str, *, home: Path, writable: Iterable[Path] = ()) -> list[Path]:
    """The folders to be readable so that the programs on `path` run.

    A `bin` stands for the folder around it where libraries lie beside it, unless that is a home or too wide. What is
    inside `writable` is left out: it can be read already, and a command could have put a link there.
    """
    roots = tuple(writable)
    entries = dict.fromkeys(Path(part) for part in path.split(":") if part.startswith("/"))
    outside = (entry for entry in entries if not any(entry.is_relative_to(root) for root in roots))
    return [*(home / name for name in _OF_INSTALLERS), *(_around(entry, home) for entry in outside)]


def _around(entry: Path, home: Path) -> Path:
    parent = entry.parent
    homes = {home.parent, *_HOMES} - {Path("/")}
    too_much = parent.parent in homes or parent == home / ".local" or home.is_relative_to(parent)
    if entry.name not in _BESIDE_THEIR_LIBRARIES or too_much:
        return entry
    return parent if any(os.path.exists(parent / name) for name in _LIBRARIES) else entry  # noqa: PTH110 - never raises
