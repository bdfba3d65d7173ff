"""Running commands: what is said first, what comes back, and that nothing outlives its time."""

import asyncio
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localgpt_tui.core.errors import ToolError
from localgpt_tui.safety.sandbox.bounds import Tier
from localgpt_tui.tools.foresight import act_of
from tests.tools.conftest import Shell, alive


async def test_output_and_errors_come_back_in_their_order_with_the_status(shell: Shell):
    said = await shell.run("bash", command="echo one; echo two >&2; echo three; pwd; exit 3")
    assert said == f"one\ntwo\nthree\n{shell.folder}\n[exit status 3]"
    assert "".join(shell.progress) == f"one\ntwo\nthree\n{shell.folder}\n"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("true", "[exit status 0]"),
        ("no-such-program-here", "[exit status 127: there is no such program]"),
        ("kill -9 $$", "[exit status 137: ended by SIGKILL]"),
        ("cat; test ! -t 0 && echo no terminal", "no terminal\n[exit status 0]"),
        ("printf 'a\\0b\\033[31mred\\033]52;c;x\\007\\377'", "abred\N{REPLACEMENT CHARACTER}\n[exit status 0]"),
    ],
)
async def test_an_end_is_told_in_words_and_output_in_plain_text(shell: Shell, command: str, words: str):
    said = await shell.run("bash", command=command)
    assert said.endswith(words)
    assert "\x1b" not in said + "".join(shell.progress)


async def test_the_bounds_are_those_of_the_grounds(shell: Shell):
    await shell.run("bash", command="true")
    shell.trusted = False
    await shell.run("bash", command="true")
    first, second = shell.sandbox.bounds
    assert (first.folder, first.writable, first.hidden) == (shell.folder, (shell.folder,), (shell.base / "config",))
    assert second.writable == ()
    assert shell.workspace in second.readable


@pytest.mark.parametrize("command", ["", "  \n", "a\0b"])
async def test_nothing_is_no_command(shell: Shell, command: str):
    with pytest.raises(ToolError, match="no command that could be run"):
        await shell.run("bash", command=command)


async def test_a_long_output_is_cut_in_the_middle_and_can_be_read_on(shell: Shell):
    said = await shell.run("bash", command="seq 1 40000; echo end")
    size = 228_894 + 4
    assert said.startswith("1\n2\n3\n")
    assert said.endswith("\n40000\nend\n[exit status 0]")
    assert " reads on; 40,001 lines in all]\n" in said
    found = re.search(r"\[([\d,]+) of 228,898 bytes are left out here; job_output with job=(c1) and offset=(\d+)", said)
    assert found
    assert len(shell.outputs) == 1
    assert shell.outputs[0].stat().st_mode & 0o77 == 0
    read, offset = said[: found.start() - 1], int(found[3])
    while offset < size:
        more = await shell.run("job_output", job="c1")
        at = re.search(r"\n\[c1: exit status 0(?:; there is more from offset=(\d+))?\]$", more)
        assert at
        read += ("\n" if not read.endswith("\n") and offset and more[0] == "\n" else "") + more[: at.start()]
        offset = int(at[1]) if at[1] else size
    assert "".join(read.split()) == "".join(str(number) for number in range(1, 40001)) + "end"
    with pytest.raises(ToolError, match="has printed 228,898 bytes only"):
        await shell.run("job_output", job="c1", offset=300_000)


async def test_endless_output_is_capped_and_ended(shell: Shell):
    with pytest.raises(ToolError, match=r"stopped: it printed more than the 3,000,000 bytes that can be kept"):
        await shell.run("bash", command="yes $'\\033[2Jendless'")
    assert sum(map(len, shell.progress)) < 500_000
    assert "\x1b" not in "".join(shell.progress)


async def test_what_takes_too_long_is_ended_even_if_it_does_not_want_to(shell: Shell):
    with pytest.raises(ToolError, match=r"(?s)^begun\n\[stopped after 0\.\d+ s: it took longer than it was given\]$"):
        await shell.run(
            "bash",
            command="trap '' TERM HUP INT; exec >/dev/null; sleep 60.4321 & echo begun >&2; wait",
            timeout_ms=200,
        )
    assert not await alive("sleep 60.4321")


async def test_cancelling_ends_the_command_and_its_children(shell: Shell):
    task = asyncio.create_task(shell.run("bash", command="echo begun; sleep 61.4321 & sleep 62.4321"))
    while not shell.progress:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not await alive("sleep 61.4321")
    assert not await alive("sleep 62.4321")
    with pytest.raises(ToolError, match="no job 'c1'"):
        await shell.run("job_output", job="c1")


async def test_a_child_that_holds_the_output_does_not_hold_up_the_answer(shell: Shell):
    assert await shell.run("bash", command="sleep 63.4321 & echo done") == "done\n[exit status 0]"
    assert not await alive("sleep 63.4321")


