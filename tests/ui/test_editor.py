"""The draft in the person's own editor."""

import stat
import sys

import pytest

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.ui.editor import edit, editor_command

UPPER = "import sys, pathlib; f = pathlib.Path(sys.argv[1]); f.write_text(f.read_text().upper() + '\\n')"


def test_what_the_editor_leaves_is_the_draft(tmp_path):
    assert edit("two\nlines", command=[sys.executable, "-c", UPPER], folder=tmp_path / "drafts") == "TWO\nLINES"
    assert list((tmp_path / "drafts").iterdir()) == []


def test_nobody_else_can_read_it_meanwhile(tmp_path):
    look = "import sys, os; open(sys.argv[1], 'a').write(oct(os.stat(sys.argv[1]).st_mode)[-3:])"
    assert edit("", command=[sys.executable, "-c", look], folder=tmp_path / "drafts") == "600"
    assert stat.S_IMODE((tmp_path / "drafts").stat().st_mode) == 0o700


def test_an_editor_that_fails_changes_nothing(tmp_path):
    with pytest.raises(LocalGPTError, match=r"false ended with status 1.*The draft is as it was."):
        edit("words", command=["false"], folder=tmp_path)


def test_an_editor_that_cannot_be_started_is_told(tmp_path):
    with pytest.raises(LocalGPTError, match="The draft could not be edited"):
        edit("words", command=[str(tmp_path / "missing")], folder=tmp_path)


def test_the_persons_choice_comes_first():
    environ = {"PATH": "/usr/bin:/bin", "EDITOR": "false", "VISUAL": "true --wait"}
    assert editor_command(environ) == ["true", "--wait"]
    assert editor_command({**environ, "VISUAL": " "}) == ["false"]


@pytest.mark.parametrize("choice", ["no-such-editor", "'unclosed"])
def test_a_choice_that_is_no_program_is_named(choice):
    with pytest.raises(LocalGPTError, match="EDITOR is"):
        editor_command({"PATH": "/usr/bin:/bin", "EDITOR": choice})


def test_no_editor_at_all_says_what_to_set(tmp_path):
    with pytest.raises(LocalGPTError, match="Set EDITOR"):
        editor_command({"PATH": str(tmp_path)})
