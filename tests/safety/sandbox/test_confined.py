"""A command from its start to the end of everything that it started."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from protected import until

from localgpt_tui.safety.sandbox import Bounds, SandboxError, descendants
from localgpt_tui.safety.sandbox.starting import start

TIERS = ("full", "standard", "none")


@pytest.fixture(params=TIERS)
def mechanism(request, by_tier):
    if request.param not in by_tier or by_tier[request.param].missing():
        pytest.skip(f"{request.param} is not there")
    return by_tier[request.param]


@pytest.fixture
def run(mechanism, folder):
    """Run a line of shell in `folder`; its status and what it said."""
    running = []

    def begin(line, **more):
        output = (folder / f"output-{len(running)}").open("w+")
        argv = line if isinstance(line, list) else ["bash", "-c", line]
        bounds = Bounds(folder, (folder,), **more)
        command = start(mechanism, argv, bounds, stdout=output.fileno(), stderr=output.fileno())
        running.append((command, output))
        return command, output

    yield begin
    for command, output in running:
        command.stop()
        output.close()


def ended(command):
    until(lambda: command.poll() is not None, 20)
    return command.poll()


def said(output):
    output.seek(0)
    return output.read()


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("exit 3", 3),
        ("kill -9 $$", 137),
        ("kill -TERM $$", 143),
        (["/nowhere/at-all"], 127),
        (["echo", "a b", "$HOME"], 0),
    ],
)
def test_the_status_is_what_a_shell_would_say(run, line, status):
    command, output = run(line)

    assert ended(command) == status
    if status == 0:
        assert said(output) == "a b $HOME\n"


def test_the_output_can_be_opened_again_by_its_name(run):
    command, output = run(
        "echo one > /dev/stdout; echo two >> /dev/stderr; echo three | tee -a /dev/stderr > /dev/null"
    )
    assert ended(command) == 0
    assert "two\nthree\n" in said(output)


async def test_waiting_ends_with_the_command_and_sees_the_leftovers_killed(run, folder):
    command, output = run("(trap '' HUP TERM; sleep 300) & echo $! > background; echo said")

    assert await asyncio.wait_for(command.wait(), 20) == 0
    assert said(output) == "said\n"
    assert await command.wait() == command.poll() == 0
    assert not alive(output)


async def test_who_stops_waiting_leaves_the_command_running(run):
    command, _ = run("sleep 300")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(command.wait(), 0.05)

    assert command.poll() is None
    command.stop()
    assert command.poll() == 137


def alive(output):
    """The processes that still hold the output open."""
    name = Path(output.name).resolve()
    return [
        entry.name for entry in Path("/proc").glob("[0-9]*") if int(entry.name) != os.getpid() and holds(entry, name)
    ]


def holds(process, name):
    try:
        return any(handle.resolve() == name for handle in (process / "fd").iterdir())
    except OSError:
        return False


ESCAPES = {
    "a child": "sleep 300 & touch ready; wait",
    "a session of its own": "setsid sleep 300 & touch ready; sleep 300",
    "a daemon": "(setsid sleep 300 &) ; (setsid setsid sleep 300 & sleep 0) & touch ready; sleep 300",
    "no environment": "env -i setsid sleep 300 & touch ready; sleep 300",
    "deaf to signals": "trap '' TERM HUP INT; (trap '' TERM HUP; setsid sleep 300 & wait) & touch ready; sleep 300",
    "ever new ones": "f() { sleep 0.01; f & }; touch ready; for i in 1 2 3; do f & done; sleep 300",
}


@pytest.mark.parametrize("escape", ESCAPES)
def test_stopping_leaves_nothing_behind(run, folder, escape, mechanism):
    if mechanism.tier == "none" and escape == "no environment":
        pytest.skip("without a filter of calls such an orphan cannot be told from another program's")
    command, output = run(ESCAPES[escape])
    until((folder / "ready").exists)
    command.stop()

    assert command.poll() == 137
    assert alive(output) == []
    command.stop()


@pytest.mark.parametrize("escape", ["a daemon", "no environment"])
def test_the_end_of_a_command_is_the_end_of_its_orphans(run, mechanism, escape):
    if mechanism.tier == "none" and escape == "no environment":
        pytest.skip("without a filter of calls such an orphan cannot be told from another program's")
    command, output = run("(setsid sleep 300 &)" if escape == "a daemon" else "(env -i setsid sleep 300 &)")

    assert ended(command) == 0
    assert alive(output) == []


def test_the_end_of_one_command_leaves_the_orphans_of_another(run, folder):
    longer, output = run("(setsid sleep 300 &) ; (sleep 300 &) ; touch ready; sleep 300")
    until((folder / "ready").exists)
    shorter, _ = run("(setsid sleep 300 &)")

    assert ended(shorter) == 0
    assert longer.poll() is None
    assert len(alive(output)) >= 3
    longer.stop()
    assert alive(output) == []


def test_children_of_this_program_are_left_alone(run):
    own = subprocess.Popen(["sleep", "300"], start_new_session=True)
    try:
        command, _ = run("(setsid sleep 300 &)")
        assert ended(command) == 0
        assert own.poll() is None
    finally:
        own.kill()
        own.wait()


def test_the_private_folder_is_gone_even_if_it_was_closed(run):
    command, _ = run('mkdir -p "$TMPDIR/a/b"; touch "$TMPDIR/a/b/c"; chmod 0 "$TMPDIR/a/b" "$TMPDIR/a"')
    assert command._private.exists()

    assert ended(command) == 0
    assert not command._private.exists()


def test_many_at_once_leave_no_file_open_no_thread_and_no_child(mechanism, folder):
    bounds = Bounds(folder, (folder,))
    count = 60 if mechanism.tier == "standard" else 20
    warm = start(mechanism, ["true"], bounds, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: warm.poll() is not None)
    before = len(list(Path("/proc/self/fd").iterdir())), threading.active_count()

    def one(_):
        command = start(mechanism, ["true"], bounds, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: command.poll() is not None, 60)
        return command.poll()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(one, range(count))) == {0}
    assert (len(list(Path("/proc/self/fd").iterdir())), threading.active_count()) == before
    assert descendants._running == {}


@pytest.mark.parametrize("name", ["with space", "with\nnewline", "with'quote\"s", "ünïcode", "-rf"])
def test_folders_may_have_any_name(run, folder, name):
    odd = folder / name
    odd.mkdir()
    command, output = run("echo kept > file && cat file", readable=(odd,))
    assert ended(command) == 0
    assert said(output) == "kept\n"


def test_a_folder_that_is_a_link_is_the_folder_it_names(mechanism, folder):
    (folder / "real").mkdir()
    (folder / "link").symlink_to("real")
    bounds = Bounds(folder / "link", (folder / "link",))
    command = start(mechanism, ["touch", "file"], bounds, stdout=subprocess.DEVNULL, stderr=2)

    assert ended(command) == 0
    assert (folder / "real/file").exists()


def test_a_home_may_be_a_link(mechanism, folder, monkeypatch):
    (folder / "real").mkdir()
    (folder / "real/.gitconfig").write_text("[user]\nname = linked\n")
    (folder / "home").symlink_to("real")
    (folder / "work").mkdir()
    monkeypatch.setenv("HOME", str(folder / "home"))
    with (folder / "output").open("w+") as output:
        line = ["sh", "-c", "cat ~/.gitconfig; touch ~/x"]
        command = start(mechanism, line, Bounds(folder / "work"), stdout=output.fileno(), stderr=2)
        ended(command)
        assert "linked" in said(output)
    assert mechanism.tier == "none" or not (folder / "real/x").exists()


def test_places_that_are_not_there_are_left_out(mechanism, folder):
    missing = folder / "missing"
    bounds = Bounds(folder, (folder, missing), (missing,), (folder.parent / "missing",))
    command = start(mechanism, ["touch", "file"], bounds, stdout=subprocess.DEVNULL, stderr=2)
    assert ended(command) == 0


def test_a_folder_that_is_gone_is_said_by_its_name(mechanism, folder):
    with pytest.raises(SandboxError, match=r"The folder .*/gone is not there\."):
        start(mechanism, ["true"], Bounds(folder / "gone"), stdout=1, stderr=2)


def test_a_command_that_uses_up_its_time_says_why(by_tier, folder):
    bounds = Bounds(folder, seconds_cpu=1)
    line = ["sh", "-c", "while :; do :; done"]
    command = start(by_tier["none"], line, bounds, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert ended(command) == 128 + signal.SIGXCPU


def test_a_command_that_wants_all_memory_is_given_none(by_tier, folder):
    line = [sys.executable, "-c", "bytearray(200 << 20)"]
    for memory, status in ((1 << 30, 0), (100 << 20, 1)):
        bounds = Bounds(folder, memory_bytes=memory)
        command = start(by_tier["none"], line, bounds, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert ended(command) == status


@pytest.mark.skipif(not shutil.which("git"), reason="there is no git here")
def test_git_works_where_its_settings_are_hidden(run):
    settings = Path.home() / ".gitconfig"
    settings.write_text("[user]\nname = x\n")
    command, output = run("git init -q . && git status --short", hidden=(settings,))
    assert ended(command) == 0, said(output)


PROGRAM = """
import os, subprocess, sys, time
from pathlib import Path
from localgpt_tui.safety.sandbox import Bounds
from localgpt_tui.safety.sandbox.mechanisms import mechanisms
from localgpt_tui.safety.sandbox.starting import start

folder, tier, end = sys.argv[1:]
mechanism = next(found for found in mechanisms() if found.tier == tier)
line = ["sh", "-c", "setsid sleep 300 & touch ready; sleep 300"]
command = start(mechanism, line, Bounds(Path(folder), (Path(folder),)), stdout=1, stderr=2)
while not Path(folder, "ready").exists():
    time.sleep(0.005)
if end == "killed":
    os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("end", ["by itself", "killed"])
def test_nothing_outlives_the_program(mechanism, folder, end):
    if end == "killed" and mechanism.tier != "full":
        pytest.skip("only bubblewrap ends its command along with a program that is killed")
    with (folder / "output").open("w") as output:
        argv = [sys.executable, "-c", PROGRAM, str(folder), mechanism.tier, end]
        subprocess.run(argv, stdout=output, stderr=subprocess.DEVNULL, check=False)
        until(lambda: alive(output) == [])
