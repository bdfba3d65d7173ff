"""Markdown cut into what is searched."""

from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.memory.blocks import split

TEXT = """\
# 2026-01-02

A paragraph
of two lines.
- tea
- milk
  - oat
  more about milk

## People

### Sister
14 May
* one
* two

```
- no item

# no title
```
the end
"""


def test_paragraphs_items_and_headings_with_what_follows_are_blocks_with_their_lines():
    found = [(block.first, block.last, block.text) for block in split(TEXT.split("\n"))]
    assert found == [
        (3, 4, "A paragraph\nof two lines."),
        (5, 5, "- tea"),
        (6, 8, "- milk\n  - oat\n  more about milk"),
        (10, 10, "## People"),
        (12, 13, "### Sister\n14 May"),
        (14, 14, "* one"),
        (15, 15, "* two"),
        (17, 22, "```\n- no item\n\n# no title\n```\nthe end"),
    ]


def test_a_block_knows_the_title_and_the_heading_above_it():
    assert [block.heading for block in split(["# Plans", "a", "## May", "", "b"])] == ["Plans", "Plans May"]


def test_a_long_paragraph_is_cut_at_forty_lines():
    assert [(block.first, block.last) for block in split(["x"] * 90)] == [(1, 40), (41, 80), (81, 90)]


def test_a_file_of_nothing_has_no_blocks():
    assert list(split([])) == list(split(["", "  ", "# Title"])) == []


@given(
    st.lists(
        st.sampled_from(["", "text", "- item", "  - nested", "# title", "## head", "```", "~~~", "\t", "1. one", "#"])
    )
)
def test_every_block_is_exactly_its_lines_and_none_overlap(lines: list[str]):
    reached = 0
    for block in split(lines):
        assert block.first > reached
        assert block.text == "\n".join(lines[block.first - 1 : block.last])
        reached = block.last
    covered = {number for block in split(lines) for number in range(block.first, block.last + 1)}
    left = {line for number, line in enumerate(lines, 1) if number not in covered}
    assert left <= {"", "\t", "# title", "#"}
