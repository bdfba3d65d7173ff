"""A filter of system calls, assembled by hand as the kernel takes it (classic BPF, see seccomp(2))."""

import ctypes
import errno
import os
import socket
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from localgpt_tui.safety.sandbox.kernel import prctl
from localgpt_tui.safety.sandbox.syscalls import REFUSED, UNKNOWN, UNSUPPORTED, Machine

STACKED = 5
"""How many filters a confined command carries. One does the work. A command can leave its session and empty its
environment, but it can never take a filter off: so their number tells its orphans from those of other programs."""

_SET_SECCOMP, _FILTER_MODE = 22, 2
_LOAD, _AND, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_X32 = 0x40000000
_WHOLE = 0xFFFFFFFF

_NEW_NAMESPACES = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
_PUT_INTO_TERMINAL = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
_ITSELF = 0
_CREATING = (os.O_CREAT, 0o20000000)  # the second is the part of O_TMPFILE that is its own
_OTHERS_POWER = (stat.S_ISUID, stat.S_ISGID)


@dataclass(frozen=True, slots=True)
class Condition:
    """What is left of the lower 32 bits of an argument under `mask` is `value`, or with `equal` False anything else."""

    argument: int
    mask: int
    value: int
    equal: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call that is refused when all of its conditions hold."""

    call: str
    conditions: tuple[Condition, ...] = ()
    error: int = errno.EPERM


def refusals(*, truncating: bool) -> list[Refusal]:
    """All that a confined command may not ask of the kernel.

    Args:
        truncating: whether cutting files by their name is refused too, as it must be where Landlock lets it through.
    """
    found = [Refusal(call) for call in REFUSED]
    found += [Refusal(call, error=errno.EOPNOTSUPP) for call in UNSUPPORTED]
    found += [Refusal(call, error=errno.ENOSYS) for call in UNKNOWN]
    found += [Refusal("clone", (_bits(0, flag),)) for flag in _NEW_NAMESPACES]
    found += [Refusal("ioctl", (Condition(1, _WHOLE, request),)) for request in _PUT_INTO_TERMINAL]
    found.append(Refusal("socketpair", (Condition(0, _WHOLE, socket.AF_UNIX, equal=False),)))
    found.append(Refusal("prlimit64", (Condition(0, _WHOLE, _ITSELF, equal=False),)))  # limits of other processes
    places = {"chmod": 1, "fchmod": 1, "fchmodat": 2, "fchmodat2": 2, "mknod": 1, "mknodat": 2, "creat": 1}
    found += [Refusal(call, (_bits(at, bit),)) for (call, at), bit in product(places.items(), _OTHERS_POWER)]
    for (call, at), flag, bit in product({"open": 1, "openat": 2}.items(), _CREATING, _OTHERS_POWER):
        found.append(Refusal(call, (_bits(at, flag), _bits(at + 1, bit))))
    if truncating:
        found.append(Refusal("truncate"))
        cut = os.O_TRUNC | os.O_ACCMODE  # opened for reading, and cut all the same
        found += [Refusal(call, (Condition(at, cut, os.O_TRUNC),)) for call, at in (("open", 1), ("openat", 2))]
    return found


def program(machine: Machine, *, truncating: bool = False) -> bytes:
    """The filter as bytes: an array of `struct sock_filter`, as `bwrap --seccomp` reads it too.

    Args:
        truncating: see `refusals`.
    """
    code = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, machine.audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
    ]
    for refusal in refusals(truncating=truncating):
        if refusal.call in machine.numbers:
            code += _assembled(machine.numbers[refusal.call], refusal)
    code.append((_RETURN, 0, 0, _ALLOW))
    return _packed(code)


def install(filter_: bytes) -> None:
    """Put the calling thread, and what it starts, behind `filter_` for good.

    Raises:
        OSError: the kernel refused it.
    """
    for part in (filter_, *[_packed([(_RETURN, 0, 0, _ALLOW)])] * (STACKED - 1)):
        held = ctypes.create_string_buffer(part, len(part))
        described = _Program(len(part) // 8, ctypes.addressof(held))
        prctl(_SET_SECCOMP, _FILTER_MODE, ctypes.c_void_p(ctypes.addressof(described)))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def _bits(argument: int, bits: int) -> Condition:
    return Condition(argument, bits, bits)


def _assembled(number: int, refusal: Refusal) -> Iterator[tuple[int, int, int, int]]:
    """Jumps are counted from the next instruction: past the end of this refusal where something does not hold."""
    conditions = refusal.conditions
    size = 3 * len(conditions) + 1 + bool(conditions)
    yield (_JUMP_EQUAL, 0, size, number)
    for index, condition in enumerate(conditions):
        past = 3 * (len(conditions) - index - 1) + 1
        yield (_LOAD, 0, 0, _ARGUMENTS + 8 * condition.argument)
        yield (_AND, 0, 0, condition.mask)
        yield (_JUMP_EQUAL, *((0, past) if condition.equal else (past, 0)), condition.value)
    yield (_RETURN, 0, 0, _ERRNO | refusal.error)
    if conditions:
        yield (_LOAD, 0, 0, _NUMBER)


def _packed(code: list[tuple[int, int, int, int]]) -> bytes:
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)
