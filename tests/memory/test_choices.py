"""What the person chose for passages: kept in a file they can read, known by what the lines say."""

from dataclasses import replace

import pytest

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.passages import Passage
from localgpt_tui.memory.choices import FILE, Choices, Chosens

TEA = Passage("MEMORY.md", 3, 3, "- My sister's birthday is 14 May.")
ROW = Passage("memory/2026-03-12.md", 5, 6, "- Had a row with Ben about the boat.\n- [x] He is still cross.")


@pytest.fixture
def choices(tmp_path):
    return Choices(tmp_path)


def test_choices_are_kept_in_words_and_can_be_taken_back_by_deleting_their_line(choices, tmp_path):
    choices.choose(TEA, "pinned")
    choices.choose(ROW, "never")
    text = (tmp_path / FILE).read_text()
    assert (
        "# Pinned: recalled whenever they bear on a message at all\n\n- MEMORY.md: My sister's birthday is 14" in text
    )
    assert "\n- memory/2026-03-12.md: Had a row with Ben about the boat. <!-- " in text
    assert [choices.load().of(passage) for passage in (TEA, ROW)] == ["pinned", "never"]

    (tmp_path / FILE).write_text("\n".join(line for line in text.split("\n") if "sister" not in line))
    assert [choices.load().of(passage) for passage in (TEA, ROW)] == [None, "never"]
    choices.choose(ROW, None)
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize(
    ("path", "text", "known"),
    [
        ("memory/2026-03-12.md", "* he is still  cross. <!-- from: mail -->", True),
        ("knowledge/ben.md", "He is still cross.", True),
        ("memory/2026-03-12.md", "- Had a loud row with Ben about the boat", True),
        ("knowledge/ben.md", "- Had a loud row with Ben about the boat", False),
        ("memory/2026-03-12.md", "- Ben came for tea.", False),
        ("memory/2026-03-12.md", "---", False),
    ],
)
def test_a_passage_is_known_wherever_its_lines_go_and_where_it_stood_also_a_little_changed(choices, path, text, known):
    choices.choose(ROW, "never")
    assert (choices.load().of(Passage(path, 1, 1, text)) == "never") is known


def test_the_latest_choice_holds_and_nothing_is_chosen_twice(choices):
    choices.choose(ROW, "pinned")
    choices.choose(ROW, "never")
    choices.choose(ROW, "never")
    assert (len(choices.load().pinned), len(choices.load().never)) == (0, 1)


def test_what_is_forgotten_leaves_nothing_behind(choices, tmp_path):
    choices.choose(ROW, "never")
    choices.choose(TEA, "pinned")
    choices.forget(["- [x] He is still cross."])
    assert len(choices.load().never[0].marks) == 1
    choices.forget(["- Had a row with Ben about the boat."])
    assert choices.load().never == ()
    assert "Ben" not in (tmp_path / FILE).read_text()


def test_lines_without_words_cannot_be_chosen_and_a_spoilt_file_chooses_nothing(choices, tmp_path):
    with pytest.raises(LocalGPTError, match="nothing in these lines"):
        choices.choose(replace(TEA, text="\n---\n"), "pinned")
    (tmp_path / FILE).write_bytes(b"\xff# Pinned\n- x: y\n")
    assert choices.load() == Chosens()
