"""Telling questions of an earlier session from what was said in it."""

import pytest

from localgpt_tui.memory.asked import only_asked


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("- **User**: when is my sister's birthday?", True),
        ("- **User**: Hm? And when is it? ", True),
        ("- **User**: 誕生日はいつですか？", True),
        ("## 2026-03-12\n\n- **User**: which?\n- **User**: and where?", True),
        ("- **User**: It is in May. Which day was it?", False),
        ("- **User**: in May\n- **User**: which day?", False),
        ("- **User**: which day?\n- **Assistant**: On the 14th.", False),
        ("- **Assistant**: Which day?", False),
        ("- Which day is it?", False),
        ("- **User**: ", False),
        ("", False),
    ],
)
def test_only_lines_of_nothing_but_a_persons_questions_are_only_asked(text, asked):
    assert only_asked(text) is asked
