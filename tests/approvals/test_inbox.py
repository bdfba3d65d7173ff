"""The list of what waits for the person."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest

from localgpt_tui.approvals.inbox import Inbox
from localgpt_tui.core.approvals import Act, Approval, Decision
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.messages import ToolCall, now

ASKED = Approval(
    "a1b2",
    ToolCall("c", "bash", '{"command": "touch x", "n": 1}'),
    Act("run", "touch x", writes=("x",), reasons=("r",), binding="b", folder="/f"),
    why=("w",),
    session="s1",
    title="t",
    origins=("o",),
)


def test_a_question_is_read_back_as_it_was(tmp_path):
    inbox = Inbox(tmp_path / "approvals")
    inbox.add(ASKED)
    assert [each.approval for each in Inbox(tmp_path / "approvals").list()] == [ASKED]


def test_an_answered_question_waits_no_longer_and_one_that_is_gone_cannot_be_answered(tmp_path):
    inbox = Inbox(tmp_path)
    inbox.add(ASKED)
    inbox.answer("a1b2", Decision("no", reason="later"))
    assert inbox.list() == []
    assert inbox.answered("a1b2") == Decision("no", reason="later")
    inbox.remove("a1b2")
    with pytest.raises(LocalGPTError, match="waits no longer"):
        inbox.answer("a1b2", Decision("once"))


def test_questions_expire(tmp_path):
    inbox = Inbox(tmp_path, hours=1)
    inbox.add(ASKED, when=now() - timedelta(minutes=61))
    assert inbox.list() == []
    assert not list(tmp_path.glob("*.json"))


def test_what_is_no_question_of_ours_is_left_out(tmp_path):
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "list.json").write_text("[]")
    assert Inbox(tmp_path).list() == []


@pytest.mark.parametrize("name", ["../../outside", "/etc/passwd", "", "a/b"])
def test_a_name_never_leads_out_of_the_folder(tmp_path, name):
    inbox = Inbox(tmp_path / "approvals")
    inbox.remove(name)
    assert inbox.answered(name) is None


@pytest.mark.parametrize(
    ("session", "call", "act"),
    [
        ("s2", ASKED.call, ASKED.act),
        ("s1", ToolCall("c", "bash", '{"command": "touch y", "n": 1}'), ASKED.act),
        ("s1", ToolCall("c", "write_file", ASKED.call.arguments), ASKED.act),
        ("s1", ASKED.call, Act("run", "touch x", binding="other", folder="/f")),
        ("s1", ASKED.call, Act("run", "touch x", binding="b", folder="/g")),
    ],
)
def test_an_answer_fits_no_other_call(tmp_path, session, call, act):
    inbox = Inbox(tmp_path)
    inbox.add(ASKED)
    inbox.answer("a1b2", Decision("once"))
    assert inbox.take_grant(session, call, act) is None
    same = ToolCall("another id", "bash", '{"n": 1, "command": "touch x"}')
    assert inbox.take_grant("s1", same, ASKED.act) is not None
    assert inbox.take_grant("s1", same, ASKED.act) is None


def test_a_process_that_died_is_known_to_be_gone(tmp_path):
    code = (
        "import sys, os; sys.path.insert(0, os.getcwd())\n"
        "from pathlib import Path\nfrom localgpt_tui.approvals.inbox import Inbox\n"
        "from localgpt_tui.core.approvals import Act, Approval\nfrom localgpt_tui.core.messages import ToolCall\n"
        "Inbox(Path(sys.argv[1])).add(Approval('dead', ToolCall('c', 'n', '{}'), Act('run', 't')))\n"
        "print('there', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        process.stdout.readline()
        assert [each.owner_alive for each in Inbox(tmp_path).list()] == [True]
        process.kill()
        process.wait()
        assert [each.owner_alive for each in Inbox(tmp_path).list()] == [False]
        process.stdin.close()


def test_what_the_dead_had_said_of_themselves_is_removed_and_the_living_are_left_alone(tmp_path):
    here = Inbox(tmp_path)
    here.add(ASKED)
    own, dead, foreign, new = (tmp_path / f"{name}.owner" for name in (os.getpid(), 2**31 - 2, "some", 2**31 - 3))
    for file in (dead, foreign, new):
        file.touch()
    for file in (own, dead, foreign):
        os.utime(file, (0, 0))
    assert [each.owner_alive for each in here.list()] == [True]
    assert sorted(tmp_path.glob("*.owner")) == sorted((own, foreign, new))
