"""bubblewrap: a command that sees nothing but what it can reach, in a process tree and a network of its own."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from localgpt_tui.safety.sandbox.bounds import real
from localgpt_tui.safety.sandbox.reach import Reach

_ALONE = (
    *("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "sandbox"),
    *("--proc", "/proc", "--dev", "/dev"),
)
_TEMPORARY = Path("/tmp")  # noqa: S108 - made anew for each command
_MERGED = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")


def find() -> str:
    """Where the program is; "" where it is not installed."""
    return shutil.which("bwrap", path="/usr/bin:/bin:/usr/local/bin:/run/current-system/sw/bin") or ""


def command(
    program: str, argv: Sequence[str], reach: Reach, *, folder: Path, home: Path, filter_handle: int
) -> list[str]:
    """The words that run `argv` inside.

    It is given the same places as with Landlock, bound one by one into an empty tree, outer ones first. The rest of its
    home is empty and read-only, so that nothing seems to be kept that is not; its /tmp is its own, in memory.

    Args:
        filter_handle: an open file with the filter of system calls.
    """
    places: list[tuple[Path, tuple[str, ...]]]
    places = [(root, ("--ro-bind-try", str(root), str(root))) for root in reach.readable if root != reach.processes]
    places += [(root, ("--bind-try", str(root), str(root))) for root in reach.writable]
    places += [(part, ("--bind-try", str(part), str(part))) for part in reach.fixed]  # a mount cannot be moved away
    places += [(part, ("--ro-bind-try", str(part), str(part))) for part in reach.closed]
    if not reach.reads(_TEMPORARY):
        places.append((_TEMPORARY, ("--tmpfs", str(_TEMPORARY))))
    at_home = real(home)
    closed: tuple[str, ...] = ()
    if at_home != Path(at_home.anchor) and not reach.reads(at_home):
        places.append((at_home, ("--tmpfs", str(at_home))))
        closed = ("--remount-ro", str(at_home))
    places.sort(key=lambda place: len(place[0].parts))
    words = [word for _, place in places for word in place]
    words += ("--symlink", str(at_home), str(home)) if at_home != home and not reach.reads(home) else ()
    end = (*closed, "--remount-ro", "/", "--chdir", str(real(folder)), "--seccomp", str(filter_handle), "--")
    return [program, *_ALONE, *words, *_links(), *end, *argv]


def _links() -> Iterator[str]:
    """/bin and its like, where they are links into /usr."""
    for name in _MERGED:
        path = Path(name)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), name)
