"""Drafts that outlive the program."""

import stat
import subprocess

from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.core.messages import Attachment
from localgpt_tui.drafting.kept import Draft, Drafts


def ended_process() -> int:
    child = subprocess.Popen(["true"])
    child.wait()
    return child.pid


def test_a_draft_comes_back_with_what_was_attached(tmp_path):
    draft = Draft("half a thou", (Attachment("photo.png", "image/png", b"\x89PNG\0"),))
    Drafts(tmp_path / "drafts").save("s1", draft)
    assert Drafts(tmp_path / "drafts").load("s1") == draft
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "drafts").iterdir()} == {0o600}


def test_an_empty_draft_leaves_nothing_behind(tmp_path):
    drafts = Drafts(tmp_path / "drafts")
    drafts.save("s1", Draft("words", (Attachment("a", "text/plain", b"b"),)))
    drafts.save("s1", Draft(" \n"))
    assert list(drafts.folder.iterdir()) == []
    assert not drafts.load("s1")


def test_a_new_session_takes_over_what_a_program_that_died_had_written(tmp_path):
    Drafts(tmp_path / "drafts", process=ended_process()).save("", Draft("lost and found"))
    drafts = Drafts(tmp_path / "drafts")
    assert drafts.load("") == Draft("lost and found")
    assert drafts.load("") == Draft("lost and found")
    assert len(list(drafts.folder.iterdir())) == 1


def test_the_draft_of_a_program_that_still_runs_is_left_alone(tmp_path):
    Drafts(tmp_path, process=1).save("", Draft("mine"))
    assert not Drafts(tmp_path).load("")
    assert (tmp_path / "new-1.txt").read_text() == "mine"


def test_damaged_attachments_do_not_cost_the_text(tmp_path):
    Drafts(tmp_path).save("s1", Draft("words"))
    (tmp_path / "s1.json").write_text("[{]")
    assert Drafts(tmp_path).load("s1") == Draft("words")


@given(st.text())
def test_any_text_comes_back(tmp_path_factory, text):
    drafts = Drafts(tmp_path_factory.mktemp("any"))
    drafts.save("s1", Draft(text))
    assert drafts.load("s1").text == (text if text.strip() else "")
