"""Files are replaced whole, appended to line by line, and locked so that only one program writes."""

import errno
import fcntl
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localgpt_tui.files import (
    Lock,
    append_line,
    atomic_write,
    folder_locked,
    locked,
    private_folder,
    sweep_temporaries,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "folder"
    place.mkdir()
    return place


def python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)


def test_private_folders_are_the_owners_only_all_the_way_down(folder: Path):
    made = private_folder(folder / "a" / "b")
    assert made.stat().st_mode & 0o777 == made.parent.stat().st_mode & 0o777 == 0o700
    assert private_folder(made) == made


def test_a_file_is_replaced_whole_and_private(folder: Path):
    path = folder / "file"
    path.write_text("old")
    atomic_write(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(folder.iterdir()) == [path]


def test_a_symbolic_link_stays_and_what_it_names_is_replaced(folder: Path):
    (folder / "real").mkdir()
    target, link = folder / "real" / "file", folder / "link"
    target.write_text("old")
    link.symlink_to(target)
    atomic_write(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


FULL = """
import resource, sys
from pathlib import Path
from localgpt_tui.files import append_line, atomic_write
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    getattr(sys.modules["localgpt_tui.files"], sys.argv[2])(Path(sys.argv[1]), b"n" * 5000, **eval(sys.argv[3]))
except OSError as error:
    print(error.strerror)
"""


def test_a_full_disk_leaves_the_old_file_and_no_litter(folder: Path):
    path = folder / "file"
    path.write_text("old")
    assert python(FULL, path, "atomic_write", "{}").stdout == "File too large\n"
    assert path.read_text() == "old"
    assert list(folder.iterdir()) == [path]


REPLACE_FOR_EVER = """
import sys
from pathlib import Path
from localgpt_tui.files import atomic_write
letter = 0
while True:
    atomic_write(Path(sys.argv[1]), b"%c" % (97 + letter % 26) * 200_000)
    letter += 1
    print(letter, flush=True)
"""


def test_kill_9_leaves_the_old_file_or_the_new_one(folder: Path):
    path = folder / "file"
    chance = random.Random(1)
    for _ in range(6):
        with start(REPLACE_FOR_EVER, path) as writer:
            assert writer.stdout
            writer.stdout.readline()
            time.sleep(chance.random() / 50)
            writer.kill()
        content = path.read_bytes()
        assert content == content[:1] * 200_000
    assert sweep_temporaries(folder) == 0
    sweep_temporaries(folder, older_than=-1)
    assert list(folder.iterdir()) == [path]


def test_lines_are_appended_one_after_the_other(folder: Path):
    path = folder / "lines"
    assert append_line(path, b"one") == 0
    assert append_line(path, b"two", durable=False) == 4
    assert path.read_bytes() == b"one\ntwo\n"
    assert path.stat().st_mode & 0o777 == 0o600


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(before=st.binary(max_size=30), line=st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"")))
def test_a_torn_last_line_never_swallows_the_next_one(folder: Path, before: bytes, line: bytes):
    path = folder / "lines"
    path.write_bytes(before)
    offset = append_line(path, line)
    content = path.read_bytes()
    assert content.startswith(before)
    assert content[offset:] == line + b"\n"
    assert offset == 0 or content[offset - 1 : offset] == b"\n"


def test_a_failing_append_keeps_what_was_there_and_the_next_one_heals_it(folder: Path):
    path = folder / "lines"
    append_line(path, b"one")
    assert python(FULL, path, "append_line", "{}").stdout == "File too large\n"
    assert path.read_bytes()[:8] == b"one\nnnnn"
    append_line(path, b"two")
    first, _, last = path.read_bytes().splitlines()
    assert (first, last) == (b"one", b"two")


def test_a_failing_append_can_be_taken_back(folder: Path):
    path = folder / "lines"
    append_line(path, b"one")
    assert python(FULL, path, "append_line", "{'take_back': True}").stdout == "File too large\n"
    assert path.read_bytes() == b"one\n"


