"""Searching from end to end, on a real index."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from memory.remembering import write

from localgpt_tui.memory.database import Database
from localgpt_tui.memory.index import Index
from localgpt_tui.memory.query import parse
from localgpt_tui.memory.search import search
from localgpt_tui.memory.sources import Source, Sources, of_workspace, together
from localgpt_tui.memory.terms import Terms
from localgpt_tui.memory.workspace import Workspace


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("searched")
    workspace = Workspace(write(folder / "workspace"))
    sessions = Sources(
        tuple(
            Source(
                f"sessions/{name}",
                "session",
                1,
                1,
                lambda said=said: f"# S\n\n- **User**: {said}\n",
                demoted,
            )
            for name, said, demoted in (
                ("attended", "The zebra crossing is closed.", False),
                ("heartbeat", "The zebra crossing is closed.", True),
                ("asking", "Where does the okapi live?", False),
                ("telling", "Of the okapi we know very little, and least of all where it sleeps.", False),
            )
        ),
        kinds=frozenset({"session"}),
    )
    made = Index(Database(folder / "cache"), lambda: together([of_workspace(workspace), sessions]))
    made.rebuild()
    yield made
    made.database.close()


def found(index, typed, **rest):
    return search(index.database.connection(), parse(typed, date(2026, 3, 1)), 10, **rest)


@pytest.mark.parametrize(
    ("typed", "path", "lines"),
    [
        ("What is the WiFi password?", "MEMORY.md", (3, 4)),
        ("canoes", "memory/2026-01-31.md", (3, 4)),
        ("who is the owner of a value", "knowledge/rust.md", (5, 5)),
        ("京都", "knowledge/kyoto.md", (3, 3)),
        ("都", "knowledge/kyoto.md", (3, 3)),
        ("what happened on 14 February?", "memory/2026-02-14.md", (3, 3)),
        ("lifetimes", "knowledge/rust.md", (9, 9)),
    ],
)
def test_what_is_asked_for_comes_first(index, typed, path, lines):
    best = found(index, typed)[0]

    assert (best.path, (best.first_line, best.last_line)) == (path, lines)


def test_a_passage_says_where_it_is_from_and_why(index):
    best = found(index, "canoe Anna January 2026")[0]

    assert best.source == "memory/2026-01-31.md#L3-L4"
    assert (best.heading, best.day, best.kind) == ("2026-01-31", "2026-01-31", "memory")
    assert best.text == "- **Anna**: I bought a canoe.\n- **Ben**: And I sold my bicycle."
    assert best.parts["date"] == best.parts["name"] == 1
    assert 0 < best.score <= 1
    assert "vector" not in best.parts


def test_a_better_answer_has_a_higher_score_than_a_chance_word(index):
    assert found(index, "wifi password")[0].score > found(index, "password of the elephants in Botswana")[0].score


@pytest.mark.parametrize(
    ("typed", "paths"),
    [
        ("in:knowledge owner birthday", {"knowledge/rust.md"}),
        ("after:2026-02 paddling canoe", {"memory/2026-02-14.md"}),
        ("before:2026-02 paddling canoe", {"memory/2026-01-31.md"}),
        ("kind:session zebra", {"sessions/attended", "sessions/heartbeat"}),
        ("kind:memory zebra", set()),
        ("in:nowhere canoe", set()),
    ],
)
def test_filters_narrow_a_search(index, typed, paths):
    assert {passage.path for passage in found(index, typed)} == paths


def test_what_was_said_when_nobody_was_there_ranks_below(index):
    assert [passage.path for passage in found(index, "zebra crossing")] == ["sessions/attended", "sessions/heartbeat"]


def test_what_says_something_ranks_above_what_was_only_asked(index):
    assert [passage.path for passage in found(index, "okapi")] == ["sessions/telling", "sessions/asking"]


def test_old_notes_count_less_only_where_that_is_wanted(index):
    def newest_first(**rest):
        return [passage.path for passage in found(index, "canoe paddling", **rest)]

    assert set(newest_first()) == set(newest_first(today=date(2026, 3, 1), half_life=1.0))
    assert newest_first(today=date(2026, 2, 14), half_life=1.0)[0] == "memory/2026-02-14.md"


def test_nothing_fits(index):
    assert found(index, "xylophone") == []
    assert found(index, "") == []
    assert found(index, "?!") == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_searched_for(index, typed):
    for passage in found(index, typed):
        assert 0 <= passage.score <= 1


def test_words_are_counted_as_the_index_counts_them():
    terms = Terms(["activities", "Zürich", "東京", "happy"])

    (counts,) = terms.count(["Active activity in zurich. 東京都と東京! Happiness is happy; inactive."])

    assert counts == {"activ": 2, "zurich": 1, "東京": 2, "happi": 2}
