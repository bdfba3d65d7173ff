"""Words as a search compares them."""

import pytest

from localgpt_tui.memory.words import fold, match, query_words, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Zürich", "zurich"),
        ("CAFÉ", "cafe"),
        ("Cafe\u0301", "cafe"),
        ("Straße", "strasse"),
        ("Ωμέγα", "ωμεγα"),
        ("한국", "한국"),
    ],
)
def test_case_and_accents_do_not_count(text: str, folded: str):
    assert fold(text) == folded


def test_scripts_without_spaces_are_compared_by_pairs():
    assert words("東京都 and 京") == ["東京", "京都", "and", "京"]


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("When is my sister's birthday?", ("sister", "birthday")),
        ("who are you", ("who", "are", "you")),
        ("room 5", ("room", "5")),
        ("tea TEA té", ("tea", "te")),
        ("?!", ()),
        ("Wann hat meine Schwester Geburtstag?", ("schwester", "geburtstag")),
    ],
)
def test_a_query_keeps_the_words_that_carry_its_meaning(query: str, left: tuple[str, ...]):
    assert query_words(query) == left


def test_all_words_close_together_score_best():
    wanted = ("sister", "birthday")
    near, far = match(wanted, "sister birthday"), match(wanted, "sister " + "and " * 30 + "birthday")
    similar, half = match(wanted, "sisters birthdays"), match(wanted, "my sister")
    assert near == 1.0
    assert near > far > half > 0
    assert near > similar > half
    assert match(wanted, "a brother") == 0.0


def test_words_of_the_heading_count_half():
    assert match(("sister", "birthday"), "birthday: 14 May", "Sister") == 0.75


@pytest.mark.parametrize(
    ("word", "other"), [("cat", "cats"), ("cats", "cat"), ("birthday", "birthdays"), ("planned", "planner")]
)
def test_similar_forms_are_found(word: str, other: str):
    assert match((word,), other) == 0.8


@pytest.mark.parametrize(("word", "other"), [("cat", "category"), ("art", "party"), ("2025", "2026"), ("tea", "team")])
def test_other_words_are_not(word: str, other: str):
    assert match((word,), other) == 0.0


def test_nothing_wanted_is_nothing_found():
    assert match((), "tea") == 0.0
