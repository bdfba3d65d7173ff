"""A session that is never on the disk works like any other, until it is closed."""

import pytest

from localgpt_tui.core.errors import SessionError
from localgpt_tui.core.messages import AssistantMessage, UserMessage
from localgpt_tui.sessions.branches import left_behind
from localgpt_tui.sessions.shelf import Shelf


def test_it_is_written_read_rewound_and_named_without_a_file_and_then_it_is_gone(tmp_path):
    shelf = Shelf(tmp_path / "sessions", tmp_path / "cache")
    journal = shelf.incognito("/home/person")
    assert (journal.incognito, journal.title, journal.history()) == (True, "Incognito session", ())
    first = journal.append(UserMessage("the secret is swordfish"))
    last = journal.append(AssistantMessage("I see.", model="m"))
    journal.mark("sources", passages=[])
    assert journal.title == "Incognito session"
    assert [entry.kind for entry in journal.tail(9)] == ["message", "message", "sources"]
    assert [entry.id for entry in journal.tail(1, before=journal.tail(9)[1])] == [first.id]

    journal.rewind(first.id)
    assert [message.text for message in journal.history()] == ["the secret is swordfish"]
    journal.append(AssistantMessage("Another answer.", model="m"))
    assert [message.text for message in journal.history()][1:] == ["Another answer."]
    assert left_behind(journal.entries()) != last.id  # a mark stood after it
    journal.mark("title", title="Fish")
    assert journal.title == "Fish"
    assert journal.acquire()
    assert journal.follow() == []
    assert not journal.read_only

    journal.close()
    assert (journal.read_only, journal.tail(9), journal.history()) == (True, [], ())
    with pytest.raises(SessionError, match="gone"):
        journal.append(UserMessage("more"))
    assert not (tmp_path / "sessions").exists()
    assert shelf.list() == []
