"""What a confined command can do, row by row: in each tier, as the person who runs the tests and as somebody else."""

import errno
import fcntl
import json
import os
import select
import sys
from pathlib import Path

import pytest
from protected import Machine, as_user, other_user

from localgpt_tui.safety.sandbox import landlock
from localgpt_tui.safety.sandbox.mechanisms import mechanisms
from localgpt_tui.safety.sandbox.starting import start

CANARY = "sk-canary-of-this-program"
ATTEMPTS = Path(__file__).with_name("attempts.py").read_text(encoding="utf-8")


def collect(tier, machine, user):
    """Run all the attempts as `user` would; what came of them, and what is left of the machine."""
    own = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(machine.home),
        "LANG": "C.UTF-8",
        "OPENAI_API_KEY": CANARY,
    }
    pythons = [path for path in ("/usr/bin/python3", sys.executable) if os.access(path, os.X_OK)]

    def work():
        (mechanism,) = (fresh for fresh in mechanisms() if fresh.tier == tier)  # its threads are not there after a fork
        reading, writing = os.pipe()
        argv = [pythons[0], "-I", "-S", "-c", ATTEMPTS, machine.given()]
        command = start(mechanism, argv, machine.bounds(), stdout=writing, stderr=2, own=own)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            said = pipe.readline()
        command._process.wait()
        status = command.poll()
        return {**json.loads(said), "exit": status, "private": command._private.exists()}

    outcomes = as_user(user, work)
    outcomes["knocked"] = [name for name, door in machine.doors.items() if select.select([door], [], [], 0)[0]]
    outcomes["alive"] = [name for name in ("session", "forgetful") if held(machine.work / name)]
    outcomes["unharmed"] = {
        path.name: path.exists() and path.read_text() == before_text(path) for path in machine.before
    }
    outcomes["left_in_memory"] = [str(path) for path in Path("/dev/shm").glob(f"*{machine.word}*")]
    outcomes["planted"] = [name for name in ("planted", "folder") if (machine.home / name).exists()]
    return outcomes


def before_text(path):
    return {"letter": "SECRET letter", "note": "note"}[path.name]


def held(path):
    if not path.exists():
        return False
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


pytestmark = pytest.mark.xdist_group("sandbox")  # what was collected once serves all rows


@pytest.fixture(scope="module")
def outcomes_of(by_tier):
    collected = {}

    def outcomes_of(tier, who):
        if tier not in by_tier or (why := by_tier[tier].missing()):
            if tier == "standard" and landlock.abi() >= landlock.TRUNCATE_ABI:
                pytest.fail(f"this kernel can do it, but: {why}")
            pytest.skip(f"{tier} is not there: {why if tier in by_tier else 'another system'}")
        user = os.getuid() if who == "self" else other_user()
        if (tier, user) not in collected:
            machine = Machine(user)
            try:
                collected[tier, user] = collect(tier, machine, user)
            finally:
                machine.close()
        return {**collected[tier, user], "user": user, "tier": tier}

    return outcomes_of


STRONG = [("full", "self"), ("full", "other"), ("standard", "self"), ("standard", "other")]


@pytest.fixture(scope="module", params=[*STRONG, ("limited", "other")], ids="-".join)
def outcomes(request, outcomes_of):
    return outcomes_of(*request.param)


@pytest.fixture(scope="module", params=STRONG, ids="-".join)
def strong(request, outcomes_of):
    return outcomes_of(*request.param)


@pytest.fixture(scope="module", params=["self", "other"])
def full(request, outcomes_of):
    return outcomes_of("full", request.param)


WANTED = {
    "create": None,
    "overwrite": "new",
    "rename": None,
    "fifo": None,
    "delete": None,
    "permission_bits": 0o755,
    "devices": 4,
    "temporary_files": "new",
    "programs": "existing\n",
    "threads": None,
    "socket_pair": "x",
    "git": "committed",
    "output_by_name": None,
    "read_workspace": "note",
}


@pytest.mark.parametrize("name", WANTED)
def test_ordinary_work_is_done(outcomes, name):
    how, value = outcomes[name]
    if value == "no git":
        pytest.skip("there is no git here")
    assert (how, value) == ("ok", WANTED[name])


@pytest.mark.parametrize(
    "name",
    [
        "read_hidden_in_workspace",
        "read_key",
        "read_home",
        "read_through_symbolic_link",
        "read_through_hard_link",
        "read_through_own_root",
        "read_through_other_root",
        "read_through_other_folder",
        "read_other_environment",
        "read_passwords",
    ],
)
def test_what_is_not_allowed_is_not_read(outcomes, name):
    how, value = outcomes[name]
    assert how != "ok", value


