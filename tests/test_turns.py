"""Turns under way are seen by others, and those of a program that died are not."""

import os
import signal

from localgpt_tui.turns import Turns


def test_a_turn_is_seen_while_it_lasts_also_beside_another(tmp_path):
    mine, theirs = Turns(tmp_path / "turns.lock"), Turns(tmp_path / "turns.lock")
    assert not theirs.any()
    with mine.under_way(), theirs.under_way():
        assert theirs.any()
    assert not theirs.any()


def test_a_program_that_died_leaves_no_turn_behind(tmp_path):
    turns = Turns(tmp_path / "turns.lock")
    pid = os.fork()
    if pid == 0:
        with turns.under_way():
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    assert not turns.any()


def test_where_no_lock_can_be_made_the_turn_goes_on(tmp_path):
    turns = Turns(tmp_path / "missing" / "turns.lock")
    with turns.under_way():
        assert not turns.any()
