"""Finding by a few letters."""

from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.drafting.fuzzy import match, rank


def best(query, *choices):
    return [choice for choice, _ in rank(query, choices, str, most=10)]


def test_the_letters_side_by_side_come_before_scattered_ones():
    assert best("cache", "c_a_c_h_e", "the cache notes")[0] == "the cache notes"


def test_the_beginnings_of_words_count():
    assert best("sl", "assault", "session_list")[0] == "session_list"


def test_the_file_counts_more_than_its_folder():
    assert best("test", "tests/a.py", "src/test.py")[0] == "src/test.py"


def test_a_short_exact_name_comes_before_a_longer_one():
    assert best("help", "helper", "help")[0] == "help"


def test_spaces_stand_for_anything_and_case_for_itself():
    assert best("ui prompt", "docs/readme", "UI/widgets/Prompt.py") == ["UI/widgets/Prompt.py"]


def test_what_does_not_fit_is_left_out_and_nothing_typed_leaves_the_order():
    assert best("xyz", "abc") == []
    assert best("", "b", "a") == ["b", "a"]


@given(st.text(max_size=12), st.text(max_size=60))
def test_a_match_shows_the_letters_of_the_query_in_their_order(query, text):
    found = match(query, text)
    if found is None:
        return
    letters = "".join(query.split())
    assert len(found.places) == len(letters)
    assert list(found.places) == sorted(set(found.places))
    assert all(0 <= place < len(text) for place in found.places)
    assert all(_same(text[place], letter) for place, letter in zip(found.places, letters, strict=True))


@given(st.text(min_size=1, max_size=60), st.data())
def test_letters_taken_out_of_a_text_always_find_it(text, data):
    places = sorted(data.draw(st.sets(st.integers(0, len(text) - 1), max_size=8)))
    assert match("".join(text[place] for place in places), text) is not None


@given(st.text("abc/_", max_size=5), st.lists(st.text("abc/_", max_size=12), max_size=20), st.integers(1, 5))
def test_the_best_come_first_and_no_more_than_wanted(query, choices, most):
    ranked = rank(query, choices, str, most=most)
    scores = [fit.score for _, fit in ranked]
    assert scores == sorted(scores, reverse=True)
    assert len(ranked) == min(most, sum(match(query, choice) is not None for choice in choices))


def _same(one, other):
    return one == other or one.lower() == other.lower()
