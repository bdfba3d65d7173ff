"""Parts of a score put together, and passages grown."""

from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.memory.fusion import Evidence, bm25, fuse, rarity
from localgpt_tui.memory.growing import Scored, grow

SHARE = st.floats(0, 1)


@given(SHARE, SHARE, SHARE, SHARE)
def test_without_a_date_or_a_name_a_score_stays_between_0_and_1(line, around, chunk, meaning):
    assert 0 <= fuse(Evidence(line, around, chunk, meaning)) <= 1.0001
    assert 0 <= fuse(Evidence(line, around, chunk)) <= 1.0001


def test_a_side_that_is_missing_gives_its_share_to_the_other():
    assert fuse(Evidence(1, 1, 1)) == 1
    assert fuse(Evidence(meaning=0.8), words=False) == 0.8


def test_a_date_that_was_asked_for_counts():
    assert fuse(Evidence(0.5, 0.5, 0.5, date=1.0)) > fuse(Evidence(0.6, 0.6, 0.6))


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_rarer_words_tell_more_and_none_less_than_nothing(one, other):
    rare, common = sorted((one, other))
    assert rarity(1000, rare) >= rarity(1000, common) >= 0


def test_a_word_counts_more_in_a_short_text():
    assert bm25({"a": 1}, 5, 10, {"a": 1.0}) > bm25({"a": 1}, 50, 10, {"a": 1.0})


UNITS = st.lists(
    st.builds(Scored, st.integers(1, 2), st.integers(0, 30), st.just(0), st.integers(1, 900), SHARE, st.booleans()),
    max_size=40,
    unique_by=lambda unit: (unit.file, unit.number),
)


@given(UNITS, st.integers(1, 60))
def test_passages_never_share_a_unit_and_the_best_comes_first(units, limit):
    passages = grow(units, limit)
    taken = [(each.file, number) for each in passages for number in range(each.first, each.last + 1)]

    assert len(taken) == len(set(taken))
    assert len(passages) <= limit
    scores = [each.best.score for each in passages]
    assert scores == sorted(scores, reverse=True)
    assert set(taken) <= {(unit.file, unit.number) for unit in units}


@given(UNITS, st.integers(1, 20))
def test_a_smaller_limit_gives_the_beginning_of_a_larger_one(units, limit):
    few, many = grow(units, limit), grow(units, 60)

    assert [(each.file, each.first, each.last) for each in few] == [
        (each.file, each.first, each.last) for each in many[:limit]
    ]


def test_a_unit_takes_its_better_neighbour_in_first():
    units = [Scored(1, 0, 0, 300, 0.2, seeds=False), Scored(1, 1, 0, 290, 0.9), Scored(1, 2, 0, 300, 0.3)]

    assert [(each.first, each.last) for each in grow(units, 1)] == [(1, 2)]


def test_passages_that_meet_become_one():
    units = [Scored(1, number, 0, 590, 1 - number / 10) for number in range(3)]

    assert [(each.first, each.last) for each in grow(units, 9)] == [(0, 2)]


def test_a_heading_is_no_passage_but_joins_two():
    units = [
        Scored(1, 0, 0, 590, 0.9),
        Scored(1, 1, 1, 10, 0.0, seeds=False, is_heading=True),
        Scored(1, 2, 1, 590, 0.8),
    ]

    assert [(each.first, each.last) for each in grow(units, 9)] == [(0, 2)]
