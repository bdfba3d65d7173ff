"""The filter of system calls, for each kind of machine, run by a small interpreter of the kernel's language."""

import errno
import os
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.safety.sandbox.seccomp import program
from localgpt_tui.safety.sandbox.syscalls import _NUMBERS, REFUSED, UNKNOWN, UNSUPPORTED, Machine

ALLOWED, KILLED = "allowed", "killed"
MACHINES = {
    "x86_64": Machine(0xC000003E, {name: row[0] for name, row in _NUMBERS.items() if row[0] is not None}),
    "aarch64": Machine(0xC00000B7, {name: row[1] for name, row in _NUMBERS.items() if row[1] is not None}),
}


def judged(code, audit, number, *arguments):
    """What the kernel would do with a call: as in kernel/seccomp.c and net/core/filter.c."""
    seen = struct.pack("=iIQ6Q", number, audit, 0, *[part % 2**64 for part in (*arguments, *[0] * 6)[:6]])
    steps = [struct.unpack_from("=HBBI", code, at) for at in range(0, len(code), 8)]
    held = at = 0
    while True:
        what, yes, no, value = steps[at]
        at += 1
        match what:
            case 0x20:
                held = struct.unpack_from("=I", seen, value)[0]
            case 0x54:
                held &= value
            case 0x15:
                at += yes if held == value else no
            case 0x35:
                at += yes if held >= value else no
            case 0x06 if value == 0x7FFF0000:
                return ALLOWED
            case 0x06 if value == 0x80000000:
                return KILLED
            case 0x06:
                return errno.errorcode[value & 0xFFFF]


@pytest.fixture(params=MACHINES)
def machine(request):
    return MACHINES[request.param]


@pytest.fixture
def judge(machine):
    def judge(name, *arguments, truncating=False):
        return judged(program(machine, truncating=truncating), machine.audit, machine.numbers[name], *arguments)

    return judge


def test_what_is_refused_is_refused_with_any_arguments(judge, machine):
    there = [name for name in REFUSED if name in machine.numbers]
    assert len(there) > 50
    assert {judge(name, 1, 2, 3) for name in there} == {"EPERM"}
    assert {judge(name) for name in UNKNOWN} == {"ENOSYS"}
    assert {judge(name) for name in UNSUPPORTED} == {errno.errorcode[errno.EOPNOTSUPP]}


def test_other_machines_and_the_old_ways_into_this_one_are_closed(machine):
    code = program(machine)
    assert judged(code, 0x40000003, 1) == KILLED
    assert judged(code, machine.audit, 0x40000000 | 41) == "ENOSYS"


def test_arguments_decide_where_a_call_is_also_ordinary(judge, machine):
    assert judge("clone", 17) == ALLOWED
    assert judge("clone", 0x003D0F00) == ALLOWED  # a thread
    assert judge("clone", 0x10000000 | 17) == "EPERM"
    assert judge("socketpair", socket.AF_UNIX) == ALLOWED
    assert judge("socketpair", socket.AF_INET) == "EPERM"
    assert judge("prlimit64", 0) == ALLOWED
    assert judge("prlimit64", os.getpid()) == "EPERM"
    assert judge("ioctl", 0, 0x5401) == ALLOWED
    assert judge("ioctl", 0, 0x5412) == "EPERM"
    assert judge("ioctl", 0, 0x5412 | 0x1_0000_0000) == "EPERM"
    assert judge("fchmodat", 0, 0, 0o755) == ALLOWED
    assert judge("fchmodat", 0, 0, 0o4755) == judge("fchmodat", 0, 0, 0o2755) == judge("fchmod", 0, 0o6000) == "EPERM"
    assert judge("openat", 0, 0, os.O_RDONLY, 0o4755) == ALLOWED  # without O_CREAT nobody looks at the mode
    assert judge("openat", 0, 0, os.O_CREAT, 0o644) == ALLOWED
    assert judge("openat", 0, 0, os.O_CREAT, 0o4755) == "EPERM"


def test_truncating_is_refused_where_files_alone_are_guarded(judge):
    assert judge("truncate") == judge("openat", 0, 0, os.O_RDONLY | os.O_TRUNC) == ALLOWED
    assert judge("truncate", truncating=True) == "EPERM"
    assert judge("openat", 0, 0, os.O_RDONLY | os.O_TRUNC, truncating=True) == "EPERM"
    assert judge("openat", 0, 0, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644, truncating=True) == ALLOWED


@given(st.sampled_from(sorted(MACHINES)), st.integers(0, 600), st.lists(st.integers(0, 2**64 - 1), max_size=6))
def test_every_call_comes_to_an_end_and_what_is_not_named_is_allowed(name, number, arguments):
    machine = MACHINES[name]
    found = judged(program(machine, truncating=True), machine.audit, number, *arguments)

    assert found in {ALLOWED, "EPERM", "ENOSYS", errno.errorcode[errno.EOPNOTSUPP]}
    if number not in machine.numbers.values():
        assert found == ALLOWED


def test_the_filter_fits_into_the_kernel():
    assert len(program(MACHINES["x86_64"], truncating=True)) // 8 < 4096
