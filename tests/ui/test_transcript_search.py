import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import NOON, PaneApp, entries, read, talk
from textual import events

from localgpt_tui.core.events import Said, TextDelta
from localgpt_tui.core.messages import AssistantMessage, Thinking, ToolCall, ToolMessage, UserMessage
from localgpt_tui.ui.widgets.finding import PIECE, matches_in_piece, pattern, spans
from localgpt_tui.ui.widgets.transcript import Transcript

CALL = ToolCall("c1", "read_file", '{"path": "notes/clock.md", "why": "who\\nowns it"}')


def marked(transcript: Transcript) -> list[str]:
    """What is marked in view, line by line; the match the view is at in brackets."""
    found, here = transcript.canvas.palette.over("found"), transcript.canvas.palette.over("found-here")
    top, height = transcript.scroll_offset.y, transcript.size.height
    words = []
    for strip in transcript.over(transcript.canvas.seen(top, height), top):
        for text, style, _ in strip:
            if style and style.bgcolor == here.bgcolor:
                words.append(f"[{text}]")
            elif style and style.bgcolor == found.bgcolor and style.underline:
                words.append(text)
    return words


async def look_for(pilot, words: str) -> None:
    await pilot.press("slash", *words)
    await settled(pilot)


async def until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came true")


async def settled(pilot) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("ttl", "TTL and ttl", 2),
        ("TTL", "TTL and ttl", 1),
        ("short ttl", "a short\n     TTL", 1),
        ("a.b", "a.b axb", 1),
        ("   ", "anything", None),
        ("ß", "straße", 1),
    ],
)
def test_case_counts_where_there_is_a_capital_and_a_space_is_any_space(query: str, text: str, found: int | None):
    wanted = pattern(query)
    assert (wanted and len(wanted.findall(text))) == found