async def test_many_commands_leave_no_descriptor_behind(shell: Shell):
    await shell.run("bash", command="true")
    before = open_descriptors()
    await asyncio.gather(*(shell.run("bash", command=f"echo {number}") for number in range(20)))
    assert open_descriptors() <= before


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_a_command_says_first_what_it_would_do(shell: Shell):
    (shell.folder / "build" / "sub").mkdir(parents=True)
    for name in ("a", "sub/b"):
        (shell.folder / "build" / name).write_bytes(b"x" * 1500)
    act = await shell.foresee("bash", command="rm -r build; echo x > out.txt && cp out.txt two.txt")
    assert (act.kind, act.verdict, act.folder) == ("run", "approve", str(shell.folder))
    assert act.shown == "rm -r build; echo x > out.txt && cp out.txt two.txt"
    assert act.title == f"run {act.shown}"
    assert (act.writes, act.deletes) == (("out.txt", "two.txt"), ("build",))
    assert "build goes: 2 files, 3.0 kB" in act.reasons
    assert (act.confined, act.origin, act.pattern) == ("in words: standard", "the output of a command", "")
    assert (act.network, act.afterwards) == ("off", "")
    act = await shell.foresee("bash", command="make", background=True)
    assert act.afterwards == "goes on in the background until it ends, is stopped, or the session is closed"
    assert (shell.folder / "build").exists()


async def test_what_only_reads_is_safe_and_what_destroys_is_refused(shell: Shell):
    assert (await shell.foresee("bash", command="ls -l")).verdict == "safe"
    assert (await shell.foresee("bash", command="rm -rf ~")).verdict == "deny"


@pytest.mark.parametrize("tier", ["none", "limited"])
async def test_where_nothing_reliable_holds_commands_in_each_one_asks(shell: Shell, tier: Tier):
    shell.open(tier)
    act = await shell.foresee("bash", command="ls")
    assert (act.verdict, act.pattern) == ("approve", "")
    assert act.reasons[0] == f"nothing reliable holds commands in here ({tier})"
    act = await shell.foresee("bash", command="git status; curl https://me@example.com:8080/x")
    assert act.hosts == (("example.com:8080",) if tier == "none" else ())
    assert act.network == ("on" if tier == "none" else "off")


async def test_where_nobody_attends_commands_need_a_reliable_sandbox(shell: Shell):
    shell.open("limited", unattended=True)
    assert (await shell.foresee("bash", command="ls")).verdict == "deny"
    with pytest.raises(ToolError, match="nobody attends"):
        await shell.run("bash", command="ls")
    assert "exit status 0" in await shell.open("standard", unattended=True).run("bash", command="true")


@pytest.mark.parametrize(
    ("command", "file"),
    [
        ("python3 x.py", "x.py"),
        ("./run.sh --fast", "run.sh"),
        ("bash f.sh", "f.sh"),
        ("source f.sh", "f.sh"),
        ("cd sub && python3 y.py", "sub/y.py"),
        ("env A=1 nice python3 x.py", "x.py"),
        ("bash < f.sh", "f.sh"),
        ("make test", "Makefile"),
        ("npm run build", "package.json"),
    ],
)
async def test_an_answer_is_bound_to_what_the_script_holds(shell: Shell, command: str, file: str):
    (shell.folder / "sub").mkdir()
    first = await shell.foresee("bash", command=command)
    (shell.folder / file).write_text("harmless")
    second = await shell.foresee("bash", command=command)
    assert second.binding == (await shell.foresee("bash", command=command)).binding
    (shell.folder / file).write_text("changed")
    third = await shell.foresee("bash", command=command)
    assert len({first.binding, second.binding, third.binding}) == 3


async def test_the_files_that_a_command_names_can_be_given_back(shell: Shell):
    (shell.folder / "d").mkdir()
    (shell.folder / "d" / "x").write_text("precious")
    (shell.folder / "a").write_text("one")
    await shell.run("bash", command="rm -r d; echo two > a; echo new > b")
    given_back = shell.changes.undo_last("s")
    assert given_back.removed == (shell.folder / "b",)
    assert (shell.folder / "d" / "x").read_text() == "precious"
    assert (shell.folder / "a").read_text() == "one"


_PIECES = st.sampled_from(
    [
        *(
            "rm",
            "-rf",
            "~",
            "$X",
            "$(",
            ")",
            "`",
            "'",
            '"',
            ";",
            "|",
            "&&",
            "\n",
            " ",
            ">",
            "<",
            "<<E",
            "a*",
            "[",
            "{a,b}",
        ),
        *(
            "\0",
            "./x",
            "bash -c",
            "sed -i",
            "mv",
            "cp -t",
            "make",
            "\ud800",
            "é",
            "--",
            "=",
            "\\",
            "cd",
            "/dev/null",
            "&",
        ),
    ]
)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(_PIECES, max_size=9))
def test_any_line_can_be_told_beforehand(shell: Shell, pieces: list[str]):
    command = " ".join(pieces)
    act = act_of(command, shell.grounds, tier="standard", confined="", unattended=False, origin="")
    assert act.shown == command
    assert "\n" not in act.title
