"""What was said before, in any session."""

import stat

from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.drafting import history
from localgpt_tui.drafting.history import History, Spoken


def test_what_is_added_is_there_for_the_next_program(tmp_path):
    file = tmp_path / "state" / "history.jsonl"
    History(file).add("first\nin two lines", "s1")
    History(file).add("second")
    assert History(file).load() == [Spoken("first\nin two lines", "s1"), Spoken("second")]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_saying_it_again_moves_it_to_the_end(tmp_path):
    kept = History(tmp_path / "history.jsonl")
    for text in ("a", "b", "a"):
        kept.add(text)
    assert [spoken.text for spoken in kept.load()] == ["b", "a"]


def test_damaged_lines_and_strangers_are_passed_over(tmp_path):
    file = tmp_path / "history.jsonl"
    file.write_bytes(b'{"text": "good"}\n{"text": 7}\n[]\nnot json\n\xff\n{"text": "torn')
    kept = History(file)
    assert [spoken.text for spoken in kept.load()] == ["good"]
    kept.add("after the torn line")
    assert [spoken.text for spoken in kept.load()] == ["good", "after the torn line"]


def test_the_file_is_cut_once_it_is_long(tmp_path):
    file = tmp_path / "history.jsonl"
    kept = History(file)
    file.write_text("".join(f'{{"text": "{number}"}}\n' for number in range(2 * history.MOST + 1)))
    kept.tidy()
    assert file.read_bytes().count(b"\n") == history.MOST
    assert kept.load()[-1].text == str(2 * history.MOST)


def test_a_session_can_be_forgotten(tmp_path):
    kept = History(tmp_path / "history.jsonl")
    kept.add("mine", "s1")
    kept.add("other", "s2")
    kept.forget("s1")
    assert [spoken.text for spoken in kept.load()] == ["other"]


def test_nothing_and_far_too_much_are_not_kept(tmp_path):
    kept = History(tmp_path / "history.jsonl")
    kept.add("  \n")
    kept.add("x" * 100_000)
    kept.tidy()
    kept.forget("s1")
    assert kept.load() == []


@given(st.lists(st.text(min_size=1, max_size=30).filter(str.strip), max_size=10))
def test_any_text_comes_back_as_it_was(tmp_path_factory, texts):
    kept = History(tmp_path_factory.mktemp("any") / "history.jsonl")
    for text in texts:
        kept.add(text)
    assert [spoken.text for spoken in kept.load()] == list(dict.fromkeys(reversed(texts)))[::-1]