def test_a_home_shows_no_names(outcomes):
    assert outcomes["list_home"][1] is None


@pytest.mark.parametrize(
    "name",
    [
        "write_workspace",
        "append_workspace",
        "delete_workspace",
        "truncate_workspace",
        "truncate_workspace_while_reading",
        "move_workspace",
        "write_home",
        "make_folder_in_home",
        "append_home",
        "truncate_home",
        "delete_home",
        "move_home",
    ],
)
def test_what_is_not_writable_is_not_changed(outcomes, name):
    assert outcomes[name][0] != "ok"


def test_everything_outside_is_as_it_was(outcomes):
    assert outcomes["unharmed"] == {"letter": True, "note": True}
    assert outcomes["planted"] == []


@pytest.mark.parametrize(
    "name",
    [
        "tcp",
        "udp",
        "unix_socket",
        "unix_socket_in_folder",
        "abstract_socket",
        "netlink",
        "io_uring",
        "unshare",
        "new_namespace_by_clone",
        "trace",
        "other_memory",
        "keys",
        "bpf",
        "mount",
        "shared_memory",
        "message_queue",
        "other_limits",
        "others_power_by_mode",
        "others_power_by_creation",
        "put_into_terminal",
    ],
)
def test_the_kernel_refuses_what_leads_out(outcomes, name):
    assert outcomes[name][0] == "EPERM"


def test_files_outside_get_no_attributes(outcomes):
    assert outcomes["attributes"][0] == errno.errorcode[errno.EOPNOTSUPP]


def test_no_file_of_the_program_is_open(outcomes):
    assert set(outcomes["open_files"]) <= {0, 1, 2, 3}  # the last one reads the list


def test_nobody_was_reached(outcomes):
    assert outcomes["knocked"] == []


def test_other_programs_get_no_signals(strong):
    assert strong["signal_program"][0] in {"EPERM", "ESRCH"}


@pytest.mark.parametrize("name", ["stat_secret", "chmod_home", "touch_home"])
def test_in_the_full_tier_files_outside_are_not_even_there(full, name):
    assert full[name][0] == "ENOENT"


def test_the_shared_temporary_folder_is_never_written_to(outcomes):
    assert not Path("/tmp", Path(outcomes["environment"]["HOME"]).parent.name).exists()


def test_memory_is_shared_with_no_other_program(outcomes):
    assert outcomes["left_in_memory"] == []
    if outcomes["tier"] != "full":  # there it is a folder of its own
        assert {outcomes[name][0] for name in ("posix_shared_memory", "posix_semaphore")} == {"EACCES"}


def test_in_the_full_tier_the_temporary_folder_is_private(full):
    assert full["write_shared_temporary"][0] == "ok"


def test_there_is_no_terminal_and_no_input(outcomes):
    assert outcomes["terminal"][0] != "ok"
    assert outcomes["input"] == [False, ""]


def test_the_environment_has_known_names_only(outcomes):
    known = {
        "PATH",
        "HOME",
        "LANG",
        "LC_CTYPE",
        "TMPDIR",
        "XDG_CACHE_HOME",
        "PAGER",
        "GIT_PAGER",
        "GIT_TERMINAL_PROMPT",
    }
    assert set(outcomes["environment"]) - {"PWD", "OLDPWD", "SHLVL", "_"} <= known | {"HISTFILE", "LOCALGPT_COMMAND"}
    assert CANARY not in str(outcomes["environment"])


def test_limits_are_set_and_processes_are_not_counted(outcomes):
    memory = 8 * 2**30
    assert outcomes["limits"] == {
        "CPU": [50, 52],
        "FSIZE": [999_936, 999_936],
        "NOFILE": [300, 300],
        "DATA": [memory, memory],
        "CORE": [0, 0],
    }
    assert outcomes["large_file"][0] == "EFBIG"


def test_no_capability_is_left(outcomes):
    sets = ["Inh", "Prm", "Eff", "Amb"]
    sets += ["Bnd"] if outcomes["user"] == 0 else []  # only root may lower what could be gained
    assert {outcomes["status"][f"Cap{kind}"].strip("0") for kind in sets} == {""}
    assert outcomes["status"]["NoNewPrivs"] == "1"


def test_nothing_lives_on_and_nothing_is_left(outcomes):
    assert outcomes["exit"] == 0
    assert outcomes["alive"] == []
    assert not outcomes["private"]
