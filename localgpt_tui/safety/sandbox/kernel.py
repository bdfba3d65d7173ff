"""The few calls of the Linux kernel that Python has no name for; each concerns the calling thread only."""

import contextlib
import ctypes
import errno
import os
import struct

_NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS
_DROP_FROM_BOUNDING_SET = 24  # PR_CAPBSET_DROP
_AMBIENT, _CLEAR_ALL = 47, 4  # PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL
_CHILD_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER
_CAPABILITY_VERSION = 0x20080522  # _LINUX_CAPABILITY_VERSION_3
_MOST_CAPABILITIES = 64

_libc = ctypes.CDLL(None, use_errno=True)


def syscall(number: int, *arguments: int | bytes | None) -> int:
    """Make a system call; bytes are handed over as the address of a copy.

    Raises:
        OSError: the kernel refused.
    """
    held = [ctypes.create_string_buffer(part, len(part)) if isinstance(part, bytes) else part for part in arguments]
    plain = [ctypes.c_long(part) if isinstance(part, int) else part for part in held]
    return _checked(_call()(ctypes.c_long(number), *plain), f"system call {number}")


def prctl(option: int, *arguments: int | ctypes.c_void_p) -> int:
    """Change the calling thread, or for some options its process.

    Raises:
        OSError: the kernel refused.
    """
    padded = [*arguments, 0, 0, 0, 0][:4]
    plain = [ctypes.c_ulong(part) if isinstance(part, int) else part for part in padded]
    return _checked(_libc.prctl(ctypes.c_int(option), *plain), f"prctl {option}")


def forgo_privileges() -> None:
    """Let nothing that this thread starts become more than the thread is: no set-user-ID, no capability."""
    prctl(_NO_NEW_PRIVILEGES, 1)


def drop_capabilities(capset: int) -> None:
    """Give up every capability for good, as root has to.

    Args:
        capset: the number of that system call on this machine.
    """
    with contextlib.suppress(OSError):  # kernels before 4.3 have no ambient set
        prctl(_AMBIENT, _CLEAR_ALL)
    for capability in range(_MOST_CAPABILITIES):
        try:
            prctl(_DROP_FROM_BOUNDING_SET, capability)
        except OSError as error:
            if error.errno == errno.EINVAL:  # the last one was before
                break
            if os.geteuid() == 0:
                raise
            break  # who may not drop them cannot gain any either, once privileges are forgone
    syscall(capset, struct.pack("=Ii", _CAPABILITY_VERSION, 0), bytes(24))


def adopt_orphans(*, adopt: bool) -> None:
    """Whether descendants whose parents have ended become children of this process, instead of the system's.

    Raises:
        OSError: the kernel cannot do it.
    """
    prctl(_CHILD_SUBREAPER, int(adopt))


def _call() -> "ctypes._NamedFuncPointer":
    call = _libc.syscall
    call.restype = ctypes.c_long
    return call


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return int(result)
