"""What a message names after an @."""

import pytest

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.messages import UserMessage
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.sessions.shelf import Shelf
from localgpt_tui.ui.mentions import mentioned


def test_a_session_goes_along_as_it_would_be_exported_and_a_file_of_that_name_goes_first(tmp_path):
    shelf = Shelf(tmp_path / "shelf", tmp_path / "cache")
    (tmp_path / "shelf").mkdir()
    with Journal.create(tmp_path / "shelf") as journal:
        journal.append(UserMessage("the pelican is in the reeds"))
    name = f"sessions/{journal.id[:8]}"

    def named(text, known=frozenset()):
        return {each.name: each.data.decode() for each in mentioned(text, set(known), folder=tmp_path, shelf=shelf)}

    (found,) = named(f"compare @{name}, and @{name} again").items()
    assert found[0] == f"{name}.md"
    assert "the pelican is in the reeds" in found[1]
    assert named(f"compare @{name}", {f"{name}.md"}) == {}
    assert named(f"no@{name} and @{name}/x are none") == {}
    with pytest.raises(LocalGPTError, match="no session"):
        named("@sessions/00000000")

    (tmp_path / "sessions").mkdir()
    (tmp_path / name).write_text("a file")
    assert named(f"@{name}") == {name: "a file"}
