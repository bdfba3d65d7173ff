"""All branches of a session."""

from localgpt_tui.core.messages import AssistantMessage, UserMessage
from localgpt_tui.sessions.branches import count_branches, left_behind
from localgpt_tui.sessions.journal import Journal


def test_a_session_goes_on_in_as_many_ways_as_it_has_ends(tmp_path):
    with Journal.create(tmp_path) as journal:
        assert count_branches(journal.path) == 1
        first = journal.append(UserMessage("one"))
        journal.append(AssistantMessage("answer"))
        assert (count_branches(journal.path), left_behind(journal.entries())) == (1, None)
        journal.rewind(first.id)
        journal.mark("model", model="other")
        assert count_branches(journal.path) == 1
        journal.append(AssistantMessage("another answer"))
        assert count_branches(journal.path) == 2
        journal.rewind("")
        journal.append(UserMessage("from the start"))
        assert count_branches(journal.path) == 3


def test_what_was_left_last_can_be_returned_to_and_left_again(tmp_path):
    with Journal.create(tmp_path) as journal:
        first = journal.append(UserMessage("one"))
        old = journal.append(AssistantMessage("old"))
        journal.rewind(first.id)
        assert left_behind(journal.entries()) == old.id
        new = journal.append(AssistantMessage("new"))
        journal.rewind(old.id)
        assert left_behind(journal.entries()) == new.id
        journal.rewind(new.id)
        assert left_behind(journal.entries()) == old.id
        assert [message.text for message in journal.history()] == ["one", "new"]


def test_a_title_given_meanwhile_is_no_place_to_return_to(tmp_path):
    with Journal.create(tmp_path) as journal:
        first = journal.append(UserMessage("one"))
        old = journal.append(AssistantMessage("old"))
        journal.mark("title", title="a title")
        journal.rewind(first.id)
        assert left_behind(journal.entries()) == old.id
