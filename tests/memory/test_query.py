"""What a person typed into a search, taken apart."""

from datetime import date

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localgpt_tui.memory.periods import fit, named_periods
from localgpt_tui.memory.query import Filters, expression, parse

TODAY = date(2026, 11, 22)  # a Sunday


@pytest.fixture(scope="module")
def table():
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5(text, tokenize='porter unicode61 remove_diacritics 2')")
    return connection


@settings(max_examples=200)
@given(
    st.one_of(
        st.text(st.characters(), max_size=80),
        st.lists(
            st.sampled_from(
                [
                    "AND",
                    "OR",
                    "NOT",
                    "NEAR(",
                    '"',
                    "*",
                    "^",
                    "in:",
                    "after:9999-12",
                    "kind:",
                    "-",
                    "(",
                    "0000-00-00",
                    "31 february",
                    "before:0001",
                    "yesterday",
                    "東",
                    "\0",
                    "29 feb",
                ]
            )
        ).map(" ".join),
    )
)
def test_any_text_is_a_query_and_never_a_mistake(table, typed):
    query = parse(typed, TODAY)

    if query.words:
        table.execute("SELECT rowid FROM words WHERE words MATCH ?", (expression(query.words),)).fetchall()
    fit("2024-02-29", query.periods)


def test_filters_are_taken_out_of_the_text():
    query = parse("in:knowledge rust after:2026-01 before:2026-03-15 kind:session ownership", TODAY)

    assert query.text == "rust ownership"
    assert query.words == ("rust", "ownership")
    assert query.filters == Filters(("knowledge",), "2026-01-01", "2026-03-14", ("session",))


def test_a_filter_that_makes_no_sense_is_searched_for():
    query = parse("kind:nothing after:then", TODAY)

    assert not query.filters
    assert {"kind", "nothing", "then"} & set(query.words)


def test_a_folder_with_spaces_is_quoted():
    assert parse('in:"my notes" x', TODAY).filters.inside == ("my notes",)


@pytest.mark.parametrize(
    ("text", "day", "how_well"),
    [
        ("on 14 May 2023", "2023-05-14", 1.0),
        ("on May 14th, 2023", "2023-05-15", 0.7),
        ("14 May 2023", "2023-05-20", 0.4),
        ("14 May 2023", "2023-06-20", 0.0),
        ("in May 2023", "2023-05-31", 1.0),
        ("in May 2023", "2024-05-31", 0.0),
        ("in July", "2021-07-04", 1.0),
        ("on 3 July", "2021-07-03", 1.0),
        ("2023-05-14", "2023-05-14", 1.0),
        ("2023-05", "2023-05-01", 1.0),
        ("what was in 2022?", "2022-08-08", 0.3),
        ("yesterday", "2026-11-21", 1.0),
        ("last week", "2026-11-10", 1.0),
        ("last month", "2026-10-01", 1.0),
        ("am 3. März 2024", "2024-03-03", 1.0),
    ],
)
def test_dates_and_periods_are_understood(text, day, how_well):
    assert fit(day, named_periods(text, TODAY)) == how_well


@pytest.mark.parametrize("text", ["you may go", "march on", "Jan said so", "room 2025b7", ""])
def test_what_only_looks_like_a_date_is_none(text):
    assert all(fit("2023-05-14", [period]) < 1 for period in named_periods(text, TODAY))
