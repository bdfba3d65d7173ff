"""A reply in the making."""

import json

from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.core.events import CallDelta, TextDelta
from localgpt_tui.core.messages import Usage
from localgpt_tui.providers.draft import Draft, SurrogateJoiner, whole

ANYTHING = st.text(st.characters(categories=None), max_size=30)  # lone surrogates included


@given(st.lists(ANYTHING, max_size=8))
def test_pieces_join_to_the_whole_wherever_they_were_cut(pieces):
    joiner = SurrogateJoiner()
    shown = [joiner.feed(piece) for piece in pieces]
    assert "".join([*shown, joiner.flush()]) == whole("".join(pieces))


@given(ANYTHING)
def test_what_is_whole_can_be_encoded_and_stays_as_it_is(text):
    assert whole(text).encode().decode() == whole(text)
    assert whole(whole(text)) == whole(text)


@given(st.text(max_size=30), st.integers(1, 5))
def test_text_in_utf_16_units_comes_out_as_it_was(text, size):
    units = text.encode("utf-16-le")
    halves = [units[at : at + 2].decode("utf-16-le", "surrogatepass") for at in range(0, len(units), 2)]
    draft, events = Draft(), []
    for at in range(0, len(halves), size):
        draft.text("".join(halves[at : at + size]))
        draft.tell(events.append)
    draft.stop = "end"
    draft.finish(events.append)
    assert draft.message("m", Usage()).text == text
    assert "".join(event.text for event in events) == text


def test_a_name_is_told_once_and_arguments_piece_by_piece():
    draft, events = Draft(), []
    draft.call("k", id="c1", name="f")
    draft.call("k", id="c1", name="f", arguments="{")
    draft.call("k", arguments="}")
    draft.tell(events.append)
    assert events == [CallDelta(0, "f"), CallDelta(0, "", "{"), CallDelta(0, "", "}")]


@given(ANYTHING, ANYTHING)
def test_a_call_can_be_sent_again_whatever_halves_of_characters_it_holds(name, text):
    draft = Draft()
    draft.call("k", id=f"c{name}", name=f"f{name}", arguments=json.dumps({"text": text}))
    draft.stop = "tool_calls"
    draft.finish([].append)
    (call,) = draft.message("m", Usage()).calls
    json.dumps([call.id, call.name, json.loads(call.arguments)], ensure_ascii=False).encode()
    assert json.loads(call.arguments)["text"] == whole(text)


def test_a_draft_without_a_finish_has_no_calls():
    draft = Draft()
    draft.text("Half")
    draft.call("k", id="c1", name="f", arguments="{}")
    message = draft.message("m", Usage())
    assert (message.stop, message.calls, message.text) == ("failed", (), "Half")


def test_text_behind_something_else_begins_a_paragraph():
    draft, events = Draft(), []
    draft.thought("hm")
    draft.text("One.")
    draft.thought("hm")
    draft.text("Two.")
    draft.tell(events.append)
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["One.", "\n\nTwo."]
