"""Which sessions other programs are answering in."""

import subprocess
import sys

from localgpt_tui.core.messages import UserMessage
from localgpt_tui.sessions.answering import ANSWERING, HOLDING, answered_elsewhere
from localgpt_tui.sessions.journal import Journal

OTHER = """
import sys
from pathlib import Path
from localgpt_tui.sessions.answering import ANSWERING
from localgpt_tui.sessions.journal import Journal
journal = Journal.open(Path(sys.argv[1]))
journal.announce(ANSWERING)
print("answering", flush=True)
sys.stdin.read()
"""


def test_a_session_counts_while_another_program_answers_in_it_and_no_longer_once_that_is_dead(tmp_path):
    with Journal.create(tmp_path) as journal:
        journal.append(UserMessage("one"))
        journal.announce(ANSWERING)
        assert answered_elsewhere(tmp_path) == frozenset()  # that is us
        journal.announce(HOLDING)
    assert answered_elsewhere(tmp_path / "missing") == frozenset()
    command = [sys.executable, "-c", OTHER, str(journal.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"answering\n"
        assert answered_elsewhere(tmp_path) == {journal.id}
        other.kill()
        other.communicate()
    assert answered_elsewhere(tmp_path) == frozenset()
