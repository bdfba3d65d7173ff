"""Commands in the real sandbox: what they cannot do, and that nothing of them is left."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest

from localgpt_tui.core.errors import ToolError
from localgpt_tui.safety.sandbox import Sandbox
from localgpt_tui.tools.jobs import Jobs
from localgpt_tui.tools.shell import shell_tools
from tests.tools.conftest import Ground, alive


@pytest.fixture(params=["full", "standard"])
def tier(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
async def shell(tmp_path: Path, tier: Literal["full", "standard"]) -> AsyncIterator[Ground]:
    sandbox = await asyncio.to_thread(Sandbox.probe, tier)
    if sandbox.tier != tier:
        pytest.skip(f"there is no such tier here: {sandbox.describe()}")
    ground = Ground(tmp_path)
    (ground.base / "state").mkdir(exist_ok=True)
    (ground.base / "state" / "consent.json").write_text("private")
    (ground.workspace / "MEMORY.md").write_text("tea\n")
    jobs = Jobs(ground.base / "state" / "outputs", in_memory=50_000, most=3_000_000)
    tools = shell_tools(
        ground.grounds, sandbox, jobs, changes=ground.changes, session="s", hidden=lambda: (ground.base / "state",)
    )
    ground.tools = {tool.name: tool for tool in tools}
    yield ground
    await jobs.aclose()


async def test_the_working_folder_is_changed_and_the_workspace_only_read(shell: Ground):
    said = await shell.run(
        "bash", command=f"echo x > made; cat {shell.workspace}/MEMORY.md; echo y > {shell.workspace}/new"
    )
    assert said.startswith("tea\n")
    assert said.endswith("[exit status 1]")
    assert (shell.folder / "made").exists()
    assert not (shell.workspace / "new").exists()
    shell.trusted = False
    assert "exit status 1" in await shell.run("bash", command="ls; echo x > made2")
    assert not (shell.folder / "made2").exists()


async def test_the_programs_own_files_cannot_be_read_nor_its_network_used(shell: Ground):
    assert "private" not in await shell.run("bash", command=f"cat {shell.base}/state/consent.json")
    with socket.create_server(("127.0.0.1", 0)) as server:
        said = await shell.run("bash", command=f"exec 3<>/dev/tcp/127.0.0.1/{server.getsockname()[1]} && echo got out")
    assert "got out" not in said


async def test_what_makes_git_run_something_is_not_changed_or_is_told_and_given_back(shell: Ground, tier: str):
    git = shell.folder / ".git"
    (git / "hooks").mkdir(parents=True)
    for name in ("HEAD", "config", "index"):
        (git / name).write_text("mine\n")
    orders = "echo evil > .git/hooks/pre-commit; echo evil > .git/config; echo work > .git/index"
    said = await shell.run("bash", command=f"bash -c '{orders}; rm -r .git/hooks; mv .git away; true'")
    if tier == "full":
        assert said.count("Read-only file system") >= 2
        assert (git / "config").read_text() == "mine\n"
        assert not list((git / "hooks").iterdir())
        assert (git / "index").read_text() == "work\n", "the rest of git works on"
        assert "[!" not in said
    else:
        assert "[! other programs run or obey by themselves what changed here: away/config" in said
        assert git / "config" in shell.changes.undo_last("s").restored
        assert (git / "config").read_text() == "mine\n"


async def test_a_grandchild_that_made_itself_a_daemon_is_gone_with_the_command(shell: Ground):
    ours = os.getpid()  # another worker may run this at the same time
    daemon = f"(setsid bash -c 'trap \"\" TERM HUP; exec >/dev/null 2>&1; sleep 81.{ours}' &) ; sleep 0.1; echo done"
    assert (await shell.run("bash", command=daemon)).startswith("done\n")
    assert not await alive(f"sleep 81.{ours}")
    with pytest.raises(ToolError, match="took longer"):
        await shell.run("bash", command=daemon.replace("sleep 81", "sleep 82") + f"; sleep 83.{ours}", timeout_ms=300)
    assert not await alive(f"sleep 82.{ours}")
    assert not await alive(f"sleep 83.{ours}")
    await shell.run("bash", command=f"setsid sleep 84.{ours} & sleep 85.{ours}", background=True)
    while not await alive(f"sleep 84.{ours}"):
        await asyncio.sleep(0.01)
    await shell.run("job_kill", job="c3")
    assert not await alive(f"sleep 84.{ours}")


async def test_a_flood_of_output_is_ended(shell: Ground):
    with pytest.raises(ToolError, match="printed more than"):
        await shell.run("bash", command="head -c 1000000000 /dev/zero")
