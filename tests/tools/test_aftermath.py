"""After a command the result says what changed in the folder, and /undo files gives it back, named or not."""

import asyncio

import pytest

from tests.tools.conftest import Shell

SCRIPT = """\
printf two > old.txt; mkdir -p made; echo new > made/file; rm gone.txt; chmod 700 tool.sh
"""


@pytest.fixture
def project(shell: Shell) -> Shell:
    for name, content in {"old.txt": "one", "gone.txt": "was here", "tool.sh": "#", "script.sh": SCRIPT}.items():
        (shell.folder / name).write_text(content)
    return shell


def held(shell: Shell) -> dict[str, str]:
    files = (file for file in shell.folder.rglob("*") if file.is_file())
    return {file.relative_to(shell.folder).as_posix(): file.read_text() for file in files}


async def test_what_a_script_changed_is_said_and_given_back(project: Shell):
    before = held(project)
    assert await project.run("bash", command="bash script.sh") == (
        "[in the folder, changed: old.txt; new: made/file; gone: gone.txt; other permissions: tool.sh]\n"
        "[/undo files does not give back tool.sh]\n"
        "[exit status 0]"
    )
    after = held(project)
    given_back = project.changes.undo_last("s")
    assert (len(given_back.restored), len(given_back.removed), given_back.refused) == (2, 1, ())
    assert held(project) == before
    assert project.changes.redo_last("s")
    assert held(project) == after


async def test_what_is_too_large_to_be_given_back_is_named(project: Shell):
    (project.folder / "script.sh").write_text("head -c 1000001 /dev/zero > big")
    said = await project.run("bash", command="bash script.sh")
    assert said == "[in the folder, new: big]\n[/undo files does not give back big]\n[exit status 0]"
    assert not project.changes.undo_last("s")


async def test_only_some_of_very_many_are_named(project: Shell):
    said = await project.run("bash", command="bash -c 'for i in {10..40}; do echo > $i; done'")
    assert said.startswith("[in the folder, new: 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 and 21 more]\n")
    assert len(project.changes.undo_last("s").removed) == 31


async def test_several_commands_of_a_turn_are_given_back_as_one(project: Shell):
    before = held(project)
    for content in ("two", "three"):
        await project.run("bash", command=f"bash -c 'printf {content} > old.txt; printf {content} > more.txt'")
    project.changes.undo_last("s")
    assert held(project) == before


async def test_a_name_is_shown_as_it_is_written(project: Shell):
    said = await project.run("bash", command="bash -c $'echo > \"a\\e]0;x\\a\\nb\"'")
    assert "\x1b" not in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "order", [".git/hooks/pre-commit", ".git/config", ".envrc", ".vscode/tasks.json", "bare.git/config", "sub/.git"]
)
async def test_what_other_programs_obey_is_said_loudly_and_written_down(project: Shell, order: str):
    (project.folder / "bare.git").mkdir()
    (project.folder / "bare.git/HEAD").write_text("ref: refs/heads/main\n")
    said = await project.run("bash", command=f"bash -c 'mkdir -p $(dirname {order}); echo evil > {order}'")
    assert said.splitlines()[-2] == (
        f"[! other programs run or obey by themselves what changed here: {order}. "
        "Look at it first; /undo files takes it back]"
    )
    assert project.noticed == [order]
    assert project.changes.undo_last("s").removed == (project.folder / order,)


async def test_a_stopped_command_is_looked_after_too(project: Shell):
    task = asyncio.create_task(project.run("bash", command="bash -c 'echo evil > .envrc; echo begun; sleep 65.4321'"))
    while not project.progress:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert project.noticed == [".envrc"]
    assert "new: .envrc" in project.progress[-1]
    assert project.changes.undo_last("s").removed == (project.folder / ".envrc",)


async def test_where_no_folder_may_be_written_there_is_nothing_to_look_at(project: Shell):
    project.trusted = False
    assert await project.run("bash", command="bash script.sh") == "[exit status 0]"


async def test_a_command_that_only_reads_is_not_looked_after(project: Shell):
    assert await project.run("bash", command="cat old.txt") == "one\n[exit status 0]"
    assert not project.outputs
