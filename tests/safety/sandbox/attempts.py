"""Run by a confined command: tries everything once and prints what came of it, as one JSON object."""

# ruff: noqa: PTH101, PTH102, PTH103, PTH104, PTH108, PTH110, PTH116, PTH123, PTH208, T201

import ctypes
import errno
import json
import os
import platform
import resource
import shutil
import socket
import struct
import subprocess
import sys
import threading

given = json.loads(sys.argv[1])
ROOT, HOME, NOTES, WORK = given["root"], given["home"], given["notes"], given["work"]
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
X86 = platform.machine() == "x86_64"
outcomes = {}


def attempt(function):
    """Note `ok` with what the function returns, or the name of its error."""
    try:
        outcomes[function.__name__] = ["ok", function()]
    except OSError as error:
        outcomes[function.__name__] = [errno.errorcode.get(error.errno, "?"), None]


def call(x86, other, *arguments):
    plain = [ctypes.c_long(part) if isinstance(part, int) else part for part in arguments]
    result = libc.syscall(ctypes.c_long(x86 if X86 else other), *plain)
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text="new", mode="w"):
    with open(path, mode, encoding="utf-8") as file:
        file.write(text)


def knock(family, kind, address):
    with socket.socket(family, kind) as door:
        if kind == socket.SOCK_DGRAM and family == socket.AF_INET:
            door.sendto(b"x", address)
        else:
            door.connect(address)


# what is wanted
@attempt
def create():
    write(f"{WORK}/created")


@attempt
def overwrite():
    write(f"{WORK}/existing")
    return read(f"{WORK}/existing")


@attempt
def rename():
    write(f"{WORK}/before")
    os.makedirs(f"{WORK}/folder")
    os.rename(f"{WORK}/before", f"{WORK}/folder/after")


@attempt
def fifo():
    os.mkfifo(f"{WORK}/fifo")


@attempt
def delete():
    write(f"{WORK}/passing")
    os.unlink(f"{WORK}/passing")


@attempt
def permission_bits():
    os.chmod(f"{WORK}/existing", 0o755)
    return os.stat(f"{WORK}/existing").st_mode & 0o777


@attempt
def devices():
    write("/dev/null")
    with open("/dev/urandom", "rb") as file:
        return len(file.read(4))


@attempt
def temporary_files():
    write(f"{os.environ['TMPDIR']}/temporary")
    return read(f"{os.environ['TMPDIR']}/temporary")


@attempt
def programs():
    return subprocess.run(["ls", "existing"], cwd=WORK, capture_output=True, text=True, check=False).stdout


@attempt
def threads():
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()


@attempt
def socket_pair():
    one, other = socket.socketpair()
    one.send(b"x")
    return other.recv(1).decode()


@attempt
def git():
    if not shutil.which("git"):
        return "no git"
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "existing"], [*who, "commit", "-q", "-m", "x"]):
        done = subprocess.run(["git", *words], cwd=WORK, capture_output=True, text=True, check=False)
        if done.returncode:
            return done.stderr
    return "committed"


@attempt
def output_by_name():
    write("/dev/stdout", "", "a")


@attempt
def read_workspace():
    return read(f"{NOTES}/note")


# what is not wanted
@attempt
def read_through_hard_link():
    os.link(f"{HOME}/letter", f"{WORK}/hard")
    return read(f"{WORK}/hard")


@attempt
def read_other_environment():
    with open(f"/proc/{given['pid']}/environ", "rb") as file:
        return file.read().decode("utf-8", "replace")


@attempt
def new_namespace_by_clone():
    if call(56, 220, 0x10000000 | 17, 0, 0, 0, 0) == 0:
        os._exit(0)


@attempt
def other_memory():
    held = ctypes.create_string_buffer(8)
    local = struct.pack("QQ", ctypes.addressof(held), 8)
    call(310, 270, given["pid"], local, 1, local, 1, 0)


@attempt
def large_file():
    with open(f"{WORK}/large", "wb") as file:
        file.write(bytes(given["max_file_bytes"] + 4096))