@given(st.integers(1, 3 * PIECE), st.integers(1, 50))
def test_text_looked_through_in_pieces_has_the_same_matches(length: int, every: int):
    text = ("x" * every + "needle here") * (length // (every + 11) + 1)
    wanted = pattern("needle here")
    assert wanted is not None
    pieces = sum(matches_in_piece(wanted, text, start) for start in range(0, len(text), PIECE))
    assert pieces == len(wanted.findall(text))


@given(st.lists(st.text("ab 漢é", max_size=8).map(str.rstrip), max_size=6), st.text("ab 漢", min_size=1, max_size=3))
def test_every_marked_part_of_a_line_is_what_was_looked_for(lines: list[str], query: str):
    wanted = pattern(query)
    if wanted is None:
        return
    for parts in spans(wanted, lines):
        assert parts
        words = " ".join(lines[line][start:end].strip() for line, start, end in parts)
        assert words.split() == query.split() or "".join(words.split()) == "".join(query.split())


async def test_matches_are_marked_while_one_types_and_counted():
    app = PaneApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.transcript.load(talk(6), more=False)
        app.transcript.focus()
        await look_for(pilot, "answer")
        assert "/ answer" in app.shown()
        assert app.shown().rstrip().endswith("3 of 6")
        assert marked(app.transcript) == ["[answer]", "answer", "answer", "answer"]
        await pilot.press("space", "2")
        await settled(pilot)
        assert app.shown().rstrip().endswith("1 of 1")
        assert marked(app.transcript) == ["[answer 2]"]
        await pilot.press("9")
        await settled(pilot)
        assert "nothing found" in app.shown()


async def test_n_goes_on_and_comes_round_and_shift_n_goes_back():
    app = PaneApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.load(talk(30), more=False)
        app.transcript.focus()
        await look_for(pilot, "question 1")
        await pilot.press("enter")
        await settled(pilot)
        assert app.focused is app.transcript
        assert "question 19" in read(app.transcript)
        assert "11 of 11" in app.shown()
        await pilot.press("n")
        await pilot.pause()
        assert "1 of 11" in app.shown()
        assert "[question 1]" in marked(app.transcript)
        assert app.transcript.cursor.text == "question 1"
        await pilot.press("n", "n")
        await pilot.pause()
        assert app.transcript.cursor.text == "question 11"
        await pilot.press("N")
        await pilot.pause()
        assert app.transcript.cursor.text == "question 10"


async def test_escape_ends_the_search_and_leaves_the_view_where_it_is():
    app = PaneApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.load(talk(30), more=False)
        app.transcript.focus()
        await look_for(pilot, "question 3")
        await pilot.press("up")
        await pilot.pause()
        there = app.transcript.cursor
        await pilot.press("escape")
        await pilot.pause()
        assert app.focused is app.transcript
        assert marked(app.transcript) == []
        assert " / question 3" not in app.shown()
        assert app.transcript.cursor is there
        await look_for(pilot, "answer 4")
        await pilot.press("enter", "escape")
        await pilot.pause()
        assert not app.transcript.searching


async def test_what_is_folded_is_found_and_unfolded_while_the_view_is_there():
    app = PaneApp()
    async with app.run_test(size=(60, 24)) as pilot:
        app.transcript.load(
            entries(
                UserMessage("look", time=NOON),
                AssistantMessage("", (Thinking("perhaps the pelican"),), (CALL,)),
                ToolMessage("c1", "read_file", "one pelican\nanother pelican"),
                AssistantMessage("No birds."),
            ),
            more=False,
        )
        app.transcript.focus()
        await look_for(pilot, "pelican")
        await pilot.press("enter")
        await pilot.pause()
        assert "1 of 3" in app.shown()
        assert "perhaps the pelican" in read(app.transcript)
        await pilot.press("n")
        await pilot.pause()
        assert "perhaps the" not in read(app.transcript)
        assert marked(app.transcript) == ["[pelican]", "pelican"]
        await pilot.press("n")
        await pilot.pause()
        assert marked(app.transcript) == ["pelican", "[pelican]"]
        assert "3 of 3" in app.shown()


async def test_arguments_of_a_tool_are_found_as_they_are_read():
    app = PaneApp()
    async with app.run_test(size=(60, 24)) as pilot:
        app.transcript.load(
            entries(AssistantMessage("", calls=(CALL,)), ToolMessage("c1", "read_file", "x")), more=False
        )
        app.transcript.focus()
        await look_for(pilot, "owns it")
        assert "1 of 1" in app.shown()
        assert marked(app.transcript) == ["[owns it]"]


async def test_words_that_were_wrapped_are_found_on_both_lines():
    app = PaneApp()
    async with app.run_test(size=(30, 12)) as pilot:
        app.transcript.load(entries(AssistantMessage("a reply that says short TTL plus invalidation")), more=False)
        app.transcript.focus()
        await look_for(pilot, "short ttl plus")
        assert "1 of 1" in app.shown()
        assert marked(app.transcript) == ["[short]", "[TTL plus]"] or marked(app.transcript) == [
            "[short TTL]",
            "[plus]",
        ]


async def test_wide_characters_are_marked_where_they_stand():
    app = PaneApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.load(entries(AssistantMessage("漢字 and 漢語 **漢字** e\u0301t")), more=False)
        app.transcript.focus()
        await look_for(pilot, "漢字")
        assert marked(app.transcript) == ["[漢字]", "漢字"]


async def test_a_search_finds_what_is_not_loaded_yet():
    app = PaneApp(talk(400))
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.load(app.everything[-60:], more=True)
        app.transcript.focus()
        await look_for(pilot, "question 12")
        await pilot.press("enter")
        await settled(pilot)
        assert "11 of 11" in app.shown()
        assert app.transcript.cursor.text == "question 129"
        await pilot.press("n")
        await pilot.pause()
        assert app.transcript.cursor.text == "question 12"
        assert "question 12" in read(app.transcript)


async def test_a_search_looks_through_what_comes_meanwhile():
    app = PaneApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.load(talk(3), more=False)
        app.transcript.focus()
        await look_for(pilot, "answer 1")
        assert "1 of 1" in app.shown()
        app.transcript.show(Said(UserMessage("why answer 1?", time=NOON), "e9"))
        app.transcript.show(TextDelta("As I said in answer 1"))
        app.transcript.flush()
        await settled(pilot)
        assert "1 of 3" in app.shown()


async def test_a_match_beyond_what_is_shown_is_said_to_be_there():
    app = PaneApp()
    async with app.run_test(size=(80, 12)) as pilot:
        result = "\n".join(f"line {number}" for number in range(5000))
        app.transcript.load(
            entries(AssistantMessage("", calls=(CALL,)), ToolMessage("c1", "read_file", result)), more=False
        )
        app.transcript.focus()
        await look_for(pilot, "line 4321")
        assert "1 of 1, not shown: o opens it" in app.shown()


async def test_keys_typed_in_a_burst_go_where_they_were_meant_to():
    app = PaneApp()
    async with app.run_test(size=(60, 12)):
        app.transcript.load(talk(30), more=False)
        app.screen.set_focus(app.transcript)
        for key in ["slash", *"ed 29"]:
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await until(lambda: "nothing found" in app.shown())
        assert "/ ed 29" in app.shown()
        assert not [told for told in app.told if isinstance(told, Transcript.EditWanted | Transcript.DropWanted)]
        for key in ["escape", "slash", *"question 1", "enter"]:
            app.post_message(events.Key({" ": "space"}.get(key, key), key if len(key) == 1 else None))
        await until(lambda: " of 11" in app.shown() and app.focused is app.transcript)


async def test_another_session_ends_the_search():
    app = PaneApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.load(talk(3), more=False)
        app.transcript.focus()
        await look_for(pilot, "answer")
        app.transcript.load(talk(2), more=False)
        await pilot.pause()
        assert not app.transcript.searching
