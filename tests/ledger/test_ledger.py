"""The ledger: every row is begun and ended, each slot taken once, and a crash is known."""

import os
import signal
import threading
from datetime import UTC, datetime, timedelta

import pytest

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.ledger import HEARTBEAT, Ledger, Row, Tried

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def begun(slot="1", job=HEARTBEAT, **rest):
    return Row.begun(job, slot, NOW, NOW, **rest)


def test_a_row_comes_back_as_it_was_written(tmp_path):
    ledger = Ledger(tmp_path)
    row = begun(trigger="late", missed=3)
    assert ledger.claim(row)
    assert ledger.rows() == [row]

    told = Row(
        **{name: getattr(row, name) for name in ("id", "job", "slot", "due", "started", "trigger", "missed")},
        tasks=(Tried("k", "Wörk\n\x1b", "claimed"),),
        acting=True,
        tokens=12,
        money=None,
        model="m",
        claims="“yes”\u2028",
        verified=("a",),
        memories=("MEMORY.md",),
        session="s",
    )
    ledger.note(told)
    ended = ledger.end(told, "sent", ended=NOW + timedelta(seconds=5), reason="why")
    assert ledger.rows() == Ledger(tmp_path).rows() == [ended]
    assert Ledger(tmp_path).last() == ended
    assert ended.asked_a_model


def test_a_slot_is_taken_once_whoever_asks(tmp_path):
    taken = []

    def take():
        taken.append(Ledger(tmp_path).claim(begun()))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False] * 7 + [True]
    assert Ledger(tmp_path).claim(begun(job="news")), "another job's slot is another slot"
    assert Ledger(tmp_path).claim(begun(), twice=True), "a person may want it again"
    assert len(Ledger(tmp_path).rows()) == 3


def test_what_died_is_unknown_and_is_ended_by_the_next(tmp_path):
    ledger = Ledger(tmp_path)
    pid = os.fork()
    if pid == 0:
        ledger.claim(begun())
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    mine = begun("2")
    ledger.claim(mine)

    assert [row.outcome for row in ledger.rows()] == ["unknown", "running"]
    assert [row.slot for row in ledger.close_interrupted(NOW)] == ["1"]
    assert ledger.close_interrupted(NOW) == []
    assert [row.outcome for row in Ledger(tmp_path).rows()] == ["unknown", "running"]
    assert "before a model was asked" in ledger.rows()[0].reason


def test_damaged_and_future_lines_cost_nothing_else(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.claim(begun("1").ended_with("quiet", NOW))
    with ledger.path.open("ab") as file:
        file.write(b'{"kind":"began","id":"x","job":"heartbeat","slot":"9"}\n\xff\xfe{[\n[1]\n')
        file.write(b'{"kind":"began","id":"y","job":"heartbeat","slot":"8","due":"2026-01-01T00:00:00+00:00",')
        file.write(b'"started":"2026-01-01T00:00:00+00:00","outcome":"quiet","colour":"red"}\n{"kind":"beg')
    ledger.claim(begun("3").ended_with("quiet", NOW))

    assert [row.slot for row in Ledger(tmp_path).rows()] == ["1", "8", "3"]
    assert [row.slot for row in ledger.rows()] == ["1", "8", "3"]


def test_a_ledger_that_was_removed_is_read_anew(tmp_path):
    ledger = Ledger(tmp_path)
    assert (ledger.since, ledger.rows(), ledger.last()) == (None, [], None)
    ledger.begin_keeping(NOW)
    assert ledger.since == NOW
    ledger.claim(begun())
    ledger.path.unlink()
    assert ledger.rows() == []
    assert ledger.claim(begun().ended_with("quiet", NOW))
    assert len(ledger.rows(limit=5)) == 1


def test_where_it_cannot_be_written_nothing_may_be_done(tmp_path):
    folder = tmp_path / "file"
    folder.write_text("in the way")
    with pytest.raises(LocalGPTError, match="cannot be written"):
        Ledger(folder).claim(begun())
