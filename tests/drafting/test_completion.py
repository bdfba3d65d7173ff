"""What the cursor stands behind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.drafting.completion import Wish, wish


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        ("/", Wish("command", "", 0)),
        ("/mo", Wish("command", "mo", 0)),
        ("/model son", Wish("argument", "son", 7, "model")),
        ("/open ", Wish("argument", "", 6, "open")),
        ("look at @src/a", Wish("file", "src/a", 8)),
        ("@", Wish("file", "", 0)),
        ('see @"my no', Wish("file", "my no", 4)),
        ("/etc/hosts", None),
        ("me@home", None),
        ("plain words", None),
        ("@a.py and", None),
        ("", None),
    ],
)
def test_the_wish_is_read_from_the_text_before_the_cursor(before, wanted):
    assert wish(before) == wanted


@given(st.text(max_size=80))
def test_a_wish_begins_within_the_text_and_ends_with_it(before):
    found = wish(before)
    if found is not None:
        assert 0 <= found.start <= len(before)
        assert before.endswith(found.query)
