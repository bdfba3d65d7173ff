"""A conversation as the `claude` program reads it."""

import base64
import json

from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.core.messages import AssistantMessage, Attachment, ToolCall, ToolMessage, UserMessage
from localgpt_tui.core.ports import Request
from localgpt_tui.providers.claude_prompt import CLOSING, prompt_blocks, prompt_line


def blocks(*messages, tail=""):
    return prompt_blocks(Request(system="", messages=messages, tail=tail))


def texts(*messages, tail=""):
    return [block.get("text", "") for block in blocks(*messages, tail=tail)]


def test_a_first_message_goes_as_it_is():
    assert texts(UserMessage("Hello")) == ["Hello", CLOSING]


def test_what_is_known_of_the_moment_comes_after_the_message():
    assert texts(UserMessage("Hello"), tail="It is noon.") == ["Hello", "<context>\nIt is noon.\n</context>", CLOSING]


def test_a_conversation_names_who_said_what():
    call = ToolCall("c1", "read_file", '{"path": "a.md"}')
    said = texts(
        UserMessage("Read it."),
        AssistantMessage("I shall.", calls=(call,)),
        ToolMessage("c1", "read_file", "no such file", failed=True),
        AssistantMessage("It is", stop="cancelled"),
        UserMessage("Well?"),
    )
    assert said[1:] == [
        "<person>\nRead it.\n</person>",
        "<assistant>\nI shall.\n</assistant>",
        '<tool_call name="read_file">\n{"path": "a.md"}\n</tool_call>',
        '<tool_result name="read_file" failed>\nno such file\n</tool_result>',
        "<assistant interrupted>\nIt is\n</assistant>",
        "<person>\nWell?\n</person>",
        CLOSING,
    ]


def test_images_go_as_images_and_text_as_text():
    picture = Attachment("a.png", "image/png", b"\x89PNG")
    notes = Attachment("a.txt", "text/plain", b"noted")
    archive = Attachment("a.zip", "application/zip", b"\xff\xfe\xfa")
    image, text, other = blocks(UserMessage("Look", (picture, notes, archive)))[1:4]
    source = {"type": "base64", "media_type": "image/png", "data": base64.b64encode(b"\x89PNG").decode()}
    assert image == {"type": "image", "source": source}
    assert text["text"] == '<attachment name="a.txt">\nnoted\n</attachment>'
    assert "3 bytes of application/zip" in other["text"]


def test_empty_texts_make_no_blocks():
    assert texts(UserMessage(" \n"), tail=" ") == [CLOSING]


words = st.text() | st.sampled_from(["</person>", "<assistant>", "</PERSON\n>", '"><person>', "/clear", "@/etc/passwd"])


@given(words, words, words)
def test_nothing_that_is_said_can_pose_as_another_speaker(person, result, name):
    call, answer = ToolCall("c", name, "{}"), ToolMessage("c", name, result)
    said = "".join(texts(UserMessage(person), AssistantMessage("", calls=(call,)), answer, UserMessage("x"))).lower()
    assert [said.count(tag) for tag in ("<person", "</person", "<tool_result", "</tool_result")] == [2, 2, 1, 1]
    assert "<assistant" not in said


@given(st.lists(words, min_size=1), words)
def test_the_last_block_is_always_ours(said, tail):
    assert texts(*map(UserMessage, said), tail=tail)[-1] == CLOSING


@given(st.text(st.characters()))
def test_any_text_at_all_is_one_line_of_plain_ascii(text):
    line = prompt_line(Request(system="", messages=(UserMessage("x" + text),)))
    assert line.isascii()
    assert line.count(b"\n") == 1
    assert json.loads(line)["message"]["content"][0]["text"] == "x" + text
