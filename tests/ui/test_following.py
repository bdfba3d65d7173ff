"""Reading along in a session that somebody else writes."""

from localgpt_tui.core.events import Said, TextDelta, ThinkingDelta
from localgpt_tui.core.messages import AssistantMessage, UserMessage
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.sessions.partial import UNATTENDED, Partial
from localgpt_tui.ui.following import Following


def test_a_message_is_followed_while_it_is_written_and_never_told_twice(tmp_path):
    writer = Journal.create(tmp_path)
    said = writer.append(UserMessage("hi"))
    clock = iter(range(100))
    partial = Partial(writer.path, clock=lambda: next(clock))
    partial.take(Said(UserMessage("hi"), said.id))
    partial.take(TextDelta("One"))
    partial.share()
    following = Following(Journal.open(writer.path))

    assert following.look() == [TextDelta("One")]
    assert following.look() == []
    partial.take(ThinkingDelta("hm"))
    partial.take(TextDelta(" two"))
    assert following.look() == [ThinkingDelta("hm"), TextDelta(" two")]
    answer = writer.append(AssistantMessage("One two"))  # in the session, while the glimpse is still an old one
    assert [(event.message.text, event.id) for event in following.look()] == [("One two", answer.id)]
    assert following.look() == []
    partial.take(Said(answer.message, answer.id))
    partial.take(TextDelta("Next"))
    assert following.look() == [TextDelta("Next")]
    writer.close()


def test_it_is_known_that_the_writer_has_no_screen_any_more_also_when_it_is_gone(tmp_path):
    writer = Journal.create(tmp_path)
    writer.append(UserMessage("hi"))
    following = Following(Journal.open(writer.path))
    following.look()
    assert not following.unattended
    writer.announce(UNATTENDED)
    following.look()
    assert following.unattended
    writer.close()
    following.look()
    assert following.unattended
    assert following.journal.acquire()
