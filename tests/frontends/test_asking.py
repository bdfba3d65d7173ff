"""Questions of the guard, line by line."""

import asyncio
import os
import pty

import pytest

from localgpt_tui.core.approvals import Act, Approval, Decision
from localgpt_tui.core.messages import ToolCall
from localgpt_tui.frontends.asking import AskingApprover
from localgpt_tui.frontends.lines import Lines

ACT = Act(
    "run",
    "rm -r build",
    shown="rm -r build\x1b[2K\n  && echo ok",
    folder="/home/me/notes",
    deletes=("build",),
    pattern="rm",
    confined="Landlock and seccomp",
    network="off",
    afterwards="goes on in the background",
)
ASKED = Approval("1", ToolCall("c", "bash", "{}"), ACT, why=("it deletes files",), origins=("https://evil.example/",))


async def asked(*typed, approval=ASKED):
    told, lines = [], list(typed)

    async def read(prompt):
        told.append(prompt)
        return lines.pop(0) if lines else None

    return await AskingApprover(told.append, read).decide(approval), "\n".join(told)


async def test_the_question_says_everything_that_would_happen():
    _, told = await asked("n")
    for part in (
        "bash asks to rm -r build",
        "    rm -r build␛",
        "      && echo ok",
        "in: /home/me/notes",
        "deletes: build",
        "network: off",
        "held in by: Landlock and seccomp",
        "then: goes on in the background",
        "because it deletes files",
        "this session has read: https://evil.example/",
    ):
        assert part in told
    assert "\x1b" not in told


@pytest.mark.parametrize(
    ("typed", "decision"),
    [
        (["y"], Decision("once")),
        (["YES"], Decision("once")),
        (["s"], Decision("session")),
        (["n"], Decision("no")),
        (["n use the other folder"], Decision("no", reason="use the other folder")),
        (["", "maybe", "ye", "y"], Decision("once")),
        ([], Decision("no", reason="Nobody answered.", by="nobody")),
    ],
)
async def test_only_a_clear_answer_is_one(typed, decision):
    assert (await asked(*typed))[0] == decision


async def test_a_session_is_not_offered_where_there_is_no_pattern():
    bare = Approval("1", ToolCall("c", "bash", "{}"), Act("run", "python x.py", shown="python x.py"))
    decision, told = await asked("s", "y", approval=bare)
    assert decision == Decision("once")
    assert "session" not in told


async def test_what_was_typed_before_the_question_never_answers_it():
    ours, theirs = pty.openpty()
    lines = Lines(theirs)
    os.write(ours, b"y\nnext question\n")
    while lines._lines.qsize() < 2:
        await asyncio.sleep(0.005)
    answer = asyncio.create_task(lines.fresh())
    await asyncio.sleep(0.02)
    assert not answer.done()
    os.write(ours, b"n\n")
    assert await answer == "n"
    assert [await lines.next(), await lines.next()] == ["y", "next question"]
    os.close(ours)