REFUSED = {
    "write_workspace": lambda: write(f"{NOTES}/note"),
    "append_workspace": lambda: write(f"{NOTES}/note", mode="a"),
    "delete_workspace": lambda: os.unlink(f"{NOTES}/note"),
    "truncate_workspace": lambda: os.truncate(f"{NOTES}/note", 0),
    "truncate_workspace_while_reading": lambda: os.close(os.open(f"{NOTES}/note", os.O_RDONLY | os.O_TRUNC)),
    "move_workspace": lambda: os.rename(f"{NOTES}/note", f"{WORK}/note"),
    "read_hidden_in_workspace": lambda: read(f"{NOTES}/hidden/secret"),
    "read_key": lambda: read(f"{HOME}/.ssh/id"),
    "read_home": lambda: read(f"{HOME}/letter"),
    "list_home": lambda: [name for name in os.listdir(HOME) if name in {"letter", ".ssh"}] or None,
    "read_through_symbolic_link": lambda: read(f"{WORK}/link"),
    "read_through_own_root": lambda: read(f"/proc/self/root{HOME}/letter"),
    "read_through_other_root": lambda: read(f"/proc/{given['pid']}/root{HOME}/letter"),
    "read_through_other_folder": lambda: os.listdir(f"/proc/{given['pid']}/cwd"),
    "read_passwords": lambda: read("/etc/shadow"),
    "write_home": lambda: write(f"{HOME}/planted"),
    "append_home": lambda: write(f"{HOME}/letter", mode="a"),
    "truncate_home": lambda: os.truncate(f"{HOME}/letter", 0),
    "delete_home": lambda: os.unlink(f"{HOME}/letter"),
    "move_home": lambda: os.rename(f"{HOME}/letter", f"{WORK}/stolen"),
    "make_folder_in_home": lambda: os.mkdir(f"{HOME}/folder"),
    "write_shared_temporary": lambda: write(f"/tmp/{given['word']}"),
    "stat_secret": lambda: os.stat(f"{HOME}/.ssh/id").st_size,
    "chmod_home": lambda: os.chmod(f"{HOME}/letter", 0o666),
    "touch_home": lambda: os.utime(f"{HOME}/letter", (1, 1)),
    "signal_program": lambda: os.kill(given["pid"], 0),
    "tcp": lambda: knock(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", given["tcp"])),
    "udp": lambda: knock(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", given["udp"])),
    "unix_socket": lambda: knock(socket.AF_UNIX, socket.SOCK_STREAM, f"{ROOT}/door"),
    "unix_socket_in_folder": lambda: knock(socket.AF_UNIX, socket.SOCK_STREAM, f"{WORK}/door"),
    "abstract_socket": lambda: knock(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + given["word"]),
    "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close(),
    "io_uring": lambda: call(425, 425, 4, ctypes.create_string_buffer(120)),
    "unshare": lambda: call(272, 97, 0x10000000),
    "trace": lambda: call(101, 117, 0, 0, 0, 0),
    "keys": lambda: call(250, 219, 0, -3, 0),
    "bpf": lambda: call(321, 280, 0, ctypes.create_string_buffer(128), 128),
    "mount": lambda: call(165, 40, b"none", WORK.encode(), b"tmpfs", 0, 0),
    "other_limits": lambda: resource.prlimit(given["pid"], resource.RLIMIT_CORE, (0, 0)),
    "attributes": lambda: os.setxattr(f"{HOME}/letter", "user.mark", b"x"),
    "posix_shared_memory": lambda: write(f"/dev/shm/{given['word']}"),
    "posix_semaphore": lambda: write(f"/dev/shm/sem.{given['word']}"),
    "message_queue": lambda: call(240, 180, given["word"].encode(), os.O_CREAT | os.O_RDWR, 0o600, 0),
    "shared_memory": lambda: call(29, 194, 0x5EC, 4096, 0o1600),
    "others_power_by_mode": lambda: os.chmod(f"{WORK}/existing", 0o4755),
    "others_power_by_creation": lambda: os.close(os.open(f"{WORK}/powerful", os.O_CREAT | os.O_WRONLY, 0o4755)),
    "put_into_terminal": lambda: call(16, 29, 1, 0x5412, b"x"),
    "terminal": lambda: os.close(os.open("/dev/tty", os.O_RDWR)),
}
for name, function in REFUSED.items():
    function.__name__ = name
    attempt(function)

outcomes["input"] = [os.isatty(0), sys.stdin.read()]
outcomes["environment"] = dict(os.environ)
outcomes["limits"] = {
    name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}")) for name in ("CPU", "FSIZE", "NOFILE", "DATA", "CORE")
}
with open("/proc/self/status", encoding="ascii") as file:
    outcomes["status"] = dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)
outcomes["open_files"] = [int(name) for name in os.listdir("/proc/self/fd")]

# one child in a session of its own, and one that has also forgotten its environment
for name, words in {"session": ["setsid"], "forgetful": ["env", "-i", "setsid"]}.items():
    script = f'exec 9>"$1/{name}"; flock 9; sleep 300'
    if shutil.which("setsid") and shutil.which("flock"):
        subprocess.Popen(
            [shutil.which("env"), "-u", "X", *words, "/bin/sh", "-c", script, "sh", WORK],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while not os.path.exists(f"{WORK}/{name}"):
            pass
print(json.dumps(outcomes))
