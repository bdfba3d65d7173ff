"""Limits on what a command uses, set by a shell that then becomes the command.

Limits belong to a whole process, so the confining thread cannot set them; a shell of one line costs a millisecond.
"""

import resource
from collections.abc import Sequence

from localgpt_tui.safety.sandbox.bounds import Bounds

SHELL = "/bin/sh"
_BLOCK = 512  # bytes, the unit of `ulimit -f`
_KIBIBYTE = 1024  # the unit of `ulimit -d`
_GRACE = 2  # seconds of processor time between the signal that can be caught and the one that cannot


def limited(argv: Sequence[str], bounds: Bounds) -> list[str]:
    """The words that run `argv` within the limits of `bounds`; who has tighter ones keeps them.

    The number of processes is not limited: the kernel counts all of a person's together. Memory is what a process can
    write to: programs that only reserve addresses, as many do by the hundred gigabytes, are not kept from that.
    """
    seconds = _at_most(bounds.seconds_cpu + _GRACE, resource.RLIMIT_CPU)
    blocks = _at_most(max(1, bounds.max_file_bytes // _BLOCK), resource.RLIMIT_FSIZE, unit=_BLOCK)
    files = _at_most(bounds.open_files, resource.RLIMIT_NOFILE)
    memory = _at_most(bounds.memory_bytes // _KIBIBYTE, resource.RLIMIT_DATA, unit=_KIBIBYTE)
    steps = (
        f"ulimit -S -t {min(bounds.seconds_cpu, seconds)}",
        f"ulimit -H -t {seconds}",
        f"ulimit -f {blocks}",
        f"ulimit -n {files}",
        f"ulimit -d {memory}",
        "ulimit -c 0",
        'exec "$@"',
    )
    return [SHELL, "-c", " && ".join(steps), SHELL, *argv]


def _at_most(wanted: int, kind: int, *, unit: int = 1) -> int:
    _, hard = resource.getrlimit(kind)
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard // unit)
