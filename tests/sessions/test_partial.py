"""What others may read of a message before it is finished."""

from localgpt_tui.core.events import Said, TextDelta, ThinkingDelta
from localgpt_tui.core.messages import AssistantMessage, UserMessage
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.sessions.partial import Glimpse, Partial, glimpse, path_of


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_nothing_is_written_before_it_is_shared(tmp_path):
    partial = Partial(tmp_path / "s.jsonl")
    partial.take(TextDelta("Hello"))

    assert glimpse(tmp_path / "s.jsonl") is None
    partial.share()
    assert glimpse(tmp_path / "s.jsonl") == Glimpse("", "", "Hello")


def test_it_grows_at_most_once_a_second_and_begins_anew_with_each_message(tmp_path):
    session, clock = tmp_path / "s.jsonl", Clock()
    partial = Partial(session, clock=clock)
    partial.take(Said(UserMessage("hi"), "a1"))
    partial.share()
    partial.take(ThinkingDelta("hm"))
    partial.take(TextDelta("one"))
    assert glimpse(session) == Glimpse("a1")
    clock.now = 1.0
    partial.take(TextDelta(" two"))
    assert glimpse(session) == Glimpse("a1", "hm", "one two")
    partial.take(Said(AssistantMessage("one two"), "a2"))
    assert glimpse(session) == Glimpse("a2")
    partial.remove()
    assert glimpse(session) is None


def test_a_disk_that_refuses_it_is_no_trouble(tmp_path):
    partial = Partial(tmp_path / "missing/s.jsonl")
    partial.share()
    partial.take(TextDelta("x"))
    partial.remove()


def test_what_is_no_glimpse_is_none(tmp_path):
    path_of(tmp_path / "s.jsonl").write_text("[]")

    assert glimpse(tmp_path / "s.jsonl") is None


def test_what_a_crash_left_goes_with_the_next_holder(tmp_path):
    with Journal.create(tmp_path) as journal:
        journal.append(UserMessage("hi"))
        Partial(journal.path).share()
    Journal.open(journal.path).close()

    assert glimpse(journal.path) is None
