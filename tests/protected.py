"""A machine to protect from confined commands, and users to try it as."""

import contextlib
import json
import os
import pwd
import shutil
import socket
import tempfile
import time
from pathlib import Path

from localgpt_tui.safety.sandbox import Bounds

OTHER = "nobody"


class Machine:
    """A home with something to protect, a workspace, a working folder, and doors at which nobody must knock."""

    def __init__(self, user: int):
        self.root = Path(tempfile.mkdtemp(dir="/var/tmp", prefix="machine-")).resolve()
        self.home, self.notes, self.work = (self.root / name for name in ("home", "notes", "work"))
        for path in (self.home / ".ssh", self.notes / "hidden", self.work):
            path.mkdir(parents=True)
        for name in ("home/.ssh/id", "notes/hidden/secret"):
            (self.root / name).write_text("SECRET")
        (self.home / "letter").write_text("SECRET letter")
        (self.home / ".gitconfig").write_text("[user]\nname = person\n")
        (self.notes / "note").write_text("note")
        (self.work / "existing").write_text("old")
        (self.work / "link").symlink_to(self.home / "letter")
        self.word = self.root.name
        self.doors = {"tcp": socket.create_server(("127.0.0.1", 0)), "udp": socket.socket(type=socket.SOCK_DGRAM)}
        self.doors["udp"].bind(("127.0.0.1", 0))
        for name, address in (
            ("unix", f"{self.root}/door"),
            ("near", f"{self.work}/door"),
            ("abstract", f"\0{self.word}"),
        ):
            self.doors[name] = socket.socket(socket.AF_UNIX)
            self.doors[name].bind(address)
            self.doors[name].listen()
        self.before = {path: path.stat() for path in (self.home / "letter", self.notes / "note")}
        if user != os.getuid():
            for path in (self.root, *self.root.rglob("*")):
                os.chown(path, user, user, follow_symlinks=False)

    def bounds(self):
        return Bounds(
            self.work,
            writable=(self.work,),
            readable=(self.notes,),
            hidden=(self.notes / "hidden", self.home / ".ssh"),
            seconds_cpu=50,
            max_file_bytes=1_000_000,
            open_files=300,
        )

    def given(self):
        said = {name: str(getattr(self, name)) for name in ("root", "home", "notes", "work", "word")}
        ports = {name: self.doors[name].getsockname()[1] for name in ("tcp", "udp")}
        return json.dumps({**said, **ports, "pid": os.getpid(), "max_file_bytes": self.bounds().max_file_bytes})

    def close(self):
        for door in self.doors.values():
            door.close()
        shutil.rmtree(self.root)


def other_user():
    """Somebody else's number, where we may become them; our own where we are nobody special ourselves."""
    return pwd.getpwnam(OTHER).pw_uid if os.getuid() == 0 else os.getuid()


def as_user(user, work):
    """What `work()` returns, as JSON, when `user` does it in a process of their own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os.close(reading)
            if user != os.getuid():
                os.setgroups([])
                os.setgid(user)
                os.setuid(user)
            with os.fdopen(writing, "w") as pipe:
                json.dump(work(), pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return json.loads(said)


def until(holds, seconds=5.0):
    """Look again until it holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.005)
