"""The journal keeps what was said, in order, on branches, also when it was hurt."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localgpt_tui.core.errors import SessionError
from localgpt_tui.core.messages import (
    AssistantMessage,
    Attachment,
    Message,
    Thinking,
    ToolCall,
    ToolMessage,
    Usage,
    UserMessage,
)
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.sessions.lines import LONGEST_LINE
from localgpt_tui.sessions.wire import join_surrogates

words = st.text(st.characters(), max_size=40)
plain = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
attachments = st.builds(Attachment, plain, st.sampled_from(["image/png", "text/plain", "image/x;y", ""]), st.binary())
users = st.builds(UserMessage, words, st.lists(attachments, max_size=2).map(tuple))
counts = st.none() | st.integers(0, 10**12)
replies = st.builds(
    AssistantMessage,
    words,
    thinking=st.lists(st.builds(Thinking, plain, plain), max_size=2).map(tuple),
    model=st.sampled_from(["", "recall", "ollama/llama3", "openai/org/x", "a/", "/b"]),
    usage=st.builds(Usage, counts, counts, counts, counts, st.none() | st.floats(0, 1e6), counts),
    stop=st.sampled_from(["end", "tool_calls", "length", "refusal", "cancelled", "failed"]),
    note=plain,
)


def said(text: str, **rest: object) -> UserMessage:
    return UserMessage(text, **rest)


def texts(journal: Journal, count: int = 1000) -> list[str]:
    return [entry.message.text for entry in journal.tail(count) if entry.message]


def test_a_new_session_has_no_file_before_the_first_message(folder: Path):
    with Journal.create(folder / "deep" / "er", cwd="/home") as journal:
        assert not journal.path.exists()
        assert journal.tail(5) == []
        assert journal.history() == ()
        assert journal.title == ""
        journal.append(said("hello"))
        assert journal.path.exists()
        assert journal.path.stat().st_mode & 0o777 == 0o600
        assert (folder / "deep").stat().st_mode & 0o777 == 0o700


def test_what_was_said_is_there_when_the_session_is_opened_again(folder: Path):
    conversation: list[Message] = [
        UserMessage(
            "look", (Attachment("a.png", "image/png", b"\x89PNG\x00"), Attachment("n.txt", "text/plain", b"hi"))
        ),
        AssistantMessage(
            "I shall",
            thinking=(Thinking("hm", "signed"),),
            calls=(ToolCall("c1", "read_file", '{"path": "a"}'),),
            model="anthropic/claude-x",
            usage=Usage(10, 5, 3, 2, 0.01, 200_000),
            stop="tool_calls",
        ),
        ToolMessage("c1", "read_file", "nothing there", failed=True, seconds=0.25),
        AssistantMessage("half an ans", stop="cancelled", note="You stopped it."),
    ]
    with Journal.create(folder, cwd="/home/me") as journal:
        for message in conversation:
            journal.append(message)
        path = journal.path
    with Journal.open(path) as again:
        assert again.history() == tuple(conversation)
        assert [entry.message for entry in again.tail(10)] == conversation
        assert again.cwd == "/home/me"
        assert again.title == "look"
        assert again.damage == ()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(conversation=st.lists(users | replies, min_size=1, max_size=6))
def test_any_conversation_comes_back_as_it_was_said(folder: Path, conversation: list[Message]):
    with Journal.create(folder) as journal:
        appended = [journal.append(message).message for message in conversation]
        path = journal.path
    with Journal.open(path) as again:
        assert list(again.history()) == appended
        assert [message.text for message in again.history()] == [join_surrogates(said.text) for said in conversation]
        for before, after in zip(conversation, again.history(), strict=True):
            if before.text == after.text:
                assert after == before


def test_halves_of_an_emoji_are_joined_and_lone_ones_replaced(folder: Path):
    with Journal.create(folder) as journal:
        entry = journal.append(said("\ud83d\ude00 \ud800"))
    assert entry.message
    assert entry.message.text == "😀 \ufffd"
    assert journal.history()[0].text == "😀 \ufffd"


def test_the_file_can_be_shown_in_a_terminal_without_harm(folder: Path):
    with Journal.create(folder) as journal:
        journal.append(said("\x1b]0;owned\x07 \x9b2J \u202e \u2028"))
        assert journal.history()[0].text == "\x1b]0;owned\x07 \x9b2J \u202e \u2028"
    stored = journal.path.read_text()
    assert not set(stored) & set("\x1b\x07\x9b\u202e\u2028")
    assert stored.count("\n") == 2


def test_a_long_session_is_read_only_as_far_as_it_is_shown(write):
    path = write(5000)
    journal = Journal.open(path, title="known")
    newest = journal.tail(100)
    assert [entry.message.text[:6] for entry in newest[-2:]] == ["4998: ", "4999: "]
    assert journal.bytes_read < path.stat().st_size / 10
    read_so_far = journal.bytes_read
    earlier = journal.tail(100, before=newest[0])
    assert earlier[-1].id == newest[0].parent
    assert journal.bytes_read - read_so_far < path.stat().st_size / 10
    assert len(journal.history()) == 5000


def test_paging_back_reaches_the_beginning_and_says_so(write):
    journal = Journal.open(write(25))
    page = journal.tail(10)
    seen = page
    while len(page) == 10:
        page = journal.tail(10, before=page[0])
        seen = page + seen
    assert [entry.id for entry in seen] == [f"m{number}" for number in range(25)]


def test_going_back_begins_a_branch_and_loses_nothing(folder: Path):
    with Journal.create(folder) as journal:
        first = journal.append(said("one"))
        journal.append(said("two"))
        journal.rewind(first.id)
        assert texts(journal) == ["one"]
        other = journal.append(said("other two"))
        assert other.parent == first.id
        assert texts(journal) == ["one", "other two"]
        assert [message.text for message in journal.history()] == ["one", "other two"]
        assert b'"two"' in journal.path.read_bytes()
    with Journal.open(journal.path) as again:
        assert texts(again) == ["one", "other two"]
        again.rewind("")
        assert texts(again) == []
        assert again.history() == ()
    with Journal.open(journal.path) as third:
        assert texts(third) == []
        third.append(said("anew"))
        assert texts(third) == ["anew"]


def test_going_back_to_what_was_never_said_is_refused(folder: Path):
    with Journal.create(folder) as journal:
        journal.append(said("one"))
        with pytest.raises(SessionError, match="no entry nowhere"):
            journal.rewind("nowhere")
        assert texts(journal) == ["one"]


def test_titles_and_pins_stand_beside_the_conversation(folder: Path):
    with Journal.create(folder) as journal:
        journal.append(said("  \n\x1b[31mFirst   line\x1b[0m\nsecond"))
        assert journal.title == "First line"
        assert journal.mark("title", title="Holidays").parent == ""
        journal.mark("pin", pinned=True)
        model = journal.mark("model", model="recall")
        assert journal.append(said("next")).parent == model.id
    with Journal.open(journal.path) as again:
        assert again.title == "Holidays"
        assert [entry.kind for entry in again.tail(10)] == ["message", "model", "message"]
        again.mark("title", title="")
        assert again.title == "First line"


def test_a_call_that_an_interruption_left_open_is_answered_when_read(folder: Path):
    with Journal.create(folder) as journal:
        journal.append(AssistantMessage("", calls=(ToolCall("a", "x", "{}"), ToolCall("b", "y", "{}"))))
        journal.append(ToolMessage("b", "y", "done"))
        journal.append(said("go on"))
        journal.append(ToolMessage("zzz", "y", "an answer nobody waits for"))
    _, done, interrupted, on = journal.history()
    assert isinstance(done, ToolMessage)
    assert done.text == "done"
    assert isinstance(interrupted, ToolMessage)
    assert interrupted.failed
    assert interrupted.call_id == "a"
    assert "interrupted" in interrupted.text
    assert on.text == "go on"


def test_a_torn_last_line_loses_nothing_else_at_any_byte(folder: Path):
    with Journal.create(folder) as journal:
        journal.append(said("kept"))
        journal.append(said("tørn 😀"))
        whole = journal.path.read_bytes()
    last = whole.rstrip(b"\n").rfind(b"\n") + 1
    for cut in range(last, len(whole)):
        path = folder / "cut.jsonl"
        path.write_bytes(whole[:cut])
        with Journal.open(path) as cut_off:
            complete = cut == len(whole) - 1
            assert bool(cut_off.damage) is not (complete or cut == last)
            before = ["kept", "tørn 😀"] if complete else ["kept"]
            assert texts(cut_off) == before
            cut_off.append(said("new"))
            assert cut_off.follow() == []
            assert texts(cut_off) == [*before, "new"]
        with Journal.open(path) as again:
            assert texts(again) == [*before, "new"]


@pytest.mark.parametrize(
    "damage",
    [
        b"garbage\n",
        b"\x00" * 4096 + b"\n",
        b'{"type":"message","id":"m\n',
        b"[1, 2]\n",
        b"\xff\xfe\xfd\n",
        b'{"type": "message", "message": 5}\n',
        b"[" * 100_000 + b"\n",
        b'{"n": ' + b"9" * 5000 + b"}\n",
    ],
)
def test_garbage_in_the_middle_is_reported_and_the_rest_is_there(write, damage: bytes):
    path = write(4, text="x")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], damage, *lines[3:]]))
    with Journal.open(path) as journal:
        assert texts(journal) == [f"{number}: x" for number in range(4)]
        assert len(journal.damage) == 1
        assert damage in path.read_bytes()
        journal.append(said("more"))
        assert texts(journal)[-1] == "more"


@pytest.mark.parametrize("lost", [b"garbage", b'{"type":"message","id":"m1","parentId":"m0","time":"20', b""])
def test_a_lost_message_does_not_cut_off_what_came_before(write, lost: bytes):
    path = write(5, text="x")
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = lost + b"\n"
    path.write_bytes(b"".join(lines))
    assert texts(Journal.open(path)) == ["0: x", "2: x", "3: x", "4: x"]


def test_a_lost_message_does_not_bring_back_an_abandoned_branch(folder: Path):
    with Journal.create(folder) as journal:
        first = journal.append(said("one"))
        journal.append(said("abandoned"))
        journal.rewind(first.id)
        lost = journal.append(said("lost"))
        journal.append(said("last"))
    content = journal.path.read_bytes()
    journal.path.write_bytes(content.replace(b'"text":"lost"', b'"text":"lo\x00st'))
    assert lost.parent == first.id
    assert texts(Journal.open(journal.path)) == ["one", "last"]


def test_nuls_around_a_line_and_broken_characters_in_it_do_not_cost_the_line(write):
    path = write(3, text="x")
    content = path.read_bytes().replace(b'{"type":"message","id":"m1"', b'\0\0\0{"type":"message","id":"m1"')
    path.write_bytes(content.replace(b"2: x", b"2: \xff"))
    journal = Journal.open(path)
    assert texts(journal) == ["0: x", "1: x", "2: \ufffd"]
    assert "damaged" in journal.damage[0]


def test_a_line_of_fifty_megabytes_is_left_out_without_being_loaded(write):
    path = write(3, text="x")
    lines = path.read_bytes().splitlines(keepends=True)
    huge = b'{"type":"message","id":"big","parentId":"m1","message":"' + b"a" * 50_000_000 + b'"}\n'
    path.write_bytes(b"".join([*lines[:3], huge, lines[3].replace(b'"parentId":"m1"', b'"parentId":"big"')]))
    journal = Journal.open(path)
    assert texts(journal) == ["0: x", "1: x", "2: x"]
    assert "50,000,0" in journal.damage[0]
    assert journal.title == "0: x"


def test_a_message_too_long_to_be_read_again_is_not_taken(folder: Path):
    with Journal.create(folder) as journal:
        journal.append(said("small"))
        with pytest.raises(SessionError, match="not saved: 33 MB"):
            journal.append(said("a" * (LONGEST_LINE + 1)))
        assert texts(journal) == ["small"]


def test_a_damaged_first_line_is_reported_and_the_conversation_is_there(write):
    path = write(2, text="x")
    path.write_bytes(b"\0" + path.read_bytes()[20:])
    with Journal.open(path) as journal:
        assert texts(journal) == ["0: x", "1: x"]
        assert "first line" in journal.damage[0]
        journal.append(said("more"))
    assert texts(Journal.open(path))[-1] == "more"


def test_unknown_kinds_and_fields_are_kept_and_passed_over(write):
    path = write(2, text="x")
    with path.open("a") as file:
        file.write(json.dumps({"type": "aura", "id": "u1", "parentId": "m1", "colour": "blue"}) + "\n")
        file.write(json.dumps({"type": "weather", "id": "u2", "parentId": "", "sun": True}) + "\n")
    with Journal.open(path) as journal:
        assert journal.append(said("after")).parent == "u1"
        assert texts(journal) == ["0: x", "1: x", "after"]
        assert [entry.mark for entry in journal.tail(9) if entry.kind == "aura"] == [{"colour": "blue"}]


def test_a_message_is_worth_more_than_fields_that_another_program_wrote_its_own_way(write):
    path = write(1, text="x")
    odd = {"role": "assistant", "content": "plain", "usage": "many", "timestamp": "noon", "toolCalls": {"no": 1}}
    with path.open("a") as file:
        file.write(json.dumps({"type": "message", "id": "o", "parentId": "m0", "message": odd}) + "\n")
    assert texts(Journal.open(path)) == ["0: x", "plain"]


def test_a_newer_format_is_refused_with_a_clear_word(write):
    path = write(1)
    path.write_text(path.read_text().replace('"version":2', '"version":3'))
    content = path.read_bytes()
    with pytest.raises(SessionError, match=r"made by a newer localgpt-tui \(format 3") as refusal:
        Journal.open(path)
    assert "Update" in refusal.value.advice
    assert path.read_bytes() == content


def test_a_session_that_is_not_there_is_an_error_in_words(folder: Path):
    with pytest.raises(SessionError, match="cannot be read"):
        Journal.open(folder / "none.jsonl")
    (folder / "dir.jsonl").mkdir()
    with pytest.raises(SessionError, match="not a regular file"):
        Journal.open(folder / "dir.jsonl")


def test_a_file_that_was_taken_away_is_not_silently_begun_again(folder: Path):
    with Journal.create(folder) as journal:
        journal.append(said("one"))
        journal.path.rename(folder / "elsewhere")
        with pytest.raises(SessionError, match="not saved: the file of this session is gone"):
            journal.append(said("two"))
        (folder / "elsewhere").rename(journal.path)
        journal.append(said("two"))
        assert texts(journal) == ["one", "two"]


def test_a_closed_session_takes_nothing_more(folder: Path):
    journal = Journal.create(folder)
    journal.append(said("one"))
    journal.close()
    with pytest.raises(SessionError, match="not saved: It was closed"):
        journal.append(said("two"))
