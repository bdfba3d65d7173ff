"""Text that is to be judged: all of it is seen, as it is."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from localgpt_tui.core.approvals import Act, Approval
from localgpt_tui.core.messages import ToolCall
from localgpt_tui.ui.rendering.exact import exact, exact_lines, lookalikes
from localgpt_tui.ui.rendering.lines import cells, plain
from localgpt_tui.ui.rendering.questions import fact_lines, text_lines


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), max_size=400), st.integers(2, 40))
def test_plain_text_is_shown_letter_by_letter(text, width):
    assert "".join(plain(line) for line in exact_lines(text, width)) == text


@given(st.text(max_size=300), st.integers(4, 60))
def test_whatever_the_text_nothing_unseen_is_left_in_it_and_every_line_fits(text, width):
    for line in exact_lines(text, width, letters=True):
        assert all(letter.isprintable() for letter in plain(line))
        assert cells(line) <= width


def test_what_would_hide_move_or_pose_is_named():
    shown = plain(exact("a\rb\x1b[2J\u202ec\u200bd\u00a0e\u2800f\x9bg\x7f\tz  "))
    assert shown == "a␍b␛[2J⟨U+202E⟩c⟨U+200B⟩d⟨U+00A0⟩e⟨U+2800⟩f⟨U+009B⟩g␡→   z␠␠"
    assert plain(exact("    indented is not odd")) == "    indented is not odd"
    assert plain(exact("pushed" + " " * 20 + "away")) == f"pushed{'␠' * 20}away"
    assert plain(exact("e" + "\u0301" * 5)) == "e\u0301\u0301" + "⟨U+0301⟩" * 3
    assert cell_len(plain(exact("☀\ufe0f"))) >= 1


def test_letters_that_pass_for_others_are_told_and_accents_are_not():
    (said,) = lookalikes("p\u0430ypal größer naïve")
    assert said == "“\u0430” (U+0430, cyrillic small letter a) only looks like “a”"


def test_a_question_names_every_path_only_where_everything_is_wanted():
    act = Act("write", "write", shown="+a", writes=tuple(f"file{number}" for number in range(20)))
    asked = Approval("q", ToolCall("c", "write_file", "{}"), act)
    few = "\n".join(plain(line) for line in fact_lines(asked, 200, everything=False))
    assert "file5 and 14 more (f names them)" in few
    assert "file19" in "\n".join(plain(line) for line in fact_lines(asked, 200))


def test_a_command_that_little_or_nothing_holds_in_says_so_in_words_and_colour():
    def confinement(confined):
        asked = Approval("q", ToolCall("c", "bash", "{}"), Act("run", "run", shown="ls", confined=confined))
        ((_, (words, look)),) = (line for line in fact_lines(asked, 80) if plain(line).startswith("sandbox"))
        return words, look

    assert confinement("full: bubblewrap") == ("full: bubblewrap", "")
    assert confinement("limited: rlimits") == ("limited: rlimits", "bold $warning")
    asked = Approval(
        "q", ToolCall("c", "bash", "{}"), Act("run", "run", confined="full: x", network="off", afterwards="goes on")
    )
    said = [plain(line) for line in fact_lines(asked, 80)]
    assert said == ["sandbox  full: x; network off", "then     goes on"]
    loose = ("nothing holds it in: it can do all that you can", "bold $error")
    assert confinement("") == confinement("none: nothing holds commands in") == loose


def test_a_call_without_more_to_show_shows_its_arguments():
    asked = Approval("q", ToolCall("c", "odd", '{"b": [1, "x\\u001b"]}'), Act("fetch", "fetch"))
    assert [plain(line) for line in text_lines(asked, 40)] == ["{", '  "b": [', "    1,", '    "x\\u001b"', "  ]", "}"]
