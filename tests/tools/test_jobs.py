"""Background jobs: started, looked at, ended; and never longer than their session."""

import asyncio

import pytest

from localgpt_tui.core.errors import ToolError
from tests.tools.conftest import Shell, alive


async def test_a_job_runs_on_and_is_looked_at_in_pieces(shell: Shell):
    started = await shell.run(
        "bash", command="echo one; read; while ! test -e go; do sleep 0.01; done; echo two", background=True
    )
    assert started.startswith("Started in the background as c1.")
    while (first := await shell.run("job_output", job="c1")).startswith("Nothing new"):
        await asyncio.sleep(0.01)
    assert first.startswith("one\n[c1: still running after 0.")
    (shell.folder / "go").touch()
    seen = "[in the folder, while it ran, new: go]\n[/undo files does not give back go]\n[c1: exit status 0]"
    assert await shell.run("job_output", job="c1", wait_seconds=10) == f"two\n{seen}"
    assert await shell.run("job_output", job="c1") == f"Nothing new.\n{seen}"
    assert await shell.run("job_output", job="c1", offset=0) == f"one\ntwo\n{seen}"
    assert await shell.run("job_kill", job="c1") == "c1 had ended already: exit status 0."


async def test_a_job_is_ended_with_its_children_and_on_time(shell: Shell):
    await shell.run("bash", command="sleep 71.4321 & sleep 72.4321", background=True)
    await shell.run("bash", command="sleep 73.4321", background=True, timeout_ms=100)
    assert await shell.run("job_kill", job="c1") == "Ended c1."
    assert "stopped on request" in await shell.run("job_output", job="c1")
    assert "took longer than it was given" in await shell.run("job_output", job="c2", wait_seconds=10)
    assert not [number for number in (71, 72, 73) if await alive(f"sleep {number}.4321")]


async def test_jobs_end_with_the_session(shell: Shell):
    await shell.run("bash", command="sleep 74.4321", background=True)
    await shell.jobs.aclose()
    assert not await alive("sleep 74.4321")
    with pytest.raises(ToolError, match=r"no job 'c1'.*none at present. Jobs end with the session"):
        await shell.run("job_output", job="c1")


async def test_there_are_only_so_many_jobs(shell: Shell):
    for _ in range(8):
        await shell.run("bash", command="sleep 75.4321", background=True)
    with pytest.raises(ToolError, match="8 jobs run already: c1, c2"):
        await shell.run("bash", command="sleep 75.4321", background=True)
    assert "exit status 0" in await shell.run("bash", command="true")


async def test_looking_and_ending_need_no_question(shell: Shell):
    await shell.run("bash", command="sleep 76.4321", background=True)
    look, end = await shell.foresee("job_output", job="c1"), await shell.foresee("job_kill", job="c1")
    assert (look.kind, look.verdict, look.origin) == ("read", "safe", "the output of a command")
    assert (end.kind, end.verdict, end.shown) == ("run", "safe", "sleep 76.4321")
    with pytest.raises(ToolError, match="There are c1"):
        await shell.foresee("job_kill", job="x\x1b[2J")


async def test_what_a_job_changed_can_be_given_back(shell: Shell):
    await shell.run("bash", command="echo new > made", background=True)
    await shell.run("job_output", job="c1", wait_seconds=10)
    assert shell.changes.undo_last("s").removed == (shell.folder / "made",)
