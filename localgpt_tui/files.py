"""Writing so that nothing is lost: atomic replacement, append-only lines, locks between processes."""

import contextlib
import errno
import fcntl
import json
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
_TEMPORARY = ".tmp-"
_SAID = 200  # characters in which a lock says who holds it
_OURS = re.compile(r"(?:^|/)localgpt[-_]tui(?:/__main__\.py)?$")
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP})


def private_folder(folder: Path) -> Path:
    """Make `folder` and its missing parents, readable by their owner only, and return it.

    Raises:
        OSError: it cannot be made.
    """
    missing = [step for step in (folder, *folder.parents) if not step.exists()]
    for step in reversed(missing):
        step.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    return folder


def atomic_write(
    path: Path, content: bytes, *, mode: int = PRIVATE_FILE, before_replacing: Callable[[], object] | None = None
) -> None:
    """Replace `path` by `content` so that a crash at any moment leaves the old file or the new one.

    A symbolic link is followed: the file it names is replaced, the link stays.

    Args:
        before_replacing: called last, when the new file is on the disk under another name; what it raises stops the
            replacement.

    Raises:
        OSError: nothing was changed; or it was, and the disk failed to say that it will last.
    """
    target = Path(os.path.realpath(path))
    handle, temporary = tempfile.mkstemp(prefix=_TEMPORARY, dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        if before_replacing:
            before_replacing()
        Path(temporary).replace(target)
        sync_folder(target.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable, where the file system can.

    Raises:
        OSError: the disk failed.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _sync(handle)
    finally:
        os.close(handle)


def append_line(path: Path, line: bytes, *, durable: bool = True, take_back: bool = False) -> int:
    """Append `line` (without its newline) in one write, and return the offset at which it begins.

    A torn last line, left by a crash, is closed off first, so that it never swallows the new one. Where several
    programs append at once, an empty line may appear between theirs.

    Args:
        durable: wait until it is on the disk.
        take_back: cut off again what a failing write left; only for a writer that holds the file's lock.

    Raises:
        OSError: the line may be there in part; the next append heals it.
    """
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        size = os.fstat(handle).st_size
        try:
            _append(handle, line, size)
            if durable:
                _sync(handle)
            if durable and size == 0:  # perhaps a new name
                sync_folder(path.parent)
        except OSError:
            if take_back:
                with contextlib.suppress(OSError):
                    os.ftruncate(handle, size)
            raise
        end = os.lseek(handle, 0, os.SEEK_CUR)
    finally:
        os.close(handle)
    return end - len(line) - 1


def _append(handle: int, line: bytes, size: int) -> None:
    torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
    rest = memoryview((b"\n" if torn else b"") + line + b"\n")
    while rest:
        rest = rest[os.write(handle, rest) :]


def _sync(handle: int) -> None:
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # a file system that cannot sync says so; a disk that failed says EIO
            raise


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock, as it said itself."""

    pid: int
    program: str
    since: float


class Lock:
    """An exclusive lock between processes, on a file of its own that stays when the lock is freed.

    flock(2): freed by the kernel when the holder dies, however it dies; not inherited by programs that we start,
    since the descriptor is closed on exec. A file system without locks (ENOLCK and the like) cannot keep two
    programs apart: `enforced` is False then, and the lock counts as taken.
    """

    def __init__(self, path: Path, *, flock: Callable[[int, int], None] = fcntl.flock) -> None:
        self.path = path
        self.enforced = True
        self._flock = flock
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        """True while this object holds the lock; no longer once the file was removed by hand."""
        return self._handle is not None and self._is_current(self._handle)

    def acquire(self, program: str = "localgpt-tui") -> bool:
        """Take the lock without waiting; False where another holds it.

        Raises:
            OSError: the lock file cannot be made here.
        """
        if self.held:
            return True
        self.release()
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
        try:
            taken = self._try(handle) and self._is_current(handle)  # it may be removed by hand while we open it
        except BaseException:
            os.close(handle)
            raise
        if not taken:
            os.close(handle)
            return False
        self._handle = handle
        self.announce(program)
        return True

    def announce(self, program: str) -> None:
        """Say to others that `program` holds the lock; nothing happens where it is not held."""
        said = json.dumps({"pid": os.getpid(), "program": program, "since": time.time()}).ljust(_SAID)
        if self._handle is not None:
            with contextlib.suppress(OSError):  # on a full disk the lock holds, it only cannot say whose it is
                os.pwrite(self._handle, said.encode(), 0)  # as long as what was said before: nobody reads a half
                os.ftruncate(self._handle, len(said))

    def release(self) -> None:
        """Give the lock back; a lock that is not held stays as it is."""
        if self._handle is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None

    def holder(self) -> Holder | None:
        """Who took the lock and did not give it back; None where it cannot be told.

        Ask after `acquire` has failed: a program that was killed leaves its name behind, though not the lock.
        """
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            said = json.loads(self.path.read_bytes())
            return Holder(int(said["pid"]), str(said["program"]), float(said["since"]))
        return None

    def _try(self, handle: int) -> bool:
        try:
            self._flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            self.enforced = False
        return True

    def _is_current(self, handle: int) -> bool:
        with contextlib.suppress(OSError):
            return os.path.samestat(os.fstat(handle), self.path.stat())
        return False


@contextlib.contextmanager
def locked(path: Path, *, program: str = "localgpt-tui") -> Iterator[bool]:
    """Hold the lock on `path` for a block; yields False, and holds nothing, where another has it."""
    lock = Lock(path)
    try:
        yield lock.acquire(program)
    finally:
        lock.release()


def is_locked(path: Path) -> bool:
    """Whether anybody holds a lock on `path`, shared or not; False where there is no file, or one without locks."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(handle)
    return False


@contextlib.contextmanager
def folder_locked(folder: Path, *, seconds: float = 5.0) -> Iterator[None]:
    """Keep other users of this function out of `folder` for a block; no file is made for it.

    Where the file system knows no locks, the block runs all the same.

    Raises:
        TimeoutError: another held it for longer than `seconds`.
        OSError: the folder cannot be opened.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _wait_for(handle, seconds)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def locked_file(path: Path, *, seconds: float = 5.0) -> Iterator[None]:
    """Keep other users of this function, in any process, out for a block; the lock file `path` stays.

    Where the file system knows no locks, the block runs all the same.

    Raises:
        TimeoutError: another held it for longer than `seconds`.
        OSError: the lock file cannot be made.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        _wait_for(handle, seconds)
        yield
    finally:
        os.close(handle)


def _wait_for(handle: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not _taken(handle):
        if time.monotonic() > deadline:
            raise TimeoutError(errno.ETIMEDOUT, f"{_holder_of(handle) or 'another program'} is writing there")
        time.sleep(0.002)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _NO_LOCKS | {errno.EBADF}:  # EBADF: NFS locks only what is open for writing
            raise
    return True


def _holder_of(handle: int) -> str:
    """Who holds the lock on an open file, such as `localgpt-tui heartbeat (process 7)`; "" where it cannot be told."""
    status = os.fstat(handle)
    place = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    with contextlib.suppress(OSError, ValueError, IndexError):
        locks = [line.split() for line in Path("/proc/locks").read_text("ascii").splitlines()]
        (pid, *_) = [int(lock[4]) for lock in locks if lock[1] == "FLOCK" and lock[5] == place]
        if pid == os.getpid():
            return "another part of this program"
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").rstrip("\0").split("\0")
        at = next((at for at, word in enumerate(words) if _OURS.search(word)), 0)
        named = ["localgpt-tui" if _OURS.search(words[at]) else Path(words[at]).name, *words[at + 1 : at + 2]]
        program = "".join(letter if letter.isprintable() else "?" for letter in " ".join(named))[:60]
        return f"{program} (process {pid})"
    return ""


def sweep_temporaries(folder: Path, *, older_than: float = 3600.0) -> int:
    """Remove what interrupted atomic writes left in `folder`, if older than `older_than` seconds; returns how many."""
    removed = 0
    for leftover in folder.glob(_TEMPORARY + "*"):
        with contextlib.suppress(OSError):
            if time.time() - leftover.stat().st_mtime > older_than:
                leftover.unlink()
                removed += 1
    return removed
