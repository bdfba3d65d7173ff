"""Two programs on one session: one writes, the other follows and can ask for it."""

import json
import os
from pathlib import Path

import pytest

from localgpt_tui.core.errors import SessionError
from localgpt_tui.core.messages import UserMessage
from localgpt_tui.sessions.journal import Journal


def said(text: str) -> UserMessage:
    return UserMessage(text)


def texts(journal: Journal) -> list[str]:
    return [entry.message.text for entry in journal.tail(100) if entry.message]


@pytest.fixture
def first(folder: Path):
    with Journal.create(folder) as journal:
        journal.append(said("one"))
        yield journal


def test_the_second_program_reads_and_says_who_writes(first: Journal):
    second = Journal.open(first.path)
    assert second.read_only
    assert second.holder
    assert second.holder.pid == os.getpid()
    assert str(os.getpid()) in second.why_read_only
    assert texts(second) == ["one"]
    with pytest.raises(SessionError, match="not saved: It is open in localgpt-tui"):
        second.append(said("mine"))
    assert first.holder is None


def test_the_second_program_follows_what_the_first_adds(first: Journal):
    second = Journal.open(first.path)
    assert second.follow() == []
    first.append(said("two"))
    assert texts(second) == ["one"]
    assert [entry.message.text for entry in second.follow() if entry.message] == ["two"]
    assert second.follow() == []
    first.mark("title", title="Named")
    second.follow()
    assert second.title == "Named"
    assert texts(second) == ["one", "two"]
    assert [message.text for message in second.history()] == ["one", "two"]


def test_a_line_that_is_still_being_written_is_not_news_yet(first: Journal):
    second = Journal.open(first.path)
    entry = first.append(said("two"))
    whole = first.path.read_bytes()
    first.path.write_bytes(whole[:-10])
    assert second.follow() == []
    assert second.damage == ()
    first.path.write_bytes(whole)
    assert [news.id for news in second.follow()] == [entry.id]


def test_a_session_is_handed_over_when_asked_for(first: Journal):
    second = Journal.open(first.path)
    assert not first.handover_wanted()
    second.ask_for_handover()
    assert first.handover_wanted()
    assert not second.acquire()
    first.append(said("last words"))
    first.release()
    assert first.read_only
    assert second.acquire()
    assert not second.read_only
    assert [entry.message.text for entry in second.follow() if entry.message] == ["last words"]
    assert not second.handover_wanted()
    second.append(said("mine now"))
    assert texts(second) == ["one", "last words", "mine now"]
    assert [entry.message.text for entry in first.follow() if entry.message] == ["mine now"]
    with pytest.raises(SessionError, match="handed over"):
        first.append(said("too late"))
    assert not first.acquire()
    assert first.holder


def test_who_asked_and_left_is_not_waited_for(first: Journal):
    second = Journal.open(first.path)
    second.ask_for_handover()
    second.close()
    assert not first.handover_wanted()


@pytest.mark.parametrize(
    ("note", "sentence"),
    [
        (b"", "It is open in another program."),
        (b"\xff[", "It is open in another program."),
        (
            b'{"pid": 7, "program": "\\u001b[2Jother", "since": 1e300}',
            "It is open in other (process 7, since 1970-01-01 00:00).",
        ),
        (
            b'{"pid": 7, "program": "", "since": 0}',
            "It is open in another program (process 7, since 1970-01-01 00:00).",
        ),
    ],
)
def test_whatever_a_lock_file_says_is_made_harmless(first: Journal, note: bytes, sentence: str):
    first.path.with_suffix(".lock").write_bytes(note)
    assert Journal.open(first.path).why_read_only == sentence


def test_a_title_may_be_given_while_another_program_writes(first: Journal):
    second = Journal.open(first.path)
    second.mark("title", title="From outside")
    first.append(said("two"))
    assert [entry.kind for entry in first.follow()] == ["title"]
    assert first.title == "From outside"
    assert texts(first) == ["one", "two"]


def test_a_lock_file_removed_by_hand_never_makes_two_writers(first: Journal):
    first.path.with_suffix(".lock").unlink()
    second = Journal.open(first.path)
    assert not second.read_only
    second.append(said("two"))
    with pytest.raises(SessionError, match="not saved: It is open"):
        first.append(said("no"))
    second.close()
    assert first.acquire()
    first.append(said("three"))
    assert texts(first) == ["one", "two", "three"]


def test_a_lock_file_removed_by_hand_is_made_again_where_nobody_came(first: Journal):
    first.path.with_suffix(".lock").unlink()
    first.append(said("two"))
    assert Journal.open(first.path).read_only


def test_where_nothing_can_be_written_a_session_opens_to_be_read(first: Journal, folder: Path):
    first.close()
    first.path.with_suffix(".lock").unlink()
    first.path.with_suffix(".lock").mkdir()
    second = Journal.open(first.path)
    assert second.read_only
    assert "Nothing can be written here" in second.why_read_only
    assert second.holder is None
    assert texts(second) == ["one"]
    assert json.loads(first.path.read_text().splitlines()[0])["type"] == "session"
