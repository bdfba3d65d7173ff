"""Markdown cut into chunks."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localgpt_tui.memory.chunks import cut, day_in

MARKDOWN = st.lists(
    st.one_of(
        st.text(max_size=40),
        st.sampled_from(
            ["", "# A", "## B 2026-01-31", "- item", "  - nested", "1. one", "```", "> quote", "---", "| a | b |"]
        ),
        st.sampled_from(
            ["|---|---|", "word " * 90, "x" * 1700, "\t- tab", "[a]: http://b", "===", "\0", "\u2028", "東京" * 500]
        ),
    ),
    max_size=40,
).map("\n".join)


@settings(max_examples=150)
@given(MARKDOWN)
def test_every_line_that_says_something_is_in_a_chunk_at_its_own_number(text):
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    covered = set()
    for chunk in cut(text, "notes.md"):
        assert 1 <= chunk.first_line <= chunk.last_line <= len(lines)
        for unit in chunk.units:
            assert unit.text in "\n".join(lines[unit.first - 1 : unit.last])
            covered |= set(range(unit.first, unit.last + 1))
    assert {number for number, line in enumerate(lines, 1) if line.strip()} <= covered


@given(st.binary(max_size=400))
def test_any_bytes_can_be_cut(content):
    cut(content.decode("utf-8", "replace"))


@given(MARKDOWN)
def test_units_are_numbered_through_the_file_and_the_same_in_every_chunk_that_has_them(text):
    units = {}
    for chunk in cut(text):
        for number, unit in enumerate(chunk.units, chunk.number):
            assert units.setdefault(number, unit) == unit
    assert sorted(units) == list(range(len(units)))


def test_a_chunk_knows_its_headings_and_its_day():
    chunks = cut("# Trip\n\n## 2026-01-31\n\n- packed\n\n## Later\n\nHome.\n", "memory/2025-05-05.md")

    assert [(chunk.heading, chunk.day, chunk.text) for chunk in chunks] == [
        ("Trip > 2026-01-31", "2026-01-31", "# Trip\n## 2026-01-31\n- packed"),
        ("Trip > Later", "2025-05-05", "## Later\nHome."),
    ]


def test_a_list_is_cut_between_its_items_with_what_belongs_to_them():
    (chunk,) = cut("- one\n  more\n  - inner\n\n- two\n")

    assert [(unit.first, unit.last) for unit in chunk.units] == [(1, 3), (5, 5)]


def test_fences_and_tables_stay_whole_and_their_signs_are_no_headings():
    text = "```\n# no heading\n\n- no item\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    (chunk,) = cut(text)

    assert chunk.heading == ""
    assert [(unit.first, unit.last) for unit in chunk.units] == [(1, 5), (7, 9)]


def test_metadata_at_the_top_is_no_heading():
    assert [chunk.heading for chunk in cut("---\ntitle: x\n---\n\nText\n")] == [""]


def test_a_line_too_long_for_a_chunk_is_split_without_losing_a_letter():
    line = "word " * 1000
    chunks = cut(line)

    assert len(chunks) > 5
    assert "".join(chunk.units[0].text for chunk in chunks) == line
    assert all(len(chunk.text) <= 801 and (chunk.first_line, chunk.last_line) == (1, 1) for chunk in chunks)


def test_long_sections_are_cut_with_an_overlap():
    text = "\n".join(f"- item {number} " + "word " * 10 for number in range(60))
    chunks = cut(text)

    assert all(len(chunk.text) <= 800 for chunk in chunks)
    assert all(after.first_line <= before.last_line for before, after in pairwise(chunks))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-01-31.md", "2026-01-31"),
        ("20260131-call.md", "2026-01-31"),
        ("Call of 2026.01.31", "2026-01-31"),
        ("2026-13-01", ""),
        ("12026-01-311", ""),
        ("", ""),
    ],
)
def test_a_day_is_read_from_a_name(text, day):
    assert day_in(text) == day
