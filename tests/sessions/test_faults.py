"""Crashes, full disks and failing ones: what was acknowledged is there, and nothing else is claimed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from localgpt_tui.sessions.journal import Journal

WRITER = """
import sys
from pathlib import Path
from localgpt_tui.core.messages import UserMessage
from localgpt_tui.sessions.journal import Journal
path = Path(sys.argv[1])
journal = Journal.open(path) if path.is_file() else Journal.create(path)
assert not journal.read_only, journal.why_read_only
print(journal.path, flush=True)
for number in range(100_000):
    entry = journal.append(UserMessage(f"{number} " + "x" * (number * 37 % 5000)))
    print(entry.id, flush=True)
"""


def test_what_was_acknowledged_survives_kill_9_and_the_lock_is_free(folder: Path):
    target, acknowledged = folder, list[str]()
    for round_number in range(6):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(target)], stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout
            target = Path(writer.stdout.readline().strip())
            for _ in range(5 + round_number * 3):
                acknowledged.append(writer.stdout.readline().strip())
            writer.kill()
            acknowledged += [line.strip() for line in writer.stdout if line.endswith("\n")]
    with Journal.open(target) as journal:
        assert not journal.read_only
        kept = [entry.id for entry in journal.tail(10**6)]
        assert set(acknowledged) <= set(kept)
        assert [name for name in kept if name in set(acknowledged)] == acknowledged


FULL = """
import resource, sys
from pathlib import Path
from localgpt_tui.core.errors import SessionError
from localgpt_tui.core.messages import UserMessage
from localgpt_tui.sessions.journal import Journal
journal = Journal.create(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
kept = []
for number in range(40):
    try:
        kept.append(journal.append(UserMessage(f"{number} " + "x" * 300)).id)
    except SessionError as error:
        assert str(error).startswith("not saved: File too large."), error
assert 5 < len(kept) < 40
assert [entry.id for entry in journal.tail(99)] == kept
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
kept.append(journal.append(UserMessage("room again")).id)
assert [entry.id for entry in journal.tail(99)] == kept
assert journal.damage == ()
print(journal.path, *kept)
"""


def test_a_full_disk_is_reported_as_not_saved_and_writing_goes_on_when_there_is_room(folder: Path):
    done = subprocess.run([sys.executable, "-c", FULL, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    path, *kept = done.stdout.split()
    again = Journal.open(Path(path))
    assert [entry.id for entry in again.tail(99)] == kept
    assert again.damage == ()


def strace(inject: str, code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    tracer = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={inject}"]
    command = [*tracer, sys.executable, "-B", "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def can_trace() -> bool:
    return bool(shutil.which("strace")) and strace("fsync:error=EIO", "print(1)").stdout == "1\n"


needs_strace = pytest.mark.skipif(not can_trace(), reason="faults are injected with strace, which cannot run here")

FAILING = """
import sys
from pathlib import Path
from localgpt_tui.core.errors import SessionError
from localgpt_tui.core.messages import UserMessage
from localgpt_tui.sessions.journal import Journal
journal = Journal.create(Path(sys.argv[1]))
for text in ("one", "two", "three"):
    try:
        journal.append(UserMessage(text))
    except SessionError as error:
        print(error.message)
print(*[entry.message.text for entry in journal.tail(9)])
"""


@needs_strace
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("fsync:error=EIO:when=1", "not saved: Input/output error.\ntwo three\n"),
        ("fsync:error=EIO:when=2", "not saved: Input/output error.\ntwo three\n"),  # of the folder with the new name
        ("fsync:error=EIO:when=3", "not saved: Input/output error.\none three\n"),
        ("fsync:error=EINVAL:when=1+", "one two three\n"),  # a file system that cannot sync
        ("pwrite64:error=ENOSPC:when=1+", "one two three\n"),  # only the lock is written so: it cannot say who holds it
        ("write:error=ENOSPC:when=1", "not saved: No space left on device.\ntwo three\n"),
        ("write:error=ENOSPC:when=2", "not saved: No space left on device.\none three\n"),
    ],
)
def test_a_disk_that_fails_is_reported_and_what_it_did_not_keep_is_not_half_there(
    folder: Path, fault: str, outcome: str
):
    assert strace(fault, FAILING, folder).stdout == outcome


FIVE = WRITER.replace("100_000", "5")


@needs_strace
@pytest.mark.parametrize("moment", ["write:when=2", "write:when=4", "fsync:when=1", "fsync:when=3"])
def test_kill_9_in_the_middle_of_a_system_call_costs_nothing_that_was_acknowledged(folder: Path, moment: str):
    call, when = moment.split(":")
    done = strace(f"{call}:signal=SIGKILL:{when}", FIVE, folder)
    assert done.returncode != 0
    acknowledged = [line.strip() for line in done.stdout.splitlines(keepends=True)[1:] if line.endswith("\n")]
    for path in folder.glob("*.jsonl"):
        with Journal.open(path) as journal:
            assert not journal.read_only
            assert set(acknowledged) <= {entry.id for entry in journal.tail(99)}
            acknowledged.clear()
    assert not acknowledged
