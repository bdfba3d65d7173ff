"""Conversations as vendors want them."""

from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.core.messages import AssistantMessage, Attachment, ToolCall, ToolMessage, UserMessage
from localgpt_tui.core.ports import Request
from localgpt_tui.providers.history import arguments_of, estimated_tokens, full_text, paired, with_tail

NAMES = st.sampled_from(["a", "b", "c"])
CALLS = st.lists(NAMES, max_size=3, unique=True).map(lambda ids: tuple(ToolCall(i, "f", "{}") for i in ids))
MESSAGES = st.lists(
    st.one_of(
        st.just(UserMessage("?")),
        CALLS.map(lambda calls: AssistantMessage("!", calls=calls)),
        NAMES.map(lambda name: ToolMessage(name, "f", "done")),
    ),
    max_size=12,
)


@given(MESSAGES)
def test_every_call_is_answered_right_behind_it_and_no_answer_is_without_a_call(messages):
    expected = []
    for message in paired(messages):
        if isinstance(message, ToolMessage):
            assert expected
            assert message.call_id == expected.pop(0)
        else:
            assert not expected
            expected = [call.id for call in message.calls] if isinstance(message, AssistantMessage) else []
    assert not expected


@given(MESSAGES)
def test_what_was_said_by_people_and_models_is_all_there(messages):
    said = [message for message in messages if not isinstance(message, ToolMessage)]
    assert [message for message in paired(messages) if not isinstance(message, ToolMessage)] == said


def test_the_tail_is_put_to_the_persons_last_message():
    history = (UserMessage("one"), AssistantMessage("two"), UserMessage("three"), AssistantMessage("four"))
    texts = [message.text for message in with_tail(Request("", history, tail="noon"))]
    assert texts == ["one", "two", "three\n\nnoon", "four"]


def test_attached_texts_come_before_what_was_said():
    message = UserMessage("Read it.", (Attachment('a"b.txt', "text/plain", b"caf\xc3\xa9 \xff"),))
    assert full_text(message) == '<file name="a\\"b.txt">\ncafé �\n</file>\n\nRead it.'


def test_arguments_that_are_no_object_are_shown_as_they_were_written():
    assert arguments_of('{"a": 1}') == {"a": 1}
    assert arguments_of("[1]") == {"invalid_json": "[1]"}
    assert arguments_of('{"a"') == {"invalid_json": '{"a"'}


@given(st.text(max_size=200), st.text(max_size=200))
def test_more_text_is_never_estimated_at_fewer_tokens(one, two):
    short = estimated_tokens(Request("", (UserMessage(one),)))
    assert estimated_tokens(Request("", (UserMessage(one + two),))) >= short - 1
    assert short >= len(one.split())
