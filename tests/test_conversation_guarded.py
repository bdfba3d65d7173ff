"""A conversation whose tools act: what was answered and what was read stays with the session."""

from dataclasses import replace

import pytest
from fakes import AnsweringApprover, EventLog, FakeTool, ScriptedProvider, call, calls

from localgpt_tui.approvals.approvers import Nobody
from localgpt_tui.approvals.guard import ApprovalGuard, GuardPost
from localgpt_tui.approvals.inbox import Inbox
from localgpt_tui.consent import Trust
from localgpt_tui.conversation import Conversation
from localgpt_tui.core.approvals import Act, Decision
from localgpt_tui.core.messages import Attachment, ToolMessage
from localgpt_tui.safety.audit import Audit
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.ui.widgets.timeline import Timeline


@pytest.fixture
def around(tmp_path):
    trust = Trust(tmp_path / "trust.json")
    trust.trust(tmp_path)
    return GuardPost(Inbox(tmp_path / "approvals"), Audit(tmp_path / "audit.jsonl", tmp_path / "head"), trust, tmp_path)


@pytest.fixture
def journal(tmp_path):
    with Journal.create(tmp_path / "sessions") as journal:
        yield journal


def acting(name="bash", **act):
    async def foresee(arguments):
        return Act("run", f"run {name}", shown=arguments, **act)

    return replace(FakeTool(name, "done").tool, foresee=foresee)


def talking(journal, around, approver, *script, tools=(), **rest):
    guard = ApprovalGuard(approver, around, session=journal.id, title=str, mode="ask")
    return Conversation(journal, ScriptedProvider(*script), tools=tools or (acting(),), guard=guard, **rest)


def results(events):
    return [message.text for message in events.said if isinstance(message, ToolMessage)]


async def test_who_allowed_a_call_is_known_when_the_session_is_read_again(journal, around):
    approver = AnsweringApprover("once", Decision("no", reason="not that"))
    asked = calls(call("bash", call_id="a", n=1)), calls(call("bash", call_id="b", n=2)), "Well."
    await talking(journal, around, approver, *asked).send("do it", EventLog())

    timeline = Timeline()
    timeline.load(journal.tail(100))
    assert [(row.by, row.state) for row in timeline.calls.values()] == [("you", "done"), ("you", "denied")]


async def test_a_session_that_read_something_untrusted_knows_it_when_it_goes_on(journal, around):
    page = acting("read_page", verdict="safe", origin="https://evil.example/")
    first = talking(journal, around, AnsweringApprover(), calls(call("read_page")), "Read.", tools=(page,))
    await first.send("read it", EventLog())

    again = talking(journal, around, AnsweringApprover(), "Hello.")
    await again.send("hi", EventLog())
    assert again.guard.origins == ("https://evil.example/",)
    marks = [entry.mark["origin"] for entry in journal.tail(100) if entry.kind == "taint"]
    assert marks == ["https://evil.example/"], "it is written down once"


async def test_going_back_to_before_it_was_read_leaves_a_clean_session(journal, around):
    page = acting("read_page", verdict="safe", origin="https://evil.example/")
    first = talking(journal, around, AnsweringApprover(), "Hello.", calls(call("read_page")), "Read.", tools=(page,))
    await first.send("hi", EventLog())
    await first.send("read it", EventLog())
    first.take_back()

    again = talking(journal, around, AnsweringApprover(), "Hello.")
    await again.send("hi again", EventLog())
    assert again.guard.origins == ()


async def test_an_attachment_marks_the_session(journal, around):
    conversation = talking(journal, around, AnsweringApprover(), "Thanks.")
    await conversation.send("sum it up", EventLog(), [Attachment("mail.txt", "text/plain", b"hello")])
    assert conversation.guard.origins == ("the attachment mail.txt",)


async def test_what_was_answered_later_runs_when_the_session_goes_on(journal, around):
    wish = calls(call("bash", n=1))
    events = EventLog()
    await talking(journal, around, Nobody(around.inbox), wish, "It waits.").send("do it", events)
    assert "waits for the person" in results(events)[0]
    around.inbox.answer(around.inbox.list()[0].approval.id, Decision("once"))

    events = EventLog()
    await talking(journal, around, Nobody(around.inbox), wish, "Done.").send("go on", events)
    assert results(events) == ["done"]


async def test_the_reminder_ends_every_request_and_is_never_kept(journal, around):
    conversation = talking(
        journal,
        around,
        AnsweringApprover("once"),
        calls(call("bash")),
        "Done.",
        tail=lambda: "now",
        reminder=lambda: "Mind.",
    )
    await conversation.send("do it", EventLog())
    assert [request.tail for request in conversation.provider.requests] == ["now\n\nMind."] * 2
    assert "Mind." not in journal.path.read_text()
