"""A title is one clean line."""

import pytest

from localgpt_tui.sessions.titles import clean_title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("", ""),
        (" \n\t\n", ""),
        ("\n  Plan   a\ttrip \nto Rome", "Plan a trip"),
        ("\x1b[31mred\x1b[0m \x07bell", "red bell"),
        ("a" * 60, "a" * 60),
        ("a" * 61, "a" * 59 + "…"),
        ("日" * 40, "日" * 29 + "…"),
        ("👩\u200d👩\u200d👧 family", "👩\u200d👩\u200d👧 family"),
        ("e\u0301" * 60, "e\u0301" * 60),
        ("gnp\u202eexe", "gnpexe"),
        ("\ud800", "\ufffd"),
    ],
)
def test_a_title_is_the_first_line_that_says_something_without_what_could_harm(text: str, title: str):
    assert clean_title(text) == title