APPEND_MANY = """
import sys
from pathlib import Path
from localgpt_tui.files import append_line
for number in range(100):
    append_line(Path(sys.argv[1]), sys.argv[2].encode() * (1 + number * 41 % 3000), durable=False)
"""


def test_lines_of_several_programs_do_not_mix(folder: Path):
    path = folder / "lines"
    writers = [start(APPEND_MANY, path, letter) for letter in "abc"]
    for writer in writers:
        with writer:
            assert writer.wait() == 0
    lines = [line for line in path.read_bytes().splitlines() if line]
    assert len(lines) == 300
    assert all(line == line[:1] * len(line) for line in lines)


HOLD = """
import subprocess, sys
from pathlib import Path
from localgpt_tui.files import Lock
lock = Lock(Path(sys.argv[1]))
print(lock.acquire("holder"), flush=True)
child = subprocess.Popen(["sleep", "60"], start_new_session=True)
print(child.pid, flush=True)
sys.stdin.read()
"""


def test_a_lock_is_held_by_one_program_and_freed_by_kill_9_although_its_child_lives(folder: Path):
    lock = Lock(folder / "lock")
    with start(HOLD, lock.path) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "True\n"
        child = int(holder.stdout.readline())
        try:
            assert not lock.acquire()
            said = lock.holder()
            assert said
            assert (said.pid, said.program) == (holder.pid, "holder")
            holder.kill()
            holder.wait()
            os.kill(child, 0)
            assert lock.acquire()
        finally:
            os.kill(child, 9)
    lock.release()


def test_a_lock_that_was_given_back_names_nobody(folder: Path):
    lock = Lock(folder / "lock")
    assert lock.holder() is None
    with locked(lock.path, program="me") as ours:
        assert ours
        holder = lock.holder()
        assert holder
        assert holder.program == "me"
        with locked(lock.path) as twice:
            assert not twice
    assert lock.holder() is None
    assert lock.path.exists()


def test_a_lock_file_removed_by_hand_never_makes_two_holders(folder: Path):
    first, second = Lock(folder / "lock"), Lock(folder / "lock")
    assert first.acquire()
    first.path.unlink()
    assert not first.held
    assert second.acquire()
    assert not first.acquire()
    assert (first.held, second.held) == (False, True)
    second.release()
    assert first.acquire()
    assert first.acquire()


def test_where_the_file_system_has_no_locks_the_lock_counts_as_taken_and_says_so(folder: Path):
    def no_locks(handle: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    lock = Lock(folder / "lock", flock=no_locks)
    assert lock.acquire()
    assert lock.held
    assert not lock.enforced


def test_a_lock_that_cannot_be_made_is_an_error_and_holds_nothing(folder: Path):
    def broken(handle: int, operation: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(FileNotFoundError):
        Lock(folder / "none" / "lock").acquire()
    lock = Lock(folder / "lock", flock=broken)
    with pytest.raises(OSError, match="Input/output"):
        lock.acquire()
    assert not lock.held
    with (folder / "lock").open() as free:
        fcntl.flock(free, fcntl.LOCK_EX | fcntl.LOCK_NB)


HOLDING = """\
import fcntl, os, sys
handle = os.open(sys.argv[2], os.O_RDONLY)
fcntl.flock(handle, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="this system does not say who holds a lock")
def test_who_waits_for_a_folder_is_told_who_is_writing_there(folder: Path):
    program = folder / "localgpt-tui"
    program.write_text(HOLDING)
    words = [sys.executable, str(program), "heartbeat", str(folder)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        said = rf"localgpt-tui heartbeat \(process {other.pid}\) is writing there"
        with pytest.raises(TimeoutError, match=said), folder_locked(folder, seconds=0.01):
            pass
        other.communicate()
    with (
        folder_locked(folder),
        pytest.raises(TimeoutError, match="another part of this program"),
        folder_locked(folder, seconds=0.01),
    ):
        pass
