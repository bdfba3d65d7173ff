"""The branches of a session, as a person chooses among them."""

from localgpt_tui.core.messages import AssistantMessage, UserMessage
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.sessions.tree import Tree


def branches(journal):
    return Tree(reversed(list(journal.entries()))).branches()


def test_a_branch_tells_what_is_its_own_and_can_be_gone_on_with(tmp_path):
    with Journal.create(tmp_path) as journal:
        first = journal.append(UserMessage("one"))
        journal.append(AssistantMessage("old answer"))
        kept = journal.mark("model", model="other")
        (only,) = branches(journal)
        assert (only.end, only.open, [each.text for each in only.own]) == (kept.id, True, ["one", "old answer"])

        journal.rewind(first.id)
        newer = journal.append(AssistantMessage("new answer"))
        journal.append(UserMessage("and then?"))
        new, old = branches(journal)
        assert (new.open, new.messages, old.open, old.messages) == (True, 3, False, 2)
        assert [each.text for each in old.own] == ["old answer"]

        journal.rewind(old.end)
        assert [message.text for message in journal.history()] == ["one", "old answer"]
        again = {branch.open: branch for branch in branches(journal)}
        assert again[True].end == old.end
        assert [each.text for each in again[False].own] == ["new answer", "and then?"]

        journal.rewind(newer.id)
        assert not any(branch.open for branch in branches(journal))
