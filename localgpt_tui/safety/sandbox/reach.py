"""What a command can reach in the file system: the system, programs and its bounds, less what is hidden."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from localgpt_tui.safety.sandbox.bounds import Bounds, inside, real, resolved, too_wide
from localgpt_tui.safety.sandbox.programs import program_folders

SYSTEM = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix/store", "/gnu/store", "/snap"),
    *("/System", "/Library/Developer", "/Library/Frameworks", "/Applications/Xcode.app"),  # macOS
)
"""Where programs live."""

_SETTINGS = (
    *("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "ld.so.preload", "alternatives", "passwd", "group"),
    *("nsswitch.conf", "hosts", "host.conf", "resolv.conf", "protocols", "services", "gai.conf", "localtime"),
    *("timezone", "locale.alias", "locale.conf", "ssl/certs", "ssl/openssl.cnf", "ssl/cert.pem"),
    *("ca-certificates", "ca-certificates.conf", "pki/tls/certs", "pki/tls/openssl.cnf"),
    *("pki/ca-trust/extracted", "crypto-policies", "mime.types", "magic", "bash.bashrc", "bashrc", "profile"),
    *("profile.d", "inputrc", "terminfo", "gitconfig", "os-release", "lsb-release", "debian_version"),
    *("redhat-release", "alpine-release", "papersize", "fonts", "perl", "python3", "java", "java-17-openjdk"),
    *("java-21-openjdk", "java-11-openjdk", "R", "texmf", "vim", "nanorc", "manpath.config", "man_db.conf"),
    *("static",),
)
"""Of /etc what programs ask for: no passwords, no keys of the machine, no settings of services."""

_KERNEL = ("/sys/devices/system/cpu", "/sys/devices/system/node", "/sys/fs/cgroup", "/sys/kernel/mm")
DEVICES = tuple(Path("/dev", name) for name in ("null", "zero", "full", "random", "urandom"))
PROCESSES = Path("/proc")
_OBEYED = ("hooks", "config", "config.worktree", "info/attributes")
"""Of a repository, what makes git run programs."""

_GIT_SETTINGS = (".gitconfig", ".config/git/config", ".config/git/ignore", ".config/git/attributes")


@dataclass(frozen=True, slots=True)
class Reach:
    """All that can be reached, as real paths; folders stand for what is below them.

    Attributes:
        private: the command's own folder for temporary files; it is among the writable ones.
        fixed: in writable folders, folders that may be changed but not moved away.
        closed: in those, what cannot be changed: git's hooks and settings, by which others would run something.
        processes: where the kernel shows processes.
    """

    readable: tuple[Path, ...]
    writable: tuple[Path, ...]
    private: Path
    devices: tuple[Path, ...] = DEVICES
    processes: Path = PROCESSES
    fixed: tuple[Path, ...] = ()
    closed: tuple[Path, ...] = ()

    def reads(self, path: Path) -> bool:
        """Whether `path`, a real one, can be read."""
        return any(inside(path, root) for root in (*self.readable, *self.writable))


def reach(bounds: Bounds, *, home: Path, private: Path, path: str) -> Reach:
    """What a command within `bounds` can reach.

    Args:
        private: its own folder for temporary files.
        path: its PATH.
    """
    writable = list(_existing(bounds.writable))
    given = [place for place in bounds.readable if not _below(place, bounds.writable)]
    if not too_wide(bounds.folder, home=home) and not _below(bounds.folder, bounds.writable):
        given.append(bounds.folder)
    hidden = resolved(bounds.hidden)
    readable = [part for root in _existing(given) for part in without(root, hidden)]
    readable += _usual(path, home, bounds.writable, bounds.hidden)
    fixed = tuple(git for root in writable if (git := root / ".git").is_dir() and not git.is_symlink())
    return Reach(
        readable=tuple(root for root in dict.fromkeys([*readable, PROCESSES]) if not _below(root, writable)),
        writable=(*dict.fromkeys(writable), real(private)),
        private=real(private),
        fixed=fixed,
        closed=tuple(part for git in fixed for name in _OBEYED if (part := git / name).exists() and real(part) == part),
    )


def without(root: Path, hidden: Sequence[Path]) -> Iterator[Path]:
    """`root`; or, where something hidden is inside, whatever lies beside that. All paths are real ones.

    Links are left out there: what they name has to be reachable by itself.
    """
    if any(inside(root, place) for place in hidden):
        return
    within = [place for place in hidden if inside(place, root)]
    if not within:
        yield root
        return
    try:
        children = sorted(Path(entry.path) for entry in os.scandir(root) if not entry.is_symlink())
    except OSError:
        return
    for child in children:
        yield from without(child, within)


@lru_cache(maxsize=32)
def _usual(path: str, home: Path, writable: tuple[Path, ...], hidden: tuple[Path, ...]) -> tuple[Path, ...]:
    """The system, the programs and git's settings, as they are when first asked for: that takes milliseconds."""
    given = [Path(name) for name in (*SYSTEM, *_KERNEL)] + [Path("/etc", name) for name in _SETTINGS]
    given += [home / name for name in _GIT_SETTINGS] + program_folders(path, home=home, writable=writable)
    away = resolved(hidden)
    return tuple(dict.fromkeys(part for root in _existing(given) for part in without(root, away)))


def _existing(paths: Iterable[Path]) -> Iterator[Path]:
    return (real(path) for path in paths if os.path.exists(path))  # noqa: PTH110 - it never raises


def _below(path: Path, roots: Iterable[Path]) -> bool:
    """By name, not by what links lead to: a command may have put a link where a folder was."""
    return any(inside(path, root) for root in roots)
